//! Snapshots are made while the engine works, a start uses them, and one that cannot be used costs nothing but time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{BITCOIN, DEMO, MAKER, clock, fill, limit, quote, resting};
use order_engine::{Command, Side};
use runtime::{EngineHandle, Options, Runtime, SaveError, SnapshotPolicy, StartError};

/// Snapshots only when they are asked for.
fn options(dir: &Path) -> Options {
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    Options { snapshots, ..Options::in_directory(dir) }
}

fn start(dir: &Path) -> Runtime {
    Runtime::start(options(dir), clock()).unwrap()
}

/// Fills, and an order that rests.
async fn trade(engine: &EngineHandle, round: u32) {
    engine.submit(quote("99.00", "101.00")).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "100.00", "2"))).await.unwrap();
    engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "101.00", "3"))).await.unwrap();
    engine.submit(resting(&format!("round-{round}"))).await.unwrap();
}

/// A directory with three snapshots asked for and something after each, and the hash of the state.
async fn with_snapshots() -> (tempfile::TempDir, [u8; 32]) {
    let dir = tempfile::tempdir().unwrap();
    let runtime = start(dir.path());
    fill(&runtime).await;
    let engine = runtime.handle();
    for round in 0..6 {
        trade(&engine, round).await;
        if round.is_multiple_of(2) {
            engine.save_snapshot().await.unwrap();
        }
    }
    let hash = engine.state_hash().await.unwrap();
    runtime.stop().unwrap();
    (dir, hash)
}

/// The files of the folder by ending, oldest first.
fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("snapshots")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect();
    found.sort();
    found
}

/// A start leads to the state, readers see what they should, and it goes on.
async fn assert_start_gives(dir: &Path, hash: [u8; 32]) {
    let runtime = start(dir);
    assert_eq!(runtime.handle().state_hash().await.unwrap(), hash);
    let engine = runtime.handle();
    let views = engine.views();
    assert_eq!((views.orders(DEMO).len(), views.open_order_count(DEMO)), (12, 6));
    assert_eq!(views.account_executions(DEMO).len(), 12);
    assert_eq!(views.market(BITCOIN).unwrap().trades.len(), 12);
    for balance in &views.holdings(DEMO).unwrap().balances {
        let mut sum = 0;
        views.visit_entries_back(DEMO, None, |entry| {
            let is_own = entry.posting.asset == balance.asset;
            sum += if is_own { entry.posting.amount.units() } else { 0 };
            std::ops::ControlFlow::Continue(())
        });
        assert_eq!(sum, balance.total.units(), "the ledger is as complete as before");
    }
    trade(&runtime.handle(), 99).await;
    runtime.stop().unwrap();
}

#[tokio::test]
async fn the_two_newest_are_kept_and_tell_what_they_hold() {
    let (dir, _) = with_snapshots().await;
    let runtime = start(dir.path());
    let engine = runtime.handle();
    let notes = engine.snapshots().unwrap();
    assert_eq!(notes.len(), 2);
    assert!(notes[0].sequence > notes[1].sequence);
    let saved = engine.save_snapshot().await.unwrap();
    assert_eq!(saved.state_hash, engine.state_hash().await.unwrap());
    assert_eq!(saved.bytes, fs::metadata(&saved.path).unwrap().len());
    assert_eq!(engine.snapshots().unwrap(), [saved.clone(), notes[0].clone()]);
    assert_eq!(engine.save_snapshot().await.unwrap(), saved, "nothing has happened since");
}

#[tokio::test]
async fn a_start_from_a_snapshot_gives_the_state_of_the_log() {
    let (dir, hash) = with_snapshots().await;
    assert_start_gives(dir.path(), hash).await;
}

#[tokio::test]
async fn snapshots_are_made_when_enough_has_happened() {
    let dir = tempfile::tempdir().unwrap();
    let snapshots = SnapshotPolicy { every_commands: 50, every_bytes: u64::MAX };
    let runtime = Runtime::start(Options { snapshots, ..options(dir.path()) }, clock()).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    // One is begun at the fiftieth command; it is there once the runtime has stopped.
    for round in 0..30 {
        trade(&engine, round).await;
    }
    let hash = engine.state_hash().await.unwrap();
    runtime.stop().unwrap();
    assert!(!files(dir.path(), "snapshot").is_empty());
    let runtime = start(dir.path());
    assert_eq!(runtime.handle().state_hash().await.unwrap(), hash);
}

#[tokio::test]
async fn a_damaged_snapshot_is_set_aside_and_an_older_one_used() {
    let (dir, hash) = with_snapshots().await;
    let newest = files(dir.path(), "snapshot").pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, bytes).unwrap();
    assert_start_gives(dir.path(), hash).await;
    assert_eq!(files(dir.path(), "damaged"), [newest.with_extension("damaged")]);
    assert_eq!(files(dir.path(), "snapshot").len(), 1);
}

#[tokio::test]
async fn without_a_snapshot_that_can_be_read_the_log_is_replayed_from_its_start() {
    let (dir, hash) = with_snapshots().await;
    for path in files(dir.path(), "snapshot") {
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(100).unwrap();
    }
    assert_start_gives(dir.path(), hash).await;
    assert_eq!(files(dir.path(), "damaged").len(), 2);
}

/// Whatever bytes of a snapshot are missing or changed, a start finds the state, from it or without it.
#[tokio::test]
async fn no_damage_to_a_snapshot_changes_the_state() {
    let (dir, hash) = with_snapshots().await;
    let names = files(dir.path(), "snapshot");
    let newest = names.last().unwrap();
    fs::remove_file(&names[0]).unwrap();
    let bytes = fs::read(newest).unwrap();
    let damages = (0..bytes.len()).step_by(997).flat_map(|at| {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        [bytes[..at].to_vec(), flipped]
    });
    for damaged in damages {
        fs::write(newest, &damaged).unwrap();
        let runtime = start(dir.path());
        assert_eq!(runtime.handle().state_hash().await.unwrap(), hash);
        runtime.stop().unwrap();
        assert_eq!(files(dir.path(), "damaged"), [newest.with_extension("damaged")]);
    }
}

#[tokio::test]
async fn a_snapshot_beyond_the_end_of_the_log_is_set_aside() {
    let (dir, _) = with_snapshots().await;
    let newest = files(dir.path(), "snapshot").pop().unwrap();
    let other = tempfile::tempdir().unwrap();
    let runtime = start(other.path());
    fill(&runtime).await;
    trade(&runtime.handle(), 0).await;
    let hash = runtime.handle().state_hash().await.unwrap();
    runtime.stop().unwrap();
    fs::create_dir(other.path().join("snapshots")).unwrap();
    let moved = other.path().join("snapshots").join(newest.file_name().unwrap());
    fs::copy(&newest, &moved).unwrap();

    let runtime = start(other.path());
    assert_eq!(runtime.handle().state_hash().await.unwrap(), hash);
    assert!(moved.with_extension("beyond-the-log").exists() && !moved.exists());
}

#[tokio::test]
async fn a_log_that_is_gone_while_its_snapshots_are_there_is_missed() {
    let (dir, _) = with_snapshots().await;
    let other = tempfile::tempdir().unwrap();
    let newest = files(dir.path(), "snapshot").pop().unwrap();
    fs::create_dir(other.path().join("snapshots")).unwrap();
    fs::copy(&newest, other.path().join("snapshots").join(newest.file_name().unwrap())).unwrap();
    let refused = Runtime::start(options(other.path()), clock());
    assert!(matches!(refused, Err(StartError::LogLost { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_was_not_finished_is_removed_at_the_next_start() {
    let (dir, hash) = with_snapshots().await;
    let unfinished = dir.path().join("snapshots").join("00000000000000000099.snapshot.new");
    fs::write(&unfinished, "half of it").unwrap();
    assert_start_gives(dir.path(), hash).await;
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn where_nothing_is_kept_there_are_no_snapshots() {
    let runtime = common::in_memory().await;
    let engine = runtime.handle();
    assert!(engine.snapshots().unwrap().is_empty());
    assert!(matches!(engine.save_snapshot().await, Err(SaveError::Unable)));
}
