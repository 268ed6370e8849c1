//! Reading and writing a file of small parts while hashing all of it.

use std::io::{self, Read, Write};

use minicbor::{Decode, Encode};

/// Largest part besides the engine's image: the trades of a market are the largest there are.
const MAX_FRAME_BYTES: u32 = 16 * 1024 * 1024;

/// Hashes what passes through to a writer, or from a reader.
pub(super) struct Hashing<T> {
    inner: T,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// The hash of what has passed.
    pub(super) fn hash(&self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }

    /// How many bytes have passed.
    pub(super) const fn passed(&self) -> u64 {
        self.bytes
    }

    pub(super) fn into_inner(self) -> T {
        self.inner
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.pass(buffer.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.pass(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Writes a value after its length, four bytes, little-endian.
pub(super) fn put(out: &mut impl Write, buffer: &mut Vec<u8>, value: &impl Encode<()>) -> io::Result<()> {
    put_with(out, buffer, value, &mut ())
}

/// As [`put`], with what the value needs to be written.
pub(super) fn put_with<C>(
    out: &mut impl Write,
    buffer: &mut Vec<u8>,
    value: &impl Encode<C>,
    context: &mut C,
) -> io::Result<()> {
    buffer.clear();
    minicbor::encode_with(value, &mut *buffer, context).map_err(io::Error::other)?;
    let length = u32::try_from(buffer.len()).ok().filter(|length| *length <= MAX_FRAME_BYTES);
    let length = length.ok_or_else(|| io::Error::other("a part of the snapshot is too large"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(buffer)
}

/// Reads a value that [`put`] wrote.
pub(super) fn take<T: for<'b> Decode<'b, ()>>(input: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<T> {
    take_with(input, buffer, &mut ())
}

/// Reads a value that [`put_with`] wrote, with what it needs to be read.
pub(super) fn take_with<C, T: for<'b> Decode<'b, C>>(
    input: &mut impl Read,
    buffer: &mut Vec<u8>,
    context: &mut C,
) -> io::Result<T> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a part is longer than any is"));
    }
    buffer.resize(length as usize, 0);
    input.read_exact(buffer)?;
    minicbor::decode_with(buffer, context)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}
