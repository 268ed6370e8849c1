//! Going on without the end of a journal, by a person's decision. What is cut off is kept.

use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::error::JournalError;
use crate::file::lock;
use crate::list::{self, Entry};
use crate::manifest::{Closed, Manifest, Statement};
use crate::record::Chain;
use crate::recovery::{free_name, keep};
use crate::segment::Segment;
use crate::walk::{End, Walk};

/// What is cut off, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncation {
    /// The chain value at the new end.
    pub chain: Chain,
    /// The segment that is cut, and where, in bytes from its start.
    pub cut: (PathBuf, u64),
    /// Bytes that are cut from it.
    pub bytes: u64,
    /// The first batch that is kept.
    pub first: u64,
    /// Later segments, which are put aside whole.
    pub segments: Vec<PathBuf>,
    /// Where what is cut off is kept; empty when nothing was done.
    pub kept_in: Vec<PathBuf>,
}

/// Makes a batch the last one. All batches of its segment before it must be whole. With `is_meant` unset nothing is
/// done but to say what would be.
///
/// It may be interrupted anywhere and done again.
///
/// # Errors
/// [`JournalError`] when the batch is not there or not whole, or when the system refuses.
pub fn truncate_tail(
    disk: &dyn Disk,
    dir: &Path,
    after: u64,
    is_meant: bool,
) -> Result<Truncation, JournalError> {
    let names = list::names(disk, dir)?;
    let _lock = lock(disk, dir)?;
    let segment = holder(disk, &names, after)?;
    let end = find(&segment, after)?;
    let tail = segment.bytes.get(end.offset..).unwrap_or_default();
    let used = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let later = names.iter().filter(|entry| entry.first > segment.header.first);
    let mut truncation = Truncation {
        chain: end.chain,
        cut: (segment.path.clone(), end.offset as u64),
        bytes: used as u64,
        first: names.first().map_or(1, |entry| entry.first),
        segments: later.map(|entry| entry.path.clone()).collect(),
        kept_in: Vec::new(),
    };
    if !is_meant {
        return Ok(truncation);
    }
    if used > 0 {
        let cut = keep(disk, dir, &format!("cut-{:020}", after + 1), &tail[..used])?;
        truncation.kept_in.push(cut);
    }
    // The newest first, so that there is no gap at any time.
    for entry in names.iter().rev().filter(|entry| entry.first > segment.header.first) {
        truncation.kept_in.push(put_aside(disk, dir, entry)?);
    }
    let file = disk.open_for_writing(&segment.path);
    file.and_then(|file| file.write_zeros_at(used as u64, end.offset as u64).and_then(|()| file.sync()))
        .map_err(JournalError::io("cut the end off", &segment.path))?;
    let closed = Some(Closed { sequence: end.sequence, chain: end.chain });
    let statement = Statement { journal: segment.header.journal, newest: segment.header.first, closed };
    Manifest::make(disk, dir, statement)?;
    Ok(truncation)
}

/// The segment that holds a batch, or that begins after it when no earlier one is kept.
fn holder(disk: &dyn Disk, names: &[Entry], after: u64) -> Result<Segment, JournalError> {
    let holds = names.iter().rev().find(|entry| entry.first <= after);
    let begins = || names.iter().find(|entry| entry.before() == after);
    let entry = holds.or_else(begins).ok_or_else(|| JournalError::NotKept {
        sequence: after,
        first: names.first().map_or(1, |entry| entry.first),
    })?;
    Segment::load(disk, &entry.path, entry.before())
}

fn find(segment: &Segment, after: u64) -> Result<End, JournalError> {
    let mut walk = Walk::new(segment);
    while walk.end(false).sequence < after {
        if walk.next_whole()?.is_none() {
            return Err(JournalError::NotReached { sequence: after, last: walk.end(false).sequence });
        }
    }
    Ok(walk.end(false))
}

fn put_aside(disk: &dyn Disk, dir: &Path, entry: &Entry) -> Result<PathBuf, JournalError> {
    let path = free_name(disk, dir, &format!("cut-{:020}", entry.first), "segment")?;
    disk.rename(&entry.path, &path)
        .and_then(|()| disk.sync_dir(dir))
        .map_err(JournalError::io("put aside", &entry.path))?;
    Ok(path)
}
