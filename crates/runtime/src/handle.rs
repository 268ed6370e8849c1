//! The handle that facades hold: submit a command, read the views, follow the events, ask for the time.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use order_engine::{Command, Event, Outcome, Reject, SetRetention, Timestamp};
use tokio::sync::{broadcast, oneshot};

use crate::answers::{Answer, Answers};
use crate::condition::{Admission, Condition};
use crate::shared::Shared;
use crate::snapshot::builder::Reply as SnapshotReply;
use crate::snapshot::{Folder, SnapshotError, SnapshotNote};
use crate::views::Views;

/// Why a command has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The engine refused it; nothing changed.
    #[error(transparent)]
    Rejected(#[from] Reject),
    /// Too much is waiting; it was not taken. Try again.
    #[error("the queue before the engine is full")]
    Busy,
    /// The journal cannot be written for now, as when the disk is full; it was not taken. Reads go on.
    #[error("the journal cannot be written for now")]
    ReadOnly,
    /// The engine has stopped, or cannot make anything durable. Whether a command that was under way took effect is
    /// not known; its client order id tells.
    #[error("the engine is not available")]
    Unavailable,
}

/// Why a snapshot was not saved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SaveError {
    /// It could not be asked for.
    #[error(transparent)]
    NotTaken(#[from] SubmitError),
    /// Nothing is kept here, or another snapshot is being made at this moment.
    #[error("no snapshot can be made now")]
    Unable,
    /// It was begun and came to nothing.
    #[error(transparent)]
    Failed(#[from] Arc<SnapshotError>),
}

/// One thing for the sequencer to do.
pub(crate) enum Request {
    /// Apply a command and answer with its outcome.
    Submit { command: Box<Command>, reply: oneshot::Sender<Answer> },
    /// Apply commands one after another in one batch, and answer with all outcomes.
    SubmitAll { commands: Vec<Command>, reply: oneshot::Sender<Answers> },
    /// Say whether a command would be refused, without applying it.
    Check { command: Box<Command>, reply: oneshot::Sender<Result<(), Reject>> },
    /// Say what the state's hash is.
    StateHash { reply: oneshot::Sender<[u8; 32]> },
    /// Make a snapshot of the state as it is now.
    Snapshot { reply: SnapshotReply },
    /// Let what is due happen. The sequencer asks this of itself.
    Tick,
    /// Keep this many closed orders from now on. Asked once, at the start.
    Retain(SetRetention),
    /// Finish what was asked before this, and nothing after it.
    Stop,
}

/// A cheap, cloneable handle to the engine.
#[derive(Clone)]
pub struct EngineHandle {
    requests: crossbeam_channel::Sender<Request>,
    shared: Arc<Shared>,
}

impl EngineHandle {
    pub(crate) const fn new(requests: crossbeam_channel::Sender<Request>, shared: Arc<Shared>) -> Self {
        Self { requests, shared }
    }

    /// Has a command logged, made durable and applied.
    ///
    /// A command that was taken is carried out even when the caller goes away before the answer.
    ///
    /// # Errors
    /// [`SubmitError`]: the engine's reject, a full queue, a journal that cannot be written, or an engine that stopped.
    pub async fn submit(&self, command: Command) -> Result<Outcome, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Submit { command: Box::new(command), reply })?;
        answer.await.map_err(|_| SubmitError::Unavailable)?
    }

    /// Has commands applied one after another, with nothing in between.
    ///
    /// # Errors
    /// All but [`SubmitError::Rejected`]: rejects are in the list, one result for each command.
    pub async fn submit_all(
        &self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Outcome, Reject>>, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::SubmitAll { commands, reply })?;
        answer.await.map_err(|_| SubmitError::Unavailable)?
    }

    /// Says whether a command would be refused now. Nothing is logged or changed.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn check(&self, command: Command) -> Result<(), SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Check { command: Box::new(command), reply })?;
        Ok(answer.await.map_err(|_| SubmitError::Unavailable)??)
    }

    /// The hash of the state after everything that was submitted before. The same log gives the same hash.
    ///
    /// # Errors
    /// [`SubmitError::Busy`] or [`SubmitError::Unavailable`].
    pub async fn state_hash(&self) -> Result<[u8; 32], SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::StateHash { reply })?;
        answer.await.map_err(|_| SubmitError::Unavailable)
    }

    /// Has a snapshot of the state made, read back and kept.
    ///
    /// # Errors
    /// [`SaveError`].
    pub async fn save_snapshot(&self) -> Result<SnapshotNote, SaveError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Snapshot { reply })?;
        Ok(answer.await.map_err(|_| SaveError::Unable)??)
    }

    /// The snapshots that are kept, newest first; none where nothing is kept.
    ///
    /// # Errors
    /// [`SnapshotError`] when their folder cannot be read. It is read here and now.
    pub fn snapshots(&self) -> Result<Vec<SnapshotNote>, SnapshotError> {
        self.shared.snapshots.as_ref().map_or_else(|| Ok(Vec::new()), Folder::notes)
    }

    /// What can be read. It stays readable when no command is taken any more.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.shared.views
    }

    /// Whether commands are taken.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.shared.condition.admission() == Admission::Open
    }

    /// Whether commands are taken, and if not, why not.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.shared.condition.get()
    }

    /// Waits until the journal has failed for good, and says why. The process should stop then: what it would go on to
    /// show may not be what is on the disk.
    pub async fn journal_failed(&self) -> Arc<str> {
        let failed = |condition: &Condition| matches!(condition, Condition::Undurable { .. });
        match self.shared.condition.wait_for(failed).await {
            Condition::Undurable { why } => why,
            Condition::Working
            | Condition::ReadOnly { .. }
            | Condition::Broken { .. }
            | Condition::Stopped => std::future::pending().await,
        }
    }

    /// The time now, by the clock that the engine uses.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The one value of a type that everybody who has a handle to this engine shares.
    #[must_use]
    pub fn companion<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.shared.companions.get()
    }

    /// Follows what happens from now on, batch by batch. A follower that falls behind is told how many batches it
    /// missed.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Event]>> {
        self.shared.follow()
    }

    /// Ends the feed for good: whoever follows, or begins to, learns that nothing more will come. For a server that is
    /// about to stop and has streams open.
    pub fn end_feed(&self) {
        self.shared.end_feed();
    }

    /// Waits for the end of the feed, for a connection that stays open without following it.
    pub async fn feed_ended(&self) {
        self.shared.feed_ended().await;
    }

    /// Batches that were logged over the life of the journal.
    pub(crate) fn batches(&self) -> u64 {
        self.shared.batches()
    }

    fn send(&self, request: Request) -> Result<(), SubmitError> {
        let changes = matches!(request, Request::Submit { .. } | Request::SubmitAll { .. });
        match self.shared.condition.admission() {
            Admission::ReadOnly if changes => return Err(SubmitError::ReadOnly),
            Admission::Open | Admission::ReadOnly => {}
            Admission::Ended => return Err(SubmitError::Unavailable),
        }
        if !self.shared.enter_queue() {
            return Err(SubmitError::Busy);
        }
        self.requests.send(request).map_err(|_| SubmitError::Unavailable)
    }

    /// Asks the sequencer to stop after what waits. It may be gone already, which is as well.
    pub(crate) fn send_stop(&self) {
        // The sequencer gives a place back for each request, so this one takes one too, free or not.
        self.shared.enter_queue_regardless();
        let _ = self.requests.send(Request::Stop);
    }
}

impl fmt::Debug for EngineHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (healthy, batches) = (self.is_healthy(), self.batches());
        f.debug_struct("EngineHandle")
            .field("healthy", &healthy)
            .field("batches", &batches)
            .finish_non_exhaustive()
    }
}
