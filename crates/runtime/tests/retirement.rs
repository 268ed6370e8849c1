//! What two snapshots cover goes from the log, and nothing that anybody can see goes with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{BITCOIN, DEMO, MAKER, clock, fill, ids, limit, quote, resting};
use journal::{FileJournal, Journal, JournalError};
use order_engine::{Command, Side};
use runtime::{EngineHandle, Options, Runtime, SnapshotPolicy, StartError, Views};

/// Enough for several segments. There are more when a snapshot takes longer than they do.
const ROUNDS: u32 = 120;

/// A snapshot whenever none is being made and a few commands have come.
fn options(dir: &Path) -> Options {
    let snapshots = SnapshotPolicy { every_commands: 16, every_bytes: u64::MAX };
    Options { snapshots, ..Options::in_directory(dir) }
}

fn start(dir: &Path) -> Result<Runtime, StartError> {
    Runtime::start(options(dir), clock())
}

async fn trade(engine: &EngineHandle, round: u32) {
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "3"))).await.unwrap();
    engine.submit(resting(&format!("round-{round}"))).await.unwrap();
}

/// The files of a folder by ending, in order.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect();
    found.sort();
    found
}

/// The number that is a file's name.
fn number(path: &Path) -> u64 {
    path.file_stem().unwrap().to_str().unwrap().parse().unwrap()
}

/// What readers see, as text.
fn seen(views: &Views) -> String {
    let account = |account| {
        let (orders, open) = (views.orders(account), ids(&views.open_orders(account)));
        let by_order: Vec<_> = orders.iter().map(|order| views.executions(order.id)).collect();
        let executions = views.account_executions(account);
        format!("{orders:#?} {open:?} {by_order:#?} {executions:#?} {:#?}", views.holdings(account))
    };
    format!("{} {} {:#?} {:#?}", account(DEMO), account(MAKER), views.market(BITCOIN), views.reference())
}

/// A directory whose log has lost its beginning, with the hash of the state and what readers saw.
async fn retired() -> (tempfile::TempDir, [u8; 32], String) {
    let dir = tempfile::tempdir().unwrap();
    // The first segment is small, and the next ones grow from it.
    let small = journal::Options { segment_bytes: 512, ..journal::Options::default() };
    drop(FileJournal::open(dir.path(), small).unwrap());
    let runtime = start(dir.path()).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    let beginning = files(dir.path(), "journal").remove(0);
    let mut round = 0;
    while round < ROUNDS || beginning.exists() {
        trade(&engine, round).await;
        round += 1;
    }
    let state = (engine.state_hash().await.unwrap(), seen(engine.views()));
    runtime.stop().unwrap();
    (dir, state.0, state.1)
}

#[tokio::test]
async fn segments_that_snapshots_cover_go_and_a_restart_gives_the_same() {
    let (dir, hash, views) = retired().await;
    let snapshots = files(&dir.path().join("snapshots"), "snapshot");
    let first = number(&files(dir.path(), "journal")[0]);
    assert_eq!(snapshots.len(), 2);
    assert!((2..=number(&snapshots[0]) + 1).contains(&first), "{first} {snapshots:?}");
    let (log, _) = FileJournal::open(dir.path(), journal::Options::default()).unwrap();
    assert!(matches!(log.read_from(1), Err(JournalError::NotKept { sequence: 1, .. })));
    drop(log);

    for round in 0..3 {
        let runtime = start(dir.path()).unwrap();
        let engine = runtime.handle();
        assert_eq!(engine.state_hash().await.unwrap(), hash, "start {round}");
        assert_eq!(seen(engine.views()), views, "start {round}");
    }
}

#[tokio::test]
async fn a_newest_snapshot_that_is_damaged_still_has_its_log() {
    let (dir, hash, views) = retired().await;
    let newest = files(&dir.path().join("snapshots"), "snapshot").pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let runtime = start(dir.path()).unwrap();
    let engine = runtime.handle();
    assert_eq!(engine.state_hash().await.unwrap(), hash);
    assert_eq!(seen(engine.views()), views);
}

#[tokio::test]
async fn without_its_snapshots_a_log_that_has_no_beginning_is_refused() {
    let (dir, hash, _) = retired().await;
    let folder = dir.path().join("snapshots");
    let first = number(&files(dir.path(), "journal")[0]);
    let away = tempfile::tempdir().unwrap();
    let snapshots = files(&folder, "snapshot");
    for path in &snapshots {
        fs::copy(path, away.path().join(path.file_name().unwrap())).unwrap();
        fs::remove_file(path).unwrap();
    }
    let refused = start(dir.path()).unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, StartError::Uncovered { .. }), "{text}");
    assert!(text.contains(&folder.display().to_string()), "{text}");
    assert!(text.contains(&format!("ends with batch {} or later", first - 1)), "{text}");

    let older = &snapshots[0];
    fs::copy(away.path().join(older.file_name().unwrap()), older).unwrap();
    let runtime = start(dir.path()).unwrap();
    assert_eq!(runtime.handle().state_hash().await.unwrap(), hash, "what it names is what helps");
}
