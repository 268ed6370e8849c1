//! Orders that come while their market is closed, and their release.

use order_engine::{
    AccountState, CancelOrder, Command, MarketRefusal, OrderKind, OrderStatus, PlaceOrder, Queue, Reject,
    ReleaseOrder, Side, Size, TimeInForce, UpdateAccount, WhileClosed,
};

use super::*;
use crate::support::*;

#[test]
fn an_order_that_comes_while_closed_waits_for_the_regular_session() {
    let mut world = world();
    let order = world.place(market_buy()).unwrap();
    assert_eq!(order.status, OrderStatus::PendingNew);
    assert_eq!(order.queue, Some(Queue::Waiting { releases_at: Some(after(200)) }));
    assert!(order.is_queued() && !order.is_staged());
    world.at(199);
    assert_eq!(world.status(&order), OrderStatus::PendingNew);
    world.at(200);
    let live = world.order(order.id);
    assert_eq!((live.status, live.queue), (OrderStatus::Filled, Some(Queue::Released { at: after(200) })));
    assert_eq!(live.average_price().unwrap().to_string(), "101");
}

#[test]
fn an_order_for_extended_hours_waits_for_the_next_session_of_any_kind() {
    let mut world = world();
    let plain = world.place(buy("102")).unwrap();
    let early = world.place(extended(buy("102"))).unwrap();
    assert_eq!(early.releases_at(), Some(after(100)));
    world.at(150);
    assert_eq!((world.status(&plain), world.status(&early)), (OrderStatus::PendingNew, OrderStatus::Filled));
    world.at(450);
    let plain = world.place(buy("102")).unwrap();
    let late = world.place(extended(buy("102"))).unwrap();
    assert_eq!((plain.releases_at(), late.status), (Some(after(1_200)), OrderStatus::Filled));
}

#[test]
fn what_waits_holds_nothing_and_can_be_canceled() {
    let mut world = world();
    let order = world.place(buy("100")).unwrap();
    assert_eq!(world.held(ALICE, USD), amount("0"));
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    world.at(300);
    assert_eq!(world.status(&order), OrderStatus::Canceled);
    let replayed = crate::images::restored(&world.engine);
    assert_eq!(replayed.next_due(), world.engine.next_due());
    let mut world = World::new();
    let scheduled = PlaceOrder { release_at: Some(after(100)), ..buy("100") };
    let order = world.place(scheduled).unwrap();
    assert_eq!(world.engine.next_due(), Some(after(100)));
    let cancel = CancelOrder { account: ALICE, order: order.id, client_order_id: None };
    world.run(Command::CancelOrder(cancel)).unwrap();
    assert_eq!(world.engine.next_due(), None);
}

#[test]
fn what_can_no_longer_be_afforded_is_rejected_at_its_release() {
    let mut world = world();
    let first = world.place(limit(ALICE, Side::Buy, "10", "9000")).unwrap();
    let second = world.place(limit(ALICE, Side::Buy, "2", "9000")).unwrap();
    let third = world.place(limit(ALICE, Side::Buy, "100", "9000"));
    assert!(
        matches!(third, Err(Reject::InsufficientFunds { .. })),
        "what is known of its price counts at once"
    );
    world.run(quote(BTC_USD, "9990", "10010", "5")).unwrap();
    world.at(200);
    assert_eq!(world.status(&first), OrderStatus::New);
    assert_eq!(world.status(&second), OrderStatus::Rejected);
    let second = world.order(second.id);
    assert!(matches!(second.refusal(), Some(Reject::InsufficientFunds { .. })), "{second:?}");
}

#[test]
fn what_waits_of_an_account_that_takes_no_orders_is_rejected_at_its_release() {
    let mut world = world();
    let set =
        |state| Command::UpdateAccount(UpdateAccount { state: Some(state), ..UpdateAccount::new(ALICE) });
    let opening = world.place(buy("100")).unwrap();
    let closing = world.place(lasting(TimeInForce::AtClose, buy("100"))).unwrap();
    let scheduled = PlaceOrder { release_at: Some(after(250)), ..buy("100") };
    let scheduled = world.place(scheduled).unwrap();
    let later = world.place(PlaceOrder { release_at: Some(after(350)), ..buy("100") }).unwrap();
    let of_bob = world.place(limit(BOB, Side::Buy, "1", "100")).unwrap();
    world.run(set(AccountState::Suspended)).unwrap();
    world.at(300);
    let shut = Reject::AccountNotOpen { account: ALICE, state: AccountState::Suspended };
    for order in [&opening, &scheduled] {
        let order = world.order(order.id);
        assert_eq!((order.status, order.refusal()), (OrderStatus::Rejected, Some(&shut)));
    }
    assert_eq!(world.status(&of_bob), OrderStatus::New);
    world.run(set(AccountState::Open)).unwrap();
    world.at(350);
    assert_eq!(world.status(&later), OrderStatus::New, "what is open again takes orders again");
    world.run(set(AccountState::Suspended)).unwrap();
    world.at(400);
    assert_eq!(world.status(&closing), OrderStatus::Rejected);
    assert_eq!(world.status(&later), OrderStatus::New, "what works goes on working");
}

#[test]
fn orders_are_released_by_time_and_then_by_number() {
    let mut world = world();
    let late = PlaceOrder { release_at: Some(after(250)), ..limit(ALICE, Side::Buy, "4", "101") };
    let late = world.place(late).unwrap();
    let first = world.place(limit(ALICE, Side::Buy, "3", "101")).unwrap();
    let at_open = PlaceOrder { release_at: Some(after(200)), ..limit(BOB, Side::Buy, "3", "101") };
    let second = world.place(at_open).unwrap();
    world.at(260);
    let filled = |order: &Order| world.order(order.id).filled.to_string();
    assert_eq!((filled(&first), filled(&second), filled(&late)), ("3".into(), "2".into(), "0".into()));
}

#[test]
fn a_release_can_be_asked_for_where_there_are_no_sessions() {
    let mut world = World::new();
    world.run(quote(BTC_USD, "99", "101", "5")).unwrap();
    let order =
        PlaceOrder { release_at: Some(after(10)), client_order_id: Some(client_id("a")), ..market_buy() };
    let queued = world.place(order.clone()).unwrap();
    assert_eq!((queued.status, queued.releases_at()), (OrderStatus::PendingNew, Some(after(10))));
    assert_eq!(world.place(order.clone()), Err(Reject::AlreadyExists { order: queued.id }));
    let another = PlaceOrder { release_at: None, ..order.clone() };
    assert!(matches!(world.place(another), Err(Reject::ExistsWithDifferent { .. })));
    let past = PlaceOrder { release_at: Some(START), client_order_id: None, ..order.clone() };
    assert_eq!(world.place(past), Err(Reject::ReleaseInPast { release_at: START, now: START }));
    let dead = lasting(TimeInForce::Gtd(after(10)), PlaceOrder { client_order_id: None, ..order });
    assert_eq!(world.place(dead), Err(Reject::ExpiryInPast { expiry: after(10), now: after(10) }));
    world.at(10);
    assert_eq!(world.status(&queued), OrderStatus::Filled);
}

#[test]
fn a_staged_order_waits_for_both_its_caller_and_its_session() {
    let mut world = world();
    let staged = PlaceOrder { staged_until: Some(after(50)), ..market_buy() };
    let staged = world.place(staged).unwrap();
    assert!(staged.is_staged() && !staged.is_queued());
    let release = Command::ReleaseOrder(ReleaseOrder { account: ALICE, order: staged.id });
    let queued = world.run(release.clone()).unwrap().order().cloned().unwrap();
    assert_eq!((queued.status, queued.releases_at()), (OrderStatus::PendingNew, Some(after(200))));
    assert!(queued.is_queued() && !queued.is_staged());
    assert_eq!(world.run(release), Err(Reject::OrderNotStaged(staged.id)));
    world.at(200);
    assert_eq!(world.status(&staged), OrderStatus::Filled);
}

#[test]
fn an_instrument_can_refuse_orders_while_it_is_closed() {
    let mut world = world_that(WhileClosed::Refuse);
    let closed = Reject::MarketClosed { instrument: BTC_USD, opens_at: Some(after(200)) };
    assert_eq!(world.place(market_buy()), Err(closed.clone()));
    assert_eq!(
        world.place(extended(market_buy())),
        Err(Reject::MarketClosed { instrument: BTC_USD, opens_at: Some(after(100)) })
    );
    let recorded = PlaceOrder { market_refusal: MarketRefusal::Record, ..market_buy() };
    let recorded = world.place(recorded).unwrap();
    assert_eq!((recorded.status, recorded.refusal()), (OrderStatus::Rejected, Some(&closed)));
    let scheduled = PlaceOrder { release_at: Some(after(150)), ..buy("100") };
    let scheduled = world.place(scheduled).unwrap();
    world.at(150);
    assert_eq!(world.status(&scheduled), OrderStatus::Rejected);
    world.at(250);
    assert_eq!(world.place(market_buy()).unwrap().status, OrderStatus::Filled);
    world.run(halt()).unwrap();
    assert_eq!(world.place(market_buy()), Err(Reject::TradingHalted(BTC_USD)));
}

#[test]
fn what_is_wrong_with_an_order_is_said_before_that_the_market_is_closed() {
    let mut world = world_that(WhileClosed::Refuse);
    let none = market(ALICE, Side::Buy, Size::Base(quantity("0")));
    assert_eq!(world.place(none), Err(Reject::SizeNotPositive));
    let off_tick = PlaceOrder { kind: OrderKind::Stop { trigger: price("100.001") }, ..market_buy() };
    assert!(matches!(world.place(off_tick), Err(Reject::PriceTooPrecise { .. })));
    let poor = limit(ALICE, Side::Buy, "100", "9000");
    assert!(matches!(world.place(poor), Err(Reject::MarketClosed { .. })));
}

#[test]
fn a_staged_order_waits_for_its_caller_before_it_waits_for_the_market() {
    let mut world = world();
    let stop = PlaceOrder { kind: OrderKind::Stop { trigger: price("103") }, ..market_buy() };
    for order in [buy("98"), stop] {
        let staged = world.place(PlaceOrder { staged_until: Some(after(150)), ..order }).unwrap();
        assert_eq!((staged.is_staged(), staged.queue, staged.trigger), (true, None, None));
        let release = ReleaseOrder { account: ALICE, order: staged.id };
        let queued = world.run(Command::ReleaseOrder(release)).unwrap().order().cloned().unwrap();
        assert_eq!(queued.queue, Some(Queue::Waiting { releases_at: Some(after(200)) }));
        assert_eq!((queued.is_staged(), queued.trigger), (false, None));
        world.at(210);
        let live = world.order(queued.id);
        assert_eq!((live.status, live.trigger.is_some()), (OrderStatus::New, live.kind != buy("98").kind));
        world = self::world();
    }
}
