//! Replacing, succeeding, canceling and restating orders.

use crate::support::*;
use order_engine::{
    Annotations, CancelOrder, CancelOrders, Change, Combination, Command, OrderField, OrderId, OrderKind,
    OrderStatus, PlaceOrder, Reject, ReplaceOrder, RestateOrder, RestatedStatus, Side, StatusReason,
    SucceedOrder, SuccessorSize, TimeInForce,
};

fn replace(order: OrderId) -> ReplaceOrder {
    ReplaceOrder::new(ALICE, order)
}

fn succeed(order: OrderId, size: SuccessorSize) -> SucceedOrder {
    SucceedOrder {
        account: ALICE,
        order,
        client_order_id: None,
        price: Some(price("25000")),
        size,
        time_in_force: None,
        post_only: None,
        annotations: None,
    }
}

fn restate(order: OrderId, status: RestatedStatus) -> RestateOrder {
    RestateOrder {
        order,
        price: None,
        quantity: None,
        time_in_force: None,
        trigger: None,
        status,
        request_id: None,
        annotations: Annotations::default(),
    }
}

fn cancel(order: OrderId) -> Command {
    Command::CancelOrder(CancelOrder { account: ALICE, order, client_order_id: None })
}

#[test]
fn less_quantity_keeps_the_place_in_the_queue_and_anything_else_loses_it() {
    let mut world = World::new();
    let first = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let second = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let less = ReplaceOrder { quantity: Some(quantity("0.2")), ..replace(first.id) };
    world.run(Command::ReplaceOrder(less)).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("14000"));
    world.place(limit(BOB, Side::Sell, "0.1", "20000")).unwrap();
    assert_eq!(world.order(first.id).filled, quantity("0.1"));
    let more = ReplaceOrder { quantity: Some(quantity("0.4")), ..replace(first.id) };
    let more = world.run(Command::ReplaceOrder(more)).unwrap().order().cloned().unwrap();
    assert_eq!((more.status, more.leaves), (OrderStatus::PartiallyFilled, quantity("0.3")));
    world.place(limit(BOB, Side::Sell, "0.5", "20000")).unwrap();
    assert_eq!(world.order(second.id).status, OrderStatus::Filled);
    assert_eq!(world.order(first.id).leaves, quantity("0.3"));
}

#[test]
fn a_replacement_that_crosses_trades() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    world.place(limit(BOB, Side::Sell, "0.2", "21000")).unwrap();
    let crossing = ReplaceOrder {
        price: Some(price("22000")),
        client_order_id: Some(client_id("second")),
        ..replace(order.id)
    };
    let outcome = world.run(Command::ReplaceOrder(crossing)).unwrap();
    let order = outcome.order().cloned().unwrap();
    assert_eq!((order.status, order.filled), (OrderStatus::PartiallyFilled, quantity("0.2")));
    assert_eq!(order.filled_notional, amount("4200"));
    assert_eq!(world.held(ALICE, USD), amount("6600"));
    assert_eq!((order.client_order_id.clone(), order.request_id.clone()), (None, Some(client_id("second"))));
    assert!(matches!(outcome.events[0].change, Change::OrderReplaced(_)));
}

#[test]
fn a_remainder_that_takes_after_a_replacement_holds_no_more_than_it_needs() {
    let mut world = World::new();
    world.place(limit(BOB, Side::Sell, "1", "20000")).unwrap();
    let first = OrderKind::MarketToLimit { rest_at: price("19900") };
    let order = PlaceOrder { kind: first, ..limit(ALICE, Side::Buy, "3", "19900") };
    let order = world.place(order).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("39800"));
    world.place(limit(BOB, Side::Sell, "1", "20100")).unwrap();
    let crossing = ReplaceOrder { price: Some(price("20200")), ..replace(order.id) };
    let order = world.run(Command::ReplaceOrder(crossing)).unwrap().order().cloned().unwrap();
    assert_eq!((order.status, order.leaves), (OrderStatus::PartiallyFilled, quantity("1")));
    assert_eq!(world.held(ALICE, USD), amount("20200"), "one is left, at the limit");
}

#[test]
fn replacements_are_refused_with_the_reason() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    world.place(limit(BOB, Side::Sell, "0.2", "20000")).unwrap();
    let post_only = PlaceOrder { post_only: true, ..limit(ALICE, Side::Buy, "0.1", "19000") };
    let post_only = world.place(post_only).unwrap();
    world.place(limit(BOB, Side::Sell, "0.2", "21000")).unwrap();
    let gone = world.place(limit(ALICE, Side::Buy, "0.1", "18000")).unwrap();
    world.run(cancel(gone.id)).unwrap();
    let filled = quantity("0.2");
    let cases = [
        (replace(OrderId::new(9999)), Reject::UnknownOrder(OrderId::new(9999))),
        (ReplaceOrder { account: BOB, ..replace(order.id) }, Reject::UnknownOrder(order.id)),
        (
            ReplaceOrder { price: Some(price("1")), ..replace(gone.id) },
            Reject::OrderClosed { order: gone.id, status: OrderStatus::Canceled },
        ),
        (replace(order.id), Reject::NothingToReplace),
        (
            ReplaceOrder { quantity: Some(filled), ..replace(order.id) },
            Reject::QuantityNotAboveFilled { given: filled, filled },
        ),
        (
            ReplaceOrder { price: Some(price("20000.001")), ..replace(order.id) },
            Reject::PriceTooPrecise { given: price("20000.001"), scale: 2 },
        ),
        (
            ReplaceOrder { quantity: Some(quantity("50")), ..replace(order.id) },
            Reject::InsufficientFunds { asset: USD, needed: amount("996000"), available: amount("94100") },
        ),
        (
            ReplaceOrder { price: Some(price("21000")), ..replace(post_only.id) },
            Reject::WouldTakeLiquidity { best: price("21000") },
        ),
    ];
    let before = world.engine.state_hash();
    for (command, expected) in cases {
        assert_eq!(world.run(Command::ReplaceOrder(command)).unwrap_err(), expected);
        assert_eq!(world.engine.state_hash(), before, "{expected} changed something");
    }
}

#[test]
fn a_successor_keeps_what_its_predecessor_held() {
    let mut world = World::new();
    let buy = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let outcome = world.run(Command::SucceedOrder(succeed(buy.id, SuccessorSize::Held))).unwrap();
    let successor = outcome.order().cloned().unwrap();
    assert_eq!((successor.quantity, successor.predecessor), (quantity("0.4"), Some(buy.id)));
    let old = world.order(buy.id);
    assert_eq!((old.status, old.successor), (OrderStatus::Replaced, Some(successor.id)));
    assert_eq!(world.held(ALICE, USD), amount("10000"));
    let sell = world.place(limit(ALICE, Side::Sell, "0.5", "30000")).unwrap();
    let outcome = world.run(Command::SucceedOrder(SucceedOrder {
        price: Some(price("31000")),
        ..succeed(sell.id, SuccessorSize::Held)
    }));
    assert_eq!(outcome.unwrap().order().cloned().unwrap().quantity, quantity("0.5"));
}

#[test]
fn a_refused_successor_leaves_its_predecessor_working() {
    let mut world = World::new();
    let buy = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    world.place(limit(BOB, Side::Sell, "0.2", "24000")).unwrap();
    let crossing = SucceedOrder { post_only: Some(true), ..succeed(buy.id, SuccessorSize::Leaves) };
    let outcome = world.run(Command::SucceedOrder(crossing)).unwrap();
    assert_eq!(outcome.order().cloned().unwrap().status, OrderStatus::Rejected);
    assert_eq!(world.order(buy.id).status, OrderStatus::New);
    let poor = SucceedOrder {
        size: SuccessorSize::Of(order_engine::Size::Base(quantity("50"))),
        ..succeed(buy.id, SuccessorSize::Leaves)
    };
    let refused = world.run(Command::SucceedOrder(poor)).unwrap_err();
    assert!(matches!(refused, Reject::InsufficientFunds { .. }));
    assert_eq!(world.order(buy.id).status, OrderStatus::New);
}

#[test]
fn canceling_releases_holds_once() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let canceled = world.run(cancel(order.id)).unwrap().order().cloned().unwrap();
    assert_eq!((canceled.status, canceled.leaves), (OrderStatus::Canceled, quantity("0")));
    assert_eq!(world.held(ALICE, USD), amount("0"));
    assert!(world.engine.depth(BTC_USD, 1).bids.is_empty());
    let again = Reject::OrderClosed { order: order.id, status: OrderStatus::Canceled };
    assert_eq!(world.run(cancel(order.id)).unwrap_err(), again);
}

#[test]
fn cancel_all_takes_what_matches_and_leaves_the_rest() {
    let mut world = World::new();
    let buy = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let sell = world.place(limit(ALICE, Side::Sell, "0.5", "30000")).unwrap();
    let other = world.place(limit(BOB, Side::Buy, "0.5", "20000")).unwrap();
    let all = CancelOrders {
        account: ALICE,
        instruments: None,
        side: Some(Side::Buy),
        classes: None,
        staged: false,
        short_sale: None,
    };
    let until = Some(world.now.plus_seconds(60));
    let staged =
        world.place(PlaceOrder { staged_until: until, ..limit(ALICE, Side::Buy, "0.5", "10000") }).unwrap();
    let outcome = world.run(Command::CancelOrders(all.clone())).unwrap();
    assert_eq!(outcome.events.len(), 1);
    let statuses = [buy.id, sell.id, other.id, staged.id].map(|id| world.order(id).status);
    assert_eq!(
        statuses,
        [OrderStatus::Canceled, OrderStatus::New, OrderStatus::New, OrderStatus::PendingNew]
    );
    world.run(Command::CancelOrders(CancelOrders { staged: true, ..all })).unwrap();
    assert_eq!(world.order(staged.id).status, OrderStatus::Canceled);
}

#[test]
fn an_operator_restates_terms_status_and_texts_but_not_history() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let texts = RestateOrder {
        annotations: Annotations::new([("note", "by hand")]).unwrap(),
        quantity: Some(quantity("0.3")),
        price: Some(price("19000")),
        ..restate(order.id, RestatedStatus::Keep)
    };
    let restated = world.run(Command::RestateOrder(texts)).unwrap().order().cloned().unwrap();
    assert_eq!((restated.leaves, restated.annotations.get("note")), (quantity("0.3"), Some("by hand")));
    assert_eq!(world.held(ALICE, USD), amount("5700"));
    assert_eq!(world.engine.depth(BTC_USD, 1).bids[0].price, price("19000"));
    world.place(limit(BOB, Side::Sell, "0.1", "25000")).unwrap();
    let crossing = RestateOrder { price: Some(price("26000")), ..restate(order.id, RestatedStatus::Keep) };
    let refused = world.run(Command::RestateOrder(crossing)).unwrap_err();
    assert_eq!(refused, Reject::WouldTakeLiquidity { best: price("25000") });
    let both = RestateOrder { price: Some(price("18000")), ..restate(order.id, RestatedStatus::Canceled) };
    let refused = world.run(Command::RestateOrder(both)).unwrap_err();
    assert_eq!(refused, Reject::CannotRestate(OrderField::Other));
    let closed = world.run(Command::RestateOrder(restate(order.id, RestatedStatus::Expired))).unwrap();
    let closed = closed.order().cloned().unwrap();
    assert_eq!((closed.status, closed.reason.clone()), (OrderStatus::Expired, Some(StatusReason::Restated)));
    assert_eq!(world.held(ALICE, USD), amount("0"));
    let reopened = restate(order.id, RestatedStatus::Canceled);
    let refused = world.run(Command::RestateOrder(reopened)).unwrap_err();
    assert_eq!(refused, Reject::OrderClosed { order: order.id, status: OrderStatus::Expired });
}

#[test]
fn a_reset_forgets_everything() {
    let mut world = World::new();
    world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    assert_eq!(world.engine.orders().count(), 1);
    world.run(Command::Reset).unwrap();
    assert_eq!((world.engine.now(), world.engine.orders().count()), (world.now, 0));
    assert_eq!(world.engine.reference().accounts().len(), 1, "the house is always there");
    assert!(world.engine.reference().instruments().is_empty());
    assert!(world.engine.take_touched().reset);
}

#[test]
fn a_replacement_may_last_longer_but_not_be_immediate() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap();
    let lasting = |time_in_force| {
        Command::ReplaceOrder(ReplaceOrder { time_in_force: Some(time_in_force), ..replace(order.id) })
    };
    for immediate in [TimeInForce::Ioc, TimeInForce::Fok] {
        let refused = world.run(lasting(immediate)).unwrap_err();
        assert_eq!(refused, Reject::Combination(Combination::ImmediateReplacement));
    }
    let changed = world.run(lasting(TimeInForce::Day)).unwrap().order().cloned().unwrap();
    assert_eq!(changed.time_in_force, TimeInForce::Day);
    assert_eq!(changed.kind, order.kind);
}

#[test]
fn a_restatement_may_repeat_what_stands_and_its_own_ids() {
    let mut world = World::new();
    let named =
        PlaceOrder { client_order_id: Some(client_id("own")), ..limit(ALICE, Side::Buy, "0.5", "20000") };
    let order = world.place(named).unwrap();
    let other =
        PlaceOrder { client_order_id: Some(client_id("other")), ..limit(ALICE, Side::Buy, "0.5", "19000") };
    let other = world.place(other).unwrap();
    let asked = |id: &str| RestateOrder {
        request_id: Some(client_id(id)),
        ..restate(order.id, RestatedStatus::Keep)
    };
    let refused = world.run(Command::RestateOrder(asked("other"))).unwrap_err();
    assert_eq!(refused, Reject::ExistsWithDifferent { order: other.id, field: OrderField::Other });
    for id in ["own", "request", "request"] {
        let restated = world.run(Command::RestateOrder(asked(id))).unwrap().order().cloned().unwrap();
        assert_eq!(restated.request_id, Some(client_id(id)));
    }
    // What is as it stands is no change of terms, and a change of time in force alone is one.
    let same = RestateOrder {
        price: Some(price("20000")),
        quantity: Some(quantity("0.5")),
        time_in_force: Some(TimeInForce::Gtc),
        ..restate(order.id, RestatedStatus::Canceled)
    };
    let longer = RestateOrder { time_in_force: Some(TimeInForce::Day), ..same.clone() };
    let refused = world.run(Command::RestateOrder(longer)).unwrap_err();
    assert_eq!(refused, Reject::CannotRestate(OrderField::Other));
    let closed = world.run(Command::RestateOrder(same)).unwrap().order().cloned().unwrap();
    assert_eq!(closed.status, OrderStatus::Canceled);
}
