//! What the journal asks of a file system, and the real one. Tests put disks underneath that fail, fill up, and forget.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::record::is_zero;

/// Bytes of a file that are read at once.
const WINDOW_BYTES: usize = 256 * 1024;

/// A file system, as far as the journal needs one.
///
/// A name is durable once its directory was synced, the contents of a file once the file was.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Makes a directory and those above it, and makes their names durable. One that is there is left alone.
    ///
    /// # Errors
    /// What the system says.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;

    /// The names in a directory, in no order.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Takes a file's exclusive lock, making the file when it is not there. Nothing when somebody else has it.
    ///
    /// # Errors
    /// What the system says.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>>;

    /// Makes an empty file, or empties the one that has the name.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file to read it.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file to read and change it.
    ///
    /// # Errors
    /// What the system says.
    fn open_for_writing(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name in the same directory, in one step, in place of the file that has that name.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file. Reads and writes may do less than they are asked to, as those of the system may.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Its length in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn bytes(&self) -> io::Result<u64>;

    /// Reads from a place and says how many bytes it read; zero at the end.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes to a place and says how many bytes it wrote.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Gives it another length. Bytes that come to it are zero.
    ///
    /// # Errors
    /// What the system says.
    fn set_bytes(&self, bytes: u64) -> io::Result<()>;

    /// Makes the contents durable.
    ///
    /// # Errors
    /// What the system says. What is durable afterwards nobody knows.
    fn sync(&self) -> io::Result<()>;
}

/// A lock, given back when it is dropped.
pub trait Lock: Send + Sync + fmt::Debug {}

impl dyn DiskFile + '_ {
    /// Writes all of it.
    ///
    /// # Errors
    /// What the system says; a part may have been written.
    pub fn write_all_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    offset += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes zeros from a place on.
    ///
    /// # Errors
    /// What the system says; a part may have been written.
    pub fn write_zeros_at(&self, mut count: u64, mut offset: u64) -> io::Result<()> {
        static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
        while count > 0 {
            let part = usize::try_from(count).unwrap_or(usize::MAX).min(ZEROS.len());
            self.write_all_at(&ZEROS[..part], offset)?;
            offset += part as u64;
            count -= part as u64;
        }
        Ok(())
    }

    /// Reads until the buffer is full or the file ends, and says how many bytes there were.
    ///
    /// # Errors
    /// What the system says.
    pub fn read_up_to(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut read = 0;
        while read < buffer.len() {
            match self.read_at(&mut buffer[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    /// Reads the whole file. Where it has nothing but zeros, the memory that is handed out has not been touched: of a
    /// segment that has just been begun that is nearly all, and the system takes longer to clear memory than to read.
    ///
    /// # Errors
    /// What the system says.
    pub fn read_whole(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.bytes()?).unwrap_or(usize::MAX)];
        let mut window = vec![0; bytes.len().min(WINDOW_BYTES)];
        let mut done = 0;
        for place in bytes.chunks_mut(WINDOW_BYTES) {
            let window = &mut window[..place.len()];
            let read = self.read_up_to(window, done as u64)?;
            done += read;
            if !is_zero(&window[..read]) {
                place[..read].copy_from_slice(&window[..read]);
            }
            if read < place.len() {
                break;
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(dir)?;
        // Of a relative path of one part the parent is the working directory.
        match dir.parent() {
            Some(parent) if parent.as_os_str().is_empty() => self.sync_dir(Path::new(".")),
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        fs::read_dir(dir)?.map(name).collect()
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let file = File::options().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(RealLock { _file: file }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::options().read(true).write(true).create(true).truncate(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::open(path)?))
    }

    fn open_for_writing(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::options().read(true).write(true).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }
}

/// The lock is the file's: closing it gives the lock back.
#[derive(Debug)]
struct RealLock {
    _file: File,
}

impl Lock for RealLock {}

impl DiskFile for File {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, offset)
    }

    fn set_bytes(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    /// The data, and of the metadata what is needed to read it, which the length is.
    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_wherever_it_has_zeros() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for length in [0, 1, WINDOW_BYTES - 1, WINDOW_BYTES, 3 * WINDOW_BYTES + 7] {
            let mut bytes = vec![0; length];
            let marks = [0, WINDOW_BYTES - 1, 2 * WINDOW_BYTES, 3 * WINDOW_BYTES + 6];
            for mark in [None].into_iter().chain(marks.map(Some)) {
                if let Some(byte) = mark.and_then(|mark| bytes.get_mut(mark)) {
                    *byte = 1;
                }
                fs::write(&path, &bytes).unwrap();
                let read = RealDisk.open(&path).unwrap().read_whole().unwrap();
                assert!(read == bytes, "{length} bytes with {mark:?}");
            }
        }
    }
}
