//! Which segments a directory holds, in order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Fault, JournalError};
use crate::segment;

const EXTENSION: &str = "journal";

/// The name of the segment that starts with a batch. Names sort as the batches do.
pub(crate) fn file_name(first: u64) -> String {
    format!("{first:020}.{EXTENSION}")
}

fn first_of(path: &Path) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let is_number = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| stem.parse().ok()).flatten()
}

/// A segment's place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

/// The segments of a directory, oldest first. Every header is checked; other files are not looked at.
pub(crate) fn segments(dir: &Path) -> Result<Vec<Entry>, JournalError> {
    let fail = |source| JournalError::Io { action: "list", path: dir.to_owned(), source };
    let mut entries = Vec::new();
    for file in fs::read_dir(dir).map_err(fail)? {
        let path = file.map_err(fail)?.path();
        if let Some(first) = first_of(&path) {
            entries.push(Entry { first, path });
        }
    }
    entries.sort_unstable_by_key(|entry| entry.first);
    for Entry { first, path } in &entries {
        let found = segment::read_header(path)?.first;
        if found != *first {
            return Err(JournalError::damaged(path, 0, Fault::Sequence { expected: *first, found }));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_belong_together() {
        assert_eq!(file_name(17), "00000000000000000017.journal");
        assert_eq!(first_of(Path::new("a/00000000000000000017.journal")), Some(17));
        for name in ["17.journal", "0000000000000000001x.journal", "00000000000000000017.journal.new", "lock"]
        {
            assert_eq!(first_of(Path::new(name)), None, "{name}");
        }
    }
}
