//! What happened to an account of late is the same after any start: from the log, from a snapshot, from a snapshot with more
//! behind it, and when the orders that it tells of have gone to the archive.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use common::{DEMO, MAKER, cancel, fill, limit, price, quote, resting};
use order_engine::{AccountId, Command, Event, Order, ReplaceOrder, Side};
use runtime::{EngineHandle, Options, Runtime, SnapshotPolicy, Views};

fn start(dir: &Path, retention: Option<u64>) -> Runtime {
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    let options = Options { snapshots, retention, ..Options::in_directory(dir) };
    Runtime::start(options, common::clock()).unwrap()
}

/// Fills, an order that is replaced and rests, and one that is canceled.
async fn trade(engine: &EngineHandle, round: u32) {
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "3"))).await.unwrap();
    let rests = engine.submit(resting(&format!("open-{round}"))).await.unwrap().order().cloned().unwrap();
    engine.submit(Command::ReplaceOrder(dearer(&rests))).await.unwrap();
    let closed = engine.submit(resting(&format!("closed-{round}"))).await.unwrap().order().cloned().unwrap();
    engine.submit(Command::ReplaceOrder(dearer(&closed))).await.unwrap();
    engine.submit(cancel(closed.id)).await.unwrap();
}

fn dearer(order: &Order) -> ReplaceOrder {
    ReplaceOrder { price: Some(price("2.00")), ..ReplaceOrder::new(order.account, order.id) }
}

fn events(views: &Views, account: AccountId) -> Vec<Event> {
    let mut seen = Vec::new();
    views.visit_activities_back(account, None, |event| {
        seen.push(event.clone());
        ControlFlow::Continue(())
    });
    seen
}

/// All that the events tell, earlier versions of their orders included, and that each is told once.
fn told(runtime: &Runtime) -> String {
    let engine = runtime.handle();
    let mut texts = Vec::new();
    for account in [DEMO, MAKER] {
        let events = events(engine.views(), account);
        assert!(events.is_sorted_by(|newer, older| newer.id > older.id), "each once, the newest first");
        for event in events {
            let versions: Vec<_> = event.change.order().iter().flat_map(|order| order.versions()).collect();
            texts.push(format!("{event:#?} {versions:#?}\n"));
        }
    }
    texts.concat()
}

#[tokio::test]
async fn what_happened_is_the_same_after_every_kind_of_start() {
    for retention in [None, Some(3)] {
        let dir = tempfile::tempdir().unwrap();
        let runtime = start(dir.path(), retention);
        fill(&runtime).await;
        for round in 0..20 {
            trade(&runtime.handle(), round).await;
        }
        let before = told(&runtime);
        runtime.stop().unwrap();

        let runtime = start(dir.path(), retention);
        assert_eq!(told(&runtime), before, "from the log");
        runtime.handle().save_snapshot().await.unwrap();
        runtime.stop().unwrap();

        let runtime = start(dir.path(), retention);
        assert_eq!(told(&runtime), before, "from a snapshot");
        trade(&runtime.handle(), 99).await;
        let more = told(&runtime);
        assert!(more.len() > before.len());
        runtime.stop().unwrap();

        let runtime = start(dir.path(), retention);
        assert_eq!(told(&runtime), more, "from a snapshot with more behind it");
        // A snapshot that is built upon one has what that one had.
        runtime.handle().save_snapshot().await.unwrap();
        runtime.stop().unwrap();
        assert_eq!(told(&start(dir.path(), retention)), more, "from a snapshot upon a snapshot");
    }
}

#[tokio::test]
async fn the_newest_event_after_a_start_comes_after_those_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path(), Some(1));
    fill(&runtime).await;
    trade(&runtime.handle(), 0).await;
    runtime.handle().save_snapshot().await.unwrap();
    let before = events(runtime.handle().views(), DEMO);
    runtime.stop().unwrap();
    let runtime = start(dir.path(), Some(1));
    trade(&runtime.handle(), 1).await;
    let after = events(runtime.handle().views(), DEMO);
    assert_eq!(after[after.len() - before.len()..], before);
    assert!(after[after.len() - before.len() - 1].id > before[0].id);
}

/// The orders of events are those of the state, not copies of them: memory holds a version once.
#[tokio::test]
async fn events_share_the_orders_of_the_state() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path(), None);
    fill(&runtime).await;
    trade(&runtime.handle(), 0).await;
    runtime.handle().save_snapshot().await.unwrap();
    runtime.stop().unwrap();
    let runtime = start(dir.path(), None);
    let engine = runtime.handle();
    let mut shared = 0;
    for event in events(engine.views(), DEMO) {
        let Some(order) = event.change.order() else { continue };
        let current = engine.views().order(order.id).unwrap();
        assert_eq!(current.versions().find(|version| version.version == order.version).as_ref(), Some(order));
        if current.version == order.version {
            assert!(Arc::ptr_eq(&current, order), "{} is here twice", order.id);
            shared += 1;
        }
    }
    assert!(shared >= 2, "{shared}");
}
