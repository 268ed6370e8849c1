//! Exercise of options, and what becomes of contracts at their expiry.

use std::sync::Arc;

use order_engine::{
    AccountId, AccountState, AssetCode, AssetDefinition, AssetId, AssetKind, CancelExercise, Capacity,
    Change, ClientOrderId, Command, ContractSettlement, DefinitionFault, DefinitionPart, Delivery,
    EntryCause, EntryKind, Event, ExerciseId, ExerciseKind, ExerciseNotice, ExerciseStatus, ExerciseStyle,
    InstructExercise, InstrumentDefinition, InstrumentId, OptionContract, OptionRight, OrderKind,
    OrderStatus, PlaceOrder, Reject, SetRetention, Side, Size, Symbol, UpdateAccount, limits,
};

use crate::images;
use crate::support::*;

/// A contract of the tests, on [`BTC_USD`], with ten coins to a contract and a strike of one hundred.
pub(crate) const CONTRACT: InstrumentId = InstrumentId::new(6);
const BASE: AssetId = AssetId::new(7);

fn contract(right: OptionRight, style: ExerciseStyle) -> Command {
    let option = OptionContract { right, style, delivery: Delivery::Physical, ..call() };
    definition("BTC-X", option)
}

fn definition(symbol: &str, option: OptionContract) -> Command {
    Command::DefineInstrument(InstrumentDefinition {
        maximum_quantity: quantity("1000"),
        option: Some(Box::new(option)),
        ..security(symbol, "X")
    })
}

/// A world with a contract of which Alice has eight, five of them bought here at two each.
fn world(right: OptionRight, style: ExerciseStyle) -> World {
    let mut world = World::new();
    let code = AssetCode::new("X").unwrap();
    let asset = AssetDefinition { name: "X".into(), code, kind: AssetKind::Security, scale: 0 };
    world.run(Command::DefineAsset(asset)).unwrap();
    world.run(contract(right, style)).unwrap();
    world.run(quote(CONTRACT, "1.90", "2.00", "50")).unwrap();
    world.run(deposit(ALICE, BASE, "3")).unwrap();
    let bought = PlaceOrder::new(ALICE, CONTRACT, Side::Buy, OrderKind::Market, Size::Base(quantity("5")));
    world.place(bought).unwrap();
    world
}

fn call_world() -> World {
    world(OptionRight::Call, ExerciseStyle::American)
}

fn asked(kind: ExerciseKind, contracts: &str) -> InstructExercise {
    InstructExercise {
        account: ALICE,
        instrument: CONTRACT,
        kind,
        quantity: quantity(contracts),
        client_id: None,
    }
}

fn instruct(world: &mut World, kind: ExerciseKind, contracts: &str) -> Arc<ExerciseNotice> {
    let outcome = world.run(Command::InstructExercise(asked(kind, contracts))).unwrap();
    let given = outcome.events.iter().rev().find_map(notice);
    given.unwrap()
}

fn notice(event: &Event) -> Option<Arc<ExerciseNotice>> {
    if let Change::ExerciseChanged(notice) = &event.change { Some(Arc::clone(notice)) } else { None }
}

fn settlement(event: &Event) -> Option<Arc<ContractSettlement>> {
    if let Change::ContractsSettled(settled) = &event.change { Some(Arc::clone(settled)) } else { None }
}

/// Lets the contract expire at a last price of the underlier, and gives what became of Alice's.
fn expire(world: &mut World, last: &str) -> ContractSettlement {
    world.run(quote(BTC_USD, last, "500.00", "5")).unwrap();
    world.place(market(BOB, Side::Sell, Size::Base(quantity("1")))).unwrap();
    world.wait_seconds(200);
    let due = world.apply(Command::Tick).due;
    let alices = due.iter().filter(|event| event.account == ALICE).find_map(settlement);
    (*alices.unwrap()).clone()
}

fn statuses(world: &World) -> Vec<ExerciseStatus> {
    world.engine.exercises(ALICE).iter().map(|notice| notice.status.clone()).collect()
}

/// What Alice has of money, coins and contracts.
fn has(world: &World) -> [String; 3] {
    [USD, BTC, BASE].map(|asset| world.total(ALICE, asset).decimal().normalize().to_string())
}

#[test]
fn an_american_call_is_exercised_at_once() {
    let mut world = call_world();
    assert_eq!(has(&world), ["99900", "10", "8"]);
    let outcome = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "6"))).unwrap();
    assert_eq!(has(&world), ["93900", "70", "2"], "sixty coins at a hundred each");
    let settled = settlement(&outcome.events[0]).unwrap();
    assert_eq!(
        (settled.delivered, settled.paid, settled.lapsed),
        (quantity("6"), quantity("0"), quantity("0"))
    );
    assert_eq!(settled.opened.unwrap().1, quantity("60"));
    // Five of the six were bought here, for ten a contract and twenty in all: that is what they lost.
    assert_eq!(settled.closed.len(), 1);
    assert_eq!((settled.closed[0].quantity, settled.closed[0].profit), (quantity("5"), amount("-100")));
    let lots = world.lots(ALICE, BTC_USD);
    assert_eq!((lots.len(), lots[0].quantity, lots[0].price), (1, quantity("60"), price("100")));
    assert_eq!(world.lots(ALICE, CONTRACT), []);
    let given = notice(&outcome.events[1]).unwrap();
    assert_eq!(given.status, ExerciseStatus::Done { quantity: quantity("6") });
    assert_eq!(world.engine.exercises(ALICE), [given]);

    let entries: Vec<_> = outcome.events[0].entries().collect();
    let moved: Vec<_> = entries
        .iter()
        .map(|entry| (entry.posting.kind, entry.posting.asset, entry.posting.amount, entry.posting.balance))
        .collect();
    let kind = EntryKind::Exercise;
    assert_eq!(
        moved,
        [
            (kind, BASE, amount("-6"), amount("2")),
            (kind, USD, amount("-6000"), amount("93900")),
            (kind, BTC, amount("60"), amount("70")),
        ]
    );
    assert!(entries.iter().all(|entry| entry.cause == EntryCause::Exercise(CONTRACT)));
}

#[test]
fn an_american_put_delivers_the_underlier() {
    let mut world = world(OptionRight::Put, ExerciseStyle::American);
    world.run(quote(BTC_USD, "97.00", "98.00", "50")).unwrap();
    world.place(market(ALICE, Side::Buy, Size::Base(quantity("4")))).unwrap();
    assert_eq!(has(&world), ["99508", "14", "8"]);
    let outcome = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "1"))).unwrap();
    assert_eq!(has(&world), ["100508", "4", "7"]);
    let settled = settlement(&outcome.events[0]).unwrap();
    assert_eq!(settled.opened, None, "nothing is owed");
    assert_eq!(settled.underlier_closed[0].profit, amount("8"), "four coins from 98 to 100");
    let refused = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "1"))).unwrap_err();
    let (needed, available) = (amount("10"), amount("4"));
    assert_eq!(refused, Reject::InsufficientFunds { asset: BTC, needed, available });
}

#[test]
fn refusals_in_their_order() {
    let mut world = call_world();
    let first = Some(ClientOrderId::new("first").unwrap());
    let exercise = |contracts: &str| asked(ExerciseKind::Exercise, contracts);
    let named = InstructExercise { client_id: first.clone(), ..exercise("1") };
    let known = world.run(Command::InstructExercise(named)).unwrap().events.iter().find_map(notice).unwrap();
    // Five contracts cost five thousand to exercise; four coins of five thousand are held.
    world.run(deposit(ALICE, USD, "-93900")).unwrap();
    let short = |asset, needed: &str, available: &str| Reject::InsufficientFunds {
        asset,
        needed: amount(needed),
        available: amount(available),
    };
    let cases = [
        (
            InstructExercise { account: AccountId::HOUSE, ..exercise("1") },
            Reject::UnknownAccount(AccountId::HOUSE),
        ),
        (
            InstructExercise { instrument: InstrumentId::new(9), ..exercise("1") },
            Reject::UnknownInstrument(InstrumentId::new(9)),
        ),
        (
            InstructExercise { client_id: first.clone(), instrument: BTC_USD, ..exercise("1") },
            Reject::NotExercisable(BTC_USD),
        ),
        (InstructExercise { instrument: BTC_CALL, ..exercise("1") }, Reject::NotExercisable(BTC_CALL)),
        (InstructExercise { client_id: first, ..exercise("0") }, Reject::ExerciseExists(known.id)),
        (exercise("0"), Reject::SizeNotPositive),
        (exercise("1.5"), Reject::QuantityTooPrecise { given: quantity("1.5"), scale: 0 }),
        (exercise("8"), short(BASE, "8", "7")),
        (asked(ExerciseKind::Contrary, "8"), short(BASE, "8", "7")),
        (exercise("6"), short(USD, "6000", "5000")),
    ];
    for (command, reject) in cases {
        let before = world.engine.state_hash();
        assert_eq!(world.run(Command::InstructExercise(command)).unwrap_err(), reject);
        assert_eq!(world.engine.state_hash(), before);
    }
    let cancel = |notice| Command::CancelExercise(CancelExercise { account: ALICE, notice });
    assert_eq!(world.run(cancel(known.id)).unwrap_err(), Reject::ExerciseEnded(known.id));
    let nobodys = ExerciseId::new(1);
    assert_eq!(world.run(cancel(nobodys)).unwrap_err(), Reject::UnknownExercise(nobodys));

    let state = Some(AccountState::Suspended);
    world.run(Command::UpdateAccount(UpdateAccount { state, ..UpdateAccount::new(ALICE) })).unwrap();
    let refused = world.run(Command::InstructExercise(exercise("1"))).unwrap_err();
    assert!(matches!(refused, Reject::AccountNotOpen { .. }));
}

#[test]
fn what_orders_hold_cannot_be_exercised() {
    let mut world = call_world();
    let kind = OrderKind::Limit { price: price("9.00") };
    world.place(PlaceOrder::new(ALICE, CONTRACT, Side::Sell, kind, Size::Base(quantity("6")))).unwrap();
    let refused = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "3"))).unwrap_err();
    let (needed, available) = (amount("3"), amount("2"));
    assert_eq!(refused, Reject::InsufficientFunds { asset: BASE, needed, available });
    instruct(&mut world, ExerciseKind::Exercise, "2");
}

#[test]
fn an_exercise_cuts_what_may_only_reduce() {
    let mut world = call_world();
    let kind = OrderKind::Limit { price: price("9.00") };
    let order = PlaceOrder::new(ALICE, CONTRACT, Side::Sell, kind, Size::Base(quantity("5")));
    let reducing = world.place(PlaceOrder { reduce_only: true, ..order }).unwrap();
    // The three that are not held are exercised; lots go oldest first, so that two bought ones are left.
    instruct(&mut world, ExerciseKind::Exercise, "3");
    assert_eq!(world.order(reducing.id).leaves, quantity("2"));
    assert_eq!(world.held(ALICE, BASE), amount("2"));
}

#[test]
fn at_the_expiry_what_is_worth_something_is_exercised() {
    let mut world = call_world();
    let settled = expire(&mut world, "100.01");
    assert_eq!((settled.delivered, settled.lapsed), (quantity("8"), quantity("0")));
    assert_eq!(has(&world), ["91900", "90", "0"]);
    assert_eq!(world.lots(ALICE, CONTRACT), []);

    let mut world = call_world();
    let settled = expire(&mut world, "100.00");
    assert_eq!((settled.delivered, settled.lapsed), (quantity("0"), quantity("8")));
    assert_eq!(settled.closed[0].profit, amount("-100"));
    assert_eq!(has(&world), ["99900", "10", "0"]);

    let mut world = self::world(OptionRight::Put, ExerciseStyle::European);
    world.run(deposit(ALICE, BTC, "70")).unwrap();
    let settled = expire(&mut world, "99.00");
    assert_eq!(settled.delivered, quantity("8"));
    assert_eq!(has(&world), ["107900", "0", "0"]);
}

#[test]
fn who_cannot_pay_is_paid_what_the_contracts_are_worth() {
    let mut world = call_world();
    world.run(deposit(ALICE, USD, "-99900")).unwrap();
    let settled = expire(&mut world, "103.50");
    assert_eq!((settled.delivered, settled.paid), (quantity("0"), quantity("8")));
    assert_eq!(has(&world), ["280", "10", "0"], "eight times ten times three and a half");
    assert_eq!(settled.closed[0].profit, amount("75"), "five contracts from 2.00 to 3.50");
}

#[test]
fn without_a_price_nothing_is_worth_anything_and_a_quote_will_do() {
    let mut world = call_world();
    world.wait_seconds(200);
    world.run(Command::Tick).unwrap();
    assert_eq!(has(&world), ["99900", "10", "0"]);

    let mut world = call_world();
    world.run(quote(BTC_USD, "100.00", "100.02", "5")).unwrap();
    world.wait_seconds(200);
    world.run(Command::Tick).unwrap();
    assert_eq!(has(&world), ["91900", "90", "0"], "the middle is above the strike");
}

#[test]
fn standing_notices_have_their_turn_at_the_expiry() {
    let mut world = call_world();
    instruct(&mut world, ExerciseKind::DoNotExercise, "3");
    instruct(&mut world, ExerciseKind::Contrary, "4");
    instruct(&mut world, ExerciseKind::DoNotExercise, "6");
    instruct(&mut world, ExerciseKind::DoNotExercise, "1");
    assert!(statuses(&world).iter().all(ExerciseStatus::is_standing));
    let settled = expire(&mut world, "110.00");
    assert_eq!((settled.delivered, settled.lapsed), (quantity("0"), quantity("8")));
    let done = |contracts: &str| ExerciseStatus::Done { quantity: quantity(contracts) };
    let none = ExerciseStatus::Refused(Reject::NoPosition(CONTRACT));
    assert_eq!(statuses(&world), [done("3"), done("4"), done("1"), none]);
    for notice in world.engine.exercises(ALICE) {
        assert_eq!((notice.given_at, notice.updated_at), (START, CALL_EXPIRES), "it ended at the expiry");
    }
}

#[test]
fn a_contract_that_is_over_has_nothing_to_come() {
    let mut world = World::new();
    world.now = CALL_EXPIRES;
    let code = AssetCode::new("X").unwrap();
    let asset = AssetDefinition { name: "X".into(), code, kind: AssetKind::Security, scale: 0 };
    world.run(Command::DefineAsset(asset)).unwrap();
    world.run(contract(OptionRight::Call, ExerciseStyle::American)).unwrap();
    assert_eq!(world.engine.next_due(), None, "it expires as it is defined");
    assert_eq!(images::restored(&world.engine).next_due(), None);
}

#[test]
fn the_contrary_of_nothing_is_an_exercise() {
    let mut world = call_world();
    instruct(&mut world, ExerciseKind::Contrary, "2");
    let settled = expire(&mut world, "90.00");
    assert_eq!((settled.delivered, settled.lapsed), (quantity("2"), quantity("6")));
    assert_eq!(has(&world), ["97900", "30", "0"]);
}

#[test]
fn a_european_contract_is_exercised_on_its_last_day_only() {
    let mut world = world(OptionRight::Call, ExerciseStyle::European);
    instruct(&mut world, ExerciseKind::Exercise, "2");
    assert_eq!(statuses(&world), [ExerciseStatus::Standing]);
    assert_eq!(has(&world), ["99900", "10", "8"]);
    world.run(deposit(ALICE, USD, "-99000")).unwrap();
    let settled = expire(&mut world, "90.00");
    assert_eq!(
        (settled.delivered, settled.paid, settled.lapsed),
        (quantity("0"), quantity("2"), quantity("6"))
    );
    let (needed, available) = (amount("2000"), amount("900"));
    let failure = Reject::InsufficientFunds { asset: USD, needed, available };
    assert_eq!(statuses(&world), [ExerciseStatus::Refused(failure)]);
    assert_eq!(has(&world), ["900", "10", "0"], "out of the money, nothing is paid");
}

#[test]
fn a_standing_notice_can_be_taken_back() {
    let mut world = call_world();
    let given = instruct(&mut world, ExerciseKind::DoNotExercise, "8");
    let foreign = CancelExercise { account: BOB, notice: given.id };
    assert_eq!(world.run(Command::CancelExercise(foreign)).unwrap_err(), Reject::UnknownExercise(given.id));
    let cancel = Command::CancelExercise(CancelExercise { account: ALICE, notice: given.id });
    world.run(cancel).unwrap();
    assert_eq!(statuses(&world), [ExerciseStatus::Canceled]);
    let settled = expire(&mut world, "110.00");
    assert_eq!(settled.delivered, quantity("8"), "as if it had never been");
}

#[test]
fn orders_end_before_contracts_are_settled() {
    let mut world = call_world();
    let kind = OrderKind::Limit { price: price("9.00") };
    let order = PlaceOrder::new(ALICE, CONTRACT, Side::Sell, kind, Size::Base(quantity("6")));
    let resting = world.place(order).unwrap();
    let settled = expire(&mut world, "110.00");
    assert_eq!(world.order(resting.id).status, OrderStatus::Expired);
    assert_eq!(settled.delivered, quantity("8"), "what it held is free again");
}

#[test]
fn a_contract_without_delivery_stays_with_its_owner() {
    let mut world = World::new();
    world.wait_seconds(200);
    assert_eq!(world.apply(Command::Tick).due, []);
    assert_eq!(world.total(ALICE, CALL), amount("100"));
}

#[test]
fn only_what_can_change_hands_is_delivered() {
    let mut world = call_world();
    let option = OptionContract { delivery: Delivery::Physical, ..call() };
    let on =
        |underlier: &str| OptionContract { underlier: Symbol::new(underlier).unwrap(), ..option.clone() };
    let unfit = Reject::InvalidDefinition(DefinitionFault::Range(DefinitionPart::Delivery));
    for command in [
        definition("BTC-Y", on("EUR-USD")),
        definition("BTC-Y", OptionContract { strike: price("100.001"), ..option.clone() }),
    ] {
        assert_eq!(world.run(command).unwrap_err(), unfit);
    }
    world.run(definition("BTC-Y", option)).unwrap();
}

#[test]
fn notices_that_stand_are_never_forgotten() {
    let mut world = call_world();
    let most = limits::MAX_EXERCISES_PER_ACCOUNT;
    let first = instruct(&mut world, ExerciseKind::DoNotExercise, "1");
    for _ in 1..most {
        instruct(&mut world, ExerciseKind::DoNotExercise, "1");
    }
    let one_more = Command::InstructExercise(asked(ExerciseKind::DoNotExercise, "1"));
    let full = Reject::CapacityExhausted { what: Capacity::Exercises, limit: most as u64 };
    assert_eq!(world.run(one_more.clone()).unwrap_err(), full);
    let cancel = CancelExercise { account: ALICE, notice: first.id };
    world.run(Command::CancelExercise(cancel)).unwrap();
    world.run(one_more).unwrap();
    let kept = world.engine.exercises(ALICE);
    assert_eq!(kept.len(), most);
    assert!(kept.iter().all(|notice| notice.id != first.id), "the one that was taken back made room");
}

#[test]
fn an_image_has_the_notices_and_the_expiry() {
    let mut world = call_world();
    instruct(&mut world, ExerciseKind::Exercise, "1");
    instruct(&mut world, ExerciseKind::DoNotExercise, "2");
    world.run(quote(BTC_USD, "110.00", "111.00", "5")).unwrap();
    let mut restored = images::restored(&world.engine);
    assert_eq!(restored.exercises(ALICE), world.engine.exercises(ALICE));
    world.wait_seconds(200);
    assert_eq!(restored.apply(world.now, &Command::Tick), world.apply(Command::Tick));
    assert_eq!(restored.state_hash(), world.engine.state_hash());
    assert_eq!(has(&world), ["93900", "70", "0"], "five are exercised, two are not");
}

/// A world with a call on ten shares that can be sold short, of which Alice has three.
pub(crate) fn call_on_shares() -> World {
    let mut world = World::new();
    let code = AssetCode::new("X").unwrap();
    let asset = AssetDefinition { name: "X".into(), code, kind: AssetKind::Security, scale: 0 };
    world.run(Command::DefineAsset(asset)).unwrap();
    let underlier = Symbol::new("XYZ").unwrap();
    let option = OptionContract { underlier, delivery: Delivery::Physical, ..call() };
    world.run(definition("XYZ-X", option)).unwrap();
    world.run(deposit(ALICE, BASE, "3")).unwrap();
    world
}

#[test]
fn who_is_short_of_the_underlier_covers_by_orders() {
    let mut world = call_on_shares();
    let order =
        |account, side, kind| PlaceOrder::new(account, XYZ_USD, side, kind, Size::Base(quantity("12")));
    let kind = OrderKind::Limit { price: price("100") };
    let short = PlaceOrder { short_sale: true, ..order(ALICE, Side::Sell, kind) };
    world.place(short).unwrap();
    world.place(order(BOB, Side::Buy, kind)).unwrap();
    let refused = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "1"))).unwrap_err();
    let [ordered, working, short] = ["10", "0", "12"].map(quantity);
    assert_eq!(refused, Reject::ExceedsShort { ordered, working, short });
}

#[test]
fn a_put_is_worth_what_the_strike_is_above_the_last_price() {
    let put = || world(OptionRight::Put, ExerciseStyle::American);
    let mut lapses = put();
    let settled = expire(&mut lapses, "103.00");
    assert_eq!((settled.delivered, settled.paid), (quantity("0"), quantity("0")));
    assert_eq!((settled.lapsed, has(&lapses)), (quantity("8"), ["99900", "10", "0"].map(str::to_owned)));
    // Ten coins are not the eighty that eight contracts deliver.
    let mut paid = put();
    let settled = expire(&mut paid, "97.00");
    assert_eq!((settled.delivered, settled.paid), (quantity("0"), quantity("8")));
    assert_eq!(has(&paid), ["100140", "10", "0"], "eight times ten times three");
}

#[test]
fn what_was_not_to_be_exercised_is_done_though_the_rest_cannot_be_paid_for() {
    let mut world = call_world();
    instruct(&mut world, ExerciseKind::DoNotExercise, "2");
    world.run(deposit(ALICE, USD, "-99900")).unwrap();
    let settled = expire(&mut world, "103.50");
    assert_eq!((settled.paid, settled.lapsed), (quantity("6"), quantity("2")));
    assert_eq!(statuses(&world), [ExerciseStatus::Done { quantity: quantity("2") }]);
}

#[test]
fn an_exercise_opens_no_more_lots_than_a_position_may_have() {
    let mut world = call_world();
    world.run(Command::SetRetention(SetRetention { closed_orders: Some(0) })).unwrap();
    world.run(deposit(ALICE, USD, "1000000")).unwrap();
    world.run(quote(BTC_USD, "100.00", "100.01", "1000000")).unwrap();
    let least = market(ALICE, Side::Buy, Size::Base(quantity("0.01")));
    for _ in 0..limits::MAX_LOTS_PER_POSITION {
        world.engine.apply(world.now, &Command::PlaceOrder(least.clone())).result.unwrap();
    }
    let refused = world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "1"))).unwrap_err();
    let limit = limits::MAX_LOTS_PER_POSITION as u64;
    assert_eq!(refused, Reject::CapacityExhausted { what: Capacity::Lots, limit });
    world.place(PlaceOrder { side: Side::Sell, ..least }).unwrap();
    world.run(Command::InstructExercise(asked(ExerciseKind::Exercise, "1"))).unwrap();
}
