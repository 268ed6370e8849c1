//! The next segment, made while the current one fills, so that no append waits for a file to be zeroed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::disk::{Disk, DiskFile};
use crate::error::JournalError;
use crate::segment;

const FILE_NAME: &str = "next.journal.new";

/// A zeroed file that waits for its header and its name. One left over from an earlier run is made anew.
#[derive(Debug)]
pub(crate) struct Spare {
    pub(crate) path: PathBuf,
    pub(crate) file: Box<dyn DiskFile>,
    pub(crate) bytes: u64,
}

impl Spare {
    /// Makes one.
    pub(crate) fn make(disk: &dyn Disk, dir: &Path, bytes: u64) -> Result<Self, JournalError> {
        let path = dir.join(FILE_NAME);
        let file = segment::make_zeroed(disk, &path, bytes)?;
        Ok(Self { path, file, bytes })
    }
}

/// The preparation of one spare at a time.
#[derive(Debug, Default)]
pub(crate) struct Preparation(Option<JoinHandle<Result<Spare, JournalError>>>);

impl Preparation {
    /// Starts making a spare, unless one is being made or waits. That it cannot be started is no failure: the segment
    /// is then made when it is needed.
    pub(crate) fn start(&mut self, disk: &Arc<dyn Disk>, dir: &Path, bytes: u64) {
        if self.0.is_none() {
            let (disk, dir) = (Arc::clone(disk), dir.to_owned());
            let thread = std::thread::Builder::new().name("journal-spare".to_owned());
            self.0 = thread.spawn(move || Spare::make(&*disk, &dir, bytes)).ok();
        }
    }

    /// The prepared spare when it is large enough, or one made now.
    pub(crate) fn take(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        at_least: u64,
        bytes: u64,
    ) -> Result<Spare, JournalError> {
        match self.wait() {
            Some(Ok(spare)) if spare.bytes >= at_least => Ok(spare),
            Some(Err(error)) => {
                tracing::warn!(%error, "the next segment of the journal could not be prepared");
                Spare::make(disk, dir, bytes.max(at_least))
            }
            Some(Ok(_)) | None => Spare::make(disk, dir, bytes.max(at_least)),
        }
    }

    fn wait(&mut self) -> Option<Result<Spare, JournalError>> {
        self.0.take()?.join().ok()
    }
}

impl Drop for Preparation {
    /// Nothing of the journal touches the directory once the journal is gone.
    fn drop(&mut self) {
        drop(self.wait());
    }
}
