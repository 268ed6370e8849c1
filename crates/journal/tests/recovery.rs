//! A torn end is cut off; damage anywhere else refuses the start and changes nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;

use common::{SEGMENT_HEADER, files_of, journal_of, open, options, places, read_all, segments};
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
    let files = files_of(&BATCHES);
    let whole = &files.segment;
    for cut in start + 1..last_byte_of_payload {
        let mut torn = whole.clone();
        torn[cut..end].fill(0);
        let dir = files.with_segment(&torn);
        assert_last_is_cut_off(dir.path(), &BATCHES[..3]);
    }
}

#[test]
fn a_last_record_that_begins_anywhere_is_cut_off() {
    let (start, end) = places(&BATCHES)[3];
    let files = files_of(&BATCHES);
    let whole = &files.segment;
    for cut in start + 1..end - 8 {
        let mut torn = whole.clone();
        torn[start..cut].fill(0);
        let dir = files.with_segment(&torn);
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
        change(dir.path(), |bytes| bytes[SEGMENT_HEADER + 58..].fill(0));
        let (_, recovery) = open(dir.path()).unwrap();
        let kept = fs::read(recovery.cut_off.unwrap().kept_in).unwrap();
        assert!(kept.ends_with(b"will be to"), "{kept:?}");
    }
    let copies = fs::read_dir(dir.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("torn-")
    });
    assert_eq!(copies.count(), 2);
}

#[test]
fn a_record_that_was_changed_is_never_cut_off() {
    let files = files_of(&BATCHES);
    let whole = &files.segment;
    for (number, (start, end)) in places(&BATCHES).iter().enumerate() {
        for at in *start..*end {
            let mut before = whole.clone();
            before[at] ^= 0x10;
            let dir = files.with_segment(&before);
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
        let mut salted = crc32fast::Hasher::new();
        salted.update(&bytes[40..48]);
        let checksum = |bytes: &[u8]| {
            let mut checksum = salted.clone();
            checksum.update(bytes);
            checksum.finalize().to_le_bytes()
        };
        let body = checksum(&bytes[start + common::RECORD_HEADER..end]);
        bytes[start + 40..start + 44].copy_from_slice(&body);
        let header = checksum(&bytes[start..start + 44]);
        bytes[start + 44..start + 48].copy_from_slice(&header);
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
    let (start, end) = places(&[b"1", &records])[1];
    // The header of the outer record is lost, and what it contains is there.
    change(dir.path(), |bytes| bytes[start..start + common::RECORD_HEADER].fill(0));
    change(dir.path(), |bytes| bytes[end - 1] = 0);
    assert_last_is_cut_off(dir.path(), &[b"1"]);
}

#[test]
fn a_changed_header_refuses_the_start() {
    let files = files_of(&BATCHES);
    let whole = &files.segment;
    for at in 0..SEGMENT_HEADER {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let dir = files.with_segment(&changed);
        let error = open(dir.path()).unwrap_err();
        let names_the_format = (8..12).contains(&at) && matches!(error, JournalError::Format { .. });
        assert!(
            names_the_format || matches!(error, JournalError::Damaged { offset: 0, .. }),
            "byte {at}: {error}"
        );
    }
}

#[test]
fn a_shortened_segment_refuses_the_start() {
    let files = files_of(&BATCHES);
    let whole = &files.segment;
    for length in [0, 63, 127, 128, 200, 16 * 1024 - 1] {
        let dir = files.with_segment(&whole[..length]);
        let error = open(dir.path()).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { fault: Fault::Cut, .. }), "{length}: {error}");
    }
}

#[test]
fn a_later_format_is_not_guessed_at() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), &BATCHES);
    change(dir.path(), |bytes| bytes[8] = 3);
    assert!(matches!(open(dir.path()), Err(JournalError::Format { found: 3, supported: 2, .. })));
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
    let used = SEGMENT_HEADER + 4 * 88;
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
    bytes[SEGMENT_HEADER + 88..].fill(0);
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
    assert!(matches!(error, JournalError::MissingFile { .. }), "{error}");
}

#[test]
fn a_segment_of_another_journal_is_refused() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    several_segments(ours.path());
    let (mut journal, _) = FileJournal::open(theirs.path(), options(512)).unwrap();
    for number in 100..140_u8 {
        journal.append(&[&[number; 30]]).unwrap();
    }
    for number in 0..segments(ours.path()).len() {
        let path = segments(ours.path()).remove(number);
        let own = fs::read(&path).unwrap();
        fs::copy(&segments(theirs.path())[number], &path).unwrap();
        let error = read_several(ours.path()).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { fault: Fault::Foreign, .. }), "{error}");
        fs::write(&path, own).unwrap();
    }
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

#[test]
fn a_newest_segment_that_is_gone_is_missed() {
    for is_closed in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        several_segments(dir.path());
        if is_closed {
            FileJournal::open(dir.path(), options(512)).unwrap().0.close().unwrap();
        }
        let newest = segments(dir.path()).pop().unwrap();
        fs::rename(&newest, dir.path().join("elsewhere")).unwrap();
        let error = read_several(dir.path()).unwrap_err();
        let JournalError::MissingFile { path, after: Some(after) } = &error else { panic!("{error}") };
        assert_eq!((path, *after), (&newest, 36));
        assert!(error.to_string().contains(&newest.display().to_string()), "{error}");
    }
}

#[test]
fn a_manifest_that_is_gone_or_broken_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    several_segments(dir.path());
    let path = dir.path().join("manifest");
    let whole = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let error = read_several(dir.path()).unwrap_err();
    assert!(matches!(&error, JournalError::MissingFile { after: Some(40), .. }), "{error}");
    fs::write(&path, vec![7; whole.len()]).unwrap();
    let error = read_several(dir.path()).unwrap_err();
    assert!(matches!(&error, JournalError::Damaged { fault: Fault::Checksum, .. }), "{error}");
    fs::write(&path, whole).unwrap();
    assert_eq!(read_several(dir.path()).unwrap().len(), 40);
}

#[test]
fn what_was_there_at_a_clean_stop_must_be_there_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    journal.append(&BATCHES).unwrap();
    journal.close().unwrap();
    drop(journal);
    let path = segments(dir.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let manifest = fs::read(dir.path().join("manifest")).unwrap();
    let (_, end) = places(&BATCHES)[3];
    // The last byte of a record is the last that is not zero.
    for cut in SEGMENT_HEADER..end {
        let mut changed = whole.clone();
        changed[cut..].fill(0);
        fs::write(&path, changed).unwrap();
        let error = open(dir.path()).unwrap_err();
        let fault = matches!(&error, JournalError::Damaged { fault: Fault::NotAsClosed { through: 4 }, .. });
        assert!(fault, "{cut}: {error}");
    }
    let mut changed = whole.clone();
    changed[end + 8] = 1;
    fs::write(&path, changed).unwrap();
    assert!(open(dir.path()).is_err(), "something was added");
    fs::write(&path, whole).unwrap();
    assert_eq!(fs::read(dir.path().join("manifest")).unwrap(), manifest, "nothing is changed");
    assert_eq!(read_all(&open(dir.path()).unwrap().0).unwrap(), BATCHES);
}

#[test]
fn a_journal_that_goes_on_after_its_end_was_noted_is_recovered_like_any() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    journal.append(&BATCHES[..2]).unwrap();
    journal.close().unwrap();
    journal.append(&BATCHES[2..]).unwrap();
    drop(journal);
    assert_eq!(read_all(&open(dir.path()).unwrap().0).unwrap(), BATCHES);
}

#[test]
fn a_first_start_that_was_cut_short_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    fs::remove_file(dir.path().join("manifest")).unwrap();
    let (mut journal, recovery) = open(dir.path()).unwrap();
    assert_eq!((recovery.last_sequence, recovery.cut_off), (0, None));
    journal.append(&BATCHES).unwrap();
    drop(journal);
    assert_eq!(read_all(&open(dir.path()).unwrap().0).unwrap(), BATCHES);
}
