//! Following a journal's files from another thread while they are written.
//!
//! Only batches whose append has succeeded are read, so a follower never meets a torn record.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::disk::{Disk, DiskFile};
use crate::error::{Fault, JournalError};
use crate::list;
use crate::progress::Progress;
use crate::record::{self, Chain};
use crate::segment::{self, HEADER_BYTES, Header};
use crate::{Batch, Follow};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 * 1024;

/// A place in a journal's files.
pub(crate) struct Follower {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    progress: Arc<Progress>,
    /// The next batch to be handed out.
    next: u64,
    at: Option<Place>,
}

struct Place {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    header: Header,
    /// Of the next record.
    offset: u64,
    sequence: u64,
    chain: Chain,
    /// Bytes of the file, from `window_at` on. They may have been read before they were written.
    window: Vec<u8>,
    window_at: u64,
}

impl Follower {
    pub(crate) const fn new(disk: Arc<dyn Disk>, dir: PathBuf, progress: Arc<Progress>, next: u64) -> Self {
        Self { disk, dir, progress, next, at: None }
    }

    /// The batch `self.next`, which is there.
    fn read(&mut self) -> Result<Batch, JournalError> {
        loop {
            let mut place = match self.at.take() {
                Some(place) => place,
                None => self.enter(self.next)?,
            };
            match place.read()? {
                Some(batch) if batch.sequence == self.next => {
                    self.next += 1;
                    self.at = Some(place);
                    return Ok(batch);
                }
                Some(_) => self.at = Some(place),
                None => self.at = Some(self.enter_after(&place)?),
            }
        }
    }

    /// The segment that holds a batch.
    fn enter(&self, sequence: u64) -> Result<Place, JournalError> {
        let names = list::names(&*self.disk, &self.dir)?;
        let entry = names.iter().rev().find(|entry| entry.first <= sequence).ok_or_else(|| {
            JournalError::NotKept { sequence, first: names.first().map_or(1, |entry| entry.first) }
        })?;
        let retired = |error| list::retired(&*self.disk, entry, error);
        let header = segment::read_header(&*self.disk, &entry.path, entry.before()).map_err(retired)?;
        let file = self.disk.open(&entry.path).map_err(JournalError::io("open", &entry.path));
        let file = file.map_err(retired)?;
        Ok(Place {
            path: entry.path.clone(),
            file,
            header,
            offset: HEADER_BYTES as u64,
            sequence: header.before(),
            chain: header.chain,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// The segment after one whose records have ended.
    fn enter_after(&self, before: &Place) -> Result<Place, JournalError> {
        let expected = before.sequence + 1;
        let place = self.enter(expected)?;
        if place.header.first != expected {
            return Err(JournalError::damaged(&before.path, before.offset(), before.sequence, Fault::Cut));
        }
        if place.header.chain != before.chain {
            return Err(JournalError::damaged(&place.path, 0, before.sequence, Fault::Chain));
        }
        Ok(place)
    }
}

impl Place {
    fn offset(&self) -> usize {
        usize::try_from(self.offset).unwrap_or(usize::MAX)
    }

    /// The next record; nothing when there is none in this segment.
    fn read(&mut self) -> Result<Option<Batch>, JournalError> {
        if let Some(batch) = self.parse()? {
            return Ok(Some(batch));
        }
        // It was written after the window was read, or it is longer than that.
        let mut bytes = READ_BYTES;
        loop {
            self.fill(bytes)?;
            if let Some(batch) = self.parse()? {
                return Ok(Some(batch));
            }
            if record::is_zero(&self.window) {
                return Ok(None);
            }
            if self.window.len() < bytes {
                return Err(JournalError::damaged(&self.path, self.offset(), self.sequence, Fault::Cut));
            }
            bytes = bytes.saturating_mul(4);
        }
    }

    fn fill(&mut self, bytes: usize) -> Result<(), JournalError> {
        let left = usize::try_from(self.header.bytes.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        self.window.resize(bytes.min(left), 0);
        self.window_at = self.offset;
        let read = self.file.read_up_to(&mut self.window, self.offset);
        let read = read.map_err(JournalError::io("read", &self.path))?;
        self.window.truncate(read);
        Ok(())
    }

    fn parse(&mut self) -> Result<Option<Batch>, JournalError> {
        let skipped = usize::try_from(self.offset.saturating_sub(self.window_at)).unwrap_or(usize::MAX);
        let Some(rest) = self.window.get(skipped..) else { return Ok(None) };
        let Ok(found) = record::parse(rest, self.header.salt) else { return Ok(None) };
        let damaged = |fault| JournalError::damaged(&self.path, self.offset(), self.sequence, fault);
        let expected = self.sequence + 1;
        if found.sequence != expected {
            return Err(damaged(Fault::Sequence { expected, found: found.sequence }));
        }
        if found.chain != record::chain_after(&self.chain, found.sequence, found.payload) {
            return Err(damaged(Fault::Chain));
        }
        let batch = Batch { sequence: found.sequence, payload: found.payload.to_vec() };
        let (framed, chain) = (found.framed_bytes() as u64, found.chain);
        self.offset += framed;
        self.sequence = batch.sequence;
        self.chain = chain;
        Ok(Some(batch))
    }
}

impl Follow for Follower {
    fn next_within(&mut self, patience: Duration) -> Result<Option<Batch>, JournalError> {
        if self.progress.wait_for(self.next, patience) { self.read().map(Some) } else { Ok(None) }
    }
}
