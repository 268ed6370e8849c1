//! Which segments a directory holds, in order.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::error::{Fault, JournalError};
use crate::segment;

const EXTENSION: &str = "journal";

/// The name of the segment that starts with a batch. Names sort as the batches do.
pub(crate) fn file_name(first: u64) -> String {
    format!("{first:020}.{EXTENSION}")
}

/// The first batch of the segment of a name, when it is the name of one.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let is_number = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| stem.parse().ok()).flatten()
}

/// A segment's place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

impl Entry {
    /// The last batch before the segment.
    pub(crate) const fn before(&self) -> u64 {
        self.first.saturating_sub(1)
    }
}

/// The files that have names of segments, oldest first. None is opened.
pub(crate) fn names(disk: &dyn Disk, dir: &Path) -> Result<Vec<Entry>, JournalError> {
    let files = disk.list(dir).map_err(JournalError::io("list", dir))?;
    let entry = |name: String| first_of(&name).map(|first| Entry { first, path: dir.join(name) });
    let mut entries: Vec<Entry> = files.into_iter().filter_map(entry).collect();
    entries.sort_unstable_by_key(|entry| entry.first);
    Ok(entries)
}

/// The segments of a journal in a directory, oldest first. Every header is checked; other files are not looked at.
pub(crate) fn segments(disk: &dyn Disk, dir: &Path, journal: u64) -> Result<Vec<Entry>, JournalError> {
    let entries = names(disk, dir)?;
    check(disk, &entries, journal)?;
    Ok(entries)
}

/// Checks the headers of segments of a journal.
pub(crate) fn check(disk: &dyn Disk, entries: &[Entry], journal: u64) -> Result<(), JournalError> {
    for entry in entries {
        let header = segment::read_header(disk, &entry.path, entry.before());
        let header = header.map_err(|error| retired(disk, entry, error))?;
        let damaged = |fault| Err(JournalError::damaged(&entry.path, 0, entry.before(), fault));
        if header.journal != journal {
            return damaged(Fault::Foreign);
        }
        if header.first != entry.first {
            return damaged(Fault::Sequence { expected: entry.first, found: header.first });
        }
    }
    Ok(())
}

/// Why a segment that was listed a moment ago cannot be read: it is not there any more when it was retired meanwhile.
pub(crate) fn retired(disk: &dyn Disk, entry: &Entry, error: JournalError) -> JournalError {
    let JournalError::Io { source, .. } = &error else { return error };
    let Some(dir) = entry.path.parent().filter(|_| source.kind() == ErrorKind::NotFound) else {
        return error;
    };
    match names(disk, dir).ok().and_then(|names| names.first().map(|entry| entry.first)) {
        Some(first) if first > entry.first => JournalError::NotKept { sequence: entry.first, first },
        Some(_) | None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_belong_together() {
        assert_eq!(file_name(17), "00000000000000000017.journal");
        assert_eq!(first_of("00000000000000000017.journal"), Some(17));
        for name in ["17.journal", "0000000000000000001x.journal", "00000000000000000017.journal.new", "lock"]
        {
            assert_eq!(first_of(name), None, "{name}");
        }
    }
}
