//! How a runtime is: whether commands are taken, and if not, why not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

/// How a runtime is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Commands are taken.
    Working,
    /// The journal cannot be written for now, as when the disk is full. No command is taken until it can; reads go on.
    ReadOnly {
        /// What the journal said.
        why: Arc<str>,
    },
    /// The engine broke an invariant. No command is taken any more; reads go on.
    Broken {
        /// Where it was.
        why: Arc<str>,
    },
    /// What was written to the journal could not be made durable, or may not have been. The process has to stop and to
    /// recover from what is on the disk.
    Undurable {
        /// What the journal said.
        why: Arc<str>,
    },
    /// It was stopped.
    Stopped,
}

impl Condition {
    /// What is wrong; nothing when all is well, or when it was stopped.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::ReadOnly { why } | Self::Broken { why } | Self::Undurable { why } => Some(why),
            Self::Working | Self::Stopped => None,
        }
    }

    const fn brief(&self) -> u8 {
        match self {
            Self::Working => WORKING,
            Self::ReadOnly { .. } => READ_ONLY,
            Self::Broken { .. } | Self::Undurable { .. } | Self::Stopped => ENDED,
        }
    }
}

const WORKING: u8 = 0;
const READ_ONLY: u8 = 1;
const ENDED: u8 = 2;

/// The condition, which the sequencer sets and everybody sees.
pub(crate) struct ConditionCell {
    /// What every command asks, without a lock.
    brief: AtomicU8,
    whole: watch::Sender<Condition>,
}

/// What a command has to know of the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Open,
    ReadOnly,
    Ended,
}

impl ConditionCell {
    pub(crate) fn new() -> Self {
        Self { brief: AtomicU8::new(WORKING), whole: watch::Sender::new(Condition::Working) }
    }

    pub(crate) fn admission(&self) -> Admission {
        match self.brief.load(Ordering::Acquire) {
            WORKING => Admission::Open,
            READ_ONLY => Admission::ReadOnly,
            ENDED.. => Admission::Ended,
        }
    }

    pub(crate) fn get(&self) -> Condition {
        self.whole.borrow().clone()
    }

    /// Sets the condition. What has ended for good stays as it was.
    pub(crate) fn set(&self, condition: Condition) {
        self.whole.send_if_modified(|known| {
            let changes = known.brief() != ENDED && *known != condition;
            if changes {
                self.brief.store(condition.brief(), Ordering::Release);
                *known = condition;
            }
            changes
        });
    }

    /// Waits for a condition of this kind.
    pub(crate) async fn wait_for(&self, wanted: impl FnMut(&Condition) -> bool) -> Condition {
        let mut follower = self.whole.subscribe();
        let reached = follower.wait_for(wanted).await.map(|condition| condition.clone());
        // The sender is beside the receiver, so the wait does not end without it.
        reached.unwrap_or(Condition::Stopped)
    }
}
