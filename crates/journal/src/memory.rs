//! A journal that keeps nothing but its last batches: for a state that may be forgotten when the process ends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::JournalError;
use crate::progress::Progress;
use crate::record::{self, Chain};
use crate::{Batch, Batches, Follow, Journal, Retire};

/// Most bytes of batches that are kept for followers.
const KEPT_BYTES: usize = 1024 * 1024;

/// Numbers and chains batches like any journal, and forgets them but for the last ones.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    sequence: u64,
    chain: Chain,
    kept: Arc<Kept>,
}

/// Shared by the journal and its followers.
#[derive(Debug, Default)]
struct Kept {
    batches: Mutex<Window>,
    progress: Progress,
}

#[derive(Debug, Default)]
struct Window {
    batches: VecDeque<Batch>,
    bytes: usize,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Window {
    fn push(&mut self, batch: Batch) {
        self.bytes += batch.payload.len();
        self.batches.push_back(batch);
        while self.bytes > KEPT_BYTES
            && let Some(oldest) = self.batches.pop_front()
        {
            self.bytes -= oldest.payload.len();
        }
    }

    fn drop_before(&mut self, sequence: u64) {
        while let Some(oldest) = self.batches.pop_front_if(|batch| batch.sequence < sequence) {
            self.bytes -= oldest.payload.len();
        }
    }

    /// The batches from a sequence on, when all of them are kept.
    fn from(&self, sequence: u64, last: u64) -> Result<impl Iterator<Item = &Batch>, JournalError> {
        let first = self.batches.front().map_or(last + 1, |batch| batch.sequence);
        if sequence < first {
            return Err(JournalError::NotKept { sequence, first });
        }
        Ok(self.batches.iter().skip_while(move |batch| batch.sequence < sequence))
    }
}

impl Kept {
    /// A batch is pushed or taken out whole, so a holder of the lock that panicked has broken nothing.
    fn window(&self) -> MutexGuard<'_, Window> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        crate::file::refuse_too_large(batches)?;
        let mut window = self.kept.window();
        for payload in batches {
            self.sequence += 1;
            self.chain = record::chain_after(&self.chain, self.sequence, payload);
            window.push(Batch { sequence: self.sequence, payload: payload.to_vec() });
        }
        drop(window);
        self.kept.progress.advance(self.sequence);
        Ok(self.sequence)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn heal(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn close(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn last_sequence(&self) -> u64 {
        self.sequence
    }

    /// Nothing survives.
    fn durable_through(&self) -> u64 {
        0
    }

    fn chain(&self) -> Chain {
        self.chain
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        let window = self.kept.window();
        let batches: Vec<_> = window.from(sequence, self.sequence)?.cloned().map(Ok).collect();
        Ok(Box::new(batches.into_iter()))
    }

    fn follow(&self, sequence: u64) -> Result<Box<dyn Follow>, JournalError> {
        self.kept.window().from(sequence, self.sequence).map(drop)?;
        Ok(Box::new(MemoryFollower { kept: Arc::clone(&self.kept), next: sequence }))
    }

    fn retirer(&self) -> Box<dyn Retire> {
        Box::new(Forgetter(Arc::clone(&self.kept)))
    }
}

impl Drop for MemoryJournal {
    /// Nobody waits for what cannot come.
    fn drop(&mut self) {
        self.kept.progress.end();
    }
}

/// Forgets what is asked of it.
struct Forgetter(Arc<Kept>);

impl Retire for Forgetter {
    fn retire(&mut self, before: u64) -> Result<u64, JournalError> {
        let mut window = self.0.window();
        window.drop_before(before);
        let first = window.batches.front().map(|batch| batch.sequence);
        Ok(first.unwrap_or_else(|| self.0.progress.through() + 1))
    }
}

/// A place among the kept batches.
struct MemoryFollower {
    kept: Arc<Kept>,
    next: u64,
}

impl Follow for MemoryFollower {
    fn next_within(&mut self, patience: Duration) -> Result<Option<Batch>, JournalError> {
        if !self.kept.progress.wait_for(self.next, patience) {
            return Ok(None);
        }
        let window = self.kept.window();
        let batch = window.from(self.next, self.next)?.next().cloned();
        self.next += u64::from(batch.is_some());
        Ok(batch)
    }
}
