//! What goes in comes out: in order, across reopening, across segments.

mod common;

use common::{SEGMENT_HEADER, open, options, read_all, segments};
use journal::{
    Chain, Durability, FileJournal, Journal, JournalError, MAX_PAYLOAD_BYTES, MemoryJournal, Options,
};

#[test]
fn batches_come_back_in_order_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let batches: [&[u8]; 4] = [b"first", b"", b"third is longer than the others", &[0; 100]];
    let (mut journal, recovery) = open(dir.path()).unwrap();
    assert_eq!((recovery.last_sequence, recovery.cut_off), (0, None));
    assert_eq!(journal.append(&batches[..1]).unwrap(), 1);
    assert_eq!(journal.append(&batches[1..]).unwrap(), 4);
    assert_eq!(read_all(&journal).unwrap(), batches);
    let chain = journal.chain();
    drop(journal);

    let (mut journal, recovery) = open(dir.path()).unwrap();
    assert_eq!((recovery.last_sequence, recovery.cut_off), (4, None));
    assert_eq!((journal.last_sequence(), journal.chain()), (4, chain));
    assert_eq!(read_all(&journal).unwrap(), batches);
    assert_eq!(journal.append(&[b"fifth"]).unwrap(), 5);
    assert_eq!(read_all(&journal).unwrap().len(), 5);
}

#[test]
fn reading_starts_where_it_is_asked_to() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    for number in 1..=50_u8 {
        journal.append(&[&[number; 20]]).unwrap();
    }
    for from in 1..=51_u8 {
        let read: Vec<_> = journal.read_from(u64::from(from)).unwrap().map(Result::unwrap).collect();
        let expected: Vec<u8> = (from..=50).collect();
        assert_eq!(read.iter().map(|batch| batch.payload[0]).collect::<Vec<_>>(), expected);
    }
    assert!(matches!(journal.read_from(0), Err(JournalError::NotKept { sequence: 0, first: 1 })));
}

#[test]
fn a_reader_stops_where_the_journal_ended_when_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    journal.append(&[b"before"]).unwrap();
    let reader = journal.read_from(1).unwrap();
    journal.append(&[b"after"]).unwrap();
    assert_eq!(reader.count(), 1);
}

#[test]
fn a_full_segment_is_followed_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let batches: Vec<Vec<u8>> = (1..=40_u8).map(|number| vec![number; usize::from(number)]).collect();
    let (mut journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    for group in batches.chunks(3) {
        journal.append(&group.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    }
    let chain = journal.chain();
    drop(journal);

    let files = segments(dir.path());
    assert!(files.len() > 3, "{files:?}");
    assert!(files.iter().all(|file| file.metadata().unwrap().len() == 512));
    assert_eq!(files[0].file_name().unwrap(), "00000000000000000001.journal");

    let (journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    assert_eq!(read_all(&journal).unwrap(), batches);
    assert_eq!(journal.chain(), chain);
}

#[test]
fn a_batch_larger_than_a_segment_gets_one_of_its_own_size() {
    let dir = tempfile::tempdir().unwrap();
    let batches = [vec![1; 10], vec![2; 5_000], vec![3; 10]];
    let (mut journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    for batch in &batches {
        journal.append(&[batch]).unwrap();
    }
    drop(journal);
    let (journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    assert_eq!(read_all(&journal).unwrap(), batches);
}

#[test]
fn the_default_options_start_small() {
    let dir = tempfile::tempdir().unwrap();
    let (_journal, _) = FileJournal::open(dir.path(), Options::default()).unwrap();
    assert_eq!(segments(dir.path())[0].metadata().unwrap().len(), 4 * 1024 * 1024);
}

#[test]
fn a_journal_that_does_not_sync_keeps_what_it_has_when_the_process_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let without_sync = Options { durability: Durability::Async, segment_bytes: 512, prepare: true };
    let (mut journal, _) = FileJournal::open(dir.path(), without_sync).unwrap();
    for number in 0..30_u8 {
        journal.append(&[&[number; 30]]).unwrap();
    }
    journal.sync().unwrap();
    drop(journal);
    let (journal, _) = FileJournal::open(dir.path(), without_sync).unwrap();
    assert_eq!(read_all(&journal).unwrap().len(), 30);
}

#[test]
fn a_segment_is_durable_before_the_next_one_begins() {
    let dir = tempfile::tempdir().unwrap();
    let without_sync = Options { durability: Durability::Async, segment_bytes: 512, prepare: true };
    let (mut journal, _) = FileJournal::open(dir.path(), without_sync).unwrap();
    for number in 0..30_u8 {
        journal.append(&[&[number; 30]]).unwrap();
    }
    for path in &segments(dir.path())[1..] {
        let bytes = std::fs::read(path).unwrap();
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let (sequence, durable_through) = (number(SEGMENT_HEADER + 8), number(SEGMENT_HEADER + 16));
        assert_eq!(durable_through, sequence - 1);
    }
}

#[test]
fn journals_with_the_same_batches_have_the_same_chain_value() {
    let dir = tempfile::tempdir().unwrap();
    let (mut file, _) = open(dir.path()).unwrap();
    let mut memory = MemoryJournal::new();
    assert_eq!(file.chain(), Chain::default());
    let batches: [&[u8]; 2] = [b"a", b"b"];
    file.append(&batches).unwrap();
    memory.append(&batches[..1]).unwrap();
    assert_ne!(file.chain(), memory.chain());
    memory.append(&batches[1..]).unwrap();
    assert_eq!(file.chain(), memory.chain());
    assert_eq!(memory.last_sequence(), 2);
}

#[test]
fn a_second_journal_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap();
    let refused = open(dir.path()).unwrap_err();
    assert!(matches!(refused, JournalError::InUse { .. }));
    let message = refused.to_string();
    assert!(message.contains(&dir.path().display().to_string()), "{message}");
    drop(first);
    open(dir.path()).unwrap();
}

#[test]
fn a_batch_over_the_limit_leaves_the_journal_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    let huge = vec![0; MAX_PAYLOAD_BYTES + 1];
    assert!(matches!(journal.append(&[b"small", &huge]), Err(JournalError::TooLarge { .. })));
    assert_eq!(journal.append(&[b"small"]).unwrap(), 1);
    assert_eq!(read_all(&journal).unwrap(), [b"small"]);
}
