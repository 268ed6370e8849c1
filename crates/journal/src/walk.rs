//! A walk over the records of a segment that checks that each follows upon the one before, and where they end.

use crate::error::{Fault, JournalError};
use crate::record::{self, ALIGNMENT, Chain, Found, Record};
use crate::segment::{HEADER_BYTES, Segment};

/// The end of the records of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) offset: usize,
    pub(crate) sequence: u64,
    pub(crate) chain: Chain,
    /// Whether something that is no record follows, which may be cut off.
    pub(crate) torn: bool,
}

/// Where the walk is.
pub(crate) struct Walk<'a> {
    segment: &'a Segment,
    offset: usize,
    sequence: u64,
    chain: Chain,
}

/// The next thing on the way.
pub(crate) enum Step<'a> {
    Record(Record<'a>),
    /// Only zeros are left.
    End,
    /// Something that was never whole.
    Torn(Fault),
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(segment: &'a Segment) -> Self {
        let (sequence, chain) = (segment.header.before(), segment.header.chain);
        Self { segment, offset: HEADER_BYTES, sequence, chain }
    }

    /// Goes on where an earlier walk over the same segment stopped.
    pub(crate) const fn resume(segment: &'a Segment, end: &End) -> Self {
        Self { segment, offset: end.offset, sequence: end.sequence, chain: end.chain }
    }

    pub(crate) const fn end(&self, torn: bool) -> End {
        End { offset: self.offset, sequence: self.sequence, chain: self.chain, torn }
    }

    /// The next record, or what ends them.
    pub(crate) fn step(&mut self) -> Result<Step<'a>, JournalError> {
        let salt = self.segment.header.salt;
        let found = match record::find(&self.segment.bytes, self.offset, salt) {
            Found::Record(found) => found,
            Found::Nothing => return Ok(Step::End),
            Found::Broken { fault, torn: true } if !self.was_durable() => return Ok(Step::Torn(fault)),
            Found::Broken { fault, torn: _ } => return Err(self.damaged(fault)),
        };
        let expected = self.sequence + 1;
        if found.sequence != expected {
            return Err(self.damaged(Fault::Sequence { expected, found: found.sequence }));
        }
        if found.chain != record::chain_after(&self.chain, found.sequence, found.payload) {
            return Err(self.damaged(Fault::Chain));
        }
        self.offset += found.framed_bytes();
        self.sequence = found.sequence;
        self.chain = found.chain;
        Ok(Step::Record(found))
    }

    /// The next record where nothing may be torn; nothing when only zeros are left.
    pub(crate) fn next_whole(&mut self) -> Result<Option<Record<'a>>, JournalError> {
        match self.step()? {
            Step::Record(record) => Ok(Some(record)),
            Step::End => Ok(None),
            Step::Torn(fault) => Err(self.damaged(fault)),
        }
    }

    /// Follows the records to their end.
    pub(crate) fn find_end(mut self) -> Result<End, JournalError> {
        loop {
            match self.step()? {
                Step::Record(_) => {}
                Step::End => return Ok(self.end(false)),
                Step::Torn(_) => return Ok(self.end(true)),
            }
        }
    }

    /// Whether a record after a broken one says that the broken one was durable.
    fn was_durable(&self) -> bool {
        let (bytes, salt) = (&self.segment.bytes, self.segment.header.salt);
        (self.offset + ALIGNMENT..bytes.len())
            .step_by(ALIGNMENT)
            .filter_map(|at| record::parse(bytes.get(at..)?, salt).ok())
            .any(|record| record.durable_through > self.sequence)
    }

    fn damaged(&self, fault: Fault) -> JournalError {
        JournalError::damaged(&self.segment.path, self.offset, self.sequence, fault)
    }
}
