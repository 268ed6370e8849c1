//! Who waits for an answer of the sequencer, and for which.

use order_engine::{Command, Outcome, Reject};
use tokio::sync::oneshot;

use crate::handle::SubmitError;
use crate::snapshot::builder::Reply as SnapshotReply;

/// What came of a command that was submitted, or why it was not taken.
pub(crate) type Answer = Result<Outcome, SubmitError>;

/// What came of each of several commands, or why none was taken.
pub(crate) type Answers = Result<Vec<Result<Outcome, Reject>>, SubmitError>;

/// Who waits for what came of some commands of a batch, in the order of the commands. Whoever went away does not want
/// its answer.
pub(crate) enum Reply {
    /// Nobody: time passed by itself.
    Nobody,
    One(oneshot::Sender<Answer>),
    All(usize, oneshot::Sender<Answers>),
}

impl Reply {
    /// Answers with the next results.
    pub(crate) fn answer(self, results: &mut impl Iterator<Item = Result<Outcome, Reject>>) {
        match self {
            Self::Nobody => drop(results.next()),
            Self::One(reply) => {
                if let Some(result) = results.next() {
                    let _ = reply.send(result.map_err(SubmitError::from));
                }
            }
            Self::All(count, reply) => drop(reply.send(Ok(results.by_ref().take(count).collect()))),
        }
    }

    /// Answers that nothing was taken.
    pub(crate) fn refuse(self, why: &SubmitError) {
        match self {
            Self::Nobody => {}
            Self::One(reply) => drop(reply.send(Err(why.clone()))),
            Self::All(_, reply) => drop(reply.send(Err(why.clone()))),
        }
    }
}

/// Who waits for what can be seen after a batch.
pub(crate) enum Question {
    Check { command: Box<Command>, reply: oneshot::Sender<Result<(), Reject>> },
    StateHash { reply: oneshot::Sender<[u8; 32]> },
    Snapshot { reply: SnapshotReply },
}

impl Question {
    /// Whether it is answered by the making of a snapshot.
    pub(crate) const fn is_for_snapshot(&self) -> bool {
        matches!(self, Self::Snapshot { .. })
    }
}
