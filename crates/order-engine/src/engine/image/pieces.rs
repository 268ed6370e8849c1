//! Splitting an image into pieces of whole records, without a look at what is in them.

use std::io;
use std::ops::Range;

use minicbor::Decoder;

use super::record::Section;
use super::{ImageError, Misfit};
use crate::limits::MAX_IMAGE_RECORD_BYTES;

/// A piece is full when it has so many bytes: few enough to stay near the processor, enough to be worth handing over.
const PIECE_BYTES: usize = 32 * 1024;

/// Some records of an image, as they are in it.
#[derive(Debug)]
pub struct ImagePiece {
    /// The number of the first record, from 1.
    pub(super) first: u64,
    pub(super) bytes: Vec<u8>,
    /// What the records are about, and where their values are.
    pub(super) records: Vec<(Section, Range<usize>)>,
}

/// Splits an image into pieces. Many small parts are read: a buffer in front of a file helps. Bytes behind the image are
/// left alone.
#[derive(Debug)]
pub struct ImagePieces<R> {
    input: R,
    count: u64,
    is_at_end: bool,
}

impl<R: io::Read> ImagePieces<R> {
    /// From the beginning of an image.
    pub const fn new(input: R) -> Self {
        Self { input, count: 0, is_at_end: false }
    }

    /// The next piece; nothing after the image's end.
    ///
    /// # Errors
    /// [`ImageError`] when the bytes are not records of an image.
    pub fn next_piece(&mut self) -> Result<Option<ImagePiece>, ImageError> {
        let room = PIECE_BYTES + PIECE_BYTES / 4;
        let first = self.count + 1;
        let mut piece = ImagePiece { first, bytes: Vec::with_capacity(room), records: Vec::new() };
        while !self.is_at_end && piece.bytes.len() < PIECE_BYTES {
            self.add_record(&mut piece)?;
        }
        Ok(Some(piece).filter(|piece| !piece.records.is_empty()))
    }

    fn add_record(&mut self, piece: &mut ImagePiece) -> Result<(), ImageError> {
        self.count += 1;
        let length = self.length()?;
        let from = piece.bytes.len();
        piece.bytes.resize(from + length, 0);
        let record = piece.bytes.get_mut(from..).unwrap_or_default();
        self.input.read_exact(record)?;
        let mut decoder = Decoder::new(record);
        let malformed = |source| ImageError::Malformed { record: self.count, source };
        if decoder.array().map_err(malformed)? != Some(2) {
            return Err(malformed(minicbor::decode::Error::message("a record has a section and a value")));
        }
        let section: Section = decoder.decode().map_err(malformed)?;
        piece.records.push((section, from + decoder.position()..from + length));
        self.is_at_end = section == Section::End;
        Ok(())
    }

    /// The length of the next record, from the head of its byte string.
    fn length(&mut self) -> Result<usize, ImageError> {
        let misfit = |fault| ImageError::Inconsistent { record: self.count, fault };
        let mut first = [0];
        self.input.read_exact(&mut first)?;
        // Its size, or how many bytes its size has.
        let bytes = match first {
            [short @ 0x40..=0x57] => u64::from(short - 0x40),
            [long @ 0x58..=0x5b] => {
                let mut size = [0; 8];
                let (_, tail) = size.split_at_mut(8 - (1_usize << (long - 0x58)));
                self.input.read_exact(tail)?;
                u64::from_be_bytes(size)
            }
            _ => return Err(misfit(Misfit::Order)),
        };
        let length = usize::try_from(bytes).ok().filter(|length| *length <= MAX_IMAGE_RECORD_BYTES);
        length.ok_or_else(|| misfit(Misfit::Size { bytes }))
    }
}
