//! Exercise notices, and what changes hands with them.

use order_engine::{
    CancelExercise, Capacity, Command, ExerciseId, ExerciseKind, InstructExercise, InstrumentId, PlaceOrder,
    Reject, Side, limits,
};

use super::*;

/// Alice has a hundred calls on ten coins each at 100, which she can afford to exercise.
fn call() -> (World, InstructExercise) {
    let asked = InstructExercise {
        account: ALICE,
        instrument: BTC_CALL,
        kind: ExerciseKind::Exercise,
        quantity: quantity("1"),
        client_id: None,
    };
    (World::with_sessions(), asked)
}

fn faults() -> Vec<Fault<InstructExercise>> {
    vec![
        fault("UnknownAccount", &["account"], |_, asked| asked.account = AccountId::new(99)),
        fault("AccountNotOpen", &["account"], |world, _| suspend(world, ALICE)),
        fault("UnknownInstrument", &["instrument"], |_, asked| asked.instrument = InstrumentId::new(99)),
        fault("NotExercisable", &["instrument"], |_, asked| asked.instrument = BTC_USD),
        fault("ExerciseExists", &["client id", "account"], |world, asked| {
            asked.client_id = Some(client_id("used"));
            let kind = ExerciseKind::DoNotExercise;
            let other = InstructExercise { client_id: asked.client_id.clone(), kind, ..call().1 };
            world.run(Command::InstructExercise(other)).unwrap();
        }),
        fault("SizeNotPositive", &["size"], |_, asked| asked.quantity = quantity("0")),
        fault("QuantityTooPrecise", &["size"], |_, asked| asked.quantity = quantity("200.5")),
        second("Overflow", "of a quantity", &["size"], |_, asked| asked.quantity = quantity(TOO_LARGE)),
        fault("ContractExpired", &["time", "client id"], |world, _| world.wait_seconds(200)),
        fault("CapacityExhausted", &["capacity", "client id", "account", "time"], |world, _| {
            for _ in 0..limits::MAX_EXERCISES_PER_ACCOUNT {
                let stands = InstructExercise { kind: ExerciseKind::DoNotExercise, ..call().1 };
                world.run(Command::InstructExercise(stands)).unwrap();
            }
        }),
        fault("InsufficientFunds", &["size"], |_, asked| asked.quantity = quantity("101")),
        fault("InsufficientFunds", &["size"], |_, asked| {
            (asked.quantity, asked.kind) = (quantity("101"), ExerciseKind::DoNotExercise);
        }),
        fault("InsufficientFunds", &["funds"], |world, _| {
            world.run(deposit(ALICE, USD, "-99500")).unwrap();
        }),
    ]
}

fn standing() -> (World, CancelExercise) {
    let (mut world, asked) = call();
    let stands = InstructExercise { kind: ExerciseKind::DoNotExercise, ..asked };
    let outcome = world.run(Command::InstructExercise(stands)).unwrap();
    let notice = world.engine.exercises(ALICE)[0].id;
    assert_eq!(outcome.events.len(), 1);
    (world, CancelExercise { account: ALICE, notice })
}

fn cancel_faults() -> Vec<Fault<CancelExercise>> {
    vec![
        fault("UnknownAccount", &["account"], |_, cancel| cancel.account = AccountId::new(99)),
        fault("UnknownExercise", &["account"], |_, cancel| cancel.account = BOB),
        fault("UnknownExercise", &["notice"], |_, cancel| cancel.notice = ExerciseId::new(9_999)),
        fault("ExerciseEnded", &["notice"], |world, cancel| {
            world.run(Command::CancelExercise(CancelExercise { account: ALICE, ..*cancel })).unwrap();
        }),
    ]
}

/// Who sells the underlier short buys no more of it by an exercise: that comes before what the exercise costs.
#[test]
fn what_a_short_side_forbids_comes_before_the_funds() {
    let exercise = |poor: bool| {
        let mut world = crate::exercising::call_on_shares();
        let short =
            PlaceOrder { instrument: XYZ_USD, short_sale: true, ..limit(ALICE, Side::Sell, "1", "100") };
        world.place(short).unwrap();
        if poor {
            world.run(deposit(ALICE, USD, "-99900")).unwrap();
        }
        let asked = InstructExercise { instrument: crate::exercising::CONTRACT, ..call().1 };
        refusal(&mut world, Command::InstructExercise(asked))
    };
    assert_eq!(exercise(false).as_deref(), Some("ExceedsShort"));
    assert_eq!(exercise(true).as_deref(), Some("ExceedsShort"));
}

#[test]
fn what_is_full_says_of_what() {
    let (mut world, asked) = call();
    let full = faults().into_iter().find(|fault| fault.answer == "CapacityExhausted").unwrap();
    let mut asked = asked;
    (full.make)(&mut world, &mut asked);
    let refused = world.run(Command::InstructExercise(asked)).unwrap_err();
    assert_eq!(refused, Reject::CapacityExhausted { what: Capacity::Exercises, limit: 1_000 });
}

pub(super) fn tables() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Table { world: call, command: Command::InstructExercise, faults }),
        Box::new(Table { world: standing, command: Command::CancelExercise, faults: cancel_faults }),
    ]
}

#[test]
fn the_first_of_two_reasons_is_the_answer() {
    for table in tables() {
        table.check();
    }
}
