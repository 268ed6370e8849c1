//! An ordered, durable log of opaque batches.
//!
//! The contract is [`Journal`]: append batches, make them durable, read from a sequence, last sequence. Batches are
//! numbered from 1 without gaps. [`FileJournal`] keeps them in a directory; [`MemoryJournal`] keeps nothing, for a
//! state that may be forgotten.
//!
//! # Files
//! A directory holds segments, named by the first batch that they may hold, and a lock file. A segment is made at its
//! full size and zeroed, so that a durable append changes no metadata. It starts with a header (format version,
//! first batch, chain value before it, a salt), and the records follow, each on a multiple of eight bytes:
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | `DRJ`, format version |
//! | 4..8 | CRC-32 of the segment's salt and all that follows |
//! | 8..12 | length of the payload |
//! | 12..16 | zero |
//! | 16..24 | sequence |
//! | 24..32 | the last sequence that was durable when this record was written |
//! | 32..48 | chain value: hash over the chain value before, the sequence and the payload |
//! | 48.. | the payload, padded with zeros |
//!
//! Numbers are little-endian. Zeros end the records of a segment.
//!
//! # Recovery
//! A record that was being written when the machine stopped may be torn. Each record says what was durable before
//! it, so a broken record is either proven durable by a later one, and then the journal is damaged and is not opened,
//! or nobody was ever promised it, and then it is cut off, with a warning and a copy of its bytes in a file of its
//! own. Nothing is ever deleted.
//!
//! This crate stores bytes. It knows no orders, no time and no threads but the one that prepares the next segment.

mod error;
mod file;
mod list;
mod memory;
mod reader;
mod record;
mod recovery;
mod segment;
mod spare;

pub use error::{Fault, JournalError};
pub use file::{Durability, FileJournal, Options};
pub use memory::MemoryJournal;
pub use record::{Chain, MAX_PAYLOAD_BYTES};
pub use recovery::{CutOff, Recovery};

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
pub trait Journal: Send {
    /// Appends batches one after another and returns the sequence of the last. When it returns they are as durable as
    /// the journal was asked to make them.
    ///
    /// # Errors
    /// [`JournalError::TooLarge`] leaves the journal as it was. After any other error what became of the batches is
    /// not known, and the journal takes no more.
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError>;

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// [`JournalError`] when that is not possible; the journal then takes no more.
    fn sync(&mut self) -> Result<(), JournalError>;

    /// The sequence of the last batch; zero when there is none.
    fn last_sequence(&self) -> u64;

    /// The chain value after the last batch. Journals with the same batches have the same value.
    fn chain(&self) -> Chain;

    /// The batches from a sequence to the last one there is now.
    ///
    /// # Errors
    /// [`JournalError`] when the batch of that sequence is not kept or cannot be read.
    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError>;
}
