//! Closing a lot or a position by command.

use order_engine::{
    Annotations, CloseLot, ClosePosition, Closing, ClosingCause, Combination, Command, LotId, Order,
    OrderField, OrderStatus, PlaceOrder, PriceBound, Reject, Side, Size, TimeInForce,
};

use crate::support::*;

fn opened(units: &[&str]) -> World {
    let mut world = World::new();
    world.run(quote(EUR_USD, "1.10000", "1.10010", "100000")).unwrap();
    for units in units {
        world.place(order(Side::Buy, units)).unwrap();
    }
    world
}

fn order(side: Side, units: &str) -> PlaceOrder {
    PlaceOrder { instrument: EUR_USD, ..market(ALICE, side, Size::Base(quantity(units))) }
}

fn close_lot(lot: LotId) -> CloseLot {
    CloseLot {
        account: ALICE,
        lot,
        quantity: None,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    }
}

fn close_position() -> ClosePosition {
    ClosePosition {
        account: ALICE,
        instrument: EUR_USD,
        price_bound: PriceBound::default(),
        client_order_id: None,
        annotations: Annotations::default(),
    }
}

fn lots(world: &World) -> Vec<(LotId, String)> {
    world.lots(ALICE, EUR_USD).iter().map(|lot| (lot.id, lot.quantity.to_string())).collect()
}

#[test]
fn a_lot_is_closed_out_of_turn_in_part_and_whole() {
    let mut world = opened(&["100", "200"]);
    let [(first, _), (second, _)] = lots(&world)[..] else { panic!("two lots") };
    let part = CloseLot { quantity: Some(quantity("50")), ..close_lot(second) };
    let outcome = world.run(Command::CloseLot(part)).unwrap();
    let order = outcome.order().cloned().unwrap();
    assert_eq!((order.status, order.side), (OrderStatus::Filled, Side::Sell));
    assert_eq!(order.closing, Some(Closing { lot: Some(second), cause: ClosingCause::Owner }));
    let closed = outcome.executions().next().unwrap().closed[0];
    assert_eq!((closed.lot, closed.quantity, closed.whole), (second, quantity("50"), false));
    assert_eq!(lots(&world), [(first, "100".to_owned()), (second, "150".to_owned())]);
    world.run(Command::CloseLot(close_lot(second))).unwrap();
    assert_eq!(lots(&world), [(first, "100".to_owned())]);
}

#[test]
fn a_position_is_closed_oldest_lot_first_as_far_as_the_book_goes() {
    let mut world = opened(&["100", "200"]);
    let [(first, _), (second, _)] = lots(&world)[..] else { panic!("two lots") };
    world.run(quote(EUR_USD, "1.10000", "1.10010", "250")).unwrap();
    let outcome = world.run(Command::ClosePosition(close_position())).unwrap();
    let closed: Vec<_> =
        outcome.executions().flat_map(|fill| fill.closed.clone()).map(|lot| (lot.lot, lot.whole)).collect();
    assert_eq!(closed, [(first, true), (second, false)]);
    let order: &Order = outcome.order().unwrap();
    assert_eq!((order.status, order.filled), (OrderStatus::Canceled, quantity("250")));
    assert_eq!(lots(&world), [(second, "50".to_owned())]);
}

#[test]
fn what_cannot_be_closed_is_refused() {
    let mut world = opened(&["100"]);
    let (lot, _) = lots(&world)[0];
    let too_much = CloseLot { quantity: Some(quantity("101")), ..close_lot(lot) };
    let expected = Reject::QuantityAboveLot { given: quantity("101"), open: quantity("100") };
    let bound = |lower: &str, upper: Option<&str>| CloseLot {
        price_bound: PriceBound { lower: Some(price(lower)), upper: upper.map(price) },
        ..close_lot(lot)
    };
    let beyond = Reject::BeyondBound { upper: false, bound: price("1.20000"), market: price("1.10000") };
    for (close, expected) in [
        (too_much, expected),
        (bound("1.20000", None), beyond),
        (bound("1.20000", Some("1.1")), Reject::Combination(Combination::CrossedBounds)),
        (CloseLot { quantity: Some(quantity("0")), ..close_lot(lot) }, Reject::SizeNotPositive),
        (CloseLot { account: BOB, ..close_lot(lot) }, Reject::UnknownLot(lot)),
        (close_lot(LotId::new(1)), Reject::UnknownLot(LotId::new(1))),
    ] {
        assert_eq!(world.run(Command::CloseLot(close)).unwrap_err(), expected);
    }
    world.run(quote(EUR_USD, "1.10000", "1.10010", "0")).unwrap();
    assert_eq!(world.run(Command::CloseLot(close_lot(lot))).unwrap_err(), Reject::NoLiquidity);
    assert_eq!(world.run(Command::ClosePosition(close_position())).unwrap_err(), Reject::NoLiquidity);
    let none = ClosePosition { instrument: BTC_USD, ..close_position() };
    assert_eq!(world.run(Command::ClosePosition(none)).unwrap_err(), Reject::NoPosition(BTC_USD));
}

#[test]
fn a_close_that_is_sent_again_is_not_made_again() {
    let mut world = opened(&["100", "100"]);
    let (lot, _) = lots(&world)[0];
    let close = CloseLot { client_order_id: Some(client_id("close")), ..close_lot(lot) };
    let order = world.run(Command::CloseLot(close.clone())).unwrap().about.unwrap();
    assert_eq!(world.run(Command::CloseLot(close)).unwrap_err(), Reject::AlreadyExists { order });
    let other = ClosePosition { client_order_id: Some(client_id("close")), ..close_position() };
    let refused = world.run(Command::ClosePosition(other)).unwrap_err();
    assert!(matches!(refused, Reject::ExistsWithDifferent { .. }));
    assert_eq!(lots(&world).len(), 1);
}

#[test]
fn a_spot_position_is_closed_with_what_is_free() {
    let mut world = World::new();
    world.run(quote(ADA_USD, "1.0000", "1.0010", "20000")).unwrap();
    let buy = market(ALICE, Side::Buy, Size::Base(quantity("100")));
    world.place(PlaceOrder { instrument: ADA_USD, ..buy }).unwrap();
    let offered = limit(ALICE, Side::Sell, "10060", "9.0000");
    world.place(PlaceOrder { instrument: ADA_USD, ..offered }).unwrap();
    let close = ClosePosition { instrument: ADA_USD, ..close_position() };
    // One hundred less a tenth of a percent, less sixty; more than the minimum of an order it need not be.
    let order = world.run(Command::ClosePosition(close)).unwrap().order().cloned().unwrap();
    assert_eq!((order.status, order.quantity), (OrderStatus::Filled, quantity("39.9")));
}

#[test]
fn a_close_of_a_position_that_is_sent_again_is_the_one_of_its_instrument() {
    let mut world = opened(&["100"]);
    let close = ClosePosition { client_order_id: Some(client_id("close")), ..close_position() };
    let order = world.run(Command::ClosePosition(close.clone())).unwrap().about.unwrap();
    let again = world.run(Command::ClosePosition(close.clone())).unwrap_err();
    assert_eq!(again, Reject::AlreadyExists { order });
    let elsewhere = ClosePosition { instrument: BTC_USD, ..close };
    let refused = world.run(Command::ClosePosition(elsewhere)).unwrap_err();
    assert_eq!(refused, Reject::ExistsWithDifferent { order, field: OrderField::Other });
}

#[test]
fn the_bounds_of_a_close_may_meet_but_not_cross() {
    let mut world = opened(&["100", "200"]);
    let bounded = |lower: &str, upper: &str| ClosePosition {
        price_bound: PriceBound { lower: Some(price(lower)), upper: Some(price(upper)) },
        ..close_position()
    };
    let refused = world.run(Command::ClosePosition(bounded("1.10001", "1.10000"))).unwrap_err();
    assert_eq!(refused, Reject::Combination(Combination::CrossedBounds));
    let closed =
        world.run(Command::ClosePosition(bounded("1.10000", "1.10000"))).unwrap().order().cloned().unwrap();
    assert_eq!((closed.status, closed.filled), (OrderStatus::Filled, quantity("300")));
}

#[test]
fn a_closing_order_has_what_its_command_says() {
    let mut world = opened(&["100"]);
    let (lot, _) = lots(&world)[0];
    let annotations = Annotations::new([("a.key", "value")]).unwrap();
    let price_bound = PriceBound { lower: Some(price("1.00000")), upper: None };
    // As much as the lot has is not too much.
    let close = CloseLot {
        quantity: Some(quantity("100")),
        price_bound,
        client_order_id: Some(client_id("close")),
        annotations: annotations.clone(),
        ..close_lot(lot)
    };
    let order = world.run(Command::CloseLot(close)).unwrap().order().cloned().unwrap();
    assert_eq!((order.status, order.filled), (OrderStatus::Filled, quantity("100")));
    assert_eq!((order.time_in_force, order.reduce_only), (TimeInForce::Ioc, true));
    assert_eq!((order.price_bound, &order.annotations), (price_bound, &annotations));
    assert_eq!(order.client_order_id, Some(client_id("close")));
}
