//! What every journal promises, asked of each that there is. A replicated log has to pass the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use journal::{
    Durability, FileJournal, Follow, Journal, JournalError, MAX_PAYLOAD_BYTES, MemoryJournal, Options,
};
use simdisk::SimDisk;

/// Long enough for anything that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every kind of journal, each new and empty, with what keeps its files.
fn all() -> Vec<(&'static str, Box<dyn Journal>, Option<tempfile::TempDir>)> {
    let small = Options { segment_bytes: 512, ..Options::default() };
    let loose = Options { durability: Durability::Async, ..small };
    let files = |options| {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = FileJournal::open(dir.path(), options).unwrap();
        (Box::new(journal) as Box<dyn Journal>, dir)
    };
    let (sync, sync_dir) = files(small);
    let (unsynced, unsynced_dir) = files(loose);
    let (simulated, _) =
        FileJournal::open_on(Arc::new(SimDisk::new()), Path::new("/journal"), small).unwrap();
    vec![
        ("files", sync, Some(sync_dir)),
        ("files without sync", unsynced, Some(unsynced_dir)),
        ("files of a simulated disk", Box::new(simulated), None),
        ("memory", Box::new(MemoryJournal::new()), None),
    ]
}

fn batch(number: u64) -> Vec<u8> {
    vec![u8::try_from(number % 251).unwrap(); usize::try_from(number % 60).unwrap()]
}

fn append(journal: &mut dyn Journal, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        assert_eq!(journal.append(&[&batch(number)]).unwrap(), number);
    }
}

fn read(journal: &dyn Journal, from: u64) -> Vec<(u64, Vec<u8>)> {
    let batches = journal.read_from(from).unwrap().map(Result::unwrap);
    batches.map(|batch| (batch.sequence, batch.payload)).collect()
}

#[test]
fn a_new_one_is_empty() {
    for (name, journal, _dir) in all() {
        assert_eq!((journal.last_sequence(), journal.durable_through()), (0, 0), "{name}");
        assert_eq!(journal.chain(), [0; 16], "{name}");
        assert_eq!(read(&*journal, 1), [], "{name}");
    }
}

#[test]
fn batches_are_numbered_and_read_in_order_from_anywhere() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=40);
        assert_eq!(journal.append(&[&batch(41), &batch(42), &batch(43)]).unwrap(), 43, "{name}");
        assert_eq!(journal.append(&[]).unwrap(), 43, "{name}");
        assert_eq!(journal.last_sequence(), 43, "{name}");
        for from in 1..=44 {
            let expected: Vec<_> = (from..=43).map(|number| (number, batch(number))).collect();
            assert_eq!(read(&*journal, from), expected, "{name}");
        }
        assert!(
            matches!(journal.read_from(0), Err(JournalError::NotKept { sequence: 0, first: 1 })),
            "{name}"
        );
        assert!(matches!(journal.follow(0), Err(JournalError::NotKept { sequence: 0, first: 1 })), "{name}");
    }
}

#[test]
fn a_reader_ends_where_the_journal_ended_when_it_was_asked_for() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=3);
        let reader = journal.read_from(1).unwrap();
        append(&mut *journal, 4..=6);
        assert_eq!(reader.count(), 3, "{name}");
    }
}

#[test]
fn the_same_batches_give_the_same_chain_value_in_all() {
    let chains = all().into_iter().map(|(_, mut journal, _dir)| {
        append(&mut *journal, 1..=20);
        journal.chain()
    });
    let chains: Vec<_> = chains.collect();
    assert!(chains.iter().all(|chain| *chain == chains[0] && *chain != [0; 16]), "{chains:?}");
}

#[test]
fn what_is_synced_is_durable_and_memory_never_is() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=3);
        let at_once = journal.durable_through();
        journal.sync().unwrap();
        let expected = match name {
            "memory" => (0, 0),
            "files without sync" => (0, 3),
            _ => (3, 3),
        };
        assert_eq!((at_once, journal.durable_through()), expected, "{name}");
    }
}

#[test]
fn a_batch_over_the_limit_is_refused_and_changes_nothing() {
    let huge = vec![0; MAX_PAYLOAD_BYTES / 2 + 1];
    for (name, mut journal, _dir) in all() {
        let error = journal.append(&[b"small", &huge, &huge]).unwrap_err();
        assert!(matches!(error, JournalError::TooLarge { .. }) && error.is_refusal(), "{name}");
        append(&mut *journal, 1..=1);
    }
}

#[test]
fn one_that_was_closed_may_go_on() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=2);
        journal.close().unwrap();
        journal.heal().unwrap();
        append(&mut *journal, 3..=4);
        assert_eq!(read(&*journal, 1).len(), 4, "{name}");
    }
}

#[test]
fn a_follower_sees_what_is_there_and_then_what_comes() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=30);
        for from in [1, 7, 30, 31] {
            let mut follower = journal.follow(from).unwrap();
            for number in from..=30 {
                let read = follower.next_within(PATIENCE).unwrap().unwrap();
                assert_eq!((read.sequence, read.payload), (number, batch(number)), "{name}");
            }
            assert_eq!(follower.next_within(Duration::ZERO).unwrap(), None, "{name}");
        }
        let mut follower = journal.follow(31).unwrap();
        append(&mut *journal, 31..=60);
        for number in 31..=60 {
            assert_eq!(follower.next_within(PATIENCE).unwrap().unwrap().payload, batch(number), "{name}");
        }
    }
}

/// All that a follower reads until the journal is gone.
fn follow_to_the_end(mut follower: Box<dyn Follow>) -> Vec<u64> {
    let mut seen = Vec::new();
    while let Some(read) = follower.next_within(PATIENCE).unwrap() {
        assert_eq!(read.payload, batch(read.sequence));
        seen.push(read.sequence);
    }
    seen
}

#[test]
fn a_follower_on_another_thread_keeps_up_and_learns_of_the_end() {
    for (name, mut journal, _dir) in all() {
        let follower = journal.follow(1).unwrap();
        let follower = thread::spawn(move || follow_to_the_end(follower));
        append(&mut *journal, 1..=300);
        drop(journal);
        assert_eq!(follower.join().unwrap(), (1..=300).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn a_beginning_that_was_let_go_of_is_not_kept_and_the_rest_is() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=40);
        journal.sync().unwrap();
        let mut early = journal.follow(1).unwrap();
        let first = journal.retire(20).unwrap();
        assert!((2..=20).contains(&first), "{name}: {first}");
        assert_eq!(name == "memory", first == 20, "{name}: files go whole");
        let expected: Vec<_> = (first..=40).map(|number| (number, batch(number))).collect();
        assert_eq!(read(&*journal, first), expected, "{name}");
        for gone in [1, first - 1] {
            let is_not_kept = |error: Option<JournalError>| {
                matches!(error, Some(JournalError::NotKept { sequence, first: kept })
                    if sequence == gone && kept == first)
            };
            assert!(is_not_kept(journal.read_from(gone).err()), "{name}");
            assert!(is_not_kept(journal.follow(gone).err()), "{name}");
        }
        assert!(matches!(early.next_within(PATIENCE), Err(JournalError::NotKept { .. })), "{name}");
        assert_eq!(journal.retire(20).unwrap(), first, "{name}: nothing more is to be done");
        assert_eq!(journal.retire(1).unwrap(), first, "{name}");
        assert_eq!(journal.last_sequence(), 40, "{name}");
        append(&mut *journal, 41..=45);
        assert_eq!(read(&*journal, first).len() as u64, 46 - first, "{name}");
    }
}

#[test]
fn letting_go_of_all_leaves_the_end_where_it_was() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=40);
        journal.sync().unwrap();
        let chain = journal.chain();
        let first = journal.retire(41).unwrap();
        assert!((2..=41).contains(&first), "{name}: {first}");
        assert_eq!((journal.last_sequence(), journal.chain()), (40, chain), "{name}");
        let mut follower = journal.follow(41).unwrap();
        append(&mut *journal, 41..=60);
        assert_eq!(read(&*journal, 41).len(), 20, "{name}");
        assert_eq!(follower.next_within(PATIENCE).unwrap().unwrap().payload, batch(41), "{name}");
    }
}

#[test]
fn files_keep_what_leads_to_a_batch_that_is_not_durable() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=40);
        if name == "files without sync" {
            assert!(journal.durable_through() < 40);
            assert_eq!(journal.retire(41).unwrap(), 1);
            journal.sync().unwrap();
            assert!(journal.retire(41).unwrap() > 1);
        }
    }
}

/// The journal is appended to while its beginning goes.
#[test]
fn another_thread_lets_go_of_the_beginning() {
    for (name, mut journal, _dir) in all() {
        append(&mut *journal, 1..=100);
        journal.sync().unwrap();
        let mut retirer = journal.retirer();
        let retiring = thread::spawn(move || (1..=100).map(|before| retirer.retire(before).unwrap()).max());
        append(&mut *journal, 101..=300);
        let first = retiring.join().unwrap().unwrap();
        assert!((2..=100).contains(&first), "{name}: {first}");
        assert_eq!(read(&*journal, first).len() as u64, 301 - first, "{name}");
    }
}

#[test]
fn memory_forgets_what_is_old_and_says_so() {
    let mut journal = MemoryJournal::new();
    let mut slow = journal.follow(1).unwrap();
    for _ in 0..40 {
        journal.append(&[&vec![1; 100_000]]).unwrap();
    }
    let Err(JournalError::NotKept { sequence: 1, first }) = journal.read_from(1) else {
        panic!("all is kept")
    };
    assert!((2..=40).contains(&first));
    assert_eq!(read(&journal, first).len() as u64, 41 - first);
    assert!(matches!(slow.next_within(PATIENCE), Err(JournalError::NotKept { sequence: 1, .. })));
}
