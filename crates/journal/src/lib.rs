//! An ordered, durable log of opaque batches.
//!
//! The contract is [`Journal`]: append batches, make them durable, read from a sequence, follow, last sequence. Batches are
//! numbered from 1 without gaps. [`FileJournal`] keeps them in a directory; [`MemoryJournal`] keeps only the last ones,
//! for a state that may be forgotten.
//!
//! # Files
//! A directory holds segments, named by the first batch that they may hold, a manifest and a lock file. A segment is
//! made at its full size and zeroed, so that a durable append changes no metadata. It starts with a header of 128 bytes
//! (format version, number of the journal, first batch, chain value before it, a salt), and the records follow, each on
//! a multiple of eight bytes:
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | `DRJr` |
//! | 4..8 | length of the payload |
//! | 8..16 | sequence |
//! | 16..24 | the last sequence that was durable when this record was written |
//! | 24..40 | chain value: hash over the chain value before, the sequence and the payload |
//! | 40..44 | CRC-32 of the segment's salt and all that follows the header |
//! | 44..48 | CRC-32 of the segment's salt and of the bytes 0..44 |
//! | 48.. | the payload, padded with zeros to a multiple of eight, and then `drj-END;` |
//!
//! Numbers are little-endian. Zeros end the records of a segment.
//!
//! The manifest says which segment is the newest and, after a clean stop, where the journal ends, so that what is gone
//! from the end is missed.
//!
//! # Recovery
//! A record that was being written when the machine stopped may be torn: a part of it is still zero. It is cut off, with
//! a warning and a copy of its bytes in a file of its own, unless a later record says that it was durable, or the journal
//! was closed after it. A record that was changed after it was written has no such part, also when it is the last one:
//! then the journal is damaged and is not opened. Nothing is ever deleted but what [`Journal::retire`] names: whole segments,
//! oldest first, never the newest. A journal may so begin with any batch.
//!
//! # Failures
//! A write that the system refuses leaves the journal as it was: its remains are wiped, and later appends are taken as
//! soon as the system takes them. A sync that fails ends the journal's work, since nobody knows what is on the disk then.
//!
//! This crate stores bytes. It knows no orders, no time and no threads but the one that prepares the next segment. It
//! reaches files through [`Disk`] only.

mod disk;
mod error;
mod file;
mod follow;
mod inspect;
mod list;
mod manifest;
mod memory;
mod progress;
mod reader;
mod record;
mod recovery;
mod repair;
mod retire;
mod segment;
mod spare;
mod walk;

use std::time::Duration;

pub use disk::{Disk, DiskFile, Lock, RealDisk};
pub use error::{Fault, JournalError};
pub use file::{Durability, FileJournal, Options};
pub use inspect::{Inspection, inspect};
pub use memory::MemoryJournal;
pub use record::{Chain, MAX_PAYLOAD_BYTES};
pub use recovery::{CutOff, Recovery};
pub use repair::{Truncation, truncate_tail};

/// One batch as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number, from 1.
    pub sequence: u64,
    /// What was appended.
    pub payload: Vec<u8>,
}

/// Batches in order. After an error nothing follows.
pub type Batches = Box<dyn Iterator<Item = Result<Batch, JournalError>> + Send>;

/// An ordered log of batches.
///
/// Appending twice what may have been appended before is safe: whoever applies the batches skips those that it knows by
/// their origin, which is inside of them.
pub trait Journal: Send {
    /// Appends batches one after another and returns the sequence of the last. When it returns they are as durable as
    /// the journal was asked to make them. No batches change nothing.
    ///
    /// # Errors
    /// An error that [is a refusal](JournalError::is_refusal) leaves the journal as it was, without any of the batches.
    /// After any other what became of the batches is not known, and unless it [can heal](JournalError::can_heal), the
    /// journal takes no more.
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError>;

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// [`JournalError`] when that is not possible; the journal then takes no more.
    fn sync(&mut self) -> Result<(), JournalError>;

    /// After a refused append: does what is needed so that batches can be taken again, as an append would first.
    ///
    /// # Errors
    /// As [`Self::append`].
    fn heal(&mut self) -> Result<(), JournalError>;

    /// Makes everything durable and notes that the journal ends here. It may be appended to all the same, which takes
    /// the note back.
    ///
    /// # Errors
    /// As [`Self::append`].
    fn close(&mut self) -> Result<(), JournalError>;

    /// The sequence of the last batch; zero when there is none.
    fn last_sequence(&self) -> u64;

    /// The last batch that is known to survive a loss of power; zero when there is none.
    fn durable_through(&self) -> u64;

    /// The chain value after the last batch. Journals with the same batches have the same value.
    fn chain(&self) -> Chain;

    /// The batches from a sequence to the last one there is now.
    ///
    /// # Errors
    /// [`JournalError`] when the batch of that sequence is not kept or cannot be read.
    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError>;

    /// The batches from a sequence on, those included that will be appended later. It may be read from another thread,
    /// and never holds the journal up.
    ///
    /// # Errors
    /// [`JournalError`] when the batch of that sequence is not kept.
    fn follow(&self, sequence: u64) -> Result<Box<dyn Follow>, JournalError>;

    /// What lets go of the journal's beginning from another thread, without holding the journal up.
    fn retirer(&self) -> Box<dyn Retire>;

    /// Lets go of batches before one; see [`Retire::retire`].
    ///
    /// # Errors
    /// As [`Retire::retire`].
    fn retire(&mut self, before: u64) -> Result<u64, JournalError> {
        self.retirer().retire(before)
    }
}

/// Lets go of the beginning of a journal. A journal in files is in use as long as this is there.
pub trait Retire: Send {
    /// Lets go of batches before one, which the caller keeps elsewhere for good what they led to, and says which is the
    /// first that is kept now. Nothing from that batch on is ever let go of.
    ///
    /// Files are removed whole, oldest first and never the newest, so more may be kept than was asked for; and all is
    /// kept while the batch before that one is not known to be durable. Memory lets go of exactly what it is asked to.
    ///
    /// Who reads a batch that was let go of is told [`JournalError::NotKept`].
    ///
    /// # Errors
    /// [`JournalError`] when the system refuses; a part may be gone then, and the rest can be asked for again. It does
    /// not concern appending.
    fn retire(&mut self, before: u64) -> Result<u64, JournalError>;
}

/// A place in a journal, from which batches are read as they come.
pub trait Follow: Send {
    /// The next batch, once its append has succeeded. Nothing when there is none within that time, or when the journal
    /// is gone and there will be none.
    ///
    /// # Errors
    /// [`JournalError`] when the batch cannot be read, or is no longer kept.
    fn next_within(&mut self, patience: Duration) -> Result<Option<Batch>, JournalError>;
}
