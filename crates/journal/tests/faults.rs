//! A disk that fails, fills up, or loses power at every single operation: what was acknowledged is there afterwards, what
//! was refused is not, and nothing is there that nobody appended.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use common::read_all;
use journal::{Durability, FileJournal, Journal, JournalError, Options, Recovery, inspect};
use simdisk::{SimDisk, Trouble};

const APPENDS: u8 = 14;
const SEEDS: u64 = 6;

fn dir() -> &'static Path {
    Path::new("/journal")
}

/// Segments so small that there are several, and made by the append that needs them, so that the operations of a run are
/// the same every time.
fn options() -> Options {
    Options { durability: Durability::Sync, segment_bytes: 1_024, prepare: false }
}

fn open(disk: &SimDisk) -> Result<(FileJournal, Recovery), JournalError> {
    FileJournal::open_on(Arc::new(disk.clone()), dir(), options())
}

/// What a caller of a journal knows.
#[derive(Debug, Default)]
struct Known {
    acknowledged: Vec<Vec<u8>>,
    /// Of the last append: what became of it was never said.
    unknown: Vec<Vec<u8>>,
}

/// Batches of one append, unlike those of any other attempt.
fn batches(append: u8, attempt: u8) -> Vec<Vec<u8>> {
    let count = if append.is_multiple_of(5) { 3 } else { 1 };
    let bytes = 20 + usize::from(append) * 13 + usize::from(attempt) * 3;
    (0..count).map(|number| [vec![append, attempt, number], vec![0xB7; bytes]].concat()).collect()
}

/// Appends until the journal fails for good; what it refuses is tried again as something else.
fn run(disk: &SimDisk) -> Known {
    let mut known = Known::default();
    let Ok((mut journal, _)) = open(disk) else { return known };
    for append in 0..APPENDS {
        for attempt in 0..3 {
            let batches = batches(append, attempt);
            let slices: Vec<&[u8]> = batches.iter().map(Vec::as_slice).collect();
            match journal.append(&slices) {
                Ok(last) => {
                    known.acknowledged.extend(batches);
                    known.unknown.clear();
                    assert_eq!(last, known.acknowledged.len() as u64);
                    assert_eq!(journal.durable_through(), last);
                    break;
                }
                Err(error) if error.is_refusal() => {}
                Err(error) => {
                    known.unknown = batches;
                    if !error.can_heal() {
                        assert!(matches!(journal.append(&[b"more"]), Err(JournalError::Failed)));
                        return known;
                    }
                }
            }
        }
    }
    // Whether the end could be noted is not what this is about.
    drop(journal.close());
    known
}

/// The journal that is found on a disk has all that was acknowledged, in order, and otherwise at most what was left open;
/// and it goes on.
fn check(disk: &SimDisk, known: &Known, what: &str) {
    let (mut journal, _) = open(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = read_all(&journal).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (sure, more) = found.split_at_checked(known.acknowledged.len()).unwrap_or_else(|| {
        panic!("{what}: {} batches were acknowledged and {} are there", known.acknowledged.len(), found.len())
    });
    assert_eq!(sure, known.acknowledged, "{what}");
    assert!(known.unknown.starts_with(more), "{what}: {more:?} was never appended, or was refused");
    journal.append(&[b"goes on"]).unwrap();
    drop(journal);
    let (journal, recovery) = open(disk).unwrap_or_else(|error| panic!("{what}, again: {error}"));
    assert_eq!(recovery.cut_off, None, "{what}");
    assert_eq!(read_all(&journal).unwrap().len(), found.len() + 1, "{what}");
}

#[test]
fn any_trouble_at_any_operation_loses_nothing_and_invents_nothing() {
    let untroubled = SimDisk::new();
    let all = run(&untroubled).acknowledged.len();
    let operations = untroubled.operations();
    assert!(all == 20 && operations > 60, "{all} batches in {operations} operations");
    let kinds = [
        Trouble::Fails(ErrorKind::StorageFull),
        Trouble::Fails(ErrorKind::Other),
        Trouble::Half(1),
        Trouble::Half(50),
        Trouble::Half(1_000_000),
        Trouble::Short(1),
        Trouble::Short(50),
        Trouble::PowerCut,
    ];
    for operation in 0..operations {
        for trouble in kinds {
            let disk = SimDisk::new();
            disk.trouble_at(operation, trouble);
            let known = run(&disk);
            let what = format!("{trouble:?} at operation {operation}");
            if matches!(trouble, Trouble::Short(_)) {
                assert_eq!(known.acknowledged.len(), all, "{what}: short writes are gone on with");
            }
            check(&disk.after_kill(), &known, &what);
            for seed in 0..SEEDS {
                check(&disk.after_power_cut(seed), &known, &format!("{what}, seed {seed}"));
            }
        }
    }
}

/// What was only left to the operating system may be gone after a loss of power, sector by sector. What is found then is a
/// prefix of what was appended, without gaps; or the start is refused, and says how far all is whole.
#[test]
fn what_was_not_synced_is_gone_from_some_batch_on() {
    let (mut found_less, mut refused) = (0, 0);
    for seed in 0..400 {
        let disk = SimDisk::new();
        let left_to_system = Options { durability: Durability::Async, ..options() };
        let (mut journal, _) = FileJournal::open_on(Arc::new(disk.clone()), dir(), left_to_system).unwrap();
        let mut appended = Vec::new();
        for append in 0..APPENDS {
            let batches = batches(append, 0);
            let slices: Vec<&[u8]> = batches.iter().map(Vec::as_slice).collect();
            journal.append(&slices).unwrap();
            appended.extend(batches);
        }
        let after = disk.after_power_cut(seed);
        match open(&after).and_then(|(journal, _)| read_all(&journal)) {
            Ok(found) => {
                assert!(appended.starts_with(&found), "seed {seed}: {found:?}");
                found_less += u32::from(found.len() < appended.len());
            }
            Err(error) => {
                assert!(error.whole_through().is_some(), "seed {seed}: {error}");
                refused += 1;
            }
        }
    }
    assert!(found_less > 0, "{found_less} found less, {refused} were refused");
}

#[test]
fn two_troubles_at_once_lose_nothing_either() {
    let untroubled = SimDisk::new();
    run(&untroubled);
    let operations = untroubled.operations();
    for first in 0..operations {
        for distance in 1..4 {
            for second in [Trouble::Fails(ErrorKind::Other), Trouble::Half(60), Trouble::PowerCut] {
                let disk = SimDisk::new();
                disk.trouble_at(first, Trouble::Half(80));
                disk.trouble_at(first + distance, second);
                let known = run(&disk);
                let what = format!("half at {first}, then {second:?} at {}", first + distance);
                check(&disk.after_kill(), &known, &what);
                check(&disk.after_power_cut(first), &known, &what);
            }
        }
    }
}

/// Power goes in the middle of recovery, and again in the middle of the next.
#[test]
fn recovery_can_be_interrupted_anywhere() {
    for cut in 40..70 {
        let disk = SimDisk::new();
        disk.trouble_at(cut, Trouble::PowerCut);
        let known = run(&disk);
        for seed in 0..SEEDS {
            let torn = disk.after_power_cut(seed);
            for operation in 0.. {
                let disk = torn.after_kill();
                disk.trouble_at(operation, Trouble::PowerCut);
                let is_through = open(&disk).is_ok();
                check(&disk.after_power_cut(seed), &known, &format!("cut {cut}, seed {seed}, {operation}"));
                if is_through {
                    break;
                }
            }
        }
    }
}

/// All before this batch may go.
const RETIRED_BEFORE: u64 = 18;

/// A log that has lost a part of its beginning is whole, and has all from the batch that was asked for on.
fn check_retired(disk: &SimDisk, all: &[Vec<u8>], what: &str) -> u64 {
    let found = inspect(disk, dir(), |_| ControlFlow::Continue(()));
    let found = found.unwrap_or_else(|error| panic!("{what}: {error}"));
    let last = all.len() as u64;
    assert!(found.first <= RETIRED_BEFORE && found.last == last, "{what}: {found:?}");
    let (mut journal, _) = open(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    let read: Vec<_> = journal.read_from(found.first).unwrap().map(|batch| batch.unwrap().payload).collect();
    let kept = &all[usize::try_from(found.first).unwrap() - 1..];
    assert_eq!(read, kept, "{what}");
    if found.first > 1 {
        let gone = journal.read_from(found.first - 1).err();
        assert!(matches!(gone, Some(JournalError::NotKept { first, .. }) if first == found.first), "{what}");
    }
    assert_eq!(journal.append(&[b"goes on"]).unwrap(), last + 1, "{what}");
    found.first
}

#[test]
fn a_retirement_can_be_interrupted_anywhere() {
    let filled = SimDisk::new();
    let all = run(&filled).acknowledged;
    let untroubled = filled.after_kill();
    let (mut journal, _) = open(&untroubled).unwrap();
    let before = untroubled.operations();
    let first = journal.retire(RETIRED_BEFORE).unwrap();
    let operations = untroubled.operations() - before;
    assert!(first > 2 && operations >= 4, "several segments go: {first}, {operations} operations");
    drop(journal);
    assert_eq!(check_retired(&untroubled.after_power_cut(0), &all, "untroubled"), first, "it is durable");

    for operation in 0..operations {
        for trouble in [Trouble::PowerCut, Trouble::Fails(ErrorKind::Other)] {
            let disk = filled.after_kill();
            let (mut journal, _) = open(&disk).unwrap();
            disk.trouble_at(disk.operations() + operation, trouble);
            let what = format!("{trouble:?} at operation {operation}");
            let error = journal.retire(RETIRED_BEFORE).unwrap_err();
            assert!(matches!(error, JournalError::Io { .. }), "{what}: {error}");
            for seed in 0..SEEDS {
                check_retired(&disk.after_power_cut(seed), &all, &format!("{what}, seed {seed}"));
            }
            let killed = disk.after_kill();
            check_retired(&killed, &all, &what);
            let (mut again, _) = open(&killed).unwrap();
            assert_eq!(again.retire(RETIRED_BEFORE).unwrap(), first, "{what}: the rest can be asked for");
            if trouble != Trouble::PowerCut {
                assert_eq!(journal.append(&[b"goes on"]).unwrap(), all.len() as u64 + 1, "{what}");
                assert_eq!(journal.retire(RETIRED_BEFORE).unwrap(), first, "{what}");
            }
        }
    }
}

#[test]
fn a_full_disk_refuses_and_takes_again_when_there_is_space() {
    let disk = SimDisk::new();
    let (mut journal, _) = open(&disk).unwrap();
    disk.limit(Some(disk.used() + 1_500));
    let mut appended = 0;
    let error = loop {
        match journal.append(&[&[7; 100]]) {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, JournalError::NotWritten { .. }) && error.is_refusal(), "{error}");
    assert!(appended > 5, "what there was room for was taken: {appended}");
    assert!(journal.heal().is_err() && journal.append(&[b"still full"]).is_err());
    let half_made = dir().join("next.journal.new");
    assert!(
        !disk.paths(dir()).contains(&half_made),
        "a segment that could not be made does not hold the space"
    );
    assert_eq!(read_all(&journal).unwrap().len(), appended, "what is there can be read");

    disk.limit(None);
    journal.heal().unwrap();
    journal.append(&[b"space"]).unwrap();
    assert_eq!(read_all(&journal).unwrap().len(), appended + 1);
    drop(journal);
    assert_eq!(read_all(&open(&disk.after_power_cut(1)).unwrap().0).unwrap().len(), appended + 1);
}

#[test]
fn writes_that_fail_for_a_while_refuse_for_a_while() {
    let disk = SimDisk::new();
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&[b"before"]).unwrap();
    disk.fail_writes(Some(ErrorKind::Other));
    let error = journal.append(&[b"during"]).unwrap_err();
    // Not even the wiping works, so what became of it will be known only later.
    assert!(
        matches!(error, JournalError::Unsettled { .. }) && !error.is_refusal() && error.can_heal(),
        "{error}"
    );
    assert!(journal.append(&[b"during too"]).unwrap_err().is_refusal());
    assert!(journal.heal().is_err());
    disk.fail_writes(None);
    journal.heal().unwrap();
    journal.append(&[b"after"]).unwrap();
    assert_eq!(read_all(&journal).unwrap(), [&b"before"[..], b"after"]);
}

#[test]
fn a_sync_that_fails_is_the_end() {
    let disk = SimDisk::new();
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&[b"before"]).unwrap();
    disk.fail_syncs(Some(ErrorKind::Other));
    let error = journal.append(&[b"during"]).unwrap_err();
    assert!(matches!(error, JournalError::SyncFailed { .. }) && !error.can_heal(), "{error}");
    disk.fail_syncs(None);
    assert!(matches!(journal.append(&[b"after"]), Err(JournalError::Failed)), "a later sync proves nothing");
    assert!(matches!(journal.sync(), Err(JournalError::Failed)));
    assert!(matches!(journal.heal(), Err(JournalError::Failed)));
    assert!(matches!(journal.close(), Err(JournalError::Failed)));
}

#[test]
fn what_cannot_be_read_is_no_damage() {
    let disk = SimDisk::new();
    let (mut journal, _) = open(&disk).unwrap();
    journal.append(&[b"here"]).unwrap();
    disk.fail_reads(Some(ErrorKind::Other));
    let failed = journal.read_from(1).map(drop).unwrap_err();
    assert!(matches!(failed, JournalError::Io { .. }), "{failed}");
    drop(journal);
    let failed = open(&disk).unwrap_err();
    assert!(matches!(failed, JournalError::Io { .. }), "{failed}");
    disk.fail_reads(None);
    assert_eq!(read_all(&open(&disk).unwrap().0).unwrap(), [b"here"]);
}
