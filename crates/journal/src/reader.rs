//! Reading batches in order across segments, checking all that is passed.

use crate::Batch;
use crate::error::JournalError;
use crate::list::Entry;
use crate::record::Chain;
use crate::recovery::{End, Walk};
use crate::segment::Segment;

/// Batches from one sequence through another.
pub(crate) struct Reader {
    /// Segments still to be opened, the next one last.
    waiting: Vec<Entry>,
    current: Option<(Segment, End)>,
    from: u64,
    through: u64,
    done: bool,
}

impl Reader {
    /// Reads from a batch through another. The segments are in order, and the first of them holds the first batch.
    pub(crate) fn new(mut segments: Vec<Entry>, from: u64, through: u64) -> Self {
        segments.reverse();
        Self { waiting: segments, current: None, from, through, done: from > through }
    }

    fn read(&mut self) -> Result<Option<Batch>, JournalError> {
        loop {
            let Some((segment, end)) = self.current.take() else {
                let Some(entry) = self.waiting.pop() else { return Ok(None) };
                let segment = Segment::load(&entry.path)?;
                let end = Walk::new(&segment).end(false);
                self.current = Some((segment, end));
                continue;
            };
            let mut walk = Walk::resume(&segment, &end);
            let batch = walk.step()?.map(|record| (record.sequence, record.payload));
            let end = walk.end(false);
            match batch {
                Some((sequence, payload)) if sequence >= self.from => {
                    let batch = Batch { sequence, payload: payload.to_vec() };
                    self.current = Some((segment, end));
                    return Ok(Some(batch));
                }
                Some(_) => self.current = Some((segment, end)),
                None => self.open_next(&segment, end.sequence, &end.chain)?,
            }
        }
    }

    /// The segment after one that was read to its end must go on where that one stopped.
    fn open_next(&mut self, before: &Segment, sequence: u64, chain: &Chain) -> Result<(), JournalError> {
        let Some(entry) = self.waiting.pop() else { return Ok(()) };
        let expected = sequence + 1;
        if entry.first != expected {
            return Err(JournalError::MissingSegment {
                path: before.path.clone(),
                expected,
                found: entry.first,
            });
        }
        let segment = Segment::load(&entry.path)?;
        if segment.header.chain != *chain {
            return Err(JournalError::damaged(&entry.path, 0, crate::error::Fault::Chain));
        }
        let end = Walk::new(&segment).end(false);
        self.current = Some((segment, end));
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
