//! The runtime on a disk that fails, fills up and loses power: what was answered is there afterwards, what was refused is
//! not, reads go on, and no restart is needed once the disk works again.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{DEMO, client_id, clock, fill, resting};
use journal::FileJournal;
use runtime::{Condition, EngineHandle, Options, Runtime, StartError, SubmitError};
use simdisk::{SimDisk, Trouble};

fn dir() -> &'static Path {
    Path::new("/journal")
}

/// Small segments, made by the append that needs them.
fn start(disk: &SimDisk) -> Result<Runtime, StartError> {
    let options = journal::Options { segment_bytes: 4_096, prepare: false, ..journal::Options::default() };
    let (journal, _) = FileJournal::open_on(Arc::new(disk.clone()), dir(), options)?;
    Runtime::start_on(Box::new(journal), Options::in_memory(), clock())
}

/// The client order ids of all orders of the account.
fn names(engine: &EngineHandle) -> Vec<String> {
    let orders = engine.views().orders(DEMO);
    orders.iter().map(|order| order.client_order_id.as_ref().unwrap().as_str().to_owned()).collect()
}

/// Waits for a condition that is reached without anybody's doing.
async fn wait_for_work(engine: &EngineHandle) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !engine.is_healthy() {
        assert!(Instant::now() < deadline, "still {:?}", engine.condition());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_disk_refuses_commands_and_nothing_else() {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    disk.limit(Some(disk.used()));
    let mut taken = Vec::new();
    let refused = loop {
        let name = format!("order-{}", taken.len());
        match engine.submit(resting(&name)).await {
            Ok(_) => taken.push(name),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, SubmitError::ReadOnly);
    let Condition::ReadOnly { why } = engine.condition() else { panic!("{:?}", engine.condition()) };
    assert!(why.contains("/journal/"), "which file: {why}");
    assert_eq!(engine.submit(resting("too early")).await, Err(SubmitError::ReadOnly));
    assert_eq!(engine.submit_all(vec![resting("too early")]).await.unwrap_err(), SubmitError::ReadOnly);
    assert_eq!(names(&engine), taken, "reads go on");
    engine.check(resting("could be placed")).await.unwrap();

    disk.limit(None);
    wait_for_work(&engine).await;
    engine.submit(resting("with space")).await.unwrap();
    taken.push("with space".to_owned());
    assert_eq!(names(&engine), taken);
    let hash = engine.state_hash().await.unwrap();
    let again = start(&disk.after_power_cut(7)).unwrap();
    assert_eq!(names(&again.handle()), taken);
    assert_eq!(again.handle().state_hash().await.unwrap(), hash);
}

#[tokio::test]
async fn a_disk_that_does_not_write_for_a_while_costs_no_restart() {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    engine.submit(resting("before")).await.unwrap();
    disk.fail_writes(Some(ErrorKind::Other));
    // A part of it may be on the disk, and cannot be wiped yet, so nobody can say what will become of it.
    assert_eq!(engine.submit(resting("during")).await, Err(SubmitError::Unavailable));
    assert!(!engine.is_healthy());
    assert_eq!(engine.submit(resting("during too")).await, Err(SubmitError::ReadOnly));
    disk.fail_writes(None);
    wait_for_work(&engine).await;
    engine.submit(resting("after")).await.unwrap();
    assert_eq!(names(&engine), ["before", "after"]);
    runtime.stop().unwrap();
    assert_eq!(names(&start(&disk).unwrap().handle()), ["before", "after"]);
}

#[tokio::test]
async fn a_sync_that_fails_ends_the_work_and_acknowledges_nothing() {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    engine.submit(resting("before")).await.unwrap();
    disk.fail_syncs(Some(ErrorKind::Other));
    assert_eq!(engine.submit(resting("during")).await, Err(SubmitError::Unavailable));
    let why = engine.journal_failed().await;
    assert!(why.contains("sync"), "{why}");
    disk.fail_syncs(None);
    assert_eq!(engine.submit(resting("after")).await, Err(SubmitError::Unavailable), "for good");
    assert_eq!(names(&engine), ["before"]);
    assert!(runtime.stop().is_err());
    for seed in 0..4 {
        let found = names(&start(&disk.after_power_cut(seed)).unwrap().handle());
        assert!(found == ["before"] || found == ["before", "during"], "{found:?}");
    }
}

#[tokio::test]
async fn a_stop_while_nothing_can_be_written_loses_nothing() {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    fill(&runtime).await;
    runtime.handle().submit(resting("before")).await.unwrap();
    disk.fail_writes(Some(ErrorKind::StorageFull));
    runtime.handle().submit(resting("during")).await.unwrap_err();
    runtime.stop().unwrap();
    disk.fail_writes(None);
    assert_eq!(names(&start(&disk).unwrap().handle()), ["before"]);
}

/// Submits orders until one is not answered well; says which were, and which were refused for certain.
async fn trade(disk: &SimDisk) -> (Vec<String>, Vec<String>) {
    let (mut answered, mut refused) = (Vec::new(), Vec::new());
    let Ok(runtime) = start(disk) else { return (answered, refused) };
    let engine = runtime.handle();
    if engine.submit_all(common::seed()).await.is_err() {
        return (answered, refused);
    }
    for number in 0..24 {
        let name = format!("order-{number:02}");
        match engine.submit(resting(&name)).await {
            Ok(_) => answered.push(name),
            Err(SubmitError::ReadOnly) => refused.push(name),
            Err(SubmitError::Unavailable) => {}
            Err(error @ (SubmitError::Rejected(_) | SubmitError::Busy)) => panic!("{error}"),
        }
    }
    (answered, refused)
}

#[tokio::test]
async fn wherever_the_power_goes_all_answers_were_true() {
    let untroubled = SimDisk::new();
    assert_eq!(trade(&untroubled).await.0.len(), 24);
    let operations = untroubled.operations();
    assert!(operations > 50, "{operations}");
    for operation in 0..operations {
        for trouble in [Trouble::PowerCut, Trouble::Half(70), Trouble::Fails(ErrorKind::StorageFull)] {
            let disk = SimDisk::new();
            disk.trouble_at(operation, trouble);
            let (answered, refused) = trade(&disk).await;
            for after in [disk.after_kill(), disk.after_power_cut(operation)] {
                let again = start(&after).unwrap();
                let found = names(&again.handle());
                let what = format!("{trouble:?} at {operation}: {found:?}");
                assert!(
                    answered.iter().all(|name| found.contains(name)),
                    "{what} lacks some of {answered:?}"
                );
                assert!(refused.iter().all(|name| !found.contains(name)), "{what} has some of {refused:?}");
                assert!(found.is_sorted() && found.len() <= answered.len() + 1, "{what}, not {answered:?}");
            }
        }
    }
}

/// A log as it is written, with the hash of the state after each batch.
async fn real_log(is_closed: bool) -> (SimDisk, BTreeMap<usize, [u8; 32]>) {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    let engine = runtime.handle();
    let mut hashes = BTreeMap::from([(0, engine.state_hash().await.unwrap())]);
    fill(&runtime).await;
    let seeded = engine.state_hash().await.unwrap();
    for number in 0..30 {
        hashes.insert(number + 1, engine.state_hash().await.unwrap());
        engine.submit(resting(&format!("order-{number}"))).await.unwrap();
    }
    hashes.insert(usize::MAX, engine.state_hash().await.unwrap());
    assert_eq!(hashes[&1], seeded);
    let killed = disk.after_kill();
    runtime.stop().unwrap();
    (if is_closed { disk } else { killed }, hashes)
}

fn newest(disk: &SimDisk) -> PathBuf {
    let segments =
        disk.paths(dir()).into_iter().filter(|path| path.extension().is_some_and(|e| e == "journal"));
    segments.max().unwrap()
}

/// What comes of a start from a changed file: the hash of the state, or a refusal that names the place.
async fn start_with(disk: &SimDisk, path: &Path, bytes: &[u8]) -> Result<[u8; 32], String> {
    let disk = disk.after_kill();
    disk.put(path, bytes);
    match start(&disk) {
        Ok(runtime) => Ok(runtime.handle().state_hash().await.unwrap()),
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn a_start_from_a_changed_log_gives_the_state_or_names_the_place() {
    for is_closed in [false, true] {
        let (disk, hashes) = real_log(is_closed).await;
        let path = newest(&disk);
        let whole = disk.contents(&path).unwrap();
        let used = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for at in (0..used).step_by(3) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            let refused = start_with(&disk, &path, &flipped).await.unwrap_err();
            assert!(refused.contains(path.to_str().unwrap()), "byte {at}: {refused}");

            let mut blank = whole.clone();
            blank[at..].fill(0);
            match start_with(&disk, &path, &blank).await {
                Ok(hash) if is_closed => assert_eq!(hash, hashes[&usize::MAX], "blank from {at}"),
                Ok(hash) => assert!(hashes.values().any(|known| *known == hash), "blank from {at}"),
                Err(refused) => assert!(refused.contains(path.to_str().unwrap()), "{at}: {refused}"),
            }
        }
    }
}

#[tokio::test]
async fn an_order_that_was_refused_can_be_placed_again_under_its_id() {
    let disk = SimDisk::new();
    let runtime = start(&disk).unwrap();
    fill(&runtime).await;
    let engine = runtime.handle();
    disk.fail_writes(Some(ErrorKind::StorageFull));
    engine.submit(resting("once")).await.unwrap_err();
    disk.fail_writes(None);
    wait_for_work(&engine).await;
    let order = engine.submit(resting("once")).await.unwrap().order().cloned().unwrap();
    assert_eq!(engine.views().order_by_client_id(DEMO, &client_id("once")).unwrap(), order);
}
