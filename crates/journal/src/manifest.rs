//! The file that says what a directory must hold: which segment is the newest, and, once the journal was closed in good
//! order, where it ends. Without it, a newest segment that is gone and a last record that is gone could not be missed.
//!
//! It has two places that are written in turn, so that one of them is whole at any time.

use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskFile};
use crate::error::{Fault, JournalError};
use crate::record::{Chain, field, is_zero};
use crate::segment::FORMAT;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "manifest";

const NEW_FILE_NAME: &str = "manifest.new";
const MARK: [u8; 8] = *b"DRJ-MANI";
const SLOT_BYTES: usize = 128;
const CHECKSUM_AT: usize = SLOT_BYTES - 4;
/// The places lie far enough apart that no disk writes both at once.
const SLOTS_AT: [u64; 2] = [0, 4096];

/// Where a journal ended when it was closed in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The last batch.
    pub(crate) sequence: u64,
    /// The chain value after it.
    pub(crate) chain: Chain,
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The number of the journal.
    pub(crate) journal: u64,
    /// The first batch of the newest segment.
    pub(crate) newest: u64,
    /// Where the journal ends, unless it may have been written to since.
    pub(crate) closed: Option<Closed>,
}

impl Statement {
    fn encode(&self, generation: u64) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        bytes[0..8].copy_from_slice(&MARK);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[12..16].copy_from_slice(&u32::from(self.closed.is_some()).to_le_bytes());
        bytes[16..24].copy_from_slice(&generation.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.journal.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.newest.to_le_bytes());
        if let Some(closed) = &self.closed {
            bytes[40..48].copy_from_slice(&closed.sequence.to_le_bytes());
            bytes[48..64].copy_from_slice(&closed.chain);
        }
        let checksum = crc32fast::hash(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }
}

/// What is in one of the two places.
enum Slot {
    /// It was never written.
    Empty,
    /// A write of it was cut short, or it was changed.
    Broken,
    /// Of another format.
    Other(u32),
    Whole(u64, Statement),
}

fn slot(bytes: &[u8; SLOT_BYTES]) -> Slot {
    if is_zero(bytes) {
        return Slot::Empty;
    }
    if field::<8, _>(bytes, 0) != MARK {
        return Slot::Broken;
    }
    let format = u32::from_le_bytes(field(bytes, 8));
    if format != FORMAT {
        return Slot::Other(format);
    }
    if crc32fast::hash(&bytes[..CHECKSUM_AT]) != u32::from_le_bytes(field(bytes, CHECKSUM_AT)) {
        return Slot::Broken;
    }
    let closed = Closed { sequence: u64::from_le_bytes(field(bytes, 40)), chain: field(bytes, 48) };
    let statement = Statement {
        journal: u64::from_le_bytes(field(bytes, 24)),
        newest: u64::from_le_bytes(field(bytes, 32)),
        closed: (field(bytes, 12) != [0; 4]).then_some(closed),
    };
    Slot::Whole(u64::from_le_bytes(field(bytes, 16)), statement)
}

/// The file, open.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    generation: u64,
    said: Statement,
    /// Whether the file says so durably.
    is_said: bool,
}

impl Manifest {
    /// Makes the file with its first statement. One that is there is replaced.
    pub(crate) fn make(disk: &dyn Disk, dir: &Path, first: Statement) -> Result<Self, JournalError> {
        let (new, path) = (dir.join(NEW_FILE_NAME), dir.join(FILE_NAME));
        let make = || {
            let file = disk.create(&new)?;
            file.write_zeros_at(SLOTS_AT[1] + SLOT_BYTES as u64, 0)?;
            file.write_all_at(&first.encode(0), SLOTS_AT[0])?;
            file.sync()?;
            disk.rename(&new, &path)?;
            disk.sync_dir(dir)?;
            Ok(file)
        };
        let file = make().map_err(JournalError::io("make", &path))?;
        Ok(Self { path, file, generation: 0, said: first, is_said: true })
    }

    /// Reads the file; nothing when it is not there.
    pub(crate) fn open(disk: &dyn Disk, dir: &Path) -> Result<Option<Self>, JournalError> {
        let path = dir.join(FILE_NAME);
        let is_there =
            disk.list(dir).map_err(JournalError::io("list", dir))?.iter().any(|name| name == FILE_NAME);
        if !is_there {
            return Ok(None);
        }
        let file = disk.open_for_writing(&path).map_err(JournalError::io("open for writing", &path))?;
        let mut newest: Option<(u64, Statement)> = None;
        let mut fault = Fault::Cut;
        for at in SLOTS_AT {
            let mut bytes = [0; SLOT_BYTES];
            let read = file.read_up_to(&mut bytes, at).map_err(JournalError::io("read", &path))?;
            if read < SLOT_BYTES {
                continue;
            }
            match slot(&bytes) {
                Slot::Empty => {}
                // A statement that was cut short was never acted upon; the other one holds.
                Slot::Broken => fault = Fault::Checksum,
                Slot::Other(found) => {
                    return Err(JournalError::Format { path, found, supported: FORMAT });
                }
                Slot::Whole(generation, statement) => {
                    if newest.is_none_or(|(known, _)| generation > known) {
                        newest = Some((generation, statement));
                    }
                }
            }
        }
        let Some((generation, said)) = newest else {
            return Err(JournalError::damaged(&path, 0, 0, fault));
        };
        Ok(Some(Self { path, file, generation, said, is_said: true }))
    }

    /// What it says.
    pub(crate) const fn statement(&self) -> Statement {
        self.said
    }

    /// Says something else, durably.
    pub(crate) fn say(&mut self, statement: Statement) -> Result<(), JournalError> {
        if self.said != statement {
            self.said = statement;
            self.is_said = false;
        }
        self.repeat()
    }

    /// Says once more what could not be said before.
    pub(crate) fn repeat(&mut self) -> Result<(), JournalError> {
        if self.is_said {
            return Ok(());
        }
        let generation = self.generation + 1;
        let at = SLOTS_AT[usize::from(!generation.is_multiple_of(2))];
        let written = self.file.write_all_at(&self.said.encode(generation), at);
        written.map_err(JournalError::not_written("write to", &self.path))?;
        self.file.sync().map_err(JournalError::sync_failed(&self.path))?;
        self.generation = generation;
        self.is_said = true;
        Ok(())
    }
}
