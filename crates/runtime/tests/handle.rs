//! What a caller sees: answers, its own writes, and what happens when the engine cannot go on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use common::{
    BITCOIN, DEMO, Gate, MAKER, START, Verdict, cancel, client_id, clock, fill, gated, ids, in_memory, limit,
    price, quantity, quote, resting,
};
use order_engine::{
    AccountId, Annotations, CancelOrder, Change, Command, OrderId, OrderKind, OrderStatus, PlaceOrder,
    Reject, ReplaceOrder, RestateOrder, RestatedStatus, Side, Size, Timestamp,
};
use runtime::{Clock, EngineHandle, Options, Runtime, SubmitError};
use tokio::sync::broadcast::error::RecvError;

#[tokio::test]
async fn a_caller_reads_its_own_write() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    for number in 0..50 {
        let name = format!("order-{number}");
        let outcome = engine.submit(resting(&name)).await.unwrap();
        let order = outcome.order().cloned().unwrap();
        let views = engine.views();
        assert_eq!(views.order(order.id).unwrap(), order);
        assert_eq!(views.order_by_client_id(DEMO, &client_id(&name)).unwrap().id, order.id);
        assert_eq!(ids(&views.open_orders(DEMO)).last(), Some(&order.id));
        assert_eq!(views.market(BITCOIN).unwrap().bids[0].orders, number + 1);
        let held = views.holdings(DEMO).unwrap().balances[0].held.decimal();
        assert_eq!(
            held.to_string(),
            format!("{}", rust_decimal::Decimal::new(i64::from(number) + 1, 2).normalize())
        );
    }
}

#[tokio::test]
async fn a_closed_order_leaves_the_open_ones_and_stays_readable() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let first = engine.submit(resting("first")).await.unwrap().about.unwrap();
    let second = engine.submit(resting("second")).await.unwrap().about.unwrap();
    engine.submit(cancel(first)).await.unwrap();
    let views = engine.views();
    assert_eq!(ids(&views.open_orders(DEMO)), [second]);
    assert_eq!(ids(&views.orders(DEMO)), [first, second]);
    assert_eq!(views.order(first).unwrap().status, OrderStatus::Canceled);
    assert_eq!(views.order_as_at(first, START).unwrap().id, first);
    assert!(views.orders(MAKER).is_empty());
}

#[tokio::test]
async fn a_reject_reaches_its_caller() {
    let runtime = in_memory().await;
    let unknown = OrderId::new(1_000_000);
    let refused = runtime.handle().submit(cancel(unknown)).await;
    assert_eq!(refused.unwrap_err(), SubmitError::Rejected(Reject::UnknownOrder(unknown)));
}

#[tokio::test]
async fn a_check_says_what_a_command_would_and_changes_nothing() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let before = engine.state_hash().await.unwrap();
    engine.check(resting("only asked")).await.unwrap();
    let unknown = engine.check(cancel(OrderId::new(1_000_000))).await.unwrap_err();
    assert!(matches!(unknown, SubmitError::Rejected(Reject::UnknownOrder(_))));
    assert_eq!(engine.state_hash().await.unwrap(), before);
    assert!(engine.views().orders(DEMO).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_at_once_each_get_their_own_answer() {
    let runtime = in_memory().await;
    let callers: Vec<_> = (0..32).map(|caller| tokio::spawn(place_some(runtime.handle(), caller))).collect();
    let mut placed = BTreeSet::new();
    for caller in callers {
        placed.extend(caller.await.unwrap());
    }
    assert_eq!(placed.len(), 32 * 40, "every order has an id of its own");
    let listed = ids(&runtime.handle().views().orders(DEMO));
    assert!(listed.is_sorted());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), placed);
}

async fn place_some(engine: EngineHandle, caller: u32) -> Vec<OrderId> {
    let mut placed = Vec::new();
    for number in 0..20 {
        let name = format!("{caller}-{number}");
        let order = engine.submit(resting(&name)).await.unwrap().order().cloned().unwrap();
        assert_eq!(order.client_order_id, Some(client_id(&name)));
        // Nothing comes between commands that were submitted together.
        let pair = vec![resting(&format!("{name}-a")), cancel(order.id)];
        let [first, second] = <[_; 2]>::try_from(engine.submit_all(pair).await.unwrap()).unwrap();
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!(second.events[0].id.get(), first.events.last().unwrap().id.get() + 1);
        placed.extend([order.id, first.about.unwrap()]);
    }
    placed
}

#[tokio::test]
async fn followers_see_every_event_in_order() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let mut feed = engine.subscribe();
    let order = engine.submit(resting("followed")).await.unwrap().order().cloned().unwrap();
    engine.submit(cancel(order.id)).await.unwrap();
    let (accepted, canceled) = (feed.recv().await.unwrap(), feed.recv().await.unwrap());
    assert!(
        matches!(&accepted[..], [event] if matches!(&event.change, Change::OrderAccepted(o) if o.id == order.id))
    );
    assert!(
        matches!(&canceled[..], [event] if matches!(&event.change, Change::OrderCanceled(o) if o.id == order.id))
    );
    assert!(accepted[0].id < canceled[0].id);
}

#[tokio::test]
async fn a_match_of_two_clients_is_one_trade() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let maker = engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    let taker = engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "0.5"))).await.unwrap();
    let market = engine.views().market(BITCOIN).unwrap();
    let [trade] = market.trades.iter().copied().collect::<Vec<_>>()[..] else {
        panic!("{:?}", market.trades)
    };
    assert_eq!(
        (trade.taker_side, trade.price.to_string(), trade.quantity),
        (Side::Buy, "100.00".into(), quantity("0.5"))
    );
    assert_eq!(market.last_trade(), Some(&trade));

    let (maker, taker) = (maker.about.unwrap(), taker.about.unwrap());
    for (order, account) in [(maker, MAKER), (taker, DEMO)] {
        let executions = engine.views().executions(order);
        assert_eq!(executions.len(), 1);
        assert_eq!(executions[0].trade, trade.trade);
        assert_eq!(engine.views().account_executions(account), executions);
    }
}

#[tokio::test]
async fn a_trade_with_the_house_is_public_whoever_came() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    let market_order =
        PlaceOrder::new(DEMO, BITCOIN, Side::Buy, OrderKind::Market, Size::Base(quantity("1")));
    engine.submit(Command::PlaceOrder(market_order)).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "100.00", "1"))).await.unwrap();
    // The new quote sells at what the resting order pays: the house comes, and it sells.
    engine.submit(quote("98.00", "99.50")).await.unwrap();
    let market = engine.views().market(BITCOIN).unwrap();
    let trades: Vec<_> =
        market.trades.iter().map(|trade| (trade.taker_side, trade.price.to_string())).collect();
    assert_eq!(trades, [(Side::Buy, "101.00".to_owned()), (Side::Sell, "100.00".to_owned())]);
}

#[tokio::test]
async fn a_reset_empties_every_view() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    let market_order =
        PlaceOrder::new(DEMO, BITCOIN, Side::Buy, OrderKind::Market, Size::Base(quantity("1")));
    let order = engine.submit(Command::PlaceOrder(market_order)).await.unwrap().order().cloned().unwrap();
    let commands = [vec![Command::Reset], common::seed()].concat();
    for result in engine.submit_all(commands).await.unwrap() {
        result.unwrap();
    }
    let views = engine.views();
    assert_eq!(views.order(order.id), None);
    assert!(views.orders(DEMO).is_empty() && views.executions(order.id).is_empty());
    assert!(views.account_executions(DEMO).is_empty());
    assert!(views.market(BITCOIN).unwrap().trades.is_empty());
    assert_eq!(views.market(BITCOIN).unwrap().quote, None);
    assert!(views.holdings(DEMO).unwrap().positions.is_empty());

    engine.submit(Command::Reset).await.unwrap();
    assert!(views.market(BITCOIN).is_none() && views.holdings(DEMO).is_none());
    assert_eq!(views.reference().instruments().len(), 0);
}

#[tokio::test]
async fn what_follows_a_reset_in_one_batch_is_shown() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let buy = PlaceOrder::new(DEMO, BITCOIN, Side::Buy, OrderKind::Market, Size::Base(quantity("1")));
    let trade = vec![quote("99.00", "101.00"), Command::PlaceOrder(buy)];
    let commands = [trade.clone(), vec![Command::Reset], common::seed(), trade].concat();
    let results = engine.submit_all(commands).await.unwrap();
    let order = results.last().unwrap().as_ref().unwrap().order().cloned().unwrap();
    let views = engine.views();
    assert_eq!(ids(&views.orders(DEMO)), [order.id]);
    assert_eq!(views.executions(order.id).len(), 1);
    assert_eq!(views.market(BITCOIN).unwrap().trades.len(), 1);
    assert!(views.holdings(DEMO).unwrap().position(BITCOIN).is_some());
}

#[tokio::test]
async fn an_order_is_found_by_every_id_that_was_used_for_it() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let order = engine.submit(resting("placed")).await.unwrap().about.unwrap();
    engine.submit(Command::ReplaceOrder(replaced(order, "replaced"))).await.unwrap();
    engine.submit(Command::RestateOrder(restated(order, "restated"))).await.unwrap();
    let canceled = CancelOrder { account: DEMO, order, client_order_id: Some(client_id("canceled")) };
    engine.submit(Command::CancelOrder(canceled)).await.unwrap();
    for name in ["placed", "replaced", "restated", "canceled"] {
        let found = engine.views().order_by_client_id(DEMO, &client_id(name)).unwrap();
        assert_eq!((found.id, found.status), (order, OrderStatus::Canceled), "{name}");
        assert_eq!(engine.views().order_by_client_id(MAKER, &client_id(name)), None);
    }
}

/// A better price, asked for under an id of its own.
fn replaced(order: OrderId, request: &str) -> ReplaceOrder {
    ReplaceOrder {
        price: Some(price("2.00")),
        client_order_id: Some(client_id(request)),
        ..ReplaceOrder::new(DEMO, order)
    }
}

/// An operator shows another request id with an order.
fn restated(order: OrderId, request_id: &str) -> RestateOrder {
    RestateOrder {
        order,
        price: None,
        quantity: None,
        time_in_force: None,
        trigger: None,
        status: RestatedStatus::Keep,
        request_id: Some(client_id(request_id)),
        annotations: Annotations::default(),
    }
}

#[tokio::test]
async fn a_command_is_carried_out_when_its_caller_goes_away() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    submit_and_leave(&engine, resting("nobody waits"));
    engine.state_hash().await.unwrap();
    assert!(engine.views().order_by_client_id(DEMO, &client_id("nobody waits")).is_some());
}

/// Submits a command and drops the answer.
fn submit_and_leave(engine: &EngineHandle, command: Command) {
    let mut submitted = Box::pin(engine.submit(command));
    let _ = submitted.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

/// A runtime on a gated journal, seeded.
async fn on_gated_journal(options: Options) -> (Runtime, Gate) {
    let (journal, gate) = gated();
    let runtime = Runtime::start_on(journal, options, clock()).unwrap();
    gate.open(Verdict::Succeed);
    fill(&runtime).await;
    gate.arrival();
    (runtime, gate)
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_takes_again_later() {
    let (runtime, gate) = on_gated_journal(Options { queue: 3, ..Options::in_memory() }).await;
    let engine = runtime.handle();
    submit_and_leave(&engine, resting("being written"));
    gate.arrival();
    for number in 0..3 {
        submit_and_leave(&engine, resting(&format!("waits-{number}")));
    }
    assert_eq!(engine.submit(resting("too many")).await, Err(SubmitError::Busy));
    assert!(engine.is_healthy());

    drop(gate);
    while engine.submit(Command::Tick).await == Err(SubmitError::Busy) {
        tokio::task::yield_now().await;
    }
    assert_eq!(engine.views().orders(DEMO).len(), 4);
    assert_eq!(engine.views().order_by_client_id(DEMO, &client_id("too many")), None);
}

#[tokio::test]
async fn what_waits_is_written_together_within_the_caps() {
    let (runtime, gate) = on_gated_journal(Options { max_batch_commands: 4, ..Options::in_memory() }).await;
    let engine = runtime.handle();
    submit_and_leave(&engine, resting("first"));
    let one = gate.arrival();
    for number in 0..10 {
        submit_and_leave(&engine, resting(&format!("{number:05}")));
    }
    let mut together =
        Box::pin(engine.submit_all((10..16).map(|number| resting(&format!("{number:05}"))).collect()));
    assert!(together.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());

    gate.open(Verdict::Succeed);
    let sizes: Vec<usize> = (0..4)
        .map(|_| {
            let size = gate.arrival();
            gate.open(Verdict::Succeed);
            size
        })
        .collect();
    // Four, four, two, and the six that belong together, although they are over the cap.
    assert_eq!(sizes[0], sizes[1]);
    assert!(one < sizes[2] && sizes[2] < sizes[1] && sizes[1] < sizes[3], "{one} {sizes:?}");
    assert_eq!(together.await.unwrap().len(), 6);
    assert_eq!(engine.views().orders(DEMO).len(), 17);
}

#[tokio::test]
async fn the_cap_in_bytes_holds_too() {
    let (runtime, gate) = on_gated_journal(Options { max_batch_bytes: 1, ..Options::in_memory() }).await;
    let engine = runtime.handle();
    for number in 0..3 {
        submit_and_leave(&engine, resting(&format!("{number}")));
    }
    let sizes: Vec<usize> = (0..3)
        .map(|_| {
            let size = gate.arrival();
            gate.open(Verdict::Succeed);
            size
        })
        .collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

#[tokio::test]
async fn a_journal_that_fails_stops_the_writing_and_not_the_reading() {
    let (runtime, gate) = on_gated_journal(Options::in_memory()).await;
    let engine = runtime.handle();
    gate.open(Verdict::Succeed);
    let kept = engine.submit(resting("kept")).await.unwrap().order().cloned().unwrap();
    gate.arrival();

    let mut lost = Box::pin(engine.submit(resting("lost")));
    assert!(lost.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    gate.arrival();
    let mut behind = Box::pin(engine.submit(resting("behind")));
    assert!(behind.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let mut asked = Box::pin(engine.check(resting("asked")));
    assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    gate.open(Verdict::Fail);

    assert_eq!(lost.await, Err(SubmitError::Unavailable));
    assert!(!engine.is_healthy(), "red before anyone is told");
    assert_eq!(behind.await, Err(SubmitError::Unavailable));
    assert_eq!(asked.await, Err(SubmitError::Unavailable));
    assert_eq!(engine.submit(resting("later")).await, Err(SubmitError::Unavailable));
    assert_eq!(engine.check(resting("later")).await, Err(SubmitError::Unavailable));
    assert_eq!(ids(&engine.views().orders(DEMO)), [kept.id]);
    assert!(runtime.stop().is_err());
}

/// A clock that panics once it is told to.
struct BrokenClock(AtomicBool);

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        START
    }

    fn runs(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_panic_leaves_nobody_waiting() {
    let clock = Arc::new(BrokenClock(AtomicBool::new(false)));
    let runtime = Runtime::in_memory(Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    clock.0.store(true, Ordering::SeqCst);
    assert_eq!(engine.submit(resting("breaks it")).await, Err(SubmitError::Unavailable));
    assert!(!engine.is_healthy());
    assert_eq!(engine.submit(Command::Tick).await, Err(SubmitError::Unavailable));
    assert!(engine.views().holdings(DEMO).is_some());
    assert!(runtime.stop().is_err());
}

#[tokio::test]
async fn stopping_carries_out_what_waits_and_nothing_later() {
    let (runtime, gate) = on_gated_journal(Options::in_memory()).await;
    let engine = runtime.handle();
    let mut waiting = Box::pin(engine.submit(resting("waits")));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(gate);
    runtime.stop().unwrap();
    let order = waiting.await.unwrap().order().cloned().unwrap();
    assert_eq!(engine.views().order(order.id).unwrap(), order);
    assert!(!engine.is_healthy());
    assert_eq!(engine.submit(Command::Tick).await, Err(SubmitError::Unavailable));
}

#[tokio::test]
async fn a_new_state_is_empty_until_its_first_command() {
    let runtime = Runtime::in_memory(clock()).unwrap();
    assert!(runtime.is_empty());
    assert_eq!(runtime.handle().views().reference().accounts().len(), 1, "the house is there");
    assert!(
        runtime.handle().views().holdings(AccountId::HOUSE).is_none_or(|house| house.balances.is_empty())
    );
    fill(&runtime).await;
    assert!(!runtime.is_empty());
}

#[tokio::test]
async fn a_feed_that_has_ended_says_so_to_all() {
    let runtime = in_memory().await;
    let handle = runtime.handle();
    let mut follower = handle.subscribe();
    handle.end_feed();
    handle.feed_ended().await;
    assert_eq!(follower.recv().await.unwrap_err(), RecvError::Closed);
    assert_eq!(handle.subscribe().recv().await.unwrap_err(), RecvError::Closed);
    assert!(handle.submit(Command::Tick).await.is_ok(), "commands are still taken");
}
