//! Margin closeout: when positions are closed, in which order, and what goes first.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not told in short is told in full")]

use crate::support::*;
use order_engine::{
    AccountId, BasisPoints, Change, ClosingCause, Command, Event, InstrumentId, OrderKind, OrderStatus,
    Outcome, PlaceOrder, Reject, Setting, Side, Size, StatusReason, TimeInForce, UpdateAccount,
};

/// Alice with `cash` dollars and a closeout level of one half; quotes of both margin instruments.
fn world(cash: &str) -> World {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.00000", "1.00002", "1000000")).unwrap();
    world.run(quote(USD_JPY, "99.990", "100.010", "1000000")).unwrap();
    let rest = amount("100000").units() - amount(cash).units();
    let withdraw = order_engine::AdjustBalance {
        account: ALICE,
        asset: USD,
        amount: order_engine::Amount::from_units(-rest),
    };
    world.run(Command::AdjustBalance(withdraw)).unwrap();
    let level = Setting::Set(BasisPoints::new(5_000));
    world
        .run(Command::UpdateAccount(UpdateAccount { closeout: level, ..UpdateAccount::new(ALICE) }))
        .unwrap();
    world
}

fn trade(
    world: &mut World,
    account: AccountId,
    instrument: InstrumentId,
    side: Side,
    units: &str,
) -> Outcome {
    let order = PlaceOrder { instrument, ..market(account, side, Size::Base(quantity(units))) };
    world.run(Command::PlaceOrder(order)).unwrap()
}

/// What happened to Alice, in short.
fn story(events: &[Event]) -> Vec<String> {
    let own = events.iter().filter(|event| event.account == ALICE);
    own.map(|event| match &event.change {
        Change::MarginCloseout { equity, used, level } => format!("closeout {equity} {used} {}", level.get()),
        Change::MarginCallEntered { equity, used } => format!("called {equity} {used}"),
        Change::MarginCallLeft => "call left".to_owned(),
        Change::OrderCanceled(order) => format!("canceled {:?}", order.reason.as_ref().unwrap()),
        Change::OrderAccepted(order) => {
            assert_eq!(order.closing.unwrap().cause, ClosingCause::MarginCloseout);
            assert_eq!(order.time_in_force, TimeInForce::Ioc);
            format!("accepted {:?} {}", order.side, order.quantity)
        }
        Change::OrderFilled { execution, .. } => {
            format!("filled {} at {}", execution.quantity, execution.price)
        }
        other => format!("{other:?}"),
    })
    .collect()
}

#[test]
fn positions_are_closed_at_half_the_used_margin_and_not_before() {
    let mut world = world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    // Cash 1,000, cost 10,000.20. At 0.92331 / 0.92333 equity is 232.90 and half the used margin is 230.83.
    let quiet = world.run(quote(EUR_USD, "0.92331", "0.92333", "1000000")).unwrap();
    assert_eq!(story(&quiet.events), ["called 232.9 461.66"]);
    let closed = world.run(quote(EUR_USD, "0.92300", "0.92302", "1000000")).unwrap();
    let expected =
        ["closeout 229.8 461.505 5000", "accepted Sell 10000", "filled 10000 at 0.92300", "call left"];
    assert_eq!(story(&closed.events), expected);
    assert_eq!(world.total(ALICE, USD), amount("229.8"));
    assert!(world.engine.holdings(ALICE).unwrap().position(EUR_USD).is_none());
    let again = world.run(quote(EUR_USD, "0.92200", "0.92202", "1000000")).unwrap();
    assert!(story(&again.events).is_empty());
}

#[test]
fn open_orders_go_first_and_instruments_in_their_order() {
    let mut world = world("1000");
    trade(&mut world, ALICE, USD_JPY, Side::Buy, "5000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    world.place(limit(ALICE, Side::Buy, "1", "100")).unwrap();
    let stop = PlaceOrder {
        instrument: EUR_USD,
        kind: order_engine::OrderKind::Stop { trigger: price("0.80000") },
        ..market(ALICE, Side::Sell, Size::Base(quantity("10000")))
    };
    let stop = world.place(stop).unwrap();
    let staged =
        PlaceOrder { staged_until: Some(START.plus_seconds(60)), ..limit(ALICE, Side::Buy, "1", "100") };
    let staged = world.place(staged).unwrap();
    let closed = world.run(quote(EUR_USD, "0.90000", "0.90002", "1000000")).unwrap();
    let told = story(&closed.events);
    assert!(told[0].starts_with("called") && told[1].starts_with("closeout"), "{told:?}");
    assert_eq!(told[2..4], ["canceled MarginCloseout", "canceled MarginCloseout"]);
    assert_eq!(told[4..6], ["accepted Sell 10000", "filled 10000 at 0.90000"]);
    assert_eq!(told[6], "accepted Sell 5000");
    assert_eq!((told.len(), told[8].as_str()), (9, "call left"));
    assert_eq!(world.held(ALICE, USD), amount("0"));
    assert_eq!(world.order(stop.id).reason, Some(StatusReason::MarginCloseout));
    assert_eq!(world.order(staged.id).status, OrderStatus::PendingNew);
}

#[test]
fn a_conversion_alone_can_close_positions() {
    let mut world = world("300");
    // Margin of 250 for 5,000 at 5 percent; a loss in yen weighs more when the dollar falls.
    trade(&mut world, ALICE, USD_JPY, Side::Buy, "5000");
    let closed = world.run(quote(USD_JPY, "96.000", "96.020", "1000000")).unwrap();
    assert!(story(&closed.events)[1].starts_with("closeout"));
}

#[test]
fn a_withdrawal_a_setting_and_a_loss_elsewhere_count_too() {
    let mut world = world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let withdrawn = world.run(deposit(ALICE, USD, "-800")).unwrap();
    assert!(story(&withdrawn.events[1..])[1].starts_with("closeout 199.8"));
    let mut world = self::world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let level = UpdateAccount {
        closeout: Setting::Set(BasisPoints::new(10_000)),
        margin_rate: Setting::Set(BasisPoints::new(2_000)),
        ..UpdateAccount::new(ALICE)
    };
    let set = world.run(Command::UpdateAccount(level)).unwrap();
    assert!(story(&set.events[1..])[1].starts_with("closeout 999.8 2000.02 10000"));
}

#[test]
fn what_nobody_takes_is_closed_as_soon_as_somebody_does() {
    let mut world = world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let alone = world.run(quote(EUR_USD, "0.90000", "0.90002", "0")).unwrap();
    assert_eq!(story(&alone.events), ["called -0.2 450.005"]);
    let bid = PlaceOrder {
        instrument: EUR_USD,
        kind: order_engine::OrderKind::Limit { price: price("0.80000") },
        ..market(BOB, Side::Buy, Size::Base(quantity("4000")))
    };
    let outcome = world.run(Command::PlaceOrder(bid)).unwrap();
    let told = story(&outcome.events);
    assert_eq!(
        told[1..],
        ["accepted Sell 10000", "filled 4000 at 0.80000", "canceled NotFilledAtOnce"].map(str::to_owned)
    );
    assert_eq!(world.engine.holdings(ALICE).unwrap().position(EUR_USD).unwrap().quantity, quantity("6000"));
}

#[test]
fn without_a_level_positions_stay_and_a_loss_takes_what_orders_held() {
    let mut world = world("1000");
    let none = UpdateAccount { closeout: Setting::Clear, ..UpdateAccount::new(ALICE) };
    world.run(Command::UpdateAccount(none)).unwrap();
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let older = world.place(limit(ALICE, Side::Buy, "3", "100")).unwrap();
    let newer = world.place(limit(ALICE, Side::Buy, "4", "100")).unwrap();
    let coins = world.place(limit(ALICE, Side::Sell, "1", "200")).unwrap();
    let quiet = world.run(quote(EUR_USD, "0.95000", "0.95002", "1000000")).unwrap();
    assert!(story(&quiet.events).is_empty());
    // A loss of 500.20 leaves 499.80, and 700 were held.
    trade(&mut world, ALICE, EUR_USD, Side::Sell, "10000");
    assert_eq!(world.order(newer.id).reason, Some(StatusReason::Unfunded));
    assert_eq!(world.order(older.id).status, OrderStatus::New);
    assert_eq!(world.order(coins.id).status, OrderStatus::New, "it holds no dollars");
    assert_eq!((world.total(ALICE, USD), world.held(ALICE, USD)), (amount("499.8"), amount("300")));
}

#[test]
fn an_account_that_cannot_carry_what_is_open_is_in_margin_call() {
    let mut world = world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    // Equity is 466.80 and the used margin 473.35.
    let called = world.run(quote(EUR_USD, "0.94670", "0.94672", "1000000")).unwrap();
    assert_eq!(story(&called.events), ["called 466.8 473.355"]);
    let again = world.run(quote(EUR_USD, "0.94660", "0.94662", "1000000")).unwrap();
    assert!(story(&again.events).is_empty(), "it is told once");

    let more = PlaceOrder { instrument: EUR_USD, ..market(ALICE, Side::Buy, Size::Base(quantity("1"))) };
    let refused = world.place(more.clone()).unwrap_err();
    assert!(
        matches!(refused, Reject::InMarginCall { available, .. } if available.is_negative()),
        "{refused:?}"
    );
    let less = PlaceOrder { side: Side::Sell, ..more.clone() };
    world.place(less).unwrap();

    let back = world.run(quote(EUR_USD, "0.95000", "0.95002", "1000000")).unwrap();
    assert_eq!(story(&back.events), ["call left"]);
    world.place(more).unwrap();
}

#[test]
fn a_deposit_ends_a_margin_call_and_without_a_level_there_is_none() {
    let mut world = world("1000");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    world.run(quote(EUR_USD, "0.94000", "0.94002", "1000000")).unwrap();
    let saved = world.run(deposit(ALICE, USD, "100")).unwrap();
    assert_eq!(story(&saved.events[1..]), ["call left"]);
    world.run(deposit(ALICE, USD, "-100")).unwrap();
    let none = UpdateAccount { closeout: Setting::Clear, ..UpdateAccount::new(ALICE) };
    let cleared = world.run(Command::UpdateAccount(none)).unwrap();
    assert_eq!(story(&cleared.events[1..]), ["call left"]);
}

#[test]
fn what_secures_a_short_position_does_not_carry_others() {
    let mut world = world("2000");
    let rests = |account, side| {
        let kind = OrderKind::Limit { price: price("100") };
        PlaceOrder::new(account, XYZ_USD, side, kind, Size::Base(quantity("10")))
    };
    world.place(PlaceOrder { short_sale: true, ..rests(ALICE, Side::Sell) }).unwrap();
    world.place(rests(BOB, Side::Buy)).unwrap();
    // Of 2,999 after a commission of 1, 1,500 secure ten shares.
    assert_eq!((world.total(ALICE, USD), world.held(ALICE, USD)), (amount("2999"), amount("1500")));
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let quiet = world.run(quote(EUR_USD, "0.90000", "0.90002", "1000000")).unwrap();
    assert!(story(&quiet.events).is_empty());
    let called = world.run(quote(EUR_USD, "0.89000", "0.89002", "1000000")).unwrap();
    assert_eq!(story(&called.events), ["called 398.8 445.005"]);
}

#[test]
fn equity_of_just_the_used_margin_is_enough() {
    // At 0.94000 / 0.94002 the position has lost 600.20 and needs 470.005.
    let mut world = world("1070.205");
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    let quiet = world.run(quote(EUR_USD, "0.94000", "0.94002", "1000000")).unwrap();
    assert!(story(&quiet.events).is_empty(), "{:?}", story(&quiet.events));
    let withdrawn = world.run(deposit(ALICE, USD, "-0.001")).unwrap();
    assert_eq!(story(&withdrawn.events[1..]), ["called 470.004 470.005"]);
}

#[test]
fn an_order_that_a_loss_takes_off_the_book_lets_others_fire() {
    let mut world = world("1000");
    let none = UpdateAccount { closeout: Setting::Clear, ..UpdateAccount::new(ALICE) };
    world.run(Command::UpdateAccount(none)).unwrap();
    trade(&mut world, ALICE, EUR_USD, Side::Buy, "10000");
    world.run(quote(BTC_USD, "90", "110", "5")).unwrap();
    let best = world.place(limit(ALICE, Side::Buy, "7", "100")).unwrap();
    let kind = OrderKind::Stop { trigger: price("95") };
    let stop = world.place(PlaceOrder { kind, ..limit(BOB, Side::Sell, "1", "1") }).unwrap();
    assert!(stop.is_armed());
    world.run(quote(EUR_USD, "0.95000", "0.95002", "1000000")).unwrap();
    // A loss of 500.20 leaves 499.80, and 700 were held.
    trade(&mut world, ALICE, EUR_USD, Side::Sell, "10000");
    assert_eq!(world.order(best.id).reason, Some(StatusReason::Unfunded));
    let stop = world.order(stop.id);
    assert_eq!((stop.status, stop.filled_notional), (OrderStatus::Filled, amount("90")));
}
