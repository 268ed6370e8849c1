//! A log whose end is cut at every byte, and in which every bit is flipped: the start either finds exactly what was
//! written, or refuses and names the file and the place.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::read_all;
use journal::{FileJournal, Journal, JournalError, Options};
use simdisk::SimDisk;

const SEGMENT_BYTES: u64 = 700;

fn dir() -> &'static Path {
    Path::new("/journal")
}

fn options() -> Options {
    Options { segment_bytes: SEGMENT_BYTES, prepare: false, ..Options::default() }
}

/// A log over several segments, with batches of any bytes and of any length, closed or not.
fn log(is_closed: bool) -> (SimDisk, Vec<Vec<u8>>) {
    let disk = SimDisk::new();
    let (mut journal, _) = FileJournal::open_on(Arc::new(disk.clone()), dir(), options()).unwrap();
    let batches: Vec<Vec<u8>> = (0..16_u8)
        .map(|number| (0..number * 7).map(|byte| byte.wrapping_mul(number) | 1).collect())
        .collect();
    for batch in &batches {
        journal.append(&[batch]).unwrap();
    }
    if is_closed {
        journal.close().unwrap();
    }
    (disk, batches)
}

fn segments(disk: &SimDisk) -> Vec<PathBuf> {
    let paths = disk.paths(dir()).into_iter();
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "journal")).collect()
}

fn read(disk: &SimDisk) -> Result<Vec<Vec<u8>>, JournalError> {
    let (journal, _) = FileJournal::open_on(Arc::new(disk.clone()), dir(), options())?;
    let read = read_all(&journal)?;
    assert_eq!(journal.last_sequence(), read.len() as u64);
    Ok(read)
}

/// What a start makes of a file that was changed to these bytes.
fn read_with(disk: &SimDisk, path: &Path, bytes: &[u8]) -> Result<Vec<Vec<u8>>, JournalError> {
    let disk = disk.after_kill();
    disk.put(path, bytes);
    read(&disk)
}

/// The refusal says which file it is about, and where.
fn assert_clear(error: &JournalError, path: &Path, what: &str) {
    let text = error.to_string();
    let place = if let JournalError::Damaged { offset, .. } = error {
        text.contains(&format!("byte {offset}"))
    } else {
        matches!(error, JournalError::Format { .. } | JournalError::MissingSegment { .. })
    };
    assert!(place && text.contains("/journal/"), "{what} in {}: {text}", path.display());
}

#[test]
fn a_file_that_ends_at_any_byte_is_refused() {
    for is_closed in [false, true] {
        let (disk, _) = log(is_closed);
        for path in segments(&disk) {
            let whole = disk.contents(&path).unwrap();
            for cut in 0..whole.len() {
                let what = format!("closed {is_closed}, cut at {cut}");
                let error = read_with(&disk, &path, &whole[..cut]).map(drop).unwrap_err();
                assert_clear(&error, &path, &what);
            }
        }
    }
}

#[test]
fn a_log_that_was_closed_is_whole_or_refused_wherever_it_is_blank_from() {
    let (disk, batches) = log(true);
    let files = segments(&disk);
    assert!(files.len() >= 4, "{files:?}");
    for path in files.iter().rev().take(3) {
        let whole = disk.contents(path).unwrap();
        for cut in 0..whole.len() {
            let mut blank = whole.clone();
            blank[cut..].fill(0);
            match read_with(&disk, path, &blank) {
                Ok(found) => assert!(blank == whole && found == batches, "blank from {cut}"),
                Err(error) => assert_clear(&error, path, &format!("blank from {cut}")),
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_refused_or_is_in_nothing_that_counts() {
    for is_closed in [false, true] {
        let (disk, batches) = log(is_closed);
        for path in segments(&disk) {
            let whole = disk.contents(&path).unwrap();
            let used = whole.iter().rposition(|byte| *byte != 0).unwrap() + 1;
            for bit in 0..used * 8 {
                let mut changed = whole.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let what = format!("closed {is_closed}, bit {bit} of {}", path.display());
                match read_with(&disk, &path, &changed) {
                    Ok(_) => panic!("{what} went unnoticed"),
                    Err(error) => assert_clear(&error, &path, &what),
                }
            }
            // Behind the last record nothing counts: it is put aside, or stops the start of a log that was closed.
            for byte in used..whole.len() {
                let mut changed = whole.clone();
                changed[byte] ^= 0x20;
                match read_with(&disk, &path, &changed) {
                    Ok(found) => assert_eq!(found, batches, "byte {byte}"),
                    Err(error) => assert_clear(&error, &path, &format!("byte {byte}")),
                }
            }
        }
    }
}

#[test]
fn every_flipped_bit_of_the_manifest_is_refused_or_harmless() {
    for is_closed in [false, true] {
        let (disk, batches) = log(is_closed);
        let path = dir().join("manifest");
        let whole = disk.contents(&path).unwrap();
        // Of the rest nothing is read.
        let (first, second) = (0..128, 4096..whole.len());
        for bit in first.chain(second).flat_map(|byte| byte * 8..byte * 8 + 8) {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            match read_with(&disk, &path, &changed) {
                Ok(found) => assert_eq!(found, batches, "bit {bit}"),
                Err(error) => assert_clear(&error, &path, &format!("bit {bit}")),
            }
        }
    }
}

#[test]
fn any_file_that_is_gone_is_missed() {
    for is_closed in [false, true] {
        let (disk, _) = log(is_closed);
        for path in disk.paths(dir()) {
            let without = disk.after_kill();
            without.take(&path);
            match read(&without) {
                Ok(read) => panic!("{} is gone and {} batches were read", path.display(), read.len()),
                Err(JournalError::MissingFile { path: named, .. }) => assert_eq!(named, path),
                // The first segment is where reading starts, and the log may have been shortened at its beginning.
                Err(JournalError::MissingSegment { .. } | JournalError::NotKept { first: 2.., .. }) => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
}
