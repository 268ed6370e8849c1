//! What is on the disk and what is only on its way there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::random::Random;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The number of a file, whatever it is called.
pub(crate) type Number = usize;

/// Bytes of a file.
#[derive(Debug, Clone, Default)]
struct Content {
    /// As programs see them.
    now: Vec<u8>,
    /// As they were at the last sync.
    synced: Vec<u8>,
    /// What was written since, in sectors by their number.
    written: BTreeSet<usize>,
}

/// Files by number, and their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, Number>,
    synced_names: BTreeMap<PathBuf, Number>,
}

impl Store {
    pub(crate) fn find(&self, path: &Path) -> Option<Number> {
        self.names.get(path).copied()
    }

    pub(crate) fn names(&self, dir: &Path) -> Vec<String> {
        let files = self.names.keys().filter(|path| path.parent() == Some(dir));
        files.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
    }

    /// A new, empty file under a name; the file that had it loses it.
    pub(crate) fn create(&mut self, path: &Path) -> Number {
        let number = self.files.len();
        self.files.push(Content::default());
        self.names.insert(path.to_owned(), number);
        number
    }

    pub(crate) fn rename(&mut self, from: &Path, to: &Path) -> bool {
        let Some(number) = self.names.remove(from) else { return false };
        self.names.insert(to.to_owned(), number);
        true
    }

    pub(crate) fn remove(&mut self, path: &Path) -> bool {
        self.names.remove(path).is_some()
    }

    pub(crate) fn bytes(&self, file: Number) -> &[u8] {
        self.files.get(file).map(|content| content.now.as_slice()).unwrap_or_default()
    }

    /// Bytes of all files that have a name.
    pub(crate) fn used(&self) -> u64 {
        self.names.values().map(|number| self.bytes(*number).len() as u64).sum()
    }

    pub(crate) fn write(&mut self, file: Number, bytes: &[u8], at: usize) {
        let Some(content) = self.files.get_mut(file) else { return };
        let end = at + bytes.len();
        if content.now.len() < end {
            content.now.resize(end, 0);
        }
        content.now[at..end].copy_from_slice(bytes);
        content.written.extend(at / SECTOR..end.div_ceil(SECTOR));
    }

    /// What is cut off, or comes to it, is on its way to the disk like what is written.
    pub(crate) fn set_len(&mut self, file: Number, length: usize) {
        let Some(content) = self.files.get_mut(file) else { return };
        let (shorter, longer) = (content.now.len().min(length), content.now.len().max(length));
        content.now.resize(length, 0);
        content.written.extend(shorter / SECTOR..longer.div_ceil(SECTOR));
    }

    pub(crate) fn sync(&mut self, file: Number) {
        let Some(content) = self.files.get_mut(file) else { return };
        content.synced.resize(content.now.len(), 0);
        for sector in std::mem::take(&mut content.written) {
            copy_sector(&content.now, &mut content.synced, sector);
        }
    }

    pub(crate) fn sync_names(&mut self, dir: &Path) {
        self.synced_names.retain(|path, _| path.parent() != Some(dir));
        let now = self.names.iter().filter(|(path, _)| path.parent() == Some(dir));
        self.synced_names.extend(now.map(|(path, number)| (path.clone(), *number)));
    }

    /// What is there after the power was gone: of every sector that was not synced, and of every name, either the old or
    /// the new.
    pub(crate) fn after_power_cut(&self, random: &mut Random) -> Self {
        let mut after = Self::default();
        for content in &self.files {
            let mut bytes = content.synced.clone();
            // Whether the file had got its new length is a matter of its own.
            if content.now.len() != bytes.len() && random.coin() {
                bytes.resize(content.now.len(), 0);
            }
            for sector in &content.written {
                if random.coin() {
                    copy_sector(&content.now, &mut bytes, *sector);
                }
            }
            after.files.push(Content { now: bytes.clone(), synced: bytes, written: BTreeSet::new() });
        }
        let mut names = self.synced_names.clone();
        for path in self.names.keys().chain(self.synced_names.keys()) {
            let (now, before) = (self.names.get(path), self.synced_names.get(path));
            if now != before && random.coin() {
                match now {
                    Some(number) => names.insert(path.clone(), *number),
                    None => names.remove(path),
                };
            }
        }
        after.names.clone_from(&names);
        after.synced_names = names;
        after
    }
}

/// Copies the part of a sector that both have.
fn copy_sector(from: &[u8], to: &mut [u8], sector: usize) {
    let start = sector * SECTOR;
    let end = (start + SECTOR).min(from.len()).min(to.len());
    if start < end {
        to[start..end].copy_from_slice(&from[start..end]);
    }
}
