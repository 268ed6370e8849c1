//! Halts, and what they interrupt.

use order_engine::{
    CancelOrder, Change, Command, OrderKind, OrderStatus, PlaceOrder, Queue, Reject, ReplaceOrder, Side,
    TimeInForce,
};

use super::*;
use crate::support::*;

#[test]
fn a_halt_suspends_what_works_and_the_end_of_it_lets_it_go_on() {
    let mut world = world();
    world.at(300);
    let resting = world.place(limit(ALICE, Side::Buy, "2", "100")).unwrap();
    world.place(limit(BOB, Side::Sell, "1", "100")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("103") }, ..market_buy() };
    let stop = world.place(stop).unwrap();
    let changes: Vec<_> = world.run(halt()).unwrap().events;
    assert!(matches!(&changes[0].change, Change::TradingHalted { reason, .. } if reason.as_str() == "news"));
    let suspended = |order: &Order| (world.status(order), world.order(order.id).held.is_some());
    assert_eq!(suspended(&resting), (OrderStatus::Suspended, true));
    assert_eq!(suspended(&stop), (OrderStatus::Suspended, true));
    assert_eq!(world.run(halt()), Err(Reject::TradingHalted(BTC_USD)));
    let waiting = world.place(limit(BOB, Side::Sell, "1", "100")).unwrap();
    assert_eq!(
        (waiting.status, waiting.queue),
        (OrderStatus::PendingNew, Some(Queue::Waiting { releases_at: None }))
    );
    world.run(quote(BTC_USD, "103", "104", "5")).unwrap();
    assert_eq!(world.status(&stop), OrderStatus::Suspended);
    let restored = crate::images::restored(&world.engine);
    assert_eq!(restored.market_state(BTC_USD), world.engine.market_state(BTC_USD));
    world.run(RESUME).unwrap();
    assert_eq!(world.status(&resting), OrderStatus::PartiallyFilled);
    assert_eq!(world.status(&stop), OrderStatus::Filled);
    let sold = world.order(waiting.id);
    assert_eq!(sold.average_price().unwrap().to_string(), "103", "the house came first");
    assert_eq!(world.run(RESUME), Err(Reject::TradingNotHalted(BTC_USD)));
}

#[test]
fn a_book_that_was_crossed_during_a_halt_is_uncrossed_when_it_ends() {
    let mut world = world();
    world.at(300);
    let older = world.place(limit(ALICE, Side::Buy, "2", "100")).unwrap();
    let better = world.place(limit(BOB, Side::Buy, "2", "100.50")).unwrap();
    world.run(halt()).unwrap();
    world.run(quote(BTC_USD, "97", "98", "3")).unwrap();
    let events = world.run(RESUME).unwrap().events;
    let fills: Vec<_> = events.iter().filter_map(|event| event.change.execution()).collect();
    let told: Vec<_> = fills.iter().map(|fill| (fill.order, fill.price, fill.quantity)).collect();
    assert_eq!(told, [(better.id, price("100.50"), quantity("2")), (older.id, price("100"), quantity("1")),]);
}

#[test]
fn orders_can_be_canceled_and_end_during_a_halt_but_not_changed() {
    let mut world = world();
    world.at(300);
    let order = world.place(buy("98")).unwrap();
    let day = world.place(lasting(TimeInForce::Day, buy("98"))).unwrap();
    let close = world.place(lasting(TimeInForce::AtClose, buy("98"))).unwrap();
    world.run(halt()).unwrap();
    let replace = ReplaceOrder { price: Some(price("97")), ..ReplaceOrder::new(ALICE, order.id) };
    assert_eq!(world.run(Command::ReplaceOrder(replace)), Err(Reject::TradingHalted(BTC_USD)));
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(400);
    assert_eq!((world.status(&day), world.status(&close)), (OrderStatus::Expired, OrderStatus::Expired));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_halt_outlasts_sessions() {
    let mut world = world();
    world.at(300);
    let regular = world.place(buy("98")).unwrap();
    world.run(halt()).unwrap();
    let queued = world.place(buy("102")).unwrap();
    world.at(1_150);
    let state = world.engine.market_state(BTC_USD).unwrap();
    assert_eq!((state.session, state.is_trading()), (Some(SessionKind::PreMarket), false));
    world.run(RESUME).unwrap();
    assert_eq!(
        (world.status(&regular), world.order(queued.id).releases_at()),
        (OrderStatus::New, Some(after(1_200)))
    );
    world.at(1_200);
    assert_eq!(world.status(&queued), OrderStatus::Filled);
    assert_eq!(world.engine.depth(BTC_USD, 9).bids[1].price, price("98"));
}

#[test]
fn a_release_that_comes_during_a_halt_waits_for_its_end() {
    let mut world = world();
    world.at(300);
    let order = PlaceOrder { release_at: Some(after(320)), ..market_buy() };
    let order = world.place(order).unwrap();
    world.run(halt()).unwrap();
    world.at(330);
    assert_eq!(world.order(order.id).queue, Some(Queue::Waiting { releases_at: None }));
    world.run(RESUME).unwrap();
    assert_eq!(world.status(&order), OrderStatus::Filled);
}
