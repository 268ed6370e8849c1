//! The frame around one batch. Pure functions on bytes; the layout is in the crate's documentation.

use crate::error::Fault;

/// Most bytes of one batch.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024 * 1024;

/// A hash over a batch and all batches before it.
pub type Chain = [u8; 16];

/// Records start at multiples of this.
pub(crate) const ALIGNMENT: usize = 8;

const MARK: [u8; 4] = *b"DRJ\x01";
const CHECKSUM_AT: usize = 4;
const CHECKED_FROM: usize = 8;
const HEADER_BYTES: usize = 48;

/// A record that is whole. Whether it is in its place is for the caller to see.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) sequence: u64,
    pub(crate) durable_through: u64,
    pub(crate) chain: Chain,
    pub(crate) payload: &'a [u8],
}

impl Record<'_> {
    /// Bytes that the record takes in its segment.
    pub(crate) const fn framed_bytes(&self) -> usize {
        framed_bytes(self.payload.len())
    }
}

/// Bytes that a payload takes in a segment.
pub(crate) const fn framed_bytes(payload: usize) -> usize {
    (HEADER_BYTES + payload).next_multiple_of(ALIGNMENT)
}

/// The chain value after a batch.
pub(crate) fn chain_after(before: &Chain, sequence: u64, payload: &[u8]) -> Chain {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before).update(&sequence.to_le_bytes()).update(payload);
    let mut chain = Chain::default();
    hasher.finalize_xof().fill(&mut chain);
    chain
}

/// Adds a record to a buffer. The payload is at most [`MAX_PAYLOAD_BYTES`] long, so its length fits its field.
pub(crate) fn push(buffer: &mut Vec<u8>, salt: u64, record: &Record<'_>) {
    let start = buffer.len();
    let length = u32::try_from(record.payload.len()).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&MARK);
    buffer.extend_from_slice(&[0; CHECKED_FROM - CHECKSUM_AT]);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&record.sequence.to_le_bytes());
    buffer.extend_from_slice(&record.durable_through.to_le_bytes());
    buffer.extend_from_slice(&record.chain);
    buffer.extend_from_slice(record.payload);
    buffer.resize(start + record.framed_bytes(), 0);
    let checksum = checksum(salt, &buffer[start + CHECKED_FROM..]);
    buffer[start + CHECKSUM_AT..start + CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
}

/// The record at the start of some bytes.
pub(crate) fn parse(bytes: &[u8], salt: u64) -> Result<Record<'_>, Fault> {
    if !bytes.starts_with(&MARK) {
        return Err(Fault::Mark);
    }
    let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(Fault::Cut)?;
    let length = usize::try_from(u32::from_le_bytes(field(header, 8))).unwrap_or(usize::MAX);
    if length > MAX_PAYLOAD_BYTES {
        return Err(Fault::Cut);
    }
    let framed = bytes.get(..framed_bytes(length)).ok_or(Fault::Cut)?;
    if checksum(salt, &framed[CHECKED_FROM..]) != u32::from_le_bytes(field(header, CHECKSUM_AT)) {
        return Err(Fault::Checksum);
    }
    Ok(Record {
        sequence: u64::from_le_bytes(field(header, 16)),
        durable_through: u64::from_le_bytes(field(header, 24)),
        chain: field(header, 32),
        payload: &framed[HEADER_BYTES..HEADER_BYTES + length],
    })
}

fn checksum(salt: u64, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

/// The bytes of a field; `at + N` lies within `M` for every field of the layout.
pub(crate) fn field<const N: usize, const M: usize>(bytes: &[u8; M], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(payload: &[u8]) -> Vec<u8> {
        let chain = chain_after(&Chain::default(), 7, payload);
        let mut buffer = Vec::new();
        push(&mut buffer, 42, &Record { sequence: 7, durable_through: 6, chain, payload });
        buffer
    }

    #[test]
    fn a_record_comes_back_as_it_went() {
        for length in 0..20 {
            let payload = vec![0xAB; length];
            let bytes = framed(&payload);
            let record = parse(&bytes, 42).unwrap();
            assert_eq!((record.sequence, record.durable_through), (7, 6));
            assert_eq!(record.payload, payload);
            assert_eq!(record.framed_bytes(), bytes.len());
            assert_eq!(bytes.len() % ALIGNMENT, 0);
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = framed(b"eleven long");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&changed, 42).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_record_of_another_segment_is_not_taken_for_one_of_this() {
        assert_eq!(parse(&framed(b"payload"), 43), Err(Fault::Checksum));
    }

    #[test]
    fn the_chain_depends_on_all_that_goes_in() {
        let zero = Chain::default();
        let chain = chain_after(&zero, 1, b"a");
        assert_ne!(chain, chain_after(&zero, 2, b"a"));
        assert_ne!(chain, chain_after(&zero, 1, b"b"));
        assert_ne!(chain, chain_after(&chain, 1, b"a"));
    }
}
