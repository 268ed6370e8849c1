//! Looking at a journal without changing it: what it holds, whether it is whole, and if not, where.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::Batch;
use crate::disk::Disk;
use crate::error::{Fault, JournalError};
use crate::file::lock;
use crate::list::{self, first_of};
use crate::manifest;
use crate::record::Chain;
use crate::recovery::{self, Found};
use crate::segment::Segment;
use crate::walk::{Step, Walk};

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// Segments.
    pub segments: usize,
    /// The first batch that is kept; the one after the last when there is none.
    pub first: u64,
    /// The last batch; zero when there never was one.
    pub last: u64,
    /// The chain value after it.
    pub chain: Chain,
    /// Bytes of the batches.
    pub payload_bytes: u64,
    /// Whether it was closed in good order.
    pub is_closed: bool,
    /// Where a torn record begins that the next start will put aside: the file, and bytes from its start.
    pub torn: Option<(PathBuf, u64)>,
    /// Files in the directory that are not the journal's.
    pub other_files: Vec<String>,
}

/// Reads a journal from a batch on, as long as it is told to go on, and checks all that it passes and all before it.
/// Nothing is changed, and nobody else may have the journal meanwhile.
///
/// # Errors
/// [`JournalError`] for the first damage, after all batches before it were handed over; and when there is no journal.
pub fn inspect(
    disk: &dyn Disk,
    dir: &Path,
    mut each: impl FnMut(&Batch) -> ControlFlow<()>,
) -> Result<Inspection, JournalError> {
    let mut names = disk.list(dir).map_err(JournalError::io("list", dir))?;
    let _lock = lock(disk, dir)?;
    let Found::Journal(manifest) = recovery::look(disk, dir)? else {
        return Err(JournalError::MissingFile { path: dir.join(manifest::FILE_NAME), after: None });
    };
    let statement = manifest.statement();
    let segments = list::segments(disk, dir, statement.journal)?;
    names.retain(|name| first_of(name).is_none() && !["lock", manifest::FILE_NAME].contains(&name.as_str()));
    names.sort();
    let mut found = Inspection {
        segments: segments.len(),
        first: segments.first().map_or(1, |entry| entry.first),
        is_closed: statement.closed.is_some(),
        other_files: names,
        ..Inspection::default()
    };
    let mut before: Option<(PathBuf, u64, Chain)> = None;
    for (number, entry) in segments.iter().enumerate() {
        let is_last = number + 1 == segments.len();
        let segment = Segment::load(disk, &entry.path, entry.before())?;
        if let Some((path, sequence, chain)) = before {
            let expected = sequence + 1;
            if entry.first != expected {
                return Err(JournalError::MissingSegment { path, expected, found: entry.first });
            }
            if segment.header.chain != chain {
                return Err(JournalError::damaged(&entry.path, 0, sequence, Fault::Chain));
            }
        }
        let mut walk = Walk::new(&segment);
        loop {
            let step =
                if is_last { walk.step()? } else { walk.next_whole()?.map_or(Step::End, Step::Record) };
            match step {
                Step::Record(record) => {
                    found.payload_bytes += record.payload.len() as u64;
                    let batch = Batch { sequence: record.sequence, payload: record.payload.to_vec() };
                    if each(&batch).is_break() {
                        return Ok(found);
                    }
                }
                Step::End => break,
                Step::Torn(_) => {
                    found.torn = Some((entry.path.clone(), walk.end(true).offset as u64));
                    break;
                }
            }
        }
        let end = walk.end(false);
        (found.last, found.chain) = (end.sequence, end.chain);
        if is_last {
            recovery::find_end(&segment, &statement)?;
        }
        before = Some((entry.path.clone(), end.sequence, end.chain));
    }
    Ok(found)
}
