//! Starting and stopping: the journal is opened, what it holds is replayed, and the sequencer's thread takes over.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use journal::{Disk, FileJournal, Journal, JournalError, MemoryJournal, RealDisk};
use order_engine::SetRetention;

use crate::archive::{Archive, ArchiveError};
use crate::batch::BatchError;
use crate::clock::Clock;
use crate::handle::{EngineHandle, Request};
use crate::log_writer::LogWriter;
use crate::options::{JournalMode, Options};
use crate::recovery::{self, Recovered, StartProgress};
use crate::sequencer::Sequencer;
use crate::shared::Shared;
use crate::snapshot::builder::Snapshots;
use crate::snapshot::{Folder, SnapshotError};

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
    /// A snapshot folder cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The archive of closed orders cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The log no longer holds what no readable snapshot covers.
    #[error(
        "the log begins with batch {first}, and {} has no snapshot of what came before: {}. Nothing was changed. Put back \
         a copy of a snapshot that ends with batch {} or later, or of the whole data directory",
        .snapshots.display(), if found.is_empty() { "none is there" } else { found.trim_end_matches("; ") },
        first.saturating_sub(1)
    )]
    Uncovered {
        /// The first batch of the log.
        first: u64,
        /// The folder of snapshots.
        snapshots: PathBuf,
        /// The snapshots that were there, and why each cannot be used.
        found: String,
    },
    /// There are snapshots, and the log that they were made of is gone.
    #[error(
        "the log is empty, but there is a snapshot of batch {snapshot}: the log was lost. Put it back, or move the \
         snapshots away to start anew"
    )]
    LogLost {
        /// The newest snapshot.
        snapshot: u64,
    },
    /// The engine broke an invariant at a command of the journal, as it did when the command was applied first.
    #[error(
        "the engine broke an invariant when it replayed command {command} of batch {sequence} of the journal: {panic}. \
         Nothing was changed. A version of the engine that has the defect removed replays it; or decide to go on without \
         this batch and all that follow it"
    )]
    Poisoned {
        /// The batch.
        sequence: u64,
        /// The place of the command in it, from zero.
        command: usize,
        /// What the engine said.
        panic: String,
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
        Self::start_watched(options, clock, &mut |_| {})
    }

    /// As [`Self::start`], and tells how far replaying has come.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_watched(
        options: Options,
        clock: Arc<dyn Clock>,
        watch: &mut dyn FnMut(&StartProgress),
    ) -> Result<Self, StartError> {
        Self::start_on_disk(Arc::new(RealDisk), options, clock, watch)
    }

    /// As [`Self::start_watched`], with all that is kept on a disk of the caller's.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_on_disk(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        watch: &mut dyn FnMut(&StartProgress),
    ) -> Result<Self, StartError> {
        match &options.journal {
            JournalMode::Memory => {
                Self::start_with(Box::new(MemoryJournal::new()), None, options, clock, watch)
            }
            JournalMode::Directory { path, durability } => {
                let kept = journal::Options {
                    durability: *durability,
                    segment_bytes: options.segment_bytes,
                    prepare: options.prepare_segments,
                };
                let journal = FileJournal::open_on(Arc::clone(&disk), path, kept)?.0;
                let folder = Folder::open(disk, path)?;
                Self::start_with(Box::new(journal), Some(folder), options, clock, watch)
            }
        }
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
        Self::start_with(journal, None, options, clock, &mut |_| {})
    }

    fn start_with(
        journal: Box<dyn Journal>,
        folder: Option<Folder>,
        options: Options,
        clock: Arc<dyn Clock>,
        watch: &mut dyn FnMut(&StartProgress),
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(clock, options.queue, options.event_backlog, folder.clone()));
        let (sender, receiver) = crossbeam_channel::unbounded();
        let archive = match &folder {
            Some(folder) => Some(Archive::open(folder, journal.last_sequence(), &shared.views)?),
            None => None,
        };
        let Recovered { mut state, snapshot } =
            recovery::recover(&*journal, folder.as_ref(), archive.as_ref(), &shared.views, watch)?;
        state.publish(&shared.views);
        shared.set_batches(journal.last_sequence());
        let snapshots = match folder {
            Some(folder) => {
                let archive = archive.as_ref().map(Archive::handover).cloned();
                Some(Snapshots::start(folder, options.snapshots, snapshot, archive)?)
            }
            None => None,
        };
        if options.retention.is_some() && options.retention != state.engine.retention() {
            // The first thing that the sequencer does. What it answers is of no interest: it cannot be refused.
            shared.enter_queue_regardless();
            let _ = sender.send(Request::Retain(SetRetention { closed_orders: options.retention }));
        }
        let log = LogWriter::start(journal)?;
        let sequencer =
            Sequencer::new(log, Arc::clone(&shared), receiver, options, state, snapshots, archive);
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

    /// Whether nothing was ever defined: the state is new, or was emptied, and waits for its seed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.handle.views().reference().assets().is_empty()
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
        let stopped = sequencer.join();
        self.handle.views().past.close();
        Ok(stopped.map_err(|_| StopError::Engine)??)
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
