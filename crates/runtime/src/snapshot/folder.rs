//! The folder of snapshots: names, publication and what is kept.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journal::Disk;

use super::file::{self, Loaded, Orders};
use super::{SnapshotError, SnapshotNote};
use crate::state::State;
use crate::views::Views;

const NAME: &str = "snapshots";
const EXTENSION: &str = "snapshot";
/// The name of one that is being written, which is nothing yet.
const UNFINISHED: &str = "snapshot.new";
/// The ending of one that cannot be read.
pub(crate) const DAMAGED: &str = "damaged";
/// The ending of one that covers batches which the log no longer has.
pub(crate) const BEYOND: &str = "beyond-the-log";
/// How many are kept.
pub(crate) const KEPT: usize = 2;

/// The snapshots beside a log.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    disk: Arc<dyn Disk>,
    path: PathBuf,
}

impl Folder {
    /// That of a data directory, as it is.
    pub(super) fn of(disk: Arc<dyn Disk>, data: &Path) -> Self {
        Self { disk, path: data.join(NAME) }
    }

    /// That of a data directory. What an earlier process did not finish is removed. It is made with its first snapshot.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] when it cannot be read.
    pub(crate) fn open(disk: Arc<dyn Disk>, data: &Path) -> Result<Self, SnapshotError> {
        let folder = Self::of(disk, data);
        for (_, unfinished) in folder.names(UNFINISHED)? {
            folder.disk.remove(&unfinished).map_err(SnapshotError::io(&unfinished))?;
        }
        Ok(folder)
    }

    /// The data directory that it is in.
    pub(crate) fn data(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The disk that it is on.
    pub(crate) const fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// The snapshots by the last batch that they cover, newest first. Whether they can be read is not looked at.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub(crate) fn list(&self) -> Result<Vec<(u64, PathBuf)>, SnapshotError> {
        let mut found = self.names(EXTENSION)?;
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found)
    }

    /// Takes a snapshot out of use without deleting it: its file gets another ending.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub(crate) fn set_aside(&self, sequence: u64, ending: &str) -> Result<PathBuf, SnapshotError> {
        let (from, to) = (self.file(sequence, EXTENSION), self.file(sequence, ending));
        self.rename(&from, &to).map_err(SnapshotError::io(&from))?;
        Ok(to)
    }

    /// What the snapshots say of themselves, newest first; those that say nothing are left out.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] when the folder cannot be read.
    pub(crate) fn notes(&self) -> Result<Vec<SnapshotNote>, SnapshotError> {
        Ok(self.list()?.into_iter().filter_map(|(_, path)| file::note(&*self.disk, &path).ok()).collect())
    }

    /// Reads the snapshot of a batch into empty views, its orders only if they are to be shown.
    ///
    /// # Errors
    /// [`SnapshotError`]; the views then hold a part of it.
    pub(crate) fn read(&self, sequence: u64, views: &Views, orders: Orders) -> Result<Loaded, SnapshotError> {
        file::read(&*self.disk, &self.file(sequence, EXTENSION), views, orders)
    }

    /// Writes a snapshot under a name that means nothing yet, lets go of the state, reads the file back, and gives it
    /// its name when it holds what was to be written.
    ///
    /// # Errors
    /// [`SnapshotError`]; there is no new snapshot then.
    pub(crate) fn publish(
        &self,
        sequence: u64,
        state: State,
        views: Views,
    ) -> Result<SnapshotNote, SnapshotError> {
        self.disk.make_dir(&self.path).map_err(SnapshotError::io(&self.path))?;
        let unfinished = self.file(sequence, UNFINISHED);
        let written = file::write(&*self.disk, &unfinished, sequence, &state, &views);
        drop((state, views));
        let published = written.and_then(|written| {
            let read = file::read(&*self.disk, &unfinished, &Views::default(), Orders::Withheld)?;
            if read.state.engine.state_hash() != written.state_hash || read.note != written {
                return Err(SnapshotError::damaged(&unfinished, &"it was read back as another state"));
            }
            let path = self.file(sequence, EXTENSION);
            self.rename(&unfinished, &path).map_err(SnapshotError::io(&path))?;
            Ok(SnapshotNote { path, ..written })
        });
        if published.is_err() {
            // Whether that works matters to nobody: it is tried again at the next start.
            let _ = self.disk.remove(&unfinished);
        }
        published
    }

    /// Removes all but the newest, and says what the oldest that is left covers: nothing while there are fewer than
    /// are to be kept.
    ///
    /// # Errors
    /// [`SnapshotError::Io`].
    pub(crate) fn prune(&self) -> Result<Option<u64>, SnapshotError> {
        let found = self.list()?;
        for (_, path) in found.iter().skip(KEPT) {
            self.disk.remove(path).map_err(SnapshotError::io(path))?;
        }
        Ok(found.get(KEPT - 1).map(|(sequence, _)| *sequence))
    }

    /// Gives a file another name, durably.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)?;
        self.disk.sync_dir(&self.path)
    }

    /// Files of an extension with the numbers that are their names; none where there is no such folder.
    fn names(&self, extension: &str) -> Result<Vec<(u64, PathBuf)>, SnapshotError> {
        let names = match self.disk.list(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            names => names.map_err(SnapshotError::io(&self.path))?,
        };
        let numbered = |name: String| {
            let (number, _) = name.split_once('.').filter(|(_, end)| *end == extension)?;
            Some((number.parse().ok()?, self.path.join(&name)))
        };
        Ok(names.into_iter().filter_map(numbered).collect())
    }

    fn file(&self, sequence: u64, extension: &str) -> PathBuf {
        self.path.join(format!("{sequence:020}.{extension}"))
    }
}
