//! Reading batches in order across segments, checking all that is passed.

use std::sync::Arc;

use crate::Batch;
use crate::disk::Disk;
use crate::error::{Fault, JournalError};
use crate::list::{self, Entry};
use crate::record::Chain;
use crate::segment::Segment;
use crate::walk::{End, Walk};

/// Batches from one sequence through another.
pub(crate) struct Reader {
    disk: Arc<dyn Disk>,
    /// Segments still to be opened, the next one last.
    waiting: Vec<Entry>,
    current: Option<(Segment, End)>,
    /// A segment that is in memory already, if it is one of those.
    loaded: Option<Segment>,
    from: u64,
    through: u64,
    done: bool,
}

impl Reader {
    /// Reads from a batch through another. The segments are in order, and the first of them holds the first batch.
    pub(crate) fn new(disk: Arc<dyn Disk>, mut segments: Vec<Entry>, from: u64, through: u64) -> Self {
        segments.reverse();
        Self { disk, waiting: segments, current: None, loaded: None, from, through, done: from > through }
    }

    /// Does not read a segment again that is in memory already.
    pub(crate) fn with(self, loaded: Option<Segment>) -> Self {
        Self { loaded, ..self }
    }

    fn read(&mut self) -> Result<Option<Batch>, JournalError> {
        loop {
            let Some((segment, end)) = self.current.take() else {
                let Some(entry) = self.waiting.pop() else { return Ok(None) };
                self.enter(&entry)?;
                continue;
            };
            let mut walk = Walk::resume(&segment, &end);
            let batch = walk.next_whole()?.map(|record| (record.sequence, record.payload));
            let end = walk.end(false);
            match batch {
                Some((sequence, payload)) if sequence >= self.from => {
                    let batch = Batch { sequence, payload: payload.to_vec() };
                    self.current = Some((segment, end));
                    return Ok(Some(batch));
                }
                Some(_) => self.current = Some((segment, end)),
                None => self.enter_next(&segment, end.sequence, &end.chain)?,
            }
        }
    }

    fn enter(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let segment = match self.loaded.take_if(|loaded| loaded.path == entry.path) {
            Some(loaded) => loaded,
            None => Segment::load(&*self.disk, &entry.path, entry.before())
                .map_err(|error| list::retired(&*self.disk, entry, error))?,
        };
        let end = Walk::new(&segment).end(false);
        self.current = Some((segment, end));
        Ok(())
    }

    /// The segment after one that was read to its end must go on where that one stopped.
    fn enter_next(&mut self, before: &Segment, sequence: u64, chain: &Chain) -> Result<(), JournalError> {
        let Some(entry) = self.waiting.pop() else { return Ok(()) };
        let expected = sequence + 1;
        if entry.first != expected {
            let (path, found) = (before.path.clone(), entry.first);
            return Err(JournalError::MissingSegment { path, expected, found });
        }
        self.enter(&entry)?;
        if self.current.as_ref().is_some_and(|(segment, _)| segment.header.chain != *chain) {
            return Err(JournalError::damaged(&entry.path, 0, sequence, Fault::Chain));
        }
        Ok(())
    }
}

impl Iterator for Reader {
    type Item = Result<Batch, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read().transpose();
        self.done = match &next {
            Some(Ok(batch)) => batch.sequence >= self.through,
            Some(Err(_)) | None => true,
        };
        next
    }
}
