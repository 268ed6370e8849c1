//! Letting go of the beginning of a journal in files.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Retire;
use crate::disk::{Disk, Lock};
use crate::error::JournalError;
use crate::list;

/// What of a journal is on the disk for good, told to whoever removes its beginning.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The first batch of the segment that the manifest names durably.
    newest: AtomicU64,
    /// The last batch that is durable.
    through: AtomicU64,
}

impl Settled {
    pub(crate) fn named(&self, newest: u64) {
        self.newest.store(newest, Ordering::Release);
    }

    pub(crate) fn durable(&self, through: u64) {
        self.through.store(through, Ordering::Release);
    }
}

/// Removes whole segments.
pub(crate) struct Remover {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    pub(crate) settled: Arc<Settled>,
    /// Nobody else has the directory while something may be removed from it.
    pub(crate) _lock: Arc<dyn Lock>,
}

impl Retire for Remover {
    fn retire(&mut self, before: u64) -> Result<u64, JournalError> {
        let names = list::names(&*self.disk, &self.dir)?;
        let mut first = names.first().map_or(1, |entry| entry.first);
        // Were the log to end before what its reader has in its place, that would be of no use without the beginning.
        if before.saturating_sub(1) > self.settled.through.load(Ordering::Acquire) {
            return Ok(first);
        }
        let limit = before.min(self.settled.newest.load(Ordering::Acquire));
        for (entry, next) in names.iter().zip(names.iter().skip(1)) {
            if next.first > limit {
                break;
            }
            self.disk.remove(&entry.path).map_err(JournalError::io("remove", &entry.path))?;
            // Before the next goes, so that there is no gap at any time.
            let synced = self.disk.sync_dir(&self.dir);
            synced.map_err(JournalError::io("make a removal durable in", &self.dir))?;
            first = next.first;
        }
        Ok(first)
    }
}
