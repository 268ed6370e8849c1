//! One segment file: its header, how it is made, and how it is read whole.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskFile};
use crate::error::{Fault, JournalError};
use crate::record::{Chain, field};

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = 128;

const MARK: [u8; 8] = *b"DRJ-SEGM";
const CHECKSUM_AT: usize = HEADER_BYTES - 4;

/// The version of all that is in a directory: segments, their records, and the manifest.
pub(crate) const FORMAT: u32 = 2;

/// What a segment says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The number of the journal that it belongs to.
    pub(crate) journal: u64,
    /// The first batch that it may hold.
    pub(crate) first: u64,
    /// The chain value before that batch.
    pub(crate) chain: Chain,
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// A number that no writer of payloads knows, so that no payload can contain what looks like a record.
    pub(crate) salt: u64,
}

/// A number that nobody can foretell.
pub(crate) fn unforeseeable() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Header {
    /// A header with a salt of its own.
    pub(crate) fn new(journal: u64, first: u64, chain: Chain, bytes: u64) -> Self {
        Self { journal, first, chain, bytes, salt: unforeseeable() }
    }

    /// The last batch before the segment.
    pub(crate) const fn before(&self) -> u64 {
        self.first.saturating_sub(1)
    }

    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MARK);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.journal.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.salt.to_le_bytes());
        bytes[48..64].copy_from_slice(&self.chain);
        let checksum = crc32fast::hash(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; HEADER_BYTES], path: &Path, before: u64) -> Result<Self, JournalError> {
        let damaged = |fault| Err(JournalError::damaged(path, 0, before, fault));
        if field::<8, _>(bytes, 0) != MARK {
            return damaged(Fault::Mark);
        }
        let found = u32::from_le_bytes(field(bytes, 8));
        if found != FORMAT {
            return Err(JournalError::Format { path: path.to_owned(), found, supported: FORMAT });
        }
        if crc32fast::hash(&bytes[..CHECKSUM_AT]) != u32::from_le_bytes(field(bytes, CHECKSUM_AT)) {
            return damaged(Fault::Checksum);
        }
        Ok(Self {
            journal: u64::from_le_bytes(field(bytes, 16)),
            first: u64::from_le_bytes(field(bytes, 24)),
            bytes: u64::from_le_bytes(field(bytes, 32)),
            salt: u64::from_le_bytes(field(bytes, 40)),
            chain: field(bytes, 48),
        })
    }
}

/// Makes a zeroed file of a size, durable but for its name. What could not be made whole leaves no file behind: it would
/// hold the space that is wanted.
pub(crate) fn make_zeroed(
    disk: &dyn Disk,
    path: &Path,
    bytes: u64,
) -> Result<Box<dyn DiskFile>, JournalError> {
    let make = || {
        let file = disk.create(path)?;
        file.write_zeros_at(bytes, 0)?;
        file.sync()?;
        Ok(file)
    };
    make().map_err(|error| {
        // It is made anew at the next try in any case.
        let _ = disk.remove(path);
        JournalError::not_written("make the segment", path)(error)
    })
}

/// Gives a zeroed file its header and then its name, so that a segment that has a name is whole.
pub(crate) fn publish(
    disk: &dyn Disk,
    file: &dyn DiskFile,
    from: &Path,
    dir: &Path,
    header: &Header,
) -> Result<PathBuf, JournalError> {
    let path = dir.join(crate::list::file_name(header.first));
    let write = || {
        file.write_all_at(&header.encode(), 0)?;
        file.sync()?;
        disk.rename(from, &path)
    };
    write().map_err(JournalError::not_written("name the segment", &path))?;
    disk.sync_dir(dir).map_err(JournalError::sync_failed(dir))?;
    Ok(path)
}

/// Reads and checks a segment's header, and that the file is as long as it was made. The name says which batch was the
/// last before it, should the header not be able to.
pub(crate) fn read_header(disk: &dyn Disk, path: &Path, before: u64) -> Result<Header, JournalError> {
    let fail = |source| JournalError::Io { action: "read", path: path.to_owned(), source };
    let file = disk.open(path).map_err(fail)?;
    let length = file.bytes().map_err(fail)?;
    let mut bytes = [0; HEADER_BYTES];
    let read = file.read_up_to(&mut bytes, 0).map_err(fail)?;
    let cut =
        JournalError::Damaged { path: path.to_owned(), offset: length, after: before, fault: Fault::Cut };
    if read < HEADER_BYTES {
        return Err(cut);
    }
    let header = Header::decode(&bytes, path, before)?;
    // The length was durable before the segment had a name: a shorter file has lost something.
    if length < header.bytes { Err(cut) } else { Ok(header) }
}

/// A segment in memory.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    pub(crate) bytes: Vec<u8>,
}

impl Segment {
    /// Reads a whole segment.
    pub(crate) fn load(disk: &dyn Disk, path: &Path, before: u64) -> Result<Self, JournalError> {
        let header = read_header(disk, path, before)?;
        let bytes =
            disk.open(path).and_then(|file| file.read_whole()).map_err(JournalError::io("read", path))?;
        Ok(Self { path: path.to_owned(), header, bytes })
    }
}
