//! Log, snapshots and archive together on a disk that fails, fills up and loses power: what was answered is there after the
//! next start, in the state or in the archive, what was refused is not, and a start either finds all of it or says why not.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{DEMO, cancel, client_id, clock, fill, resting};
use order_engine::OrderStatus;
use runtime::{
    Condition, Durability, EngineHandle, JournalMode, Options, Runtime, SnapshotPolicy, StartError,
    SubmitError,
};
use simdisk::{SimDisk, Trouble};

/// Closed orders that stay in memory.
const RETENTION: u64 = 2;
const ROUNDS: u32 = 6;
/// Runs with each kind of trouble, which meets operations that far apart; each kind begins at another one.
const RUNS: u64 = 16;
const TROUBLES: [Trouble; 5] = [
    Trouble::Fails(ErrorKind::Other),
    Trouble::Fails(ErrorKind::StorageFull),
    Trouble::Short(1),
    Trouble::Half(700),
    Trouble::PowerCut,
];

/// Snapshots only when they are asked for, and small segments, made by the append that needs them.
fn start(disk: &SimDisk, segment_bytes: u64) -> Result<Runtime, StartError> {
    let options = Options {
        journal: JournalMode::Directory { path: "/data".into(), durability: Durability::Sync },
        segment_bytes,
        prepare_segments: false,
        snapshots: SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX },
        retention: Some(RETENTION),
        ..Options::in_memory()
    };
    Runtime::start_on_disk(Arc::new(disk.clone()), options, clock(), &mut |_| {})
}

/// What callers were told.
#[derive(Debug, Default)]
struct Told {
    placed: Vec<String>,
    canceled: Vec<String>,
    refused: Vec<String>,
}

/// Places orders, cancels every other one, and has snapshots made, whatever comes of it.
async fn trade(engine: &EngineHandle, told: &mut Told) {
    for round in 0..ROUNDS {
        for (number, closes) in [(0, true), (1, false), (2, true)] {
            let name = format!("order-{round}-{number}");
            match engine.submit(resting(&name)).await {
                Ok(outcome) => {
                    let id = outcome.about.unwrap();
                    if closes && engine.submit(cancel(id)).await.is_ok() {
                        told.canceled.push(name.clone());
                    }
                    told.placed.push(name);
                }
                Err(SubmitError::ReadOnly) => told.refused.push(name),
                Err(_) => {}
            }
        }
        if round % 2 == 1 {
            // It may fail; what was answered is there all the same.
            let _ = engine.save_snapshot().await;
        }
    }
}

async fn run(disk: &SimDisk) -> Told {
    let mut told = Told::default();
    let Ok(runtime) = start(disk, 2_048) else { return told };
    let seeded = runtime.handle().submit_all(common::seed()).await;
    if seeded.is_ok() {
        trade(&runtime.handle(), &mut told).await;
    }
    let _ = runtime.stop();
    told
}

/// What was answered is there, readable by its client order id and in the list, and what was refused is not.
fn assert_true(told: &Told, runtime: &Runtime, what: &str) {
    let engine = runtime.handle();
    let views = engine.views();
    let listed = views.orders(DEMO);
    for name in &told.placed {
        let order = views.order_by_client_id(DEMO, &client_id(name));
        let order = order.unwrap_or_else(|| panic!("{what}: {name} is gone"));
        assert_eq!(listed.iter().filter(|one| one.id == order.id).count(), 1, "{what}: {name} in the list");
        if told.canceled.contains(name) {
            assert_eq!(order.status, OrderStatus::Canceled, "{what}: {name}");
        }
    }
    for name in &told.refused {
        assert!(views.order_by_client_id(DEMO, &client_id(name)).is_none(), "{what}: {name} was refused");
    }
}

/// Starts until the state has been found twice, with a snapshot in between, and it is the same.
async fn assert_recovers(disk: &SimDisk, told: &Told, what: &str) {
    let runtime = start(disk, 2_048).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_true(told, &runtime, what);
    let engine = runtime.handle();
    if !runtime.is_empty() {
        engine.save_snapshot().await.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    let hash = engine.state_hash().await.unwrap();
    runtime.stop().unwrap();
    let runtime = start(disk, 2_048).unwrap_or_else(|error| panic!("{what}, again: {error}"));
    assert_eq!(runtime.handle().state_hash().await.unwrap(), hash, "{what}");
    assert_true(told, &runtime, what);
}

#[tokio::test]
async fn trouble_anywhere_loses_nothing_that_was_answered() {
    let calm = SimDisk::new();
    let told = run(&calm).await;
    assert_eq!((told.placed.len(), told.canceled.len()), (18, 12), "without trouble all is answered");
    let operations = calm.operations();
    let stride = usize::try_from(operations / RUNS).unwrap();
    assert!(stride > TROUBLES.len(), "{operations} operations");
    for (first, trouble) in (0..).zip(TROUBLES) {
        for at in (first..operations).step_by(stride) {
            let disk = SimDisk::new();
            disk.trouble_at(at, trouble);
            let told = run(&disk).await;
            let what = format!("{trouble:?} at operation {at} of {operations}");
            assert_recovers(&disk.after_power_cut(at), &told, &what).await;
        }
    }
}

/// Waits for a condition that is reached without anybody's doing.
async fn wait_until(mut is_so: impl FnMut() -> bool, what: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}

/// The log has room left in its segment, and the archive has none.
#[tokio::test]
async fn an_archive_that_cannot_grow_refuses_commands_until_it_can() {
    let disk = SimDisk::new();
    let runtime = start(&disk, 16 * 1024 * 1024).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    disk.limit(Some(disk.used()));
    let mut placed = Vec::new();
    let refused = loop {
        let name = format!("order-{}", placed.len());
        let outcome = match engine.submit(resting(&name)).await {
            Ok(outcome) => outcome,
            Err(error) => break error,
        };
        placed.push(name);
        if let Err(error) = engine.submit(cancel(outcome.about.unwrap())).await {
            break error;
        }
    };
    assert_eq!(refused, SubmitError::ReadOnly);
    assert!(!engine.is_healthy());
    assert!(matches!(&engine.condition(), Condition::ReadOnly { why } if why.contains("archive")));
    for name in &placed {
        assert!(engine.views().order_by_client_id(DEMO, &client_id(name)).is_some(), "{name} can be read");
    }

    disk.limit(None);
    wait_until(|| engine.is_healthy(), "it does not recover").await;
    engine.submit(resting("after")).await.unwrap();
    engine.save_snapshot().await.unwrap();
    let open = placed.len() as u64 + 1 - RETENTION;
    assert!(engine.views().orders_in_memory() as u64 <= open, "what is in the archive has left memory");
    runtime.stop().unwrap();
    let runtime = start(&disk.after_kill(), 16 * 1024 * 1024).unwrap();
    for name in placed.iter().map(String::as_str).chain(["after"]) {
        assert!(runtime.handle().views().order_by_client_id(DEMO, &client_id(name)).is_some(), "{name}");
    }
}

/// A snapshot waits for an archive that cannot be written. The stop does not wait for both.
#[tokio::test]
async fn a_stop_while_the_archive_cannot_be_written_ends() {
    let disk = SimDisk::new();
    let runtime = start(&disk, 16 * 1024 * 1024).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    for number in 0..RETENTION + 3 {
        let placed =
            engine.submit(resting(&format!("order-{number}"))).await.unwrap().order().cloned().unwrap();
        engine.submit(cancel(placed.id)).await.unwrap();
    }
    disk.fail_writes(Some(ErrorKind::Other));
    let saving = tokio::spawn({
        let engine = engine.clone();
        async move { engine.save_snapshot().await }
    });
    wait_until(|| disk.operations() > 0, "there is a disk").await;
    tokio::task::yield_now().await;
    tokio::task::spawn_blocking(|| runtime.stop()).await.unwrap().unwrap();
    assert!(saving.await.unwrap().is_err(), "there is no snapshot");
    disk.fail_writes(None);
    let runtime = start(&disk, 16 * 1024 * 1024).unwrap();
    assert_eq!(runtime.handle().views().orders(DEMO).len() as u64, RETENTION + 3);
}

/// A file that is no archive is no reason to lose anything: the log still has it all, and the file is kept.
#[tokio::test]
async fn an_archive_that_is_damaged_is_set_aside_and_made_anew() {
    let disk = SimDisk::new();
    let told = run(&disk).await;
    let archive = Path::new("/data/archive.redb");
    let mut bytes = disk.contents(archive).unwrap();
    bytes.iter_mut().take(4_096).for_each(|byte| *byte = 0x5a);
    disk.put(archive, &bytes);
    let refused = start(&disk, 2_048);
    let kept =
        disk.paths(Path::new("/data")).into_iter().filter(|path| path.to_string_lossy().contains("damaged"));
    assert_eq!(kept.count(), 1, "{:?}", disk.paths(Path::new("/data")));
    // The log's beginning has gone, and the snapshots rely on the archive: this is refused, and says so.
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("archive"), "{text}");
    assert!(!told.placed.is_empty());
}
