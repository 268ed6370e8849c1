//! One segment file: its header, how it is made, and how it is read whole.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::{Fault, JournalError};
use crate::record::{Chain, field};

/// Bytes before the first record.
pub(crate) const HEADER_BYTES: usize = 64;

const MARK: [u8; 8] = *b"DRJ-SEGM";
const FORMAT: u32 = 1;

/// What a segment says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The first batch that it may hold.
    pub(crate) first: u64,
    /// The chain value before that batch.
    pub(crate) chain: Chain,
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// A number that no writer of payloads knows, so that no payload can contain what looks like a record.
    pub(crate) salt: u64,
}

impl Header {
    /// A header with a salt of its own.
    pub(crate) fn new(first: u64, chain: Chain, bytes: u64) -> Self {
        Self { first, chain, bytes, salt: RandomState::new().build_hasher().finish() }
    }

    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..8].copy_from_slice(&MARK);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.salt.to_le_bytes());
        bytes[40..56].copy_from_slice(&self.chain);
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; HEADER_BYTES], path: &Path) -> Result<Self, JournalError> {
        if field::<8, _>(bytes, 0) != MARK {
            return Err(JournalError::damaged(path, 0, Fault::Mark));
        }
        if crc32fast::hash(&bytes[..60]) != u32::from_le_bytes(field(bytes, 60)) {
            return Err(JournalError::damaged(path, 0, Fault::Checksum));
        }
        let found = u32::from_le_bytes(field(bytes, 8));
        if found != FORMAT {
            return Err(JournalError::Format { path: path.to_owned(), found, supported: FORMAT });
        }
        Ok(Self {
            first: u64::from_le_bytes(field(bytes, 16)),
            bytes: u64::from_le_bytes(field(bytes, 24)),
            salt: u64::from_le_bytes(field(bytes, 32)),
            chain: field(bytes, 40),
        })
    }
}

/// Makes a zeroed file of a size, durable but for its name.
pub(crate) fn make_zeroed(path: &Path, bytes: u64) -> Result<File, JournalError> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let fail = JournalError::io("make the segment", path);
    let write = || {
        let mut file = File::options().write(true).create(true).truncate(true).open(path)?;
        let mut left = bytes;
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            file.write_all(&ZEROS[..part])?;
            left -= part as u64;
        }
        file.sync_all()?;
        Ok(file)
    };
    write().map_err(fail)
}

/// Gives a zeroed file its header and then its name, so that a segment that has a name is whole.
pub(crate) fn publish(
    file: &File,
    from: &Path,
    dir: &Path,
    header: &Header,
) -> Result<PathBuf, JournalError> {
    let path = dir.join(crate::list::file_name(header.first));
    let write = || {
        file.write_all_at(&header.encode(), 0)?;
        file.sync_data()?;
        fs::rename(from, &path)
    };
    write().map_err(JournalError::io("name the segment", &path))?;
    sync_dir(dir)?;
    Ok(path)
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), JournalError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(JournalError::io("sync the directory", dir))
}

/// Reads and checks a segment's header, and that the file is as long as it was made.
pub(crate) fn read_header(path: &Path) -> Result<Header, JournalError> {
    let fail = |source| JournalError::Io { action: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    if length < HEADER_BYTES as u64 {
        return Err(JournalError::Damaged { path: path.to_owned(), offset: length, fault: Fault::Cut });
    }
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact_at(&mut bytes, 0).map_err(fail)?;
    let header = Header::decode(&bytes, path)?;
    // The length was durable before the segment had a name: a shorter file has lost something.
    if length < header.bytes {
        return Err(JournalError::Damaged { path: path.to_owned(), offset: length, fault: Fault::Cut });
    }
    Ok(header)
}

/// A segment in memory.
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    pub(crate) bytes: Vec<u8>,
}

impl Segment {
    /// Reads a whole segment.
    pub(crate) fn load(path: &Path) -> Result<Self, JournalError> {
        let header = read_header(path)?;
        let bytes = fs::read(path).map_err(JournalError::io("read", path))?;
        Ok(Self { path: path.to_owned(), header, bytes })
    }
}
