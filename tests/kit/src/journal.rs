//! A journal in memory that can be told to take nothing more.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use journal::{Batches, Chain, Follow, Journal, JournalError, MemoryJournal, Retire};

/// What a journal does with what is to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalMood {
    /// It takes it.
    Takes,
    /// It takes nothing and is as it was before, as when a disk is full.
    Refuses,
    /// What becomes of it nobody knows, as when a disk does not answer.
    Breaks,
}

/// Says what a [`MoodyJournal`] shall do, from wherever.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mood(Arc<AtomicU8>);

impl Mood {
    pub(crate) fn set(&self, mood: JournalMood) {
        self.0.store(mood as u8, Ordering::SeqCst);
    }

    /// The error that an append comes to; none while the journal takes what comes.
    fn error(&self) -> Option<JournalError> {
        let (path, source) = (PathBuf::from("nowhere"), io::Error::from(io::ErrorKind::StorageFull));
        let mood = self.0.load(Ordering::SeqCst);
        if mood == JournalMood::Takes as u8 {
            None
        } else if mood == JournalMood::Refuses as u8 {
            Some(JournalError::NotWritten { action: "write", path, source })
        } else {
            Some(JournalError::SyncFailed { path, source })
        }
    }
}

/// The journal.
pub(crate) struct MoodyJournal {
    pub(crate) kept: MemoryJournal,
    pub(crate) mood: Mood,
}

impl Journal for MoodyJournal {
    fn append(&mut self, batches: &[&[u8]]) -> Result<u64, JournalError> {
        self.mood.error().map_or_else(|| self.kept.append(batches), Err)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.kept.sync()
    }

    fn heal(&mut self) -> Result<(), JournalError> {
        self.mood.error().map_or_else(|| self.kept.heal(), Err)
    }

    fn close(&mut self) -> Result<(), JournalError> {
        self.kept.close()
    }

    fn last_sequence(&self) -> u64 {
        self.kept.last_sequence()
    }

    fn durable_through(&self) -> u64 {
        self.kept.durable_through()
    }

    fn chain(&self) -> Chain {
        self.kept.chain()
    }

    fn read_from(&self, sequence: u64) -> Result<Batches, JournalError> {
        self.kept.read_from(sequence)
    }

    fn follow(&self, sequence: u64) -> Result<Box<dyn Follow>, JournalError> {
        self.kept.follow(sequence)
    }

    fn retirer(&self) -> Box<dyn Retire> {
        self.kept.retirer()
    }
}
