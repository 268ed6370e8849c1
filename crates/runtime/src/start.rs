//! Starting and stopping: the journal is opened, what it holds is replayed, and the sequencer's thread takes over.

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use journal::{Batches, FileJournal, Journal, JournalError, MemoryJournal};

use crate::batch::{Batch, BatchError};
use crate::clock::Clock;
use crate::handle::EngineHandle;
use crate::options::{JournalMode, Options};
use crate::sequencer::Sequencer;
use crate::shared::Shared;

/// Why a runtime does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal cannot be opened or read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A record of the journal cannot be replayed.
    #[error("batch {sequence} of the journal cannot be replayed: {source}")]
    Batch {
        /// Which.
        sequence: u64,
        /// Why not.
        source: BatchError,
    },
    /// The sequencer's thread cannot be started.
    #[error("the sequencer's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// Why a runtime did not stop in good order.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The journal failed, now or earlier.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The engine broke an invariant earlier.
    #[error("the engine had stopped because it broke an invariant")]
    Engine,
}

/// The engine at work. Dropping it stops it.
pub struct Runtime {
    handle: EngineHandle,
    sequencer: Option<JoinHandle<Result<(), JournalError>>>,
}

impl Runtime {
    /// Opens the journal, replays what it holds, and goes to work.
    ///
    /// # Errors
    /// [`StartError`] when the journal cannot be opened, read or replayed.
    pub fn start(options: Options, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let journal: Box<dyn Journal> = match &options.journal {
            JournalMode::Memory => Box::new(MemoryJournal::new()),
            JournalMode::Directory { path, durability } => {
                let kept = journal::Options { durability: *durability, ..journal::Options::default() };
                Box::new(FileJournal::open(path, kept)?.0)
            }
        };
        Self::start_on(journal, options, clock)
    }

    /// As [`Self::start`], on a journal of the caller's; where the options keep commands is not looked at.
    ///
    /// # Errors
    /// [`StartError`] when the journal cannot be read or replayed.
    pub fn start_on(
        journal: Box<dyn Journal>,
        options: Options,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(clock, options.queue, options.event_backlog));
        let (sender, receiver) = crossbeam_channel::unbounded();
        let logged = if journal.last_sequence() == 0 { None } else { Some(journal.read_from(1)?) };
        let mut sequencer = Sequencer::new(journal, Arc::clone(&shared), receiver, options);
        if let Some(logged) = logged {
            replay(logged, &mut sequencer)?;
        }
        sequencer.publish_state();
        let thread = std::thread::Builder::new().name("sequencer".to_owned());
        let sequencer = thread.spawn(move || sequencer.run())?;
        Ok(Self { handle: EngineHandle::new(sender, shared), sequencer: Some(sequencer) })
    }

    /// With nothing kept and the usual options.
    ///
    /// # Errors
    /// [`StartError::Thread`].
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        Self::start(Options::in_memory(), clock)
    }

    /// A handle to the engine. It may outlive the runtime, and then takes no more commands.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Whether no command was ever logged: the state is new and waits for its seed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.handle.batches() == 0
    }

    /// Carries out what waits, makes it durable, and ends the sequencer's thread.
    ///
    /// # Errors
    /// [`StopError`] when the engine had stopped by itself, or the journal cannot be made durable.
    pub fn stop(mut self) -> Result<(), StopError> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), StopError> {
        let Some(sequencer) = self.sequencer.take() else { return Ok(()) };
        self.handle.send_stop();
        Ok(sequencer.join().map_err(|_| StopError::Engine)??)
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Err(error) = self.finish() {
            tracing::error!(%error, "the engine did not stop in good order");
        }
    }
}

/// Applies all that a journal holds.
fn replay(logged: Batches, sequencer: &mut Sequencer) -> Result<(), StartError> {
    let started = Instant::now();
    let (mut batches, mut commands) = (0_u64, 0_usize);
    for record in logged {
        let record = record?;
        let fail = |source| StartError::Batch { sequence: record.sequence, source };
        let batch = Batch::decode(&record.payload).map_err(fail)?;
        sequencer.replay(&batch);
        batches += 1;
        commands += batch.commands.len();
    }
    let took_ms = started.elapsed().as_millis();
    tracing::info!(batches, commands, took_ms, "the journal was replayed");
    Ok(())
}
