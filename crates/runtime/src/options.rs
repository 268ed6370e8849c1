//! How a runtime is set up.

use std::path::PathBuf;

pub use journal::Durability;

use crate::snapshot::SnapshotPolicy;

/// Where commands are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalMode {
    /// Nowhere: the state is gone when the process ends.
    Memory,
    /// In a directory of its own, which is made when it is not there.
    Directory {
        /// The directory.
        path: PathBuf,
        /// How durable a command is when its caller is answered.
        durability: Durability,
    },
}

/// How a runtime is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where commands are kept.
    pub journal: JournalMode,
    /// Bytes of a segment of the log. The first ones are smaller, so that a new directory costs little.
    pub segment_bytes: u64,
    /// Whether a thread makes the next segment while the current one fills, so that no command waits for that.
    pub prepare_segments: bool,
    /// Most requests that may wait; one more is answered with [`crate::SubmitError::Busy`].
    pub queue: usize,
    /// Most commands that are made durable together. A request of more than that is a batch of its own.
    pub max_batch_commands: usize,
    /// Most bytes that are made durable together. A request of more than that is a batch of its own.
    pub max_batch_bytes: usize,
    /// Batches of events that a slow follower may be behind.
    pub event_backlog: usize,
    /// When snapshots are made, where commands are kept.
    pub snapshots: SnapshotPolicy,
    /// Most closed orders that stay in memory; those that closed first go to the archive, or are forgotten where nothing is
    /// kept. Absent to leave it as it is in the log, at first all.
    pub retention: Option<u64>,
}

impl Options {
    /// With nothing kept.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            journal: JournalMode::Memory,
            segment_bytes: 64 * 1024 * 1024,
            prepare_segments: true,
            queue: 16_384,
            max_batch_commands: 512,
            max_batch_bytes: 256 * 1024,
            event_backlog: 4_096,
            snapshots: SnapshotPolicy::default(),
            retention: None,
        }
    }

    /// With everything on the disk of a directory before its caller is answered.
    #[must_use]
    pub fn in_directory(path: impl Into<PathBuf>) -> Self {
        let journal = JournalMode::Directory { path: path.into(), durability: Durability::Sync };
        Self { journal, ..Self::in_memory() }
    }
}
