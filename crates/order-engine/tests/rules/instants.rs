//! What one instant brings to many orders at once: it is done before anything else is, in its order.

use order_engine::{Change, Command, Engine, OrderId, OrderStatus, PlaceOrder, Side, Size, TimeInForce};

use crate::images;
use crate::support::*;

/// Orders that end at one instant.
const MANY: u64 = 10_000;

/// A market whose book is full of bids that end ten seconds after the start. The house bids less.
fn crowded() -> (World, Vec<OrderId>) {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "101", "5")).unwrap();
    let bid = PlaceOrder {
        time_in_force: TimeInForce::Gtd(START.plus_seconds(10)),
        ..limit(ALICE, Side::Buy, "0.1", "99.50")
    };
    let ids = (0..MANY).map(|_| world.place(bid.clone()).unwrap().id).collect();
    (world, ids)
}

#[test]
fn ten_thousand_orders_that_end_at_once_have_ended_before_the_next_command_is_decided() {
    let (mut world, ids) = crowded();
    let before = world.place(market(BOB, Side::Sell, Size::Base(quantity("0.1")))).unwrap();
    assert_eq!(before.average_price().unwrap().to_string(), "99.5", "until then they trade");

    world.now = START.plus_seconds(10);
    let command = Command::PlaceOrder(market(BOB, Side::Sell, Size::Base(quantity("0.1"))));
    let applied = world.apply(command);
    let taken = applied.result.unwrap().order().cloned().unwrap();
    assert_eq!(taken.average_price().unwrap().to_string(), "99", "none of them is met any more");
    let ended: Vec<OrderId> = applied
        .due
        .iter()
        .map(|event| {
            let Change::OrderExpired(order) = &event.change else { panic!("{event:?}") };
            order.id
        })
        .collect();
    assert_eq!(ended, ids[1..], "in the order of their numbers, but for the one that was filled");
    assert!(
        applied.due.iter().all(|event| event.at == START.plus_seconds(10) && event.id < taken.last_event)
    );
    for id in &ids[1..] {
        assert_eq!(world.order(*id).status, OrderStatus::Expired);
    }
    assert_eq!(world.engine.next_due(), None);
}

#[test]
fn what_an_instant_brought_comes_about_again_from_the_log_and_from_an_image() {
    let (mut world, _) = crowded();
    let mut restored = images::restored(&world.engine);
    world.now = START.plus_seconds(10);
    let command = Command::PlaceOrder(limit(BOB, Side::Buy, "0.1", "90"));
    let applied = world.apply(command.clone());
    assert_eq!(restored.apply(world.now, &command), applied);
    let mut again = Engine::new();
    for (now, command) in &world.log {
        again.apply(*now, command);
    }
    assert_eq!(again.state_hash(), world.engine.state_hash());
    assert_eq!(restored.state_hash(), world.engine.state_hash());
}
