//! What the day and its auctions mean for an order, and what becomes of it outside of its hours.

use order_engine::{
    CancelOrder, Combination, Command, Exits, OrderKind, OrderStatus, PlaceOrder, PriceBound, Reject,
    ReplaceOrder, Side, Size, StatusReason, SucceedOrder, SuccessorSize, TimeInForce,
};

use super::*;
use crate::support::*;

#[test]
fn a_day_order_lives_for_one_trading_day() {
    for (placed, extended_hours, ends) in [
        (0, false, 400),
        (0, true, 500),
        (150, false, 400),
        (300, false, 400),
        (300, true, 500),
        (450, false, 1_400),
    ] {
        let mut world = world();
        world.at(placed);
        let order = lasting(TimeInForce::Day, buy("50"));
        let order = PlaceOrder { extended_hours: Some(extended_hours), ..order };
        let order = world.place(order).unwrap();
        assert_eq!(order.expires_at, Some(after(ends)), "placed at {placed}");
        world.at(ends - 1);
        assert!(!world.status(&order).is_closed());
        world.at(ends);
        assert_eq!(world.status(&order), OrderStatus::Expired);
    }
}

#[test]
fn orders_for_the_open_take_part_in_it_alone() {
    let mut world = world();
    let whole = world.place(lasting(TimeInForce::AtOpen, buy("101"))).unwrap();
    let part = world.place(lasting(TimeInForce::AtOpen, limit(ALICE, Side::Buy, "9", "101"))).unwrap();
    let none = world.place(lasting(TimeInForce::AtOpen, buy("100"))).unwrap();
    let sell = PlaceOrder {
        time_in_force: TimeInForce::AtOpen,
        ..market(BOB, Side::Sell, Size::Base(quantity("1")))
    };
    let sell = world.place(sell).unwrap();
    world.at(150);
    assert_eq!(world.status(&whole), OrderStatus::PendingNew);
    world.at(200);
    let outcome = |order: &Order| (world.status(order), world.order(order.id).filled.to_string());
    assert_eq!(outcome(&whole), (OrderStatus::Filled, "1".into()));
    assert_eq!(outcome(&part), (OrderStatus::Canceled, "4".into()));
    assert_eq!(outcome(&none), (OrderStatus::Canceled, "0".into()));
    assert_eq!(outcome(&sell), (OrderStatus::Filled, "1".into()));
    let tomorrow = world.place(lasting(TimeInForce::AtOpen, buy("101"))).unwrap();
    assert_eq!(tomorrow.releases_at(), Some(after(1_200)));
}

#[test]
fn orders_for_the_close_take_part_in_it_before_the_day_ends() {
    let mut world = world();
    world.at(300);
    let day = world.place(lasting(TimeInForce::Day, limit(BOB, Side::Sell, "1", "100"))).unwrap();
    let close = world.place(lasting(TimeInForce::AtClose, limit(ALICE, Side::Buy, "3", "100"))).unwrap();
    assert_eq!((close.releases_at(), close.expires_at), (Some(after(400)), Some(after(400))));
    world.at(399);
    assert_eq!(world.status(&close), OrderStatus::PendingNew);
    world.at(400);
    assert_eq!(world.status(&day), OrderStatus::Filled);
    assert_eq!((world.status(&close), world.order(close.id).filled), (OrderStatus::Canceled, quantity("1")));
    let tomorrow = world.place(lasting(TimeInForce::AtClose, market_buy())).unwrap();
    assert_eq!(tomorrow.releases_at(), Some(after(1_400)));
}

#[test]
fn orders_for_an_auction_are_market_or_limit_orders_of_a_market_with_sessions() {
    let mut world = world();
    let refused = |combination| Err(Reject::Combination(combination));
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("105") }, ..market_buy() };
    assert_eq!(world.place(lasting(TimeInForce::AtOpen, stop)), refused(Combination::AuctionKind));
    let scheduled = PlaceOrder { release_at: Some(after(10)), ..market_buy() };
    assert_eq!(
        world.place(lasting(TimeInForce::AtClose, scheduled)),
        refused(Combination::AuctionWithRelease)
    );
    let elsewhere = PlaceOrder { instrument: ADA_USD, ..market_buy() };
    assert_eq!(
        world.place(lasting(TimeInForce::AtOpen, elsewhere)),
        refused(Combination::AuctionWithoutSessions)
    );
}

#[test]
fn nothing_trades_or_fires_while_the_market_is_closed() {
    let mut world = world();
    world.at(450);
    let resting = world.place(extended(buy("98"))).unwrap();
    world.at(500);
    let stop =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("105") }, ..limit(BOB, Side::Buy, "1", "1") };
    let stop = world.place(stop).unwrap();
    let outcome = world.run(quote(BTC_USD, "106", "107", "5")).unwrap();
    assert_eq!(outcome.events.len(), 1, "a quote is known and no more");
    world.run(quote(BTC_USD, "96", "97", "5")).unwrap();
    assert_eq!(world.status(&resting), OrderStatus::New);
    assert_eq!(world.engine.quote(BTC_USD).unwrap().ask, price("97"));
    assert_eq!(world.engine.depth(BTC_USD, 9).asks, []);
    world.at(1_100);
    assert_eq!(world.status(&resting), OrderStatus::Filled, "the house comes back with its last quote");
    assert_eq!(world.status(&stop), OrderStatus::PendingNew);
}

#[test]
fn regular_orders_stand_aside_in_extended_sessions_and_come_back() {
    let mut world = world();
    world.at(300);
    let gtc = world.place(limit(BOB, Side::Sell, "1", "101")).unwrap();
    let bid = world.place(limit(BOB, Side::Buy, "1", "99.50")).unwrap();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("102") }, ..market_buy() };
    let stop = world.place(stop).unwrap();
    let after_hours =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("102") }, ..extended(market_buy()) };
    let after_hours = world.place(after_hours).unwrap();
    world.at(410);
    assert_eq!(world.engine.depth(BTC_USD, 9).bids.len(), 1, "only the house is left");
    assert_eq!(world.held(BOB, BTC), amount("1"), "what stands aside keeps its hold");
    world.run(quote(BTC_USD, "101", "103", "5")).unwrap();
    assert_eq!((world.status(&gtc), world.status(&stop)), (OrderStatus::New, OrderStatus::New));
    assert_eq!(world.status(&after_hours), OrderStatus::Filled);
    let cancel = CancelOrder { account: BOB, order: bid.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(1_150);
    assert_eq!(world.status(&gtc), OrderStatus::New);
    world.at(1_200);
    assert_eq!((world.status(&gtc), world.status(&stop)), (OrderStatus::Filled, OrderStatus::Filled));
    assert_eq!(world.held(BOB, BTC), amount("0"));
}

#[test]
fn an_order_that_comes_back_may_still_not_take_liquidity_that_it_refused() {
    let mut world = world();
    world.at(300);
    let order = PlaceOrder { post_only: true, ..buy("100") };
    let order = world.place(order).unwrap();
    world.at(450);
    world.run(quote(BTC_USD, "97", "98", "5")).unwrap();
    world.at(1_200);
    let order = world.order(order.id);
    assert_eq!(order.status, OrderStatus::Canceled);
    assert_eq!(order.refusal(), Some(&Reject::WouldTakeLiquidity { best: price("98") }));
    assert_eq!(world.held(ALICE, USD), amount("0"));
}

#[test]
fn a_remainder_that_comes_back_holds_what_its_limit_needs() {
    let mut world = world();
    world.at(300);
    let kind = OrderKind::MarketToLimit { rest_at: price("110") };
    let order = world.place(PlaceOrder { kind, ..limit(ALICE, Side::Buy, "9", "1") }).unwrap();
    assert_eq!((order.filled, world.held(ALICE, USD)), (quantity("5"), amount("440")));
    world.at(450);
    world.run(quote(BTC_USD, "99", "101", "1")).unwrap();
    world.at(1_200);
    assert_eq!((world.order(order.id).leaves, world.held(ALICE, USD)), (quantity("3"), amount("330")));
}

#[test]
fn orders_can_be_changed_while_the_market_is_closed() {
    let mut world = world();
    world.at(450);
    let order = world.place(extended(buy("98"))).unwrap();
    let queued = world.place(buy("98")).unwrap();
    world.at(600);
    let change = |order: &Order, to: &str| {
        Command::ReplaceOrder(ReplaceOrder { price: Some(price(to)), ..ReplaceOrder::new(ALICE, order.id) })
    };
    assert_eq!(world.run(change(&queued, "97")), Err(Reject::OrderStaged(queued.id)));
    world.run(change(&order, "102")).unwrap();
    assert_eq!((world.status(&order), world.held(ALICE, USD)), (OrderStatus::New, amount("102")));
    assert_eq!(world.engine.depth(BTC_USD, 9).bids, [], "it comes to the book when that opens");
    let successor = Command::SucceedOrder(SucceedOrder {
        account: ALICE,
        order: order.id,
        client_order_id: None,
        price: Some(price("101")),
        size: SuccessorSize::Leaves,
        time_in_force: None,
        post_only: None,
        annotations: None,
    });
    let successor = world.run(successor).unwrap().order().cloned().unwrap();
    assert_eq!((world.status(&order), successor.releases_at()), (OrderStatus::Replaced, Some(after(1_100))));
    world.at(1_100);
    assert_eq!(world.status(&successor), OrderStatus::Filled);
}

#[test]
fn an_order_that_may_not_take_what_came_meanwhile_does_not_come_back_across_it() {
    let mut world = world();
    world.run(quote(BTC_USD, "99", "300", "5")).unwrap();
    world.at(300);
    let bound = PriceBound { lower: Some(price("150")), upper: None };
    let bounded = world.place(PlaceOrder { price_bound: bound, ..buy("200") }).unwrap();
    let content =
        PlaceOrder { price_bound: PriceBound { lower: Some(price("120")), upper: None }, ..buy("190") };
    let content = world.place(content).unwrap();
    world.at(450);
    let sell = world.place(extended(limit(BOB, Side::Sell, "2", "120"))).unwrap();
    assert_eq!(world.status(&sell), OrderStatus::New);
    world.at(1_200);
    let beyond = Reject::BeyondBound { upper: false, bound: price("150"), market: price("120") };
    let refused = Some(StatusReason::Refused(Box::new(beyond)));
    let bounded = world.order(bounded.id);
    assert_eq!((bounded.status, &bounded.reason), (OrderStatus::Canceled, &refused));
    assert_eq!(world.order(content.id).average_price().unwrap().to_string(), "120");
}

#[test]
fn what_the_house_leaves_behind_fires_nothing_while_the_market_is_closed() {
    let mut world = world();
    world.at(450);
    world.place(extended(limit(BOB, Side::Buy, "1", "90"))).unwrap();
    let stop =
        PlaceOrder { kind: OrderKind::Stop { trigger: price("95") }, ..limit(ALICE, Side::Sell, "1", "1") };
    let stop = world.place(extended(stop)).unwrap();
    world.at(500);
    assert_eq!(world.engine.depth(BTC_USD, 9).bids[0].price, price("90"), "the best that there is");
    world.at(1_100);
    assert_eq!(world.status(&stop), OrderStatus::New, "the house is back");
    world.run(quote(BTC_USD, "95", "97", "5")).unwrap();
    assert_eq!(world.status(&stop), OrderStatus::Filled);
}

#[test]
fn exits_close_their_lots_in_regular_hours_only() {
    let mut world = world();
    world.at(300);
    let exits = Exits { take_profit: Some(price("103")), ..Exits::NONE };
    world.place(PlaceOrder { exits, ..market_buy() }).unwrap();
    world.at(450);
    world.run(quote(BTC_USD, "103", "105", "5")).unwrap();
    assert_eq!(world.lots(ALICE, BTC_USD).len(), 1);
    world.at(1_150);
    assert!(world.lots(ALICE, BTC_USD)[0].exits.take_profit.is_some());
    world.at(1_200);
    assert_eq!(world.lots(ALICE, BTC_USD), []);
}
