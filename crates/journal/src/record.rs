//! The frame around one batch. Pure functions on bytes; the layout is in the crate's documentation.

use crate::error::Fault;

/// Most bytes of one batch, and of batches that are appended together.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024 * 1024;

/// A hash over a batch and all batches before it.
pub type Chain = [u8; 16];

/// Records start at multiples of this.
pub(crate) const ALIGNMENT: usize = 8;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

const MARK: [u8; 4] = *b"DRJr";
/// No byte of it becomes zero when one bit of it changes, so that a changed end is told from one that never arrived.
const END: [u8; 8] = *b"drj-END;";
const BODY_CHECKSUM_AT: usize = 40;
const HEADER_CHECKSUM_AT: usize = 44;
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

/// What is at a place of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A whole record.
    Record(Record<'a>),
    /// Zeros to the end.
    Nothing,
    /// Something else.
    Broken {
        /// What is wrong with it.
        fault: Fault,
        /// Whether it looks like what a write that was cut short leaves behind: a part of it is as it was before, which
        /// is zero. A record that was changed afterwards has no such part.
        torn: bool,
    },
}

/// Bytes that a payload takes in a segment.
pub(crate) const fn framed_bytes(payload: usize) -> usize {
    HEADER_BYTES + payload.next_multiple_of(ALIGNMENT) + END.len()
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
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&record.sequence.to_le_bytes());
    buffer.extend_from_slice(&record.durable_through.to_le_bytes());
    buffer.extend_from_slice(&record.chain);
    buffer.extend_from_slice(&[0; HEADER_BYTES - BODY_CHECKSUM_AT]);
    buffer.extend_from_slice(record.payload);
    buffer.resize(start + record.framed_bytes() - END.len(), 0);
    buffer.extend_from_slice(&END);
    let body = checksum(salt, &buffer[start + HEADER_BYTES..]);
    buffer[start + BODY_CHECKSUM_AT..start + HEADER_CHECKSUM_AT].copy_from_slice(&body.to_le_bytes());
    let header = checksum(salt, &buffer[start..start + HEADER_CHECKSUM_AT]);
    buffer[start + HEADER_CHECKSUM_AT..start + HEADER_BYTES].copy_from_slice(&header.to_le_bytes());
}

/// The record at the start of some bytes.
pub(crate) fn parse(bytes: &[u8], salt: u64) -> Result<Record<'_>, Fault> {
    if !bytes.starts_with(&MARK) {
        return Err(Fault::Mark);
    }
    let header: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(Fault::Cut)?;
    let length = payload_bytes(header, salt).ok_or(Fault::Checksum)?;
    let framed = bytes.get(..framed_bytes(length)).ok_or(Fault::Cut)?;
    if !framed.ends_with(&END) {
        return Err(Fault::Cut);
    }
    if checksum(salt, &framed[HEADER_BYTES..]) != u32::from_le_bytes(field(header, BODY_CHECKSUM_AT)) {
        return Err(Fault::Checksum);
    }
    Ok(Record {
        sequence: u64::from_le_bytes(field(header, 8)),
        durable_through: u64::from_le_bytes(field(header, 16)),
        chain: field(header, 24),
        payload: &framed[HEADER_BYTES..HEADER_BYTES + length],
    })
}

/// What is at a place of a segment.
pub(crate) fn find(segment: &[u8], at: usize, salt: u64) -> Found<'_> {
    let rest = segment.get(at..).unwrap_or_default();
    match parse(rest, salt) {
        Ok(record) => Found::Record(record),
        Err(_) if is_zero(rest) => Found::Nothing,
        Err(fault) => Found::Broken { fault, torn: is_torn(segment, at, salt) },
    }
}

/// Whether some bytes are all zero.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    static ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|chunk| *chunk == ZEROS[..chunk.len()])
}

/// The length of the payload, when the header is whole.
fn payload_bytes(header: &[u8; HEADER_BYTES], salt: u64) -> Option<usize> {
    let checksum = checksum(salt, &header[..HEADER_CHECKSUM_AT]);
    let length = usize::try_from(u32::from_le_bytes(field(header, 4))).ok()?;
    (checksum == u32::from_le_bytes(field(header, HEADER_CHECKSUM_AT)) && length <= MAX_PAYLOAD_BYTES)
        .then_some(length)
}

/// Whether a part of a record that is not whole never arrived.
fn is_torn(segment: &[u8], at: usize, salt: u64) -> bool {
    let rest = segment.get(at..).unwrap_or_default();
    if rest.first().is_none_or(|byte| *byte == 0) {
        return true;
    }
    let header = rest.first_chunk::<HEADER_BYTES>().and_then(|header| payload_bytes(header, salt));
    let Some(end) = header.map(|payload| at + framed_bytes(payload)).filter(|end| *end <= segment.len())
    else {
        // Where the record would end cannot be told; of one that was written whole, something follows the header.
        let from = at + HEADER_BYTES;
        let through = (from + 1).next_multiple_of(SECTOR).min(segment.len());
        return is_zero(segment.get(from..through).unwrap_or_default());
    };
    has_cut_end(&segment[at..end]) || sectors(at, end).any(|(from, through)| is_zero(&segment[from..through]))
}

/// Whether the end mark stops early, with zeros from there on.
fn has_cut_end(framed: &[u8]) -> bool {
    let end = &framed[framed.len() - END.len()..];
    let same = end.iter().zip(END).take_while(|(found, expected)| **found == *expected).count();
    same < END.len() && is_zero(&end[same..])
}

/// The parts of a range that lie in one sector each.
fn sectors(from: usize, through: usize) -> impl Iterator<Item = (usize, usize)> {
    let first = from - from % SECTOR;
    (first..through).step_by(SECTOR).map(move |start| (start.max(from), (start + SECTOR).min(through)))
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

    /// A segment's worth of zeros with a record somewhere in it.
    fn placed(at: usize, payload: &[u8]) -> (Vec<u8>, usize) {
        let record = framed(payload);
        let mut segment = vec![0; 4 * SECTOR + record.len()];
        segment[at..at + record.len()].copy_from_slice(&record);
        (segment, at + record.len())
    }

    fn is_found_torn(segment: &[u8], at: usize) -> bool {
        let found = find(segment, at, 42);
        let Found::Broken { torn, .. } = found else { panic!("{found:?}") };
        torn
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
    fn every_flipped_bit_is_noticed_and_never_taken_for_a_torn_write() {
        for (at, payload) in [(128, &b"eleven long"[..]), (488, b""), (504, &[0xC3; 1200]), (0, &[0; 40])] {
            let (mut segment, end) = placed(at, payload);
            for bit in at * 8..end * 8 {
                segment[bit / 8] ^= 1 << (bit % 8);
                assert!(!is_found_torn(&segment, at), "bit {bit} of {at}..{end}");
                segment[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }

    #[test]
    fn a_record_that_ends_or_begins_anywhere_is_torn() {
        for (at, payload) in [(128, &b"eleven long"[..]), (488, b""), (504, &[0xC3; 1200])] {
            let (whole, end) = placed(at, payload);
            for cut in at + 1..end {
                let mut segment = whole.clone();
                segment[cut..end].fill(0);
                assert!(is_found_torn(&segment, at), "{at}..{end} up to {cut}");
                let mut segment = whole.clone();
                segment[at..cut].fill(0);
                assert!(is_found_torn(&segment, at), "{at}..{end} from {cut}");
            }
        }
    }

    #[test]
    fn a_record_that_lacks_any_of_its_sectors_is_torn() {
        let (at, payload) = (488, [0xC3; 2_000]);
        let (whole, end) = placed(at, &payload);
        let parts: Vec<_> = sectors(at, end).collect();
        for lost in 1..1_u32 << parts.len() {
            let mut segment = whole.clone();
            for (number, (from, through)) in parts.iter().enumerate() {
                if lost & (1 << number) != 0 {
                    segment[*from..*through].fill(0);
                }
            }
            let found = find(&segment, at, 42);
            assert!(
                matches!(found, Found::Nothing | Found::Broken { torn: true, .. }),
                "{lost:b}: {found:?}"
            );
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
