//! The journal in a directory: one writer, segments one after another.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::disk::{Disk, DiskFile, Lock, RealDisk};
use crate::error::JournalError;
use crate::follow::Follower;
use crate::list::{self, Entry};
use crate::manifest::{Closed, Manifest, Statement};
use crate::progress::Progress;
use crate::reader::Reader;
use crate::record::{self, Chain, MAX_PAYLOAD_BYTES, Record};
use crate::recovery::{self, CutOff, Found, Recovery};
use crate::retire::{Remover, Settled};
use crate::segment::{self, HEADER_BYTES, Header, Segment};
use crate::spare::Preparation;
use crate::{Batches, Follow, Journal, Retire};

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
    /// Whether a thread makes the next segment while the current one fills. Without it the append that needs the
    /// segment waits for it.
    pub prepare: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { durability: Durability::Sync, segment_bytes: 64 * 1024 * 1024, prepare: true }
    }
}

const FIRST_SEGMENT_BYTES: u64 = 4 * 1024 * 1024;
const SEGMENT_GROWTH: u64 = 4;
const LOCK_FILE_NAME: &str = "lock";

/// A journal in a directory of its own.
#[derive(Debug)]
pub struct FileJournal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: Options,
    manifest: Manifest,
    active: Active,
    sequence: u64,
    chain: Chain,
    durable_through: u64,
    progress: Arc<Progress>,
    failed: bool,
    /// What must be done before more can be appended, because it could not be done before.
    owed: Option<Owed>,
    next: Preparation,
    buffer: Vec<u8>,
    settled: Arc<Settled>,
    lock: Arc<dyn Lock>,
    /// The newest segment as opening read it, until somebody reads batches or appends some: a start does the one or the
    /// other next, and to read a segment costs as much as to replay many of its batches.
    read: Mutex<Option<Segment>>,
}

/// The segment that is written to.
#[derive(Debug)]
struct Active {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    header: Header,
    end: u64,
}

/// What a refused append left undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// Bytes after the end may have been written, and must be zero before anything is.
    Wipe(u64),
    /// A new segment with room for this many bytes of records.
    Segment(u64),
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
        Self::open_on(Arc::new(RealDisk), dir, options)
    }

    /// As [`Self::open`], on a disk of the caller's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Recovery), JournalError> {
        let lock = lock(&*disk, dir)?;
        let Opened { mut manifest, active, sequence, chain, cut_off, read } =
            match recovery::look(&*disk, dir)? {
                Found::Nothing => make_first(&*disk, dir, &options)?,
                Found::Journal(manifest) => open_last(&*disk, dir, manifest)?,
            };
        // What an earlier process left to the operating system is durable only once it is synced.
        active.file.sync().map_err(JournalError::sync_failed(&active.path))?;
        let journal = manifest.statement().journal;
        manifest.say(Statement { journal, newest: active.header.first, closed: None })?;
        let settled = Arc::new(Settled::default());
        settled.named(active.header.first);
        settled.durable(sequence);
        let journal = Self {
            disk,
            dir: dir.to_owned(),
            options,
            manifest,
            active,
            sequence,
            chain,
            durable_through: sequence,
            progress: Arc::new(Progress::new(sequence)),
            failed: false,
            owed: None,
            next: Preparation::default(),
            buffer: Vec::new(),
            settled,
            lock: Arc::from(lock),
            read: Mutex::new(read),
        };
        Ok((journal, Recovery { last_sequence: sequence, cut_off }))
    }

    fn write(&mut self, batches: &[&[u8]]) -> Result<(), JournalError> {
        let framed: usize = batches.iter().map(|payload| record::framed_bytes(payload.len())).sum();
        let framed = framed as u64;
        if self.active.end + framed > self.active.header.bytes {
            self.roll(framed)?;
        }
        *self.read.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        self.buffer.clear();
        let (mut sequence, mut chain) = (self.sequence, self.chain);
        for payload in batches {
            sequence += 1;
            chain = record::chain_after(&chain, sequence, payload);
            let record = Record { sequence, durable_through: self.durable_through, chain, payload };
            record::push(&mut self.buffer, self.active.header.salt, &record);
        }
        if let Err(source) = self.active.file.write_all_at(&self.buffer, self.active.end) {
            self.owed = Some(Owed::Wipe(framed));
            return Err(self.take_back(source));
        }
        (self.sequence, self.chain) = (sequence, chain);
        self.active.end += framed;
        Ok(())
    }

    /// Whoever is told that nothing was appended shall not find it after a crash.
    fn take_back(&mut self, source: io::Error) -> JournalError {
        let (action, path) = ("write to", self.active.path.clone());
        match self.settle_debt() {
            Ok(()) => JournalError::NotWritten { action, path, source },
            Err(error) if error.is_refusal() => JournalError::Unsettled { action, path, source },
            Err(error) => error,
        }
    }

    fn make_durable(&mut self) -> Result<(), JournalError> {
        self.active.file.sync().map_err(JournalError::sync_failed(&self.active.path))?;
        self.durable_through = self.sequence;
        self.settled.durable(self.sequence);
        Ok(())
    }

    /// Goes on in a new segment. The old one is durable before the new one has a name, so that only the last segment
    /// can ever have a torn end; and the manifest names the new one before anything is in it.
    fn roll(&mut self, room: u64) -> Result<(), JournalError> {
        self.owed = Some(Owed::Segment(room));
        self.make_durable()?;
        let bytes = self.next_bytes();
        let room = HEADER_BYTES as u64 + room;
        let spare = self.next.take(&*self.disk, &self.dir, room, bytes)?;
        let journal = self.active.header.journal;
        let header = Header::new(journal, self.sequence + 1, self.chain, spare.bytes);
        let path = segment::publish(&*self.disk, &*spare.file, &spare.path, &self.dir, &header)?;
        self.active = Active { file: spare.file, path, header, end: HEADER_BYTES as u64 };
        self.owed = None;
        self.say(None)
    }

    fn say(&mut self, closed: Option<Closed>) -> Result<(), JournalError> {
        let Header { journal, first: newest, .. } = self.active.header;
        self.manifest.say(Statement { journal, newest, closed })?;
        self.settled.named(newest);
        Ok(())
    }

    fn next_bytes(&self) -> u64 {
        self.active.header.bytes.saturating_mul(SEGMENT_GROWTH).min(self.options.segment_bytes)
    }

    /// Past the middle of a segment the next one is made ready.
    fn prepare(&mut self) {
        if self.options.prepare && self.active.end > self.active.header.bytes / 2 {
            let bytes = self.next_bytes();
            self.next.start(&self.disk, &self.dir, bytes);
        }
    }

    /// Does what an earlier append could not.
    fn settle_debt(&mut self) -> Result<(), JournalError> {
        match self.owed {
            None => {}
            Some(Owed::Segment(room)) => self.roll(room)?,
            Some(Owed::Wipe(bytes)) => {
                let wiped = self.active.file.write_zeros_at(bytes, self.active.end);
                wiped.map_err(JournalError::not_written("write to", &self.active.path))?;
                self.active.file.sync().map_err(JournalError::sync_failed(&self.active.path))?;
                self.owed = None;
            }
        }
        // Also when the manifest could not be written before, or the journal was closed in between.
        self.say(None)
    }

    /// After a sync that failed, the disk and what is known of it may differ: nothing more is written.
    fn guarded(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        if self.failed {
            return Err(JournalError::Failed);
        }
        let acted = act(self);
        self.failed = acted.as_ref().is_err_and(|error| !error.can_heal());
        acted
    }
}

impl Journal for FileJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        refuse_too_large(batches)?;
        self.guarded(|journal| {
            journal.settle_debt()?;
            journal.write(batches)?;
            if journal.options.durability == Durability::Sync {
                journal.make_durable()?;
            }
            journal.prepare();
            Ok(())
        })?;
        self.progress.advance(self.sequence);
        Ok(self.sequence)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.guarded(Self::make_durable)
    }

    fn heal(&mut self) -> Result<(), JournalError> {
        self.guarded(Self::settle_debt)
    }

    fn close(&mut self) -> Result<(), JournalError> {
        self.guarded(|journal| {
            journal.make_durable()?;
            journal.settle_debt()?;
            journal.say(Some(Closed { sequence: journal.sequence, chain: journal.chain }))
        })
    }

    fn last_sequence(&self) -> u64 {
        self.sequence
    }

    fn durable_through(&self) -> u64 {
        self.durable_through
    }

    fn chain(&self) -> Chain {
        self.chain
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        let mut segments = list::names(&*self.disk, &self.dir)?;
        refuse_not_kept(&segments, sequence)?;
        let start = segments.partition_point(|entry| entry.first <= sequence).saturating_sub(1);
        segments.drain(..start);
        list::check(&*self.disk, &segments, self.active.header.journal)?;
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = Reader::new(Arc::clone(&self.disk), segments, sequence, self.sequence);
        Ok(Box::new(reader.with(read)))
    }

    fn follow(&self, sequence: u64) -> Result<Box<dyn Follow>, JournalError> {
        refuse_not_kept(&list::names(&*self.disk, &self.dir)?, sequence)?;
        let (disk, progress) = (Arc::clone(&self.disk), Arc::clone(&self.progress));
        Ok(Box::new(Follower::new(disk, self.dir.clone(), progress, sequence)))
    }

    fn retirer(&self) -> Box<dyn Retire> {
        let (disk, dir) = (Arc::clone(&self.disk), self.dir.clone());
        let (settled, lock) = (Arc::clone(&self.settled), Arc::clone(&self.lock));
        Box::new(Remover { disk, dir, settled, _lock: lock })
    }
}

impl Drop for FileJournal {
    /// Nobody waits for what cannot come.
    fn drop(&mut self) {
        self.progress.end();
    }
}

/// A journal as it was found or made.
struct Opened {
    manifest: Manifest,
    active: Active,
    sequence: u64,
    chain: Chain,
    cut_off: Option<CutOff>,
    read: Option<Segment>,
}

/// The first segment, and then the manifest that names it: a start that is cut short in between is a new start.
fn make_first(disk: &dyn Disk, dir: &Path, options: &Options) -> Result<Opened, JournalError> {
    let bytes = options.segment_bytes.min(FIRST_SEGMENT_BYTES).max(HEADER_BYTES as u64);
    let spare = crate::spare::Spare::make(disk, dir, bytes)?;
    let header = Header::new(segment::unforeseeable(), 1, Chain::default(), spare.bytes);
    let path = segment::publish(disk, &*spare.file, &spare.path, dir, &header)?;
    let active = Active { file: spare.file, path, header, end: HEADER_BYTES as u64 };
    let statement = Statement { journal: header.journal, newest: 1, closed: None };
    let manifest = Manifest::make(disk, dir, statement)?;
    Ok(Opened { manifest, active, sequence: 0, chain: Chain::default(), cut_off: None, read: None })
}

fn open_last(disk: &dyn Disk, dir: &Path, manifest: Manifest) -> Result<Opened, JournalError> {
    let statement = manifest.statement();
    let segments = list::segments(disk, dir, statement.journal)?;
    let Some(entry) = segments.last() else {
        let path = dir.join(list::file_name(statement.newest));
        return Err(JournalError::MissingFile { path, after: None });
    };
    let segment = Segment::load(disk, &entry.path, entry.before())?;
    let end = recovery::find_end(&segment, &statement)?;
    let file = disk.open_for_writing(&entry.path);
    let file = file.map_err(JournalError::io("open for writing", &entry.path))?;
    let cut_off = if end.torn { Some(recovery::cut_off(disk, dir, &segment, &*file, &end)?) } else { None };
    let active = Active { file, path: segment.path.clone(), header: segment.header, end: end.offset as u64 };
    // What is cut off is not to be read again.
    let read = Some(segment).filter(|_| cut_off.is_none());
    Ok(Opened { manifest, active, sequence: end.sequence, chain: end.chain, cut_off, read })
}

/// Refuses batches that are too large, each or together.
pub(crate) fn refuse_too_large(batches: &[&[u8]]) -> Result<(), JournalError> {
    let given = batches.iter().map(|payload| payload.len()).fold(0, usize::saturating_add);
    let limit = MAX_PAYLOAD_BYTES;
    if given > limit { Err(JournalError::TooLarge { given, limit }) } else { Ok(()) }
}

fn refuse_not_kept(segments: &[Entry], sequence: u64) -> Result<(), JournalError> {
    let first = segments.first().map_or(1, |entry| entry.first);
    if sequence < first { Err(JournalError::NotKept { sequence, first }) } else { Ok(()) }
}

/// Makes the directory and takes its lock.
pub(crate) fn lock(disk: &dyn Disk, dir: &Path) -> Result<Box<dyn Lock>, JournalError> {
    disk.make_dir(dir).map_err(JournalError::io("make the directory", dir))?;
    let path = dir.join(LOCK_FILE_NAME);
    let lock = disk.lock(&path).map_err(JournalError::io("lock", &path))?;
    lock.ok_or_else(|| JournalError::InUse { dir: dir.to_owned() })
}
