//! Snapshots: the state at the end of a batch, in a file, so that a start need not replay the whole log.
//!
//! The log is the truth. A snapshot is made beside the sequencer, by replaying the log upon the snapshot before in a
//! second engine, so that nobody waits for it; see [`builder`]. It is taken for one only after it was read back. Two are
//! kept, and of the log what the older one needs.

pub(crate) mod builder;
mod file;
mod folder;
mod frames;
mod history;
mod image;
mod stream;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use journal::RealDisk;
use order_engine::ImageError;

pub(crate) use file::Orders;
pub(crate) use folder::{BEYOND, DAMAGED, Folder};

/// What the snapshots in a data directory say of themselves, newest first, while no runtime uses it. Nothing is changed.
///
/// # Errors
/// [`SnapshotError::Io`] when their folder cannot be read.
pub fn snapshots_in(data: &std::path::Path) -> Result<Vec<SnapshotNote>, SnapshotError> {
    Folder::of(Arc::new(RealDisk), data).notes()
}

/// When a snapshot is made. Whichever limit is passed first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotPolicy {
    /// Commands since the last one.
    pub every_commands: u64,
    /// Bytes of commands since the last one.
    pub every_bytes: u64,
}

impl Default for SnapshotPolicy {
    /// Such that replaying what came since takes less than a second.
    fn default() -> Self {
        Self { every_commands: 500_000, every_bytes: 128 * 1024 * 1024 }
    }
}

/// A snapshot that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotNote {
    /// The last batch that it covers.
    pub sequence: u64,
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The hash of the state, as [`order_engine::Engine::state_hash`] has it.
    pub state_hash: [u8; 32],
}

/// Why there is no snapshot, or why it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// The file is no snapshot, or not of a version that can be read.
    #[error("{path} is no snapshot of a format that this version reads")]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The snapshot was made under other rules of the engine.
    #[error("{path} was made under rules {found}, and this version has rules {}", crate::SEMANTICS_VERSION)]
    Semantics {
        /// The file.
        path: PathBuf,
        /// Their version.
        found: u32,
    },
    /// What is in the file is not what was written.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Replaying came to another state than the engine at work.
    #[error("replaying through batch {sequence} came to another state than the engine at work")]
    Diverged {
        /// The batch.
        sequence: u64,
    },
    /// The archive cannot be made durable as far as the snapshot goes.
    #[error("the archive of closed orders cannot be made durable through batch {sequence}")]
    Archive {
        /// The batch.
        sequence: u64,
    },
    /// The log cannot be replayed.
    #[error("the log cannot be replayed: {0}")]
    Log(String),
}

impl SnapshotError {
    /// An end that comes too early, and what cannot be decoded, is damage; anything else is the system's doing.
    fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            if matches!(source.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData) {
                return Self::Damaged { path, reason: source.to_string() };
            }
            Self::Io { path, source }
        }
    }

    /// Whether the file itself is at fault, so that trying again is of no use.
    pub(crate) const fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Format { .. } => true,
            Self::Io { .. }
            | Self::Semantics { .. }
            | Self::Diverged { .. }
            | Self::Archive { .. }
            | Self::Log(_) => false,
        }
    }

    fn damaged(path: &std::path::Path, reason: &dyn std::fmt::Display) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }

    fn image(path: &std::path::Path, error: ImageError) -> Self {
        match error {
            ImageError::Io(source) => Self::io(path)(source),
            error @ (ImageError::Malformed { .. }
            | ImageError::Format { .. }
            | ImageError::Inconsistent { .. }) => Self::damaged(path, &error),
        }
    }
}
