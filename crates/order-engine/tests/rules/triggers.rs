//! Orders that wait for the market.
#![expect(clippy::wildcard_enum_match_arm, reason = "only what fired is of interest")]

use std::sync::Arc;

use order_engine::{
    BasisPoints, Change, Combination, Command, Direction, InstrumentId, Offset, Order, OrderKind,
    OrderStatus, PlaceOrder, PriceBound, PriceDifference, Reject, ReplaceOrder, Side, Size,
};

use crate::support::*;

fn waiting(side: Side, kind: OrderKind, size: &str) -> PlaceOrder {
    PlaceOrder::new(ALICE, BTC_USD, side, kind, Size::Base(quantity(size)))
}

fn stop(side: Side, trigger: &str) -> PlaceOrder {
    waiting(side, OrderKind::Stop { trigger: price(trigger) }, "0.1")
}

fn quoted(bid: &str, ask: &str) -> World {
    let mut world = World::new();
    world.run(quote(BTC_USD, bid, ask, "5")).unwrap();
    world
}

fn move_to(world: &mut World, instrument: InstrumentId, bid: &str, ask: &str) {
    world.run(quote(instrument, bid, ask, "5")).unwrap();
}

fn shown(order: &Arc<Order>) -> (OrderStatus, Option<String>) {
    (order.status, order.average_price().map(|price| price.to_string()))
}

#[test]
fn a_stop_waits_holds_its_funds_and_fires_when_the_market_comes() {
    let mut world = quoted("29990", "30010");
    let buy = world.place(stop(Side::Buy, "31000")).unwrap();
    let sell = world.place(stop(Side::Sell, "29000")).unwrap();
    assert!(buy.is_armed() && sell.is_armed());
    assert_eq!((buy.status, world.held(ALICE, USD)), (OrderStatus::New, amount("3100")));
    assert_eq!(world.held(ALICE, BTC), amount("0.1"));
    assert_eq!(world.engine.depth(BTC_USD, 5).bids.len(), 1, "a waiting order is not on the book");
    move_to(&mut world, BTC_USD, "30970", "30990");
    assert!(world.order(buy.id).is_armed());
    move_to(&mut world, BTC_USD, "30990", "31010");
    assert_eq!(shown(world.order(buy.id)), (OrderStatus::Filled, Some("31010".to_owned())));
    move_to(&mut world, BTC_USD, "28900", "28920");
    assert_eq!(shown(world.order(sell.id)), (OrderStatus::Filled, Some("28900".to_owned())));
    assert_eq!((world.held(ALICE, USD), world.held(ALICE, BTC)), (amount("0"), amount("0")));
    assert!(world.order(sell.id).trigger.unwrap().fired_at.is_some());
}

#[test]
fn a_stop_whose_trigger_is_reached_already_fires_at_once() {
    let mut world = quoted("29990", "30010");
    let order = world.place(stop(Side::Buy, "30000")).unwrap();
    assert_eq!(order.status, OrderStatus::Filled);
}

#[test]
fn a_stop_limit_rests_at_its_limit_once_it_has_fired() {
    let mut world = quoted("29990", "30010");
    let kind = OrderKind::StopLimit { trigger: price("31000"), price: price("31005") };
    let order = world.place(waiting(Side::Buy, kind, "0.1")).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("3100.5"));
    move_to(&mut world, BTC_USD, "31100", "31120");
    let live = Arc::clone(world.order(order.id));
    assert_eq!((live.status, live.is_armed()), (OrderStatus::New, false));
    assert_eq!(world.engine.depth(BTC_USD, 5).bids[1].price, price("31005"));
    move_to(&mut world, BTC_USD, "30900", "31000");
    assert_eq!(shown(world.order(order.id)), (OrderStatus::Filled, Some("31005".to_owned())));
}

#[test]
fn a_touch_fires_from_the_side_that_the_market_was_on() {
    let mut world = quoted("29990", "30010");
    let touch =
        |side, trigger: &str| waiting(side, OrderKind::MarketIfTouched { trigger: price(trigger) }, "0.1");
    let below = world.place(touch(Side::Buy, "29500")).unwrap();
    let above = world.place(touch(Side::Buy, "30500")).unwrap();
    let direction = |order: &Arc<Order>| order.trigger.unwrap().direction;
    assert_eq!((direction(&below), direction(&above)), (Direction::Falling, Direction::Rising));
    move_to(&mut world, BTC_USD, "29480", "29500");
    assert_eq!(world.order(below.id).status, OrderStatus::Filled);
    assert!(world.order(above.id).is_armed());
    move_to(&mut world, BTC_USD, "30490", "30510");
    assert_eq!(shown(world.order(above.id)), (OrderStatus::Filled, Some("30510".to_owned())));
}

#[test]
fn a_trailing_stop_follows_the_best_price_and_never_goes_back() {
    let mut world = quoted("50000", "50010");
    let offset = Offset::Price(price("200"));
    let kind =
        OrderKind::TrailingStopLimit { offset, limit_offset: PriceDifference::new("50".parse().unwrap()) };
    let order = world.place(waiting(Side::Sell, kind, "0.1")).unwrap();
    let seen = |world: &World| {
        let trigger = world.order(order.id).trigger.unwrap();
        (trigger.watermark.unwrap().price, trigger.price, trigger.limit.unwrap())
    };
    assert_eq!(seen(&world), (price("50000"), price("49800"), price("49750")));
    move_to(&mut world, BTC_USD, "50300", "50310");
    assert_eq!(seen(&world), (price("50300"), price("50100"), price("50050")));
    move_to(&mut world, BTC_USD, "50150", "50160");
    assert_eq!(seen(&world), (price("50300"), price("50100"), price("50050")));
    move_to(&mut world, BTC_USD, "50080", "50090");
    assert_eq!(shown(world.order(order.id)), (OrderStatus::Filled, Some("50080".to_owned())));
}

#[test]
fn a_trailing_stop_in_basis_points_follows_down_for_a_buy() {
    let mut world = quoted("39990", "40000");
    let kind = OrderKind::TrailingStop { offset: Offset::BasisPoints(BasisPoints::new(115)) };
    let order = world.place(waiting(Side::Buy, kind, "0.1")).unwrap();
    assert_eq!(order.trigger.unwrap().price, price("40460"));
    move_to(&mut world, BTC_USD, "38990", "39000");
    assert_eq!(world.order(order.id).trigger.unwrap().price, price("39448.5"));
    move_to(&mut world, BTC_USD, "39440", "39450");
    assert_eq!(shown(world.order(order.id)), (OrderStatus::Filled, Some("39450".to_owned())));
}

#[test]
fn fired_orders_may_fire_others() {
    let mut world = World::new();
    for (size, at) in [("0.1", "30000"), ("0.1", "30100"), ("0.1", "30200")] {
        world.place(limit(BOB, Side::Sell, size, at)).unwrap();
    }
    let first = world.place(stop(Side::Buy, "30050")).unwrap();
    let second = world.place(stop(Side::Buy, "30150")).unwrap();
    let outcome =
        world.run(Command::PlaceOrder(market(BOB, Side::Buy, Size::Base(quantity("0.1"))))).unwrap();
    let fired: Vec<_> = outcome
        .events
        .iter()
        .filter_map(|event| match &event.change {
            Change::OrderTriggered(order) => Some(order.id),
            _ => None,
        })
        .collect();
    assert_eq!(fired, [first.id, second.id]);
    assert_eq!(shown(world.order(first.id)), (OrderStatus::Filled, Some("30100".to_owned())));
    assert_eq!(shown(world.order(second.id)), (OrderStatus::Filled, Some("30200".to_owned())));
}

#[test]
fn a_fired_order_that_cannot_be_filled_is_canceled_with_the_reason() {
    let mut world = quoted("29990", "30010");
    let bounded = PlaceOrder {
        price_bound: PriceBound { lower: None, upper: Some(price("31005")) },
        ..stop(Side::Buy, "31000")
    };
    let bounded = world.place(bounded).unwrap();
    let poor = world.place(waiting(Side::Buy, OrderKind::Stop { trigger: price("31000") }, "3.1")).unwrap();
    move_to(&mut world, BTC_USD, "32000", "32500");
    let expected = Reject::BeyondBound { upper: true, bound: price("31005"), market: price("32500") };
    assert_eq!(world.order(bounded.id).refusal(), Some(&expected));
    assert!(matches!(world.order(poor.id).refusal(), Some(Reject::InsufficientFunds { .. })));
    assert_eq!(world.order(poor.id).status, OrderStatus::Canceled);
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_waiting_order_can_be_changed_and_canceled() {
    let mut world = quoted("29990", "30010");
    let order = world.place(stop(Side::Buy, "31000")).unwrap();
    let replace = |order, trigger: Option<&str>, at: Option<&str>| {
        Command::ReplaceOrder(ReplaceOrder {
            price: at.map(price),
            trigger: trigger.map(price),
            quantity: Some(quantity("0.2")),
            ..ReplaceOrder::new(ALICE, order)
        })
    };
    let changed = world.run(replace(order.id, Some("32000"), None)).unwrap().order().cloned().unwrap();
    assert_eq!((changed.trigger.unwrap().price, changed.leaves), (price("32000"), quantity("0.2")));
    assert_eq!(world.held(ALICE, USD), amount("6400"));
    move_to(&mut world, BTC_USD, "31490", "31500");
    assert!(world.order(order.id).is_armed());
    let refused = world.run(replace(order.id, None, Some("31000"))).unwrap_err();
    assert_eq!(refused, Reject::Combination(Combination::PriceWithoutLimit));
    let fires = world.run(replace(order.id, Some("31500"), None)).unwrap().order().cloned().unwrap();
    assert_eq!((fires.status, fires.filled), (OrderStatus::Filled, quantity("0.2")));
    let other = world.place(stop(Side::Sell, "20000")).unwrap();
    let cancel = order_engine::CancelOrder { account: ALICE, order: other.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    move_to(&mut world, BTC_USD, "19000", "19010");
    assert_eq!(world.order(other.id).status, OrderStatus::Canceled);
    assert_eq!(world.held(ALICE, BTC), amount("0"));
}

#[test]
fn what_cannot_wait_is_refused() {
    let mut world = World::new();
    let touch = waiting(Side::Buy, OrderKind::MarketIfTouched { trigger: price("29500") }, "0.1");
    assert_eq!(world.place(touch).unwrap_err(), Reject::NoLiquidity);
    move_to(&mut world, BTC_USD, "100", "101");
    let trailing = |offset: &str| {
        let offset = Offset::Price(price(offset));
        waiting(Side::Sell, OrderKind::TrailingStop { offset }, "0.1")
    };
    let refused = world.place(trailing("100")).unwrap_err();
    assert_eq!(refused, Reject::OffsetOutOfRange { market: price("100") });
    let post_only = PlaceOrder { post_only: true, ..stop(Side::Buy, "120") };
    let refused = world.place(post_only).unwrap_err();
    assert_eq!(refused, Reject::Combination(Combination::PostOnlyWithoutLimit));
    let refused = world.place(stop(Side::Buy, "120.001")).unwrap_err();
    assert_eq!(refused, Reject::PriceTooPrecise { given: price("120.001"), scale: 2 });
}

#[test]
fn a_trigger_moves_while_it_waits_and_not_once_it_has_fired() {
    let mut world = quoted("29990", "30010");
    let moved = |order: &Order, at: &str| {
        let changes = ReplaceOrder { trigger: Some(price(at)), ..ReplaceOrder::new(ALICE, order.id) };
        Command::ReplaceOrder(changes)
    };
    let kinds = [
        OrderKind::StopLimit { trigger: price("31000"), price: price("31000") },
        OrderKind::MarketIfTouched { trigger: price("29000") },
        OrderKind::Stop { trigger: price("31000") },
    ];
    let orders = kinds.map(|kind| world.place(waiting(Side::Buy, kind, "0.1")).unwrap());
    for (order, at) in orders.iter().zip(["31500", "28500", "31600"]) {
        let changed = world.run(moved(order, at)).unwrap().order().cloned().unwrap();
        assert_eq!(changed.kind.trigger_price(), Some(price(at)));
        assert_eq!(changed.trigger.unwrap().price, price(at));
        assert!(changed.is_armed());
    }
    // Once it has fired, what the first would take is above its limit, and it rests there.
    move_to(&mut world, BTC_USD, "31490", "31500");
    let [first, ..] = &orders;
    let resting = world.order(first.id).clone();
    assert_eq!((resting.status, resting.is_armed()), (OrderStatus::New, false));
    let refused = world.run(moved(&resting, "31000")).unwrap_err();
    assert_eq!(refused, Reject::Combination(Combination::TriggerWithoutStop));
}

#[test]
fn a_trigger_that_is_moved_to_where_the_market_is_fires() {
    let mut world = quoted("29990", "30010");
    let order = world.place(stop(Side::Sell, "20000")).unwrap();
    let moved = |at: &str| {
        let changes = ReplaceOrder { trigger: Some(price(at)), ..ReplaceOrder::new(ALICE, order.id) };
        Command::ReplaceOrder(changes)
    };
    let waiting = world.run(moved("29989.99")).unwrap().order().cloned().unwrap();
    assert!(waiting.is_armed());
    let fired = world.run(moved("29990")).unwrap().order().cloned().unwrap();
    assert_eq!(shown(&fired), (OrderStatus::Filled, Some("29990".to_owned())));
}

#[test]
fn an_order_that_is_touched_as_it_comes_waits_for_a_fall() {
    let mut world = quoted("29990", "30010");
    let kind = OrderKind::MarketIfTouched { trigger: price("30010") };
    let outcome = world.run(Command::PlaceOrder(waiting(Side::Buy, kind, "0.1"))).unwrap();
    let order = outcome.order().cloned().unwrap();
    assert_eq!(order.status, OrderStatus::Filled);
    assert_eq!(order.versions().last().unwrap().trigger.unwrap().direction, Direction::Falling);
}
