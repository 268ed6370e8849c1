//! The disk: a store with counted operations and with trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journal::{Disk, DiskFile, Lock};

use crate::random::Random;
use crate::store::{Number, Store};

/// What goes wrong with an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It fails, and nothing was done.
    Fails(io::ErrorKind),
    /// A write does only its first bytes, and says so. Other operations succeed.
    Short(usize),
    /// A write does its first bytes and fails all the same. Other operations fail.
    Half(usize),
    /// The power goes: nothing is done from here on, and everything fails.
    PowerCut,
}

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    store: Store,
    locks: BTreeSet<PathBuf>,
    operations: u64,
    trouble: BTreeMap<u64, Trouble>,
    /// Every write fails in this way until further notice.
    writes: Option<io::ErrorKind>,
    syncs: Option<io::ErrorKind>,
    reads: Option<io::ErrorKind>,
    capacity: Option<u64>,
    is_off: bool,
}

impl SimDisk {
    /// An empty disk without limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Operations so far that changed something or synced it.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Makes trouble for one operation, counted from zero.
    pub fn trouble_at(&self, operation: u64, trouble: Trouble) {
        self.state().trouble.insert(operation, trouble);
    }

    /// From now on every write fails in this way; or works again.
    pub fn fail_writes(&self, kind: Option<io::ErrorKind>) {
        self.state().writes = kind;
    }

    /// From now on every sync fails in this way; or works again.
    pub fn fail_syncs(&self, kind: Option<io::ErrorKind>) {
        self.state().syncs = kind;
    }

    /// From now on every read fails in this way; or works again.
    pub fn fail_reads(&self, kind: Option<io::ErrorKind>) {
        self.state().reads = kind;
    }

    /// From now on no file can grow once all files together have so many bytes; or there is no such limit.
    pub fn limit(&self, capacity: Option<u64>) {
        self.state().capacity = capacity;
    }

    /// Bytes of all files.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.state().store.used()
    }

    /// The disk as it is found after the power was gone at this moment. What was not synced is there or not, as the seed
    /// decides. The disk itself goes on.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> Self {
        Self::of(self.state().store.after_power_cut(&mut Random::new(seed)))
    }

    /// The disk as another process finds it when the one that used it was killed at this moment: what was written is
    /// there.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        Self::of(self.state().store.clone())
    }

    /// The bytes of a file.
    #[must_use]
    pub fn contents(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state();
        state.store.find(path).map(|file| state.store.bytes(file).to_vec())
    }

    /// Changes a file behind everybody's back, durably.
    pub fn put(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let file = state.store.create(path);
        state.store.write(file, bytes, 0);
        state.store.sync(file);
        if let Some(dir) = path.parent() {
            state.store.sync_names(dir);
        }
    }

    /// Removes a file behind everybody's back, durably.
    pub fn take(&self, path: &Path) {
        let mut state = self.state();
        state.store.remove(path);
        if let Some(dir) = path.parent() {
            state.store.sync_names(dir);
        }
    }

    /// The paths of all files in a directory, in order.
    #[must_use]
    pub fn paths(&self, dir: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            self.state().store.names(dir).into_iter().map(|name| dir.join(name)).collect();
        paths.sort();
        paths
    }

    fn of(store: Store) -> Self {
        Self(Arc::new(Mutex::new(State { store, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn power(&self) -> io::Result<()> {
        if self.is_off { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }

    /// Counts an operation, and says what goes wrong with it but does not end it.
    fn next(&mut self) -> io::Result<Option<Trouble>> {
        self.power()?;
        let number = self.operations;
        self.operations += 1;
        match self.trouble.get(&number).copied() {
            Some(Trouble::Fails(kind)) => Err(kind.into()),
            Some(Trouble::PowerCut) => {
                self.is_off = true;
                self.power().map(|()| None)
            }
            trouble @ (Some(Trouble::Short(_) | Trouble::Half(_)) | None) => Ok(trouble),
        }
    }

    /// Counts an operation that is no write.
    fn next_whole(&mut self) -> io::Result<()> {
        match self.next()? {
            Some(Trouble::Half(_)) => Err(io::ErrorKind::Other.into()),
            Some(Trouble::Short(_) | Trouble::Fails(_) | Trouble::PowerCut) | None => Ok(()),
        }
    }

    fn sync_works(&self) -> io::Result<()> {
        self.syncs.map_or(Ok(()), |kind| Err(kind.into()))
    }

    fn find(&self, path: &Path) -> io::Result<Number> {
        self.store.find(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// How many of some bytes there is room for.
    fn room(&self, file: Number, count: usize, at: usize) -> usize {
        let Some(capacity) = self.capacity else { return count };
        let free = usize::try_from(capacity.saturating_sub(self.store.used())).unwrap_or(usize::MAX);
        let inside = self.store.bytes(file).len().saturating_sub(at);
        count.min(inside.saturating_add(free))
    }

    fn write(&mut self, file: Number, bytes: &[u8], at: u64) -> io::Result<usize> {
        let trouble = self.next()?;
        if let Some(kind) = self.writes {
            return Err(kind.into());
        }
        let at = usize::try_from(at).map_err(io::Error::other)?;
        let room = self.room(file, bytes.len(), at);
        let (count, fails) = match trouble {
            Some(Trouble::Short(count)) => (count.min(room), false),
            Some(Trouble::Half(count)) => (count.min(room), true),
            Some(Trouble::Fails(_) | Trouble::PowerCut) | None => (room, false),
        };
        self.store.write(file, &bytes[..count.min(bytes.len())], at);
        if fails {
            return Err(io::ErrorKind::Other.into());
        }
        if count == 0 && room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(count.min(bytes.len()))
    }
}

impl Disk for SimDisk {
    /// Directories are there as soon as a file is in them.
    fn make_dir(&self, _dir: &Path) -> io::Result<()> {
        self.state().power()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        state.power()?;
        Ok(state.store.names(dir))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.state();
        state.power()?;
        let is_free = state.locks.insert(path.to_owned());
        let lock = || Box::new(SimLock { disk: self.clone(), path: path.to_owned() }) as Box<dyn Lock>;
        Ok(is_free.then(lock))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.next_whole()?;
        let file = state.store.create(path);
        Ok(Box::new(SimFile { disk: self.clone(), file }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.state();
        state.power()?;
        let file = state.find(path)?;
        Ok(Box::new(SimFile { disk: self.clone(), file }))
    }

    fn open_for_writing(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.next_whole()?;
        if state.store.rename(from, to) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.next_whole()?;
        if state.store.remove(path) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.next_whole()?;
        state.sync_works()?;
        state.store.sync_names(dir);
        Ok(())
    }
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    file: Number,
}

impl DiskFile for SimFile {
    fn bytes(&self) -> io::Result<u64> {
        let state = self.disk.state();
        state.power()?;
        Ok(state.store.bytes(self.file).len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        state.power()?;
        if let Some(kind) = state.reads {
            return Err(kind.into());
        }
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let rest = state.store.bytes(self.file).get(offset..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.disk.state().write(self.file, bytes, offset)
    }

    fn set_bytes(&self, bytes: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        let length = usize::try_from(bytes).map_err(io::Error::other)?;
        state.next_whole()?;
        if let Some(kind) = state.writes {
            return Err(kind.into());
        }
        let before = state.store.bytes(self.file).len();
        if before + state.room(self.file, length.saturating_sub(before), before) < length {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.store.set_len(self.file, length);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.next_whole()?;
        state.sync_works()?;
        state.store.sync(self.file);
        Ok(())
    }
}

#[derive(Debug)]
struct SimLock {
    disk: SimDisk,
    path: PathBuf,
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state().locks.remove(&self.path);
    }
}
