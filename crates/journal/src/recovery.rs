//! What opening finds at the end of a journal: whether all is there that must be, and what is done about a torn record.

use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskFile};
use crate::error::{Fault, JournalError};
use crate::list::{self, Entry};
use crate::manifest::{self, Manifest, Statement};
use crate::record::is_zero;
use crate::segment::{self, HEADER_BYTES, Segment};
use crate::walk::{End, Walk};

/// What opening a journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The last batch; zero when there is none.
    pub last_sequence: u64,
    /// What was cut off at the end, if anything was.
    pub cut_off: Option<CutOff>,
}

/// The torn end of a journal, that nobody was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    /// The segment that it was cut from.
    pub path: PathBuf,
    /// Where it began, in bytes from the start of the segment.
    pub offset: u64,
    /// The file that its bytes were copied to.
    pub kept_in: PathBuf,
}

/// The manifest, checked against the names in the directory.
pub(crate) enum Found {
    /// Nothing that was ever written to.
    Nothing,
    Journal(Manifest),
}

/// Looks at a directory: is what must be there, there?
pub(crate) fn look(disk: &dyn Disk, dir: &Path) -> Result<Found, JournalError> {
    let names = list::names(disk, dir)?;
    let Some(manifest) = Manifest::open(disk, dir)? else {
        return match &names[..] {
            [] => Ok(Found::Nothing),
            // The first start was cut short before it came to the manifest.
            [only] if is_unused(disk, only)? => Ok(Found::Nothing),
            [.., newest] => Err(missing_manifest(disk, dir, newest)),
        };
    };
    let Statement { newest, .. } = manifest.statement();
    if names.iter().all(|entry| entry.first != newest) {
        let path = dir.join(list::file_name(newest));
        return Err(JournalError::MissingFile { path, after: Some(newest.saturating_sub(1)) });
    }
    Ok(Found::Journal(manifest))
}

/// Whether a segment is the first of a journal and holds nothing.
fn is_unused(disk: &dyn Disk, entry: &Entry) -> Result<bool, JournalError> {
    // An older version's segment is that version's to judge.
    segment::read_header(disk, &entry.path, entry.before())?;
    let bytes = disk.open(&entry.path).and_then(|file| file.read_whole());
    let bytes = bytes.map_err(JournalError::io("read", &entry.path))?;
    Ok(entry.first == 1 && bytes.get(HEADER_BYTES..).is_none_or(is_zero))
}

fn missing_manifest(disk: &dyn Disk, dir: &Path, newest: &Entry) -> JournalError {
    let end =
        Segment::load(disk, &newest.path, newest.before()).and_then(|segment| Walk::new(&segment).find_end());
    let after = end.ok().map(|end| end.sequence);
    JournalError::MissingFile { path: dir.join(manifest::FILE_NAME), after }
}

/// Follows the records of the last segment to their end, which must be where the journal was closed, if it was.
pub(crate) fn find_end(segment: &Segment, statement: &Statement) -> Result<End, JournalError> {
    let end = Walk::new(segment).find_end()?;
    if let Some(closed) = statement.closed {
        let as_closed = end.sequence == closed.sequence && end.chain == closed.chain && !end.torn;
        if !as_closed {
            let fault = Fault::NotAsClosed { through: closed.sequence };
            return Err(JournalError::damaged(&segment.path, end.offset, end.sequence, fault));
        }
    }
    Ok(end)
}

/// Copies a torn end to a file of its own and zeroes it.
pub(crate) fn cut_off(
    disk: &dyn Disk,
    dir: &Path,
    segment: &Segment,
    file: &dyn DiskFile,
    end: &End,
) -> Result<CutOff, JournalError> {
    let tail = segment.bytes.get(end.offset..).unwrap_or_default();
    let used = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let torn = tail.get(..used).unwrap_or_default();

    let kept_in = keep(disk, dir, &format!("torn-{:020}", end.sequence + 1), torn)?;
    let offset = end.offset as u64;
    file.write_zeros_at(used as u64, offset)
        .and_then(|()| file.sync())
        .map_err(JournalError::io("cut the torn end off", &segment.path))?;
    tracing::warn!(
        file = %segment.path.display(), offset, bytes = used, kept_in = %kept_in.display(),
        "the last record of the journal was torn and is cut off; nobody was told that it was taken"
    );
    Ok(CutOff { path: segment.path.clone(), offset, kept_in })
}

/// Writes a copy under a name that is not taken.
pub(crate) fn keep(disk: &dyn Disk, dir: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, JournalError> {
    let path = free_name(disk, dir, name, "bytes")?;
    let write = || {
        let file = disk.create(&path)?;
        file.write_all_at(bytes, 0)?;
        file.sync()?;
        disk.sync_dir(dir)
    };
    write().map_err(JournalError::io("keep the cut bytes in", &path))?;
    Ok(path)
}

/// A name in a directory that no file has. Nobody else makes files there: the journal is locked.
pub(crate) fn free_name(
    disk: &dyn Disk,
    dir: &Path,
    name: &str,
    extension: &str,
) -> Result<PathBuf, JournalError> {
    let taken = disk.list(dir).map_err(JournalError::io("list", dir))?;
    let mut number = 1_u64;
    loop {
        let candidate = format!("{name}-{number}.{extension}");
        if !taken.contains(&candidate) {
            return Ok(dir.join(candidate));
        }
        number += 1;
    }
}
