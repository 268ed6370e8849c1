//! A journal that keeps nothing: for a state that may be forgotten when the process ends.

use crate::error::JournalError;
use crate::record::{self, Chain, MAX_PAYLOAD_BYTES};
use crate::{Batches, Journal};

/// Numbers and chains batches like any journal, and forgets them.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    sequence: u64,
    chain: Chain,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        crate::file::refuse_too_large(batches, MAX_PAYLOAD_BYTES)?;
        for payload in batches {
            self.sequence += 1;
            self.chain = record::chain_after(&self.chain, self.sequence, payload);
        }
        Ok(self.sequence)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn last_sequence(&self) -> u64 {
        self.sequence
    }

    fn chain(&self) -> Chain {
        self.chain
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        let first = self.sequence + 1;
        if sequence < first {
            return Err(JournalError::NotKept { sequence, first });
        }
        Ok(Box::new(std::iter::empty()))
    }
}
