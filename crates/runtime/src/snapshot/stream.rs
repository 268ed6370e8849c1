//! A file of a disk as a stream, from its beginning on.

use std::io::{self, Read, Write};

use journal::DiskFile;

/// Reads a file up to a place.
pub(super) struct Reading<'f> {
    file: &'f dyn DiskFile,
    at: u64,
    end: u64,
}

impl<'f> Reading<'f> {
    pub(super) const fn new(file: &'f dyn DiskFile, end: u64) -> Self {
        Self { file, at: 0, end }
    }
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let read = self.file.read_at(buffer.get_mut(..room).unwrap_or_default(), self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Writes a file.
pub(super) struct Writing<'f> {
    file: &'f dyn DiskFile,
    at: u64,
}

impl<'f> Writing<'f> {
    pub(super) const fn new(file: &'f dyn DiskFile) -> Self {
        Self { file, at: 0 }
    }
}

impl Write for Writing<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write_at(buffer, self.at)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
