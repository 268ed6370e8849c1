//! The handle that facades hold: submit a command, read the views, follow the events, ask for the time.

use std::sync::Arc;

use order_engine::{Command, Event, Outcome, Reject, Timestamp};
use tokio::sync::{broadcast, oneshot};

use crate::clock::Clock;
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
    /// The engine has stopped, or cannot make anything durable. Whether a command that was under way took effect is
    /// not known; its client order id tells.
    #[error("the engine is not available")]
    Unavailable,
}

/// One thing for the sequencer to do.
pub(crate) enum Request {
    /// Apply a command and answer with its outcome.
    Submit { command: Command, reply: oneshot::Sender<Result<Outcome, Reject>> },
    /// Apply commands one after another in one batch, and answer with all outcomes.
    SubmitAll { commands: Vec<Command>, reply: oneshot::Sender<Vec<Result<Outcome, Reject>>> },
    /// Say whether a command would be refused, without applying it.
    Check { command: Command, reply: oneshot::Sender<Result<(), Reject>> },
}

/// A cheap, cloneable handle to the engine.
#[derive(Clone)]
pub struct EngineHandle {
    pub(crate) requests: crossbeam_channel::Sender<Request>,
    pub(crate) views: Arc<Views>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: broadcast::Sender<Arc<[Event]>>,
}

impl EngineHandle {
    /// Has a command logged, made durable and applied.
    ///
    /// A command that was taken is carried out even when the caller goes away before the answer.
    ///
    /// # Errors
    /// [`SubmitError`]: the engine's reject, a full queue, or an engine that stopped.
    pub async fn submit(&self, command: Command) -> Result<Outcome, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Submit { command, reply })?;
        Ok(answer.await.map_err(|_| SubmitError::Unavailable)??)
    }

    /// Has commands applied one after another, with nothing in between.
    ///
    /// # Errors
    /// [`SubmitError::Busy`] or [`SubmitError::Unavailable`]; rejects are in the list, one result for each command.
    pub async fn submit_all(
        &self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Outcome, Reject>>, SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::SubmitAll { commands, reply })?;
        answer.await.map_err(|_| SubmitError::Unavailable)
    }

    /// Says whether a command would be refused now. Nothing is logged or changed.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn check(&self, command: Command) -> Result<(), SubmitError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Check { command, reply })?;
        Ok(answer.await.map_err(|_| SubmitError::Unavailable)??)
    }

    /// What can be read.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// The time now, by the clock that the engine uses.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Follows what happens from now on, batch by batch. A follower that falls behind is told how many batches it
    /// missed.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Event]>> {
        self.events.subscribe()
    }

    fn send(&self, request: Request) -> Result<(), SubmitError> {
        self.requests.try_send(request).map_err(|error| match error {
            crossbeam_channel::TrySendError::Full(_) => SubmitError::Busy,
            crossbeam_channel::TrySendError::Disconnected(_) => SubmitError::Unavailable,
        })
    }
}
