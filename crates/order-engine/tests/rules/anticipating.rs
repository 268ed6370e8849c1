//! Looking ahead changes nothing, whatever the commands are about and however many there are.

use order_engine::{
    CancelOrder, Command, LOOK_AHEAD, OrderId, PlaceOrder, ReplaceOrder, SetRetention, Side, Size,
    SucceedOrder, SuccessorSize,
};

use crate::support::*;

/// Prices of the book.
const LEVELS: u64 = 1_200;

/// What is frequent, about an order.
fn about(order: OrderId) -> [Command; 3] {
    let succeed = SucceedOrder {
        account: ALICE,
        order,
        client_order_id: None,
        price: Some(price("98")),
        size: SuccessorSize::Leaves,
        time_in_force: None,
        post_only: None,
        annotations: None,
    };
    [
        Command::ReplaceOrder(ReplaceOrder {
            price: Some(price("97.50")),
            ..ReplaceOrder::new(ALICE, order)
        }),
        Command::SucceedOrder(succeed),
        Command::CancelOrder(CancelOrder { account: ALICE, order, client_order_id: None }),
    ]
}

#[test]
fn commands_that_were_looked_at_together_do_what_they_do_alone() {
    let (mut together, mut alone) = (World::new(), World::new());
    let mut orders = Vec::new();
    for world in [&mut together, &mut alone] {
        // So many prices that levels are looked at, too.
        for cents in 0..LEVELS {
            let price = format!("{}.{:02}", 50 + cents / 100, cents % 100);
            world.place(limit(BOB, Side::Buy, "0.02", &price)).unwrap();
        }
        world.run(Command::SetRetention(SetRetention { closed_orders: Some(1) })).unwrap();
        let resting = world.place(limit(ALICE, Side::Buy, "1", "99")).unwrap().id;
        let filled = world.place(limit(ALICE, Side::Sell, "1", "100")).unwrap().id;
        world.place(market(BOB, Side::Buy, Size::Base(quantity("1")))).unwrap();
        let staged =
            PlaceOrder { staged_until: Some(START.plus_seconds(60)), ..limit(ALICE, Side::Buy, "1", "98") };
        let staged = world.place(staged).unwrap().id;
        orders = vec![resting, filled, staged, OrderId::new(0), OrderId::new(u64::MAX)];
    }
    let placing =
        |at| [(Side::Buy, "1"), (Side::Sell, "0.3")].map(|(side, size)| limit(ALICE, side, size, at));
    let prices = ["99", "100", "97.5", "98.005", "55.55", "1000000000"];
    let placed = prices.into_iter().flat_map(placing).map(Command::PlaceOrder);
    let commands: Vec<Command> =
        orders.into_iter().flat_map(about).chain([Command::Tick]).chain(placed).collect();
    assert!(commands.len() > LOOK_AHEAD);

    let before = together.engine.state_hash();
    together.engine.anticipate(&[]);
    together.engine.anticipate(&commands);
    assert_eq!(together.engine.state_hash(), before);
    for commands in commands.chunks(LOOK_AHEAD) {
        together.engine.anticipate(commands);
        for command in commands {
            assert_eq!(together.apply(command.clone()), alone.apply(command.clone()));
        }
    }
    assert_eq!(together.engine.state_hash(), alone.engine.state_hash());
}
