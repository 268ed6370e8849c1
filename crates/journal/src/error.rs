//! What can go wrong, said so that a person knows what to do.

use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with bytes that should be a header or a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// They do not start as they should.
    #[error("this is not the start of a header or a record")]
    Mark,
    /// They were cut: more should follow.
    #[error("the end is missing")]
    Cut,
    /// They were changed.
    #[error("the checksum does not match")]
    Checksum,
    /// They are whole, but belong elsewhere.
    #[error("batch {expected} should be here and batch {found} is")]
    Sequence {
        /// What should be there.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// They are whole, but follow upon something else than what is before them.
    #[error("the chain value does not follow from what is before")]
    Chain,
    /// They are whole, and of another journal.
    #[error("this belongs to another journal")]
    Foreign,
    /// The journal was closed in good order, and what was its end then is not its end now.
    #[error("the journal was closed after batch {through}, and it does not end there now")]
    NotAsClosed {
        /// The last batch when it was closed.
        through: u64,
    },
}

/// Why the journal cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process, or another journal of this one, has the directory.
    #[error("the journal in {} is in use by another process; stop that process or choose another directory", .dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system refused to take what was to be appended. The journal is as it was before, and takes
    /// batches again as soon as the system does.
    #[error("cannot {action} {}: {source}; nothing was appended", .path.display())]
    NotWritten {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system refused in the middle of a batch, and would not let what was written of it be wiped either.
    /// It is wiped before anything else is written; should the process end before that, the batch may be found whole.
    #[error("cannot {action} {}: {source}; what was written of the batch cannot be taken back yet", .path.display())]
    Unsettled {
        /// What was tried.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system could not make something durable. What is on the disk nobody knows until it is read again.
    #[error(
        "cannot sync {}: {source}. What was written may or may not be on the disk, so nothing more is written; check \
         the disk, and start again to recover what is there",
        .path.display()
    )]
    SyncFailed {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that was durable is broken.
    #[error(
        "{} is damaged at byte {offset}, after batch {after}: {fault}. This was durable before, so it is not cut off, \
         and nothing was changed. Restore the file from a copy, or decide to go on without what follows",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, in bytes from the start.
        offset: u64,
        /// The last batch before the damage that is whole.
        after: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// A segment is gone.
    #[error(
        "{} ends at batch {}, and the next file starts at batch {found}: a file between them is missing. Restore it \
         from a copy, or decide to go on without what follows; nothing was changed",
        .path.display(), .expected.saturating_sub(1)
    )]
    MissingSegment {
        /// The file before the gap.
        path: PathBuf,
        /// The batch that should follow.
        expected: u64,
        /// The batch that follows.
        found: u64,
    },
    /// The newest segment, or the file that says which one that is, is gone.
    #[error(
        "{} is missing. Restore it from a copy, or decide to go on without it; nothing was changed",
        .path.display()
    )]
    MissingFile {
        /// The file that should be there.
        path: PathBuf,
        /// The last batch that can be there without it, where that is known.
        after: Option<u64>,
    },
    /// A file was written in a format that this version does not read.
    #[error("{} has format version {found}, and this version reads {supported}; use the version that wrote it", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that is understood.
        supported: u32,
    },
    /// A batch is over the limit.
    #[error("a batch of {given} bytes is over the limit of {limit} bytes")]
    TooLarge {
        /// Bytes of the batch, or of the batches that were to be appended together.
        given: usize,
        /// Most bytes.
        limit: usize,
    },
    /// A batch is asked for that is no longer, or was never, kept.
    #[error("batch {sequence} is not kept; the first kept is {first}")]
    NotKept {
        /// As asked.
        sequence: u64,
        /// The first that can be read.
        first: u64,
    },
    /// A batch is asked for that was never appended, or is gone.
    #[error("there is no batch {sequence} to be found: batch {last} is the last whole one before it")]
    NotReached {
        /// As asked.
        sequence: u64,
        /// The last whole batch before it.
        last: u64,
    },
    /// An earlier sync failed.
    #[error(
        "an earlier write to the journal could not be made durable; start again to recover what is there"
    )]
    Failed,
}

impl JournalError {
    /// Whether nothing was appended, for certain, and the journal may be asked again.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::NotWritten { .. } | Self::TooLarge { .. } | Self::NotKept { .. })
    }

    /// Whether the journal may be asked again, as soon as it can be written.
    #[must_use]
    pub const fn can_heal(&self) -> bool {
        self.is_refusal() || matches!(self, Self::Unsettled { .. })
    }

    /// Of damage: the last batch that is whole before it, after which a person may decide to cut.
    #[must_use]
    pub const fn whole_through(&self) -> Option<u64> {
        match self {
            Self::Damaged { after, .. } => Some(*after),
            Self::MissingSegment { expected, .. } => Some(expected.saturating_sub(1)),
            Self::MissingFile { after, .. } => *after,
            Self::InUse { .. }
            | Self::Io { .. }
            | Self::NotWritten { .. }
            | Self::Unsettled { .. }
            | Self::SyncFailed { .. }
            | Self::Format { .. }
            | Self::TooLarge { .. }
            | Self::NotKept { .. }
            | Self::NotReached { .. }
            | Self::Failed => None,
        }
    }

    /// For `map_err`: the system refused an action on a path.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// For `map_err`: the system did not take what was to be appended.
    pub(crate) fn not_written(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::NotWritten { action, path, source }
    }

    /// For `map_err`: the system could not make something durable.
    pub(crate) fn sync_failed(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::SyncFailed { path, source }
    }

    /// Durable bytes are broken.
    pub(crate) fn damaged(path: &Path, offset: usize, after: u64, fault: Fault) -> Self {
        Self::Damaged { path: path.to_owned(), offset: offset as u64, after, fault }
    }
}
