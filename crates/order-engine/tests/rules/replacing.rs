//! What a changed order and a successor have of the order before, and what changes with them.

use order_engine::{
    Annotations, Combination, Command, ExitChange, ExitChanges, Exits, Order, OrderId, OrderStatus,
    PlaceOrder, PriceBound, Reject, ReplaceOrder, SelfMatch, Side, StatusReason, SucceedOrder, SuccessorSize,
    TimeInForce,
};

use crate::support::*;

const ENDS: TimeInForce = TimeInForce::Gtd(START.plus_seconds(100));

fn succeed(order: OrderId) -> SucceedOrder {
    SucceedOrder {
        account: ALICE,
        order,
        client_order_id: None,
        price: None,
        size: SuccessorSize::Leaves,
        time_in_force: None,
        post_only: None,
        annotations: None,
    }
}

fn replace(order: OrderId) -> ReplaceOrder {
    ReplaceOrder::new(ALICE, order)
}

fn between(lower: &str, upper: &str) -> PriceBound {
    PriceBound { lower: Some(price(lower)), upper: Some(price(upper)) }
}

fn exits(take_profit: &str, stop_loss: &str) -> Exits {
    Exits { take_profit: Some(price(take_profit)), stop_loss: Some(price(stop_loss)), trailing: None }
}

fn texts(note: &str) -> Annotations {
    Annotations::new([("note", note)]).unwrap()
}

/// An order with all that a successor may have from it.
fn peculiar() -> PlaceOrder {
    PlaceOrder {
        time_in_force: ENDS,
        post_only: true,
        price_bound: between("15000", "25000"),
        self_match: SelfMatch::Refuse,
        extended_hours: Some(true),
        client_order_id: Some(client_id("first")),
        annotations: texts("from the first"),
        exits: exits("30000", "15000"),
        ..limit(ALICE, Side::Buy, "0.5", "20000")
    }
}

/// The best price of the bids, and how many are wanted at it.
fn best_bid(world: &World) -> (String, String) {
    let level = &world.engine.depth(BTC_USD, 1).bids[0];
    (level.price.decimal().normalize().to_string(), level.quantity.to_string())
}

fn bid(at: &str, units: &str) -> (String, String) {
    (at.to_owned(), units.to_owned())
}

fn run(world: &mut World, replace: ReplaceOrder) -> Result<Order, Reject> {
    let outcome = world.run(Command::ReplaceOrder(replace))?;
    Ok(outcome.order().cloned().unwrap().as_ref().clone())
}

#[test]
fn a_successor_is_as_its_predecessor_where_nothing_else_is_told() {
    let mut world = World::new();
    let before = world.place(peculiar()).unwrap();
    let asked = SucceedOrder { price: Some(price("20100")), ..succeed(before.id) };
    let after = world.run(Command::SucceedOrder(asked)).unwrap().order().cloned().unwrap();
    assert_eq!((after.predecessor, after.limit_price()), (Some(before.id), Some(price("20100"))));
    assert_eq!((after.time_in_force, after.expires_at), (ENDS, Some(START.plus_seconds(100))));
    assert!(after.post_only);
    assert_eq!(after.price_bound, between("15000", "25000"));
    assert_eq!(after.self_match, SelfMatch::Refuse);
    assert_eq!(after.extended_hours, Some(true));
    assert_eq!(after.annotations, texts("from the first"));
    assert_eq!(after.exits, exits("30000", "15000"));
    assert!(!after.reduce_only && !after.short_sale);
    // But for its id, which is nobody else's, even after the predecessor has gone.
    assert_eq!(after.client_order_id, None);
    let again = world.place(peculiar()).unwrap_err();
    assert_eq!(again, Reject::AlreadyExists { order: before.id });
}

#[test]
fn a_successor_has_what_is_told_and_its_own_id() {
    let mut world = World::new();
    let before = world.place(peculiar()).unwrap();
    let asked = SucceedOrder {
        client_order_id: Some(client_id("second")),
        time_in_force: Some(TimeInForce::Gtc),
        post_only: Some(false),
        annotations: Some(texts("from the second")),
        ..succeed(before.id)
    };
    let after = world.run(Command::SucceedOrder(asked)).unwrap().order().cloned().unwrap();
    assert_eq!(after.client_order_id, Some(client_id("second")));
    assert_eq!((after.time_in_force, after.expires_at), (TimeInForce::Gtc, None));
    assert!(!after.post_only);
    assert_eq!(after.annotations, texts("from the second"));
    assert_eq!(after.limit_price(), Some(price("20000")), "the price was not told");
    // The id is taken from now on.
    let taken =
        PlaceOrder { client_order_id: Some(client_id("second")), ..limit(ALICE, Side::Buy, "1", "1") };
    let refused = world.place(taken).unwrap_err();
    assert!(matches!(refused, Reject::ExistsWithDifferent { order, .. } if order == after.id), "{refused}");
    // What its predecessor would have ended by does not end it.
    world.wait_seconds(100);
    world.run(Command::Tick).unwrap();
    assert_eq!(world.order(after.id).status, OrderStatus::New);
}

#[test]
fn a_successor_refuses_to_meet_its_own_account_as_its_predecessor_did() {
    let mut world = World::new();
    let order = PlaceOrder { post_only: false, exits: Exits::NONE, ..peculiar() };
    let before = world.place(order).unwrap();
    let own = world.place(limit(ALICE, Side::Sell, "0.1", "21000")).unwrap();
    let crossing = SucceedOrder { price: Some(price("21000")), ..succeed(before.id) };
    let after = world.run(Command::SucceedOrder(crossing)).unwrap().order().cloned().unwrap();
    let expected = Reject::SelfMatch { order: own.id, price: price("21000"), side: Side::Buy };
    assert_eq!((after.status, after.refusal()), (OrderStatus::Rejected, Some(&expected)));
    assert_eq!(world.order(before.id).status, OrderStatus::New);
    // So does the order itself with another price.
    let refused = run(&mut world, ReplaceOrder { price: Some(price("21000")), ..replace(before.id) });
    assert_eq!(refused.unwrap_err(), expected);
}

#[test]
fn a_successor_may_only_reduce_where_its_predecessor_might() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "20000", "20010", "5")).unwrap();
    world.place(limit(ALICE, Side::Buy, "1", "20010")).unwrap();
    let reducing = PlaceOrder { reduce_only: true, ..limit(ALICE, Side::Sell, "0.4", "30000") };
    let before = world.place(reducing).unwrap();
    let more = SucceedOrder {
        size: SuccessorSize::Of(order_engine::Size::Base(quantity("1.1"))),
        ..succeed(before.id)
    };
    let above = Reject::QuantityAbovePosition { given: quantity("1.1"), reducible: quantity("1") };
    assert_eq!(world.run(Command::SucceedOrder(more)).unwrap_err(), above);
    let after = world.run(Command::SucceedOrder(succeed(before.id))).unwrap().order().cloned().unwrap();
    assert!(after.reduce_only);
    world.place(limit(ALICE, Side::Sell, "1", "20000")).unwrap();
    let after = world.order(after.id);
    assert_eq!((after.status, &after.reason), (OrderStatus::Canceled, &Some(StatusReason::NothingToReduce)));
}

#[test]
fn an_order_ends_when_its_last_terms_say() {
    let mut world = World::new();
    let lasting =
        |time_in_force, order| ReplaceOrder { time_in_force: Some(time_in_force), ..replace(order) };
    let [longer, shorter, forever] =
        ["20000", "20001", "20002"].map(|at| world.place(limit(ALICE, Side::Buy, "0.1", at)).unwrap().id);
    let at = |seconds| TimeInForce::Gtd(START.plus_seconds(seconds));
    for (order, first, last) in
        [(longer, at(100), at(200)), (shorter, at(200), at(100)), (forever, at(100), TimeInForce::Gtc)]
    {
        let first = run(&mut world, lasting(first, order)).unwrap();
        assert!(first.expires_at.is_some());
        let last = run(&mut world, lasting(last, order)).unwrap();
        let TimeInForce::Gtd(ends) = last.time_in_force else {
            assert_eq!(last.expires_at, None);
            continue;
        };
        assert_eq!(last.expires_at, Some(ends));
    }
    // Other terms leave the end as it is.
    let cheaper = run(&mut world, ReplaceOrder { price: Some(price("19000")), ..replace(longer) });
    assert_eq!(cheaper.unwrap().expires_at, Some(START.plus_seconds(200)));
    let past = run(&mut world, lasting(TimeInForce::Gtd(START), longer)).unwrap_err();
    assert_eq!(past, Reject::ExpiryInPast { expiry: START, now: START });
    let mut expired = |seconds| {
        world.now = START.plus_seconds(seconds);
        world.run(Command::Tick).unwrap();
        [longer, shorter, forever].map(|order| world.order(order).status == OrderStatus::Expired)
    };
    assert_eq!(expired(99), [false, false, false]);
    assert_eq!(expired(100), [false, true, false]);
    assert_eq!(expired(200), [true, true, false]);
}

#[test]
fn what_others_see_of_an_order_is_what_its_last_terms_leave() {
    let mut world = World::new();
    let first = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap().id;
    let second = world.place(limit(BOB, Side::Buy, "0.1", "20000")).unwrap().id;
    assert_eq!(best_bid(&world), bid("20000", "0.6"));
    run(&mut world, ReplaceOrder { quantity: Some(quantity("0.2")), ..replace(first) }).unwrap();
    assert_eq!(best_bid(&world), bid("20000", "0.3"));
    // As much as before at the same price is no reason to queue again.
    let same = ReplaceOrder {
        quantity: Some(quantity("0.2")),
        price: Some(price("20000")),
        time_in_force: Some(ENDS),
        ..replace(first)
    };
    run(&mut world, same).unwrap();
    assert_eq!(best_bid(&world), bid("20000", "0.3"));
    world.place(limit(BOB, Side::Sell, "0.2", "20000")).unwrap();
    assert_eq!(world.order(first).status, OrderStatus::Filled);
    assert_eq!(world.order(second).filled, quantity("0"));
    assert_eq!(best_bid(&world), bid("20000", "0.1"));
}

#[test]
fn an_order_without_peculiarities_may_be_given_some() {
    let mut world = World::new();
    let plain = world.place(limit(ALICE, Side::Buy, "0.5", "20000")).unwrap().id;
    let changes = ExitChanges {
        take_profit: ExitChange::Set(price("30000")),
        stop_loss: ExitChange::Set(price("15000")),
        trailing: ExitChange::Keep,
    };
    let changed = run(&mut world, ReplaceOrder { exits: changes, ..replace(plain) }).unwrap();
    assert_eq!(changed.exits, exits("30000", "15000"));
    assert_eq!(best_bid(&world), bid("20000", "0.5"), "it stays on the book");
    let bound = PriceBound { lower: None, upper: Some(price("20050")) };
    let changed = run(&mut world, ReplaceOrder { price_bound: Some(bound), ..replace(plain) }).unwrap();
    assert_eq!((changed.price_bound, changed.exits), (bound, exits("30000", "15000")));
    // What stands stays where a later change does not speak of it, and what is removed is gone.
    let dearer = run(&mut world, ReplaceOrder { price: Some(price("20050")), ..replace(plain) }).unwrap();
    assert_eq!((dearer.price_bound, dearer.exits), (bound, exits("30000", "15000")));
    let above = run(&mut world, ReplaceOrder { price: Some(price("20050.01")), ..replace(plain) });
    let expected = Reject::BeyondBound { upper: true, bound: price("20050"), market: price("20050.01") };
    assert_eq!(above.unwrap_err(), expected);
    let removal = ExitChanges { take_profit: ExitChange::Remove, ..ExitChanges::KEEP };
    let changed = run(&mut world, ReplaceOrder { exits: removal, ..replace(plain) }).unwrap();
    assert_eq!(changed.exits, Exits { take_profit: None, ..exits("30000", "15000") });
    world.place(limit(BOB, Side::Sell, "0.5", "20050")).unwrap();
    let lots = world.lots(ALICE, BTC_USD);
    assert_eq!(lots[0].exits.stop_loss, Some(price("15000")));
}

#[test]
fn a_changed_order_takes_nothing_outside_its_bound() {
    let mut world = World::new();
    let order = world.place(limit(ALICE, Side::Buy, "0.5", "19000")).unwrap().id;
    world.place(limit(BOB, Side::Sell, "0.1", "20000")).unwrap();
    let crossing = |lower: &str| ReplaceOrder {
        price: Some(price("21000")),
        price_bound: Some(PriceBound { lower: Some(price(lower)), upper: None }),
        ..replace(order)
    };
    let before = world.engine.state_hash();
    let refused = run(&mut world, crossing("20000.01")).unwrap_err();
    let expected = Reject::BeyondBound { upper: false, bound: price("20000.01"), market: price("20000") };
    assert_eq!(refused, expected, "as an order that comes anew");
    assert_eq!(world.engine.state_hash(), before);
    let crossed = PriceBound { lower: Some(price("21000")), upper: Some(price("20000")) };
    let crossed = run(&mut world, ReplaceOrder { price_bound: Some(crossed), ..replace(order) });
    assert_eq!(crossed.unwrap_err(), Reject::Combination(Combination::CrossedBounds));
    // A bound is itself within.
    let taken = run(&mut world, crossing("20000")).unwrap();
    assert_eq!((taken.filled, taken.status), (quantity("0.1"), OrderStatus::PartiallyFilled));
}
