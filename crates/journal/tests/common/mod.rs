//! What the suites share: opening, reading all, and where records are in a file.

#![allow(dead_code, reason = "every suite uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "a module of test binaries")]

use std::fs;
use std::path::{Path, PathBuf};

use journal::{Durability, FileJournal, Journal, JournalError, Options, Recovery};

/// Bytes of a segment's header.
pub const SEGMENT_HEADER: usize = 128;
/// Bytes of a record before its payload.
pub const RECORD_HEADER: usize = 48;
/// Bytes of a record's end mark.
pub const RECORD_END: usize = 8;

pub fn options(segment_bytes: u64) -> Options {
    Options { durability: Durability::Sync, segment_bytes, prepare: true }
}

pub fn open(dir: &Path) -> Result<(FileJournal, Recovery), JournalError> {
    FileJournal::open(dir, options(16 * 1024))
}

/// A closed journal with these batches, each appended on its own, in one segment.
pub fn journal_of(dir: &Path, batches: &[&[u8]]) {
    let (mut journal, _) = open(dir).unwrap();
    for batch in batches {
        journal.append(&[batch]).unwrap();
    }
}

/// The files of a journal with these batches that was not closed: its only segment, and its manifest.
pub struct Files {
    pub segment: Vec<u8>,
    manifest: Vec<u8>,
}

pub fn files_of(batches: &[&[u8]]) -> Files {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), batches);
    Files {
        segment: fs::read(&segments(dir.path())[0]).unwrap(),
        manifest: fs::read(dir.path().join("manifest")).unwrap(),
    }
}

impl Files {
    /// A directory with the segment as a test has changed it: no disk has to be waited for.
    pub fn with_segment(&self, segment: &[u8]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("00000000000000000001.journal"), segment).unwrap();
        fs::write(dir.path().join("manifest"), &self.manifest).unwrap();
        dir
    }
}

/// All batches of a journal, whose numbers must count from 1.
pub fn read_all(journal: &dyn Journal) -> Result<Vec<Vec<u8>>, JournalError> {
    let batches = journal.read_from(1)?.collect::<Result<Vec<_>, _>>()?;
    for (batch, expected) in batches.iter().zip(1..) {
        assert_eq!(batch.sequence, expected);
    }
    Ok(batches.into_iter().map(|batch| batch.payload).collect())
}

/// The segments of a directory in order.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
        .collect();
    paths.sort();
    paths
}

/// Where each of some records lies in a segment that holds them: start and end.
pub fn places(batches: &[&[u8]]) -> Vec<(usize, usize)> {
    let mut start = SEGMENT_HEADER;
    let place = |batch: &&[u8]| {
        let end = (start + RECORD_HEADER + batch.len()).next_multiple_of(8) + RECORD_END;
        (std::mem::replace(&mut start, end), end)
    };
    batches.iter().map(place).collect()
}
