//! Closed orders beyond the retention leave memory and stay readable, by whatever way they were readable before.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use common::{DEMO, MAKER, START, cancel, client_id, fill, ids, limit, quote, resting};
use order_engine::{AccountId, Command, Execution, Order, OrderId, OrderStatus, PlaceOrder, Reject, Side};
use runtime::{Clock, EngineHandle, ManualClock, Options, Runtime, SnapshotPolicy, SubmitError, Views};

/// Snapshots only when they are asked for.
fn options(dir: &Path, retention: Option<u64>) -> Options {
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    Options { snapshots, retention, ..Options::in_directory(dir) }
}

fn start(dir: &Path, retention: Option<u64>) -> Runtime {
    Runtime::start(options(dir, retention), common::clock()).unwrap()
}

/// Fills, an order that rests, and one that is canceled.
async fn trade(engine: &EngineHandle, round: u32) {
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "3"))).await.unwrap();
    engine.submit(resting(&format!("open-{round}"))).await.unwrap();
    let closed = engine.submit(resting(&format!("closed-{round}"))).await.unwrap().order().cloned().unwrap();
    engine.submit(cancel(closed.id)).await.unwrap();
}

fn walked_orders(views: &Views, account: AccountId) -> Vec<Arc<Order>> {
    let mut seen = Vec::new();
    views.visit_orders_back(account, None, |order| {
        seen.push(order);
        ControlFlow::Continue(())
    });
    seen.reverse();
    seen
}

fn walked_executions(views: &Views, account: AccountId) -> Vec<Arc<Execution>> {
    let mut seen = Vec::new();
    views.visit_executions_back(account, None, |execution| {
        seen.push(execution);
        ControlFlow::Continue(())
    });
    seen.reverse();
    seen
}

/// All that can be read of orders, as text; each way of reading says the same.
fn all_orders(views: &Views) -> String {
    let mut texts = Vec::new();
    for account in [DEMO, MAKER] {
        let orders = views.orders(account);
        assert_eq!(walked_orders(views, account), orders);
        assert_eq!(walked_executions(views, account), views.account_executions(account));
        for order in &orders {
            let executions = views.executions(order.id);
            let versions: Vec<_> = order.versions().collect();
            assert_eq!(views.order(order.id).as_ref(), Some(order));
            for id in order.all_client_ids() {
                assert_eq!(views.order_by_client_id(account, id).unwrap().id, order.id);
            }
            texts.push(format!("{versions:#?} {executions:#?}"));
        }
        texts.push(format!(
            "{:?} {:#?}",
            ids(&views.open_orders(account)),
            views.account_executions(account)
        ));
    }
    texts.concat()
}

/// The same history, once without and once with a retention.
async fn histories(dir: &Path) -> (Runtime, Runtime) {
    let whole = Runtime::start(Options::in_memory(), common::clock()).unwrap();
    let kept = start(dir, Some(3));
    for runtime in [&whole, &kept] {
        fill(runtime).await;
        for round in 0..40 {
            trade(&runtime.handle(), round).await;
        }
    }
    (whole, kept)
}

#[tokio::test]
async fn whatever_could_be_read_before_can_be_read_after() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, kept) = histories(dir.path()).await;
    let expected = all_orders(whole.handle().views());
    assert_eq!(all_orders(kept.handle().views()), expected);
    let canceled = kept.handle().views().order_by_client_id(DEMO, &client_id("closed-1")).unwrap();
    assert_eq!(canceled.status, OrderStatus::Canceled);
    assert_eq!(canceled.as_at(START).unwrap().version, canceled.version, "all of it happened at one time");
    kept.stop().unwrap();

    // After a start from the log, from a snapshot, and from a snapshot with more behind it.
    let again = start(dir.path(), Some(3));
    assert_eq!(all_orders(again.handle().views()), expected);
    again.handle().save_snapshot().await.unwrap();
    again.stop().unwrap();
    let again = start(dir.path(), Some(3));
    assert_eq!(all_orders(again.handle().views()), expected);
    for runtime in [&whole, &again] {
        trade(&runtime.handle(), 99).await;
    }
    let hash = again.handle().state_hash().await.unwrap();
    again.stop().unwrap();
    let again = start(dir.path(), Some(3));
    assert_eq!(all_orders(again.handle().views()), all_orders(whole.handle().views()));
    assert_eq!(again.handle().state_hash().await.unwrap(), hash);
}

#[tokio::test]
async fn what_the_engine_has_forgotten_is_refused_as_if_it_knew() {
    let dir = tempfile::tempdir().unwrap();
    let (_, kept) = histories(dir.path()).await;
    let engine = kept.handle();
    let old = engine.views().order_by_client_id(DEMO, &client_id("closed-0")).unwrap();
    let refused = |result: Result<_, SubmitError>| match result {
        Err(SubmitError::Rejected(reject)) => reject,
        other => panic!("{other:?}"),
    };
    let closed = Reject::OrderClosed { order: old.id, status: OrderStatus::Canceled };
    assert_eq!(refused(engine.submit(cancel(old.id)).await), closed);
    let Command::CancelOrder(other) = cancel(old.id) else { unreachable!() };
    let other = order_engine::CancelOrder { account: MAKER, ..other };
    assert_eq!(refused(engine.submit(Command::CancelOrder(other)).await), Reject::UnknownOrder(old.id));
    let repeated = refused(engine.submit(resting("closed-0")).await);
    assert_eq!(repeated, Reject::AlreadyExists { order: old.id });
    let Command::PlaceOrder(placed) = resting("closed-0") else { unreachable!() };
    let changed = PlaceOrder { side: Side::Sell, ..placed };
    let different = refused(engine.submit(Command::PlaceOrder(changed)).await);
    assert_eq!(
        different,
        Reject::ExistsWithDifferent { order: old.id, field: order_engine::OrderField::Side }
    );
}

#[tokio::test]
async fn a_reset_empties_the_archive_before_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let (_, kept) = histories(dir.path()).await;
    let engine = kept.handle();
    engine.submit(Command::Reset).await.unwrap();
    assert!(engine.views().order_by_client_id(DEMO, &client_id("closed-0")).is_none());
    assert!(engine.views().orders(DEMO).is_empty() && engine.views().account_executions(DEMO).is_empty());
    fill(&kept).await;
    let fresh = Runtime::start(Options::in_memory(), common::clock()).unwrap();
    fill(&fresh).await;
    for round in 0..10 {
        trade(&engine, round).await;
    }
    kept.stop().unwrap();
    let again = start(dir.path(), Some(3));
    assert_eq!(again.handle().views().orders(DEMO).len(), 30);
    assert_eq!(walked_orders(again.handle().views(), DEMO).len(), 30);
}

/// A snapshot without the closed orders that it relies on is of no use; the log still has them.
#[tokio::test]
async fn an_archive_that_is_gone_is_made_anew_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, kept) = histories(dir.path()).await;
    kept.handle().save_snapshot().await.unwrap();
    kept.stop().unwrap();
    fs::remove_file(dir.path().join("archive.redb")).unwrap();
    let again = start(dir.path(), Some(3));
    assert_eq!(all_orders(again.handle().views()), all_orders(whole.handle().views()));
}

/// What the log no longer has is no longer in the archive either.
#[tokio::test]
async fn an_archive_does_not_go_beyond_the_log() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, kept) = histories(dir.path()).await;
    kept.stop().unwrap();
    let short = start(other.path(), Some(3));
    fill(&short).await;
    trade(&short.handle(), 0).await;
    let expected = all_orders(short.handle().views());
    short.stop().unwrap();
    fs::copy(dir.path().join("archive.redb"), other.path().join("archive.redb")).unwrap();
    let again = start(other.path(), Some(3));
    assert_eq!(all_orders(again.handle().views()), expected);
}

#[tokio::test]
async fn where_nothing_is_kept_forgotten_orders_are_gone() {
    let options = Options { retention: Some(3), ..Options::in_memory() };
    let runtime = Runtime::start(options, common::clock()).unwrap();
    fill(&runtime).await;
    for round in 0..40 {
        trade(&runtime.handle(), round).await;
    }
    let views = runtime.handle();
    assert_eq!(views.views().orders(DEMO).len() + views.views().orders(MAKER).len(), 40 + 3);
    assert!(views.views().account_executions(DEMO).len() <= 6);
}

/// Memory stays bounded while history grows.
#[tokio::test]
async fn a_long_history_leaves_no_more_than_the_retention_in_memory() {
    const ORDERS: u64 = 50_000;
    const RETENTION: u64 = 2_000;
    let dir = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START));
    let journal = runtime::JournalMode::Directory {
        path: dir.path().to_owned(),
        durability: runtime::Durability::Async,
    };
    let runtime = Runtime::start(Options { journal, ..options(dir.path(), Some(RETENTION)) }, clock).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    let mut first: Option<OrderId> = None;
    for _ in 0..ORDERS / 500 {
        let order = PlaceOrder {
            time_in_force: order_engine::TimeInForce::Ioc,
            ..limit(DEMO, Side::Buy, "98.00", "0.01")
        };
        let commands = vec![Command::PlaceOrder(order); 500];
        let outcomes = engine.submit_all(commands).await.unwrap();
        first =
            first.or_else(|| outcomes[0].as_ref().unwrap().order().cloned().as_ref().map(|order| order.id));
    }
    // A snapshot waits until the archive has all that was handed over.
    engine.save_snapshot().await.unwrap();
    assert_eq!(engine.views().orders_in_memory() as u64, RETENTION);
    assert_eq!(engine.views().order(first.unwrap()).unwrap().status, OrderStatus::Canceled);
    let mut count = 0;
    engine.views().visit_orders_back(DEMO, None, |_| {
        count += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(count, ORDERS);
}
