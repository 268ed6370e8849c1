//! A torn end is cut off; damage anywhere else refuses the start and changes nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;

use common::{SEGMENT_HEADER, dir_of, journal_of, open, options, places, read_all, segment_of, segments};
use journal::{Fault, FileJournal, Journal, JournalError};

const BATCHES: [&[u8]; 4] = [b"the first", b"the second batch", b"3", b"the fourth and last"];

/// Changes the only segment's bytes.
fn change(dir: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let path = segments(dir).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
}

/// Opening cuts the last batch off, and the journal goes on from there.
fn assert_last_is_cut_off(dir: &Path, kept: &[&[u8]]) {
    let (mut journal, recovery) = open(dir).unwrap();
    assert_eq!(recovery.last_sequence, kept.len() as u64);
    let cut_off = recovery.cut_off.expect("something is cut off");
    assert!(!fs::read(&cut_off.kept_in).unwrap().is_empty());
    assert_eq!(read_all(&journal).unwrap(), kept);
    journal.append(&[b"goes on"]).unwrap();
    drop(journal);

    let (journal, recovery) = open(dir).unwrap();
    assert_eq!(recovery.cut_off, None);
    assert_eq!(read_all(&journal).unwrap(), [kept, &[b"goes on"]].concat());
}

#[test]
fn a_last_record_that_ends_anywhere_is_cut_off() {
    let (start, end) = places(&BATCHES)[3];
    let last_byte_of_payload = start + common::RECORD_HEADER + BATCHES[3].len();
    let whole = segment_of(&BATCHES);
    for cut in start + 1..last_byte_of_payload {
        let mut torn = whole.clone();
        torn[cut..end].fill(0);
        let dir = dir_of(&torn);
        assert_last_is_cut_off(dir.path(), &BATCHES[..3]);
    }
}

#[test]
fn a_last_record_that_begins_anywhere_is_cut_off() {
    let (start, end) = places(&BATCHES)[3];
    let whole = segment_of(&BATCHES);
    for cut in start + 1..end - 8 {
        let mut torn = whole.clone();
        torn[start..cut].fill(0);
        let dir = dir_of(&torn);
        assert_last_is_cut_off(dir.path(), &BATCHES[..3]);
    }
}

#[test]
fn a_last_record_that_never_arrived_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &BATCHES);
    let (start, end) = places(&BATCHES)[3];
    change(dir.path(), |bytes| bytes[start..end].fill(0));
    let (journal, recovery) = open(dir.path()).unwrap();
    assert_eq!(recovery.cut_off, None);
    assert_eq!(read_all(&journal).unwrap(), BATCHES[..3]);
}

#[test]
fn what_is_cut_off_is_kept_in_a_file_of_its_own_each_time() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        journal_of(dir.path(), &[b"will be torn"]);
        change(dir.path(), |bytes| bytes[SEGMENT_HEADER + 50] ^= 1);
        let (_, recovery) = open(dir.path()).unwrap();
        let kept = fs::read(recovery.cut_off.unwrap().kept_in).unwrap();
        assert!(kept.windows(9).any(|window| window == b"l be torn"), "{kept:?}");
    }
    let copies = fs::read_dir(dir.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("torn-")
    });
    assert_eq!(copies.count(), 2);
}

#[test]
fn a_record_that_was_durable_is_never_cut_off() {
    let whole = segment_of(&BATCHES);
    for (number, (start, end)) in places(&BATCHES).iter().enumerate().take(3) {
        for at in *start..*end {
            let mut before = whole.clone();
            before[at] ^= 0x10;
            let dir = dir_of(&before);
            let path = segments(dir.path()).pop().unwrap();

            let error = open(dir.path()).unwrap_err();
            let message = error.to_string();
            let JournalError::Damaged { path: file, offset, .. } = error else { panic!("{message}") };
            assert_eq!((file, offset), (path.clone(), *start as u64), "batch {number}, byte {at}");
            assert!(message.contains(&path.display().to_string()) && message.contains(&start.to_string()));
            assert_eq!(fs::read(&path).unwrap(), before, "nothing is changed");
        }
    }
}

#[test]
fn a_record_with_another_payload_and_the_right_checksum_breaks_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &BATCHES);
    let (start, end) = places(&BATCHES)[1];
    change(dir.path(), |bytes| {
        bytes[start + common::RECORD_HEADER] ^= 1;
        let mut checksum = crc32fast::Hasher::new();
        let salt = 32..40;
        checksum.update(&bytes[salt]);
        checksum.update(&bytes[start + 8..end]);
        bytes[start + 4..start + 8].copy_from_slice(&checksum.finalize().to_le_bytes());
    });
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { fault: Fault::Chain, .. }), "{error}");
}

#[test]
fn batches_of_one_append_that_were_torn_together_are_cut_off_together() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    journal.append(&BATCHES[..1]).unwrap();
    journal.append(&BATCHES[1..]).unwrap();
    drop(journal);
    // The disk wrote the later sectors of the append and not the earlier ones.
    let (start, end) = places(&BATCHES)[1];
    change(dir.path(), |bytes| bytes[start..end].fill(0));
    assert_last_is_cut_off(dir.path(), &BATCHES[..1]);
}

#[test]
fn a_payload_that_looks_like_a_record_proves_nothing() {
    let other = tempfile::tempdir().unwrap();
    journal_of(other.path(), &BATCHES);
    let (start, _) = places(&BATCHES)[1];
    let (_, end) = places(&BATCHES)[3];
    let records = fs::read(&segments(other.path())[0]).unwrap()[start..end].to_vec();

    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &[b"1", &records]);
    let (start, _) = places(&[b"1", &records])[1];
    change(dir.path(), |bytes| bytes[start + 20] ^= 1);
    assert_last_is_cut_off(dir.path(), &[b"1"]);
}

#[test]
fn a_changed_header_refuses_the_start() {
    let whole = segment_of(&BATCHES);
    for at in 0..SEGMENT_HEADER {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let dir = dir_of(&changed);
        assert!(matches!(open(dir.path()), Err(JournalError::Damaged { offset: 0, .. })), "byte {at}");
    }
}

#[test]
fn a_shortened_segment_refuses_the_start() {
    let whole = segment_of(&BATCHES);
    for length in [0, 63, 64, 200, 16 * 1024 - 1] {
        let dir = dir_of(&whole[..length]);
        let error = open(dir.path()).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { fault: Fault::Cut, .. }), "{length}: {error}");
    }
}

#[test]
fn a_later_format_is_not_guessed_at() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &BATCHES);
    change(dir.path(), |bytes| {
        bytes[8] = 2;
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
    });
    assert!(matches!(open(dir.path()), Err(JournalError::Format { found: 2, supported: 1, .. })));
}

/// A journal over several segments of 512 bytes.
fn several_segments(dir: &Path) {
    let (mut journal, _) = FileJournal::open(dir, options(512)).unwrap();
    for number in 0..40_u8 {
        journal.append(&[&[number; 30]]).unwrap();
    }
    drop(journal);
    assert!(segments(dir).len() >= 5);
}

fn read_several(dir: &Path) -> Result<Vec<Vec<u8>>, JournalError> {
    read_all(&FileJournal::open(dir, options(512))?.0)
}

#[test]
fn damage_in_an_earlier_segment_is_found_when_it_is_read() {
    let used = SEGMENT_HEADER + 5 * 80;
    let dir = tempfile::tempdir().unwrap();
    several_segments(dir.path());
    let path = segments(dir.path()).remove(1);
    let whole = fs::read(&path).unwrap();
    for at in SEGMENT_HEADER..used {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        fs::write(&path, changed).unwrap();
        let error = read_several(dir.path()).unwrap_err();
        assert!(matches!(&error, JournalError::Damaged { path: file, .. } if *file == path), "{at}: {error}");
    }
}

#[test]
fn records_missing_at_the_end_of_an_earlier_segment_are_found() {
    let dir = tempfile::tempdir().unwrap();
    several_segments(dir.path());
    let path = segments(dir.path()).remove(1);
    let mut bytes = fs::read(&path).unwrap();
    bytes[SEGMENT_HEADER + 80..].fill(0);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(read_several(dir.path()), Err(JournalError::MissingSegment { .. })));
}

#[test]
fn a_missing_segment_is_named() {
    let dir = tempfile::tempdir().unwrap();
    several_segments(dir.path());
    let files = segments(dir.path());
    fs::rename(&files[2], dir.path().join("elsewhere")).unwrap();
    let error = read_several(dir.path()).unwrap_err();
    let JournalError::MissingSegment { path, .. } = &error else { panic!("{error}") };
    assert_eq!(*path, files[1]);
}

#[test]
fn a_segment_under_another_name_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &BATCHES);
    fs::rename(&segments(dir.path())[0], dir.path().join("00000000000000000002.journal")).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { fault: Fault::Sequence { .. }, .. }), "{error}");
}

#[test]
fn a_segment_of_another_journal_is_refused() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    several_segments(ours.path());
    let (mut journal, _) = FileJournal::open(theirs.path(), options(512)).unwrap();
    for number in 100..140_u8 {
        journal.append(&[&[number; 30]]).unwrap();
    }
    fs::copy(&segments(theirs.path())[2], &segments(ours.path())[2]).unwrap();
    let error = read_several(ours.path()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { fault: Fault::Chain, .. }), "{error}");
}

#[test]
fn a_half_made_next_segment_is_no_part_of_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    several_segments(dir.path());
    fs::write(dir.path().join("next.journal.new"), b"half").unwrap();
    assert_eq!(read_several(dir.path()).unwrap().len(), 40);
    let (mut journal, _) = FileJournal::open(dir.path(), options(512)).unwrap();
    for _ in 0..20 {
        journal.append(&[&[1; 30]]).unwrap();
    }
    assert_eq!(read_all(&journal).unwrap().len(), 60);
}
