//! The journal in a directory: one writer, segments one after another.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::JournalError;
use crate::list::{self, Entry};
use crate::reader::Reader;
use crate::record::{self, Chain, MAX_PAYLOAD_BYTES, Record};
use crate::recovery::{self, Recovery};
use crate::segment::{self, HEADER_BYTES, Header, Segment};
use crate::spare::Preparation;
use crate::{Batches, Journal};

/// How durable a batch is when `append` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// It is on the disk: it survives a loss of power.
    #[default]
    Sync,
    /// The operating system has it: it survives the end of the process, not the end of the machine.
    Async,
}

/// How the journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How durable a batch is when `append` returns.
    pub durability: Durability,
    /// Bytes of a segment. The first ones are smaller, so that a new directory costs little.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { durability: Durability::Sync, segment_bytes: 64 * 1024 * 1024 }
    }
}

const FIRST_SEGMENT_BYTES: u64 = 4 * 1024 * 1024;
const SEGMENT_GROWTH: u64 = 4;
const LOCK_FILE_NAME: &str = "lock";

/// A journal in a directory of its own.
#[derive(Debug)]
pub struct FileJournal {
    dir: PathBuf,
    options: Options,
    active: Active,
    sequence: u64,
    chain: Chain,
    durable_through: u64,
    failed: bool,
    next: Preparation,
    buffer: Vec<u8>,
    /// Held as long as the journal is: closing the file gives the lock back.
    _lock: File,
}

/// The segment that is written to.
#[derive(Debug)]
struct Active {
    file: File,
    path: PathBuf,
    header: Header,
    end: u64,
}

impl FileJournal {
    /// Opens the journal of a directory, or makes both.
    ///
    /// The headers of all segments and every record of the last one are checked; the other records are checked when
    /// they are read.
    ///
    /// # Errors
    /// [`JournalError`] when the directory is in use, cannot be read or written, or is damaged.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovery), JournalError> {
        make_dir(dir)?;
        let lock = lock(dir)?;
        let mut next = Preparation::default();
        let (active, (sequence, chain), cut_off) = if let Some(entry) = list::segments(dir)?.pop() {
            open_last(dir, &entry)?
        } else {
            let bytes = options.segment_bytes.min(FIRST_SEGMENT_BYTES);
            let active = Active::make(dir, &mut next, 1, Chain::default(), framed_room(0), bytes)?;
            (active, (0, Chain::default()), None)
        };
        let mut journal = Self {
            dir: dir.to_owned(),
            options,
            active,
            sequence,
            chain,
            durable_through: 0,
            failed: false,
            next,
            buffer: Vec::new(),
            _lock: lock,
        };
        // What an earlier process left to the operating system is durable only once it is synced.
        journal.sync()?;
        Ok((journal, Recovery { last_sequence: sequence, cut_off }))
    }

    fn write(&mut self, batches: &[&[u8]]) -> Result<(), JournalError> {
        self.buffer.clear();
        for payload in batches {
            let framed = record::framed_bytes(payload.len()) as u64;
            if self.active.end + self.buffer.len() as u64 + framed > self.active.header.bytes {
                self.flush()?;
                self.roll(payload.len())?;
            }
            self.sequence += 1;
            self.chain = record::chain_after(&self.chain, self.sequence, payload);
            let record = Record {
                sequence: self.sequence,
                durable_through: self.durable_through,
                chain: self.chain,
                payload,
            };
            record::push(&mut self.buffer, self.active.header.salt, &record);
        }
        self.flush()
    }

    /// Hands the framed records to the operating system.
    fn flush(&mut self) -> Result<(), JournalError> {
        let written = self.active.file.write_all_at(&self.buffer, self.active.end);
        written.map_err(JournalError::io("write to", &self.active.path))?;
        self.active.end += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn make_durable(&mut self) -> Result<(), JournalError> {
        self.active.file.sync_data().map_err(JournalError::io("sync", &self.active.path))?;
        self.durable_through = self.sequence;
        Ok(())
    }

    /// Goes on in a new segment. The old one is durable before the new one has a name, so that only the last segment
    /// can ever have a torn end.
    fn roll(&mut self, payload: usize) -> Result<(), JournalError> {
        self.make_durable()?;
        let bytes = self.next_bytes();
        let room = framed_room(payload);
        self.active = Active::make(&self.dir, &mut self.next, self.sequence + 1, self.chain, room, bytes)?;
        Ok(())
    }

    fn next_bytes(&self) -> u64 {
        self.active.header.bytes.saturating_mul(SEGMENT_GROWTH).min(self.options.segment_bytes)
    }

    /// Past the middle of a segment the next one is made ready.
    fn prepare(&mut self) {
        if self.active.end > self.active.header.bytes / 2 {
            self.next.start(&self.dir, self.next_bytes());
        }
    }

    /// After a failed write or sync the file and the memory of the system may differ: nothing more is written.
    fn guarded(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        if self.failed {
            return Err(JournalError::Failed);
        }
        let acted = act(self);
        self.failed = acted.is_err();
        acted
    }
}

impl Journal for FileJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        refuse_too_large(batches, MAX_PAYLOAD_BYTES)?;
        self.guarded(|journal| {
            journal.write(batches)?;
            if journal.options.durability == Durability::Sync {
                journal.make_durable()?;
            }
            journal.prepare();
            Ok(())
        })?;
        Ok(self.sequence)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.guarded(Self::make_durable)
    }

    fn last_sequence(&self) -> u64 {
        self.sequence
    }

    fn chain(&self) -> Chain {
        self.chain
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        let mut segments = list::segments(&self.dir)?;
        let first = segments.first().map_or(1, |entry| entry.first);
        if sequence < first {
            return Err(JournalError::NotKept { sequence, first });
        }
        let start = segments.partition_point(|entry| entry.first <= sequence).saturating_sub(1);
        segments.drain(..start);
        Ok(Box::new(Reader::new(segments, sequence, self.sequence)))
    }
}

impl Active {
    fn make(
        dir: &Path,
        next: &mut Preparation,
        first: u64,
        chain: Chain,
        room: u64,
        bytes: u64,
    ) -> Result<Self, JournalError> {
        let spare = next.take(dir, room, bytes)?;
        let header = Header::new(first, chain, spare.bytes);
        let path = segment::publish(&spare.file, &spare.path, dir, &header)?;
        Ok(Self { file: spare.file, path, header, end: HEADER_BYTES as u64 })
    }
}

type Opened = (Active, (u64, Chain), Option<recovery::CutOff>);

fn open_last(dir: &Path, entry: &Entry) -> Result<Opened, JournalError> {
    let segment = Segment::load(&entry.path)?;
    let end = recovery::find_end(&segment)?;
    let file = File::options()
        .write(true)
        .open(&entry.path)
        .map_err(JournalError::io("open for writing", &entry.path))?;
    let cut_off = if end.torn { Some(recovery::cut_off(&segment, &file, dir, &end)?) } else { None };
    let Segment { path, header, .. } = segment;
    let active = Active { file, path, header, end: end.offset as u64 };
    Ok((active, (end.sequence, end.chain), cut_off))
}

/// Bytes of a segment that has room for a payload.
const fn framed_room(payload: usize) -> u64 {
    (HEADER_BYTES + record::framed_bytes(payload)) as u64
}

pub(crate) fn refuse_too_large(batches: &[&[u8]], limit: usize) -> Result<(), JournalError> {
    match batches.iter().map(|payload| payload.len()).find(|length| *length > limit) {
        Some(given) => Err(JournalError::TooLarge { given, limit }),
        None => Ok(()),
    }
}

fn make_dir(dir: &Path) -> Result<(), JournalError> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir).map_err(JournalError::io("make the directory", dir))?;
    // Of a relative path of one part the parent is the working directory.
    match dir.parent() {
        Some(parent) if parent.as_os_str().is_empty() => segment::sync_dir(Path::new(".")),
        Some(parent) => segment::sync_dir(parent),
        None => Ok(()),
    }
}

fn lock(dir: &Path) -> Result<File, JournalError> {
    let path = dir.join(LOCK_FILE_NAME);
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(JournalError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(JournalError::io("lock", &path)(source)),
    }
}
