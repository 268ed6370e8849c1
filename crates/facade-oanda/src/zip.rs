//! A zip archive of one compressed file: just what clients of the vendor unpack. The archive says nothing of times or
//! owners, so that the same content is the same bytes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Version 2.0 of the format, which has folders and this compression.
const VERSION: u16 = 20;
const DEFLATED: u16 = 8;
/// 1980-01-01, where the format's calendar begins.
const NO_DATE: u16 = 0x0021;

/// The archive; nothing when the content is larger than the format can say.
pub(crate) fn archive(name: &str, content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).ok()?;
    let packed = encoder.finish().ok()?;
    let entry = entry(name, content, &packed)?;

    let mut archive = Vec::with_capacity(packed.len() + 2 * entry.len() + 64);
    archive.extend_from_slice(b"PK\x03\x04");
    archive.extend_from_slice(&entry);
    archive.extend_from_slice(name.as_bytes());
    archive.extend_from_slice(&packed);
    let directory_at = u32::try_from(archive.len()).ok()?;

    archive.extend_from_slice(b"PK\x01\x02");
    archive.extend_from_slice(&VERSION.to_le_bytes());
    archive.extend_from_slice(&entry);
    // No comment, first disk, no attributes, and the entry stands at the beginning.
    archive.extend_from_slice(&[0; 14]);
    archive.extend_from_slice(name.as_bytes());
    let directory_bytes = u32::try_from(archive.len()).ok()? - directory_at;

    archive.extend_from_slice(b"PK\x05\x06");
    archive.extend_from_slice(&[0, 0, 0, 0, 1, 0, 1, 0]);
    archive.extend_from_slice(&directory_bytes.to_le_bytes());
    archive.extend_from_slice(&directory_at.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    Some(archive)
}

/// What the entry itself and the directory say alike.
fn entry(name: &str, content: &[u8], packed: &[u8]) -> Option<Vec<u8>> {
    let mut entry = Vec::with_capacity(26);
    for number in [VERSION, 0, DEFLATED, 0, NO_DATE] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    let (packed, size) = (u32::try_from(packed.len()).ok()?, u32::try_from(content.len()).ok()?);
    for number in [crc32fast::hash(content), packed, size] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    for number in [u16::try_from(name.len()).ok()?, 0] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    Some(entry)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn the_content_comes_out_again() {
        let content = b"[{\"id\":1}]".repeat(100);
        let archive = archive("a.json", &content).unwrap();
        let mut unpacked = Vec::new();
        DeflateDecoder::new(&archive[30 + 6..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        assert_eq!(&archive[14..18], &crc32fast::hash(&content).to_le_bytes());
        let end = &archive[archive.len() - 22..];
        assert_eq!(&end[..4], b"PK\x05\x06");
        let directory_at = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
        assert_eq!(&archive[directory_at..directory_at + 4], b"PK\x01\x02");
        assert_eq!(&archive[directory_at + 46..directory_at + 52], b"a.json");
    }
}
