//! The retention: which closed orders the state forgets, and what it still knows of them.

use order_engine::{CancelOrder, Command, Engine, OrderId, PlaceOrder, Reject, SetRetention, Side};

use crate::images;
use crate::support::{ALICE, BOB, World, client_id, limit};

fn retain(world: &mut World, most: Option<u64>) -> Vec<OrderId> {
    let applied = world.apply(Command::SetRetention(SetRetention { closed_orders: most }));
    applied.result.unwrap();
    applied.archived.iter().map(|order| order.id).collect()
}

fn place(world: &mut World, name: &str) -> OrderId {
    let order =
        PlaceOrder { client_order_id: Some(client_id(name)), ..limit(ALICE, Side::Buy, "0.1", "10.00") };
    world.run(Command::PlaceOrder(order)).unwrap().about.unwrap()
}

fn cancel(world: &mut World, order: OrderId, name: Option<&str>) -> Vec<OrderId> {
    let client_order_id = name.map(client_id);
    let applied = world.apply(Command::CancelOrder(CancelOrder { account: ALICE, order, client_order_id }));
    applied.result.unwrap();
    applied.archived.iter().map(|order| order.id).collect()
}

#[test]
fn what_closed_first_is_forgotten_first_and_open_orders_stay() {
    let mut world = World::new();
    let orders = ["a", "b", "c", "d", "e"].map(|name| place(&mut world, name));
    for index in [3, 0, 1] {
        assert!(cancel(&mut world, orders[index], None).is_empty(), "without a retention all are remembered");
    }
    assert_eq!(retain(&mut world, Some(2)), [orders[3]]);
    assert_eq!(cancel(&mut world, orders[4], None), [orders[0]]);
    assert_eq!(retain(&mut world, Some(0)), [orders[1], orders[4]]);
    assert!(world.engine.order(orders[2]).is_some(), "it is open");
    assert_eq!(cancel(&mut world, orders[2], None), [orders[2]], "it has closed");
    assert_eq!(world.engine.orders().count(), 0);
    assert_eq!(retain(&mut world, None), []);
    let again = place(&mut world, "f");
    assert!(cancel(&mut world, again, None).is_empty());
}

#[test]
fn a_forgotten_order_has_all_its_versions_with_it() {
    let mut world = World::new();
    let id = place(&mut world, "a");
    world.wait_seconds(5);
    retain(&mut world, Some(0));
    let cancel = CancelOrder { account: ALICE, order: id, client_order_id: None };
    let applied = world.apply(Command::CancelOrder(cancel));
    let outcome = applied.result.unwrap();
    assert_eq!(outcome.order(), Some(&applied.archived[0]), "its own command still shows it");
    assert_eq!(applied.archived[0].previous().unwrap().version, 1);
}

#[test]
fn forgotten_orders_are_unknown_and_their_ids_stay_taken() {
    let mut world = World::new();
    retain(&mut world, Some(0));
    let id = place(&mut world, "placed");
    cancel(&mut world, id, Some("canceled"));
    let repeated = CancelOrder { account: ALICE, order: id, client_order_id: None };
    assert_eq!(world.run(Command::CancelOrder(repeated)).unwrap_err(), Reject::UnknownOrder(id));
    let restored = images::restored(&world.engine);
    for engine in [&world.engine, &restored] {
        for name in ["placed", "canceled"] {
            assert_taken(engine, &world, name, id);
        }
    }
    let other =
        PlaceOrder { client_order_id: Some(client_id("placed")), ..limit(BOB, Side::Buy, "0.1", "10.00") };
    world.run(Command::PlaceOrder(other)).unwrap();
}

fn assert_taken(engine: &Engine, world: &World, name: &str, order: OrderId) {
    let again =
        PlaceOrder { client_order_id: Some(client_id(name)), ..limit(ALICE, Side::Buy, "0.1", "10.00") };
    let refused = engine.check(world.now, &Command::PlaceOrder(again)).unwrap_err();
    assert!(
        matches!(refused, Reject::ExistsWithDifferent { order: existing, .. } if existing == order),
        "{name}: {refused:?}"
    );
}

#[test]
fn a_reset_forgets_the_orders_and_keeps_the_retention() {
    let mut world = World::new();
    retain(&mut world, Some(7));
    world.apply(Command::Reset).result.unwrap();
    assert_eq!(world.engine.retention(), Some(7));
    assert_eq!(images::restored(&world.engine).retention(), Some(7));
}

/// Memory stays bounded while history grows.
#[test]
fn the_state_stays_small_while_history_grows() {
    let mut world = World::new();
    retain(&mut world, Some(100));
    let mut image_bytes = Vec::new();
    for round in 0..3 {
        for number in 0..2_000 {
            let order = limit(ALICE, Side::Buy, "0.1", "10.00");
            let id = world.run(Command::PlaceOrder(order)).unwrap().about.unwrap();
            cancel(&mut world, id, None);
            assert!(world.engine.orders().count() <= 101, "round {round}, order {number}");
        }
        let mut image = Vec::new();
        world.engine.write_image(&mut image).unwrap();
        image_bytes.push(image.len());
    }
    let growth = image_bytes[2].abs_diff(image_bytes[0]);
    assert!(growth < image_bytes[0] / 20, "{image_bytes:?}");
}
