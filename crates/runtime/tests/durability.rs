//! What was acknowledged is there after a restart, however the process ended, and time's doing is logged too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::{
    BITCOIN, DEMO, MAKER, START, cancel, client_id, clock, fill, ids, in_memory, limit, quote, resting,
};
use journal::{FileJournal, Journal};
use order_engine::{Change, Command, OrderStatus, PlaceOrder, Side, TimeInForce, Timestamp};
use runtime::{
    Clock, Durability, EngineHandle, JournalMode, ManualClock, Options, Runtime, StartError, SystemClock,
    Views,
};

fn start(dir: &Path) -> Runtime {
    Runtime::start(Options::in_directory(dir), clock()).unwrap()
}

/// Orders, fills, cancels and a replaced quote.
async fn trade(engine: &EngineHandle, round: u32) {
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "3"))).await.unwrap();
    let resting = engine.submit(resting(&format!("round-{round}"))).await.unwrap().order().cloned().unwrap();
    if round.is_multiple_of(2) {
        engine.submit(cancel(resting.id)).await.unwrap();
    }
}

/// All that the views say, as text.
fn all_views(views: &Views) -> String {
    let account = |account| {
        let (orders, open) = (views.orders(account), ids(&views.open_orders(account)));
        let versions: Vec<_> = orders.iter().map(|order| order.previous()).collect();
        let by_order: Vec<_> = orders.iter().map(|order| views.executions(order.id)).collect();
        let executions = views.account_executions(account);
        format!(
            "{orders:#?} {open:?} {versions:#?} {by_order:#?} {executions:#?} {:#?}",
            views.holdings(account)
        )
    };
    format!("{} {} {:#?} {:#?}", account(DEMO), account(MAKER), views.market(BITCOIN), views.reference())
}

#[tokio::test]
async fn a_restart_gives_the_same_state_and_the_same_views() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path());
    assert!(runtime.is_empty());
    fill(&runtime).await;
    for round in 0..10 {
        trade(&runtime.handle(), round).await;
    }
    let engine = runtime.handle();
    let (hash, views) = (engine.state_hash().await.unwrap(), all_views(engine.views()));
    runtime.stop().unwrap();

    let runtime = start(dir.path());
    assert!(!runtime.is_empty());
    let engine = runtime.handle();
    assert_eq!(engine.state_hash().await.unwrap(), hash);
    assert_eq!(all_views(engine.views()), views);
    let order = engine.views().order_by_client_id(DEMO, &client_id("round-3")).unwrap();
    assert_eq!(order.status, OrderStatus::New);
    trade(&engine, 10).await;
}

/// The files as they are at this moment: what is there after the process was killed.
fn copy_of(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

#[tokio::test]
async fn an_answered_command_survives_a_kill() {
    for durability in [Durability::Sync, Durability::Async] {
        let dir = tempfile::tempdir().unwrap();
        let journal = JournalMode::Directory { path: dir.path().to_owned(), durability };
        let options = Options { journal, ..Options::in_memory() };
        let runtime = Runtime::start(options, clock()).unwrap();
        fill(&runtime).await;
        for number in 0..5 {
            let name = format!("order-{number}");
            let order = runtime.handle().submit(resting(&name)).await.unwrap().order().cloned().unwrap();
            let copy = copy_of(dir.path());
            let again = start(copy.path());
            assert_eq!(again.handle().views().order_by_client_id(DEMO, &client_id(&name)).unwrap(), order);
            let expected = runtime.handle().state_hash().await.unwrap();
            assert_eq!(again.handle().state_hash().await.unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn a_runtime_that_is_dropped_has_lost_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path());
    fill(&runtime).await;
    let order = runtime.handle().submit(resting("dropped")).await.unwrap().order().cloned().unwrap();
    drop(runtime);
    assert_eq!(start(dir.path()).handle().views().order(order.id).unwrap(), order);
}

#[tokio::test]
async fn a_second_runtime_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path());
    let error = Runtime::start(Options::in_directory(dir.path()), clock()).unwrap_err();
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");
    first.stop().unwrap();
    start(dir.path());
}

#[tokio::test]
async fn a_record_that_is_no_batch_refuses_the_start_and_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path());
    fill(&runtime).await;
    runtime.stop().unwrap();
    let (mut journal, _) = FileJournal::open(dir.path(), journal::Options::default()).unwrap();
    journal.append(&[b"no batch"]).unwrap();
    drop(journal);
    let error = Runtime::start(Options::in_directory(dir.path()), clock()).unwrap_err();
    assert!(matches!(error, StartError::Batch { sequence: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_batch_that_was_logged_twice_is_applied_once() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path());
    fill(&runtime).await;
    // Without a client order id nothing but the counter tells the two apart.
    runtime.handle().submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "1.00", "0.01"))).await.unwrap();
    let hash = runtime.handle().state_hash().await.unwrap();
    runtime.stop().unwrap();

    let (mut journal, _) = FileJournal::open(dir.path(), journal::Options::default()).unwrap();
    let last = journal.read_from(2).unwrap().next().unwrap().unwrap();
    journal.append(&[&last.payload]).unwrap();
    drop(journal);
    assert_eq!(start(dir.path()).handle().state_hash().await.unwrap(), hash);
}

fn good_till(instant: Timestamp) -> Command {
    let order = limit(DEMO, Side::Buy, "1.00", "0.01");
    Command::PlaceOrder(PlaceOrder { time_in_force: TimeInForce::Gtd(instant), ..order })
}

#[tokio::test]
async fn an_order_expires_by_itself_while_the_clock_runs() {
    let dir = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let runtime = Runtime::start(Options::in_directory(dir.path()), Arc::clone(&clock)).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    let mut feed = engine.subscribe();
    let until = clock.now().plus_nanos(50_000_000);
    let order = engine.submit(good_till(until)).await.unwrap().order().cloned().unwrap();

    let expired = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let events = feed.recv().await.unwrap();
            if let Some(event) = events.iter().find(|event| matches!(event.change, Change::OrderExpired(_))) {
                return event.clone();
            }
        }
    });
    let expired = expired.await.unwrap();
    assert_eq!(expired.change.order().unwrap().id, order.id);
    assert_eq!(engine.views().order(order.id).unwrap().status, OrderStatus::Expired);
    assert!(clock.now() >= until);

    // It was time that did it, and time is in the log.
    let hash = engine.state_hash().await.unwrap();
    runtime.stop().unwrap();
    assert_eq!(start(dir.path()).handle().state_hash().await.unwrap(), hash);
}

#[tokio::test]
async fn a_clock_that_stands_still_lets_nothing_expire_until_it_is_moved() {
    let clock = Arc::new(ManualClock::at(START));
    let runtime = Runtime::in_memory(Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    let until = START.plus_seconds(60);
    let order = engine.submit(good_till(until)).await.unwrap().order().cloned().unwrap();
    clock.set(until.plus_nanos(1));
    // Each question wakes the sequencer, which sees that something is due and that time stands still.
    for _ in 0..2 {
        engine.state_hash().await.unwrap();
    }
    assert_eq!(engine.views().order(order.id).unwrap().status, OrderStatus::New);
    engine.submit(Command::Tick).await.unwrap();
    assert_eq!(engine.views().order(order.id).unwrap().status, OrderStatus::Expired);
}

#[tokio::test]
async fn the_engine_does_not_go_back_in_time_with_its_clock() {
    let clock = Arc::new(ManualClock::at(START));
    let runtime = Runtime::in_memory(Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    fill(&runtime).await;
    clock.set(Timestamp::EPOCH);
    let order = runtime.handle().submit(resting("later")).await.unwrap().order().cloned().unwrap();
    assert_eq!(order.created_at, START);
}

#[tokio::test]
async fn what_is_kept_nowhere_is_gone() {
    let first = in_memory().await;
    first.stop().unwrap();
    assert!(Runtime::in_memory(clock()).unwrap().is_empty());
}
