//! Orders that may only reduce a position.

use order_engine::{
    Change, Command, OrderKind, OrderStatus, PlaceOrder, Reject, ReplaceOrder, Side, Size, StatusReason,
    TimeInForce,
};

use crate::support::*;

fn order(account: order_engine::AccountId, side: Side, units: &str, at: Option<&str>) -> PlaceOrder {
    let kind = at.map_or(OrderKind::Market, |at| OrderKind::Limit { price: price(at) });
    PlaceOrder { instrument: EUR_USD, kind, ..market(account, side, Size::Base(quantity(units))) }
}

fn reducing(units: &str, at: Option<&str>) -> PlaceOrder {
    PlaceOrder { reduce_only: true, ..order(ALICE, Side::Sell, units, at) }
}

/// Alice has bought one hundred.
fn long() -> World {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.10000", "1.10010", "100000")).unwrap();
    world.place(order(ALICE, Side::Buy, "100", None)).unwrap();
    world
}

fn net(world: &World) -> Option<(Side, String)> {
    let holdings = world.engine.holdings(ALICE).unwrap();
    holdings.position(EUR_USD).map(|position| (position.side, position.quantity.to_string()))
}

#[test]
fn more_than_the_position_is_refused_with_the_numbers() {
    let mut world = long();
    let above = |given: &str, reducible: &str| Reject::QuantityAbovePosition {
        given: quantity(given),
        reducible: quantity(reducible),
    };
    assert_eq!(world.place(reducing("101", None)).unwrap_err(), above("101", "100"));
    assert_eq!(world.place(reducing("101", Some("1.2"))).unwrap_err(), above("101", "100"));
    let stop = OrderKind::Stop { trigger: price("1.0") };
    let waiting = PlaceOrder { kind: stop, ..reducing("101", None) };
    assert_eq!(world.place(waiting).unwrap_err(), above("101", "100"));
    let adding = PlaceOrder { side: Side::Buy, ..reducing("1", None) };
    assert_eq!(world.place(adding).unwrap_err(), above("1", "0"));
    world.place(reducing("60", None)).unwrap();
    assert_eq!(net(&world), Some((Side::Buy, "40".to_owned())));
    let resting = world.place(reducing("40", Some("1.2"))).unwrap();
    let more = ReplaceOrder { quantity: Some(quantity("41")), ..ReplaceOrder::new(ALICE, resting.id) };
    assert_eq!(world.run(Command::ReplaceOrder(more)).unwrap_err(), above("41", "40"));
}

#[test]
fn what_waits_is_cut_when_the_position_shrinks_and_canceled_when_it_is_gone() {
    let mut world = long();
    let resting = world.place(reducing("80", Some("1.2"))).unwrap().id;
    let stop = OrderKind::Stop { trigger: price("1.0") };
    let waiting = world.place(PlaceOrder { kind: stop, ..reducing("100", None) }).unwrap().id;
    let outcome = world.run(Command::PlaceOrder(order(ALICE, Side::Sell, "70", None))).unwrap();
    let cut: Vec<_> = outcome
        .events
        .iter()
        .filter(|event| matches!(event.change, Change::OrderReduced(_)))
        .filter_map(|event| event.change.order())
        .map(|order| (order.id, order.leaves.to_string()))
        .collect();
    assert_eq!(cut, [(resting, "30".to_owned()), (waiting, "30".to_owned())]);
    assert_eq!(world.engine.depth(EUR_USD, 5).asks[1].quantity, quantity("30"));
    assert_eq!(
        (world.order(resting).held, world.held(ALICE, USD)),
        (None, amount("0")),
        "margin holds nothing"
    );
    world.place(order(ALICE, Side::Sell, "30", None)).unwrap();
    for id in [resting, waiting] {
        let order = world.order(id);
        assert_eq!(
            (order.status, &order.reason),
            (OrderStatus::Canceled, &Some(StatusReason::NothingToReduce))
        );
    }
    assert_eq!(net(&world), None);
}

#[test]
fn what_is_just_as_large_as_the_position_is_not_cut() {
    let mut world = long();
    let resting = world.place(reducing("60", Some("1.2"))).unwrap();
    let outcome = world.run(Command::PlaceOrder(order(ALICE, Side::Sell, "40", None))).unwrap();
    assert!(!outcome.events.iter().any(|event| matches!(event.change, Change::OrderReduced(_))));
    assert_eq!(world.order(resting.id).version, 1);
}

#[test]
fn one_sweep_over_several_never_turns_the_position() {
    let mut world = long();
    world.run(quote(EUR_USD, "1.10000", "1.30000", "100000")).unwrap();
    world.place(order(ALICE, Side::Sell, "30", Some("1.2"))).unwrap();
    let first = world.place(reducing("50", Some("1.2"))).unwrap().id;
    let second = world.place(reducing("100", Some("1.21"))).unwrap().id;
    let third = world.place(reducing("10", Some("1.22"))).unwrap().id;
    let all = PlaceOrder { time_in_force: TimeInForce::Fok, ..order(BOB, Side::Buy, "101", Some("1.25")) };
    let expected = Reject::NotFillable { ordered: quantity("101"), fillable: quantity("100") };
    assert_eq!(world.place(all).unwrap_err(), expected);
    let taker = world.place(order(BOB, Side::Buy, "150", Some("1.25"))).unwrap();
    assert_eq!((taker.filled, taker.status), (quantity("100"), OrderStatus::PartiallyFilled));
    assert_eq!(net(&world), None);
    assert_eq!(world.order(first).filled, quantity("50"));
    assert_eq!(
        (world.order(second).filled, world.order(second).status),
        (quantity("20"), OrderStatus::Filled)
    );
    assert_eq!(world.order(third).status, OrderStatus::Canceled);
}

#[test]
fn a_spot_order_that_is_cut_lets_go_of_what_it_no_longer_needs() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "30000", "30010", "5")).unwrap();
    world.place(market(ALICE, Side::Buy, Size::Base(quantity("1")))).unwrap();
    let resting = PlaceOrder { reduce_only: true, ..limit(ALICE, Side::Sell, "1", "40000") };
    world.place(resting).unwrap();
    world.place(market(ALICE, Side::Sell, Size::Base(quantity("0.4")))).unwrap();
    assert_eq!(world.held(ALICE, BTC), amount("0.6"));
    world.place(market(ALICE, Side::Sell, Size::Base(quantity("0.6")))).unwrap();
    assert_eq!(world.held(ALICE, BTC), amount("0"));
}

#[test]
fn event_ids_increase_when_a_match_cuts_what_waits() {
    let mut world = long();
    world.place(reducing("100", Some("1.2"))).unwrap();
    let taken = world.place(order(BOB, Side::Buy, "50", Some("1.1"))).unwrap();
    assert_eq!(taken.status, OrderStatus::New);
    world.run(quote(EUR_USD, "1.10000", "1.30000", "0")).unwrap();
    let outcome = world.run(Command::PlaceOrder(order(ALICE, Side::Sell, "50", Some("1.1")))).unwrap();
    assert!(outcome.events.iter().any(|event| matches!(event.change, Change::OrderReduced(_))));
    assert!(outcome.events.iter().map(|event| event.id).is_sorted());
}
