//! The image of the whole state: one canonical stream of records, from which the state can be built again.
//!
//! Everything that later commands or readers could see is in it, once, in one order; equal states have equal images,
//! byte for byte, and [`Engine::state_hash`] is the hash of exactly these bytes. What follows from the rest (indexes,
//! holds in the book's units, who waits for which price) is not written but derived when an image is read.
//!
//! To add a field to the state, add it here: the writer takes the state apart field by field, without a rest, so that a
//! field that was forgotten does not compile. Numbers of fields are forever, as those of commands are.
//!
//! The format is a CBOR sequence (RFC 8742) of byte strings. Each holds one record: an array of its [`Section`] and its
//! value. Sections come in ascending order, and the last record tells how many came before it.

mod decode;
mod derive;
mod pieces;
mod read;
mod rebuilt;
pub(super) mod record;
mod run;
mod write;

use std::io;

pub use self::decode::DecodedPiece;
pub use self::pieces::{ImagePiece, ImagePieces};
pub use self::read::ImageBuilder;
use super::Engine;
use crate::reject::Reject;

/// Why an image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The bytes cannot be had, or end too early.
    #[error("the image cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A record is not what was ever written.
    #[error("record {record} of the image is malformed: {source}")]
    Malformed {
        /// Which, from 1.
        record: u64,
        /// What is wrong with it.
        source: minicbor::decode::Error,
    },
    /// The image is in another format.
    #[error("the image has format {found}, and this version reads format {}", record::FORMAT)]
    Format {
        /// Its format.
        found: u32,
    },
    /// A record does not go with those before it.
    #[error("record {record} of the image does not go with those before it: {fault}")]
    Inconsistent {
        /// Which, from 1.
        record: u64,
        /// What does not fit.
        fault: Misfit,
    },
}

/// How a record of an image does not go with those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A record stands where none of its section may stand.
    #[error("it is out of order")]
    Order,
    /// It is larger than any record is.
    #[error("it has {bytes} bytes")]
    Size {
        /// Its size.
        bytes: u64,
    },
    /// It names something that is not there.
    #[error("it names something that the image does not have")]
    Unknown,
    /// A number that it has is out of range.
    #[error("it has a number that is out of range")]
    Range,
    /// A price or a quantity does not belong to its instrument.
    #[error("{0}")]
    Number(#[from] Reject),
    /// The last record does not count those before it.
    #[error("it counts {found} records before it")]
    Count {
        /// What it says.
        found: u64,
    },
}

impl Engine {
    /// Writes the image of the state. Many small pieces are written: a buffer in front of a file helps.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # Panics
    /// In the middle of a command, which nobody outside can be.
    pub fn write_image(&self, out: impl io::Write) -> io::Result<()> {
        write::write(self, out)
    }

    /// Builds the state again whose image it is. Everything counts as touched. Many small pieces are read: a buffer in
    /// front of a file helps. Bytes behind the image are left alone. What does not fit together is refused as far as
    /// reading can tell; whoever keeps images keeps their hashes too, since bytes that were changed on purpose can make
    /// a state that no commands lead to.
    ///
    /// # Errors
    /// [`ImageError`] when the bytes are not an image that this version reads.
    pub fn read_image(input: impl io::Read) -> Result<Self, ImageError> {
        read::read(input)
    }

    /// The hash of everything that later commands or readers could see, earlier versions of orders included: that of
    /// the state's image.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        let mut buffer = io::BufWriter::with_capacity(HASHED_AT_ONCE, blake3::Hasher::new());
        let written = self.write_image(&mut buffer);
        match (written, buffer.into_inner()) {
            (Ok(()), Ok(hasher)) => *hasher.finalize().as_bytes(),
            (Err(error), _) => unreachable!("Invariant: hashing does not fail: {error}"),
            (Ok(()), Err(error)) => unreachable!("Invariant: hashing does not fail: {error}"),
        }
    }
}

/// Bytes that the hasher is given at once.
const HASHED_AT_ONCE: usize = 64 * 1024;
