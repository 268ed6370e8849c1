//! The archive: closed orders that the state has forgotten, where they stay readable.
//!
//! What leaves the state is decided by the engine and so by the log; see `docs/adr/0016`. The sequencer hands it over with
//! the number of its batch. A thread writes it, and only then takes it out of the views, so that a reader finds an order in
//! the one or in the other at any time. Replaying hands the same orders over again, which changes nothing.

use std::io;

use crate::state::Departed;
use crate::views::Views;

mod backend;
mod keeper;
mod store;

pub(crate) use keeper::{Archive, Handover};
pub(crate) use store::{Archived, Store};

/// Sends away what left the state with a batch. Where no archive is kept it is gone.
pub(crate) fn depart(archive: Option<&Archive>, views: &Views, batch: u64, departed: Departed) {
    let Some(archive) = archive else {
        departed.orders.iter().for_each(|order| views.forget(order));
        return;
    };
    if departed.is_emptied {
        archive.handover().empty(batch);
    }
    archive.handover().add(batch, departed.orders);
}

/// Why the archive cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store says so.
    #[error("the archive of closed orders: {0}")]
    Store(Box<redb::Error>),
    /// A row is not what was ever written.
    #[error("a row of the archive of closed orders is malformed: {0}")]
    Row(String),
    /// It failed, and could not be opened anew so far.
    #[error("the archive of closed orders is not open: it failed, and is tried again")]
    NotOpen,
    /// Its file cannot be moved, or its thread cannot be started.
    #[error("the archive of closed orders: {0}")]
    System(std::io::Error),
}

impl ArchiveError {
    /// Whether the file itself is at fault, so that opening it again is of no use.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what the store may say besides is not for us to list"
    )]
    fn is_damage(&self) -> bool {
        match self {
            Self::Store(error) => match &**error {
                redb::Error::Corrupted(_) => true,
                redb::Error::Io(error) => {
                    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
                }
                _ => false,
            },
            Self::Row(_) => true,
            Self::NotOpen | Self::System(_) => false,
        }
    }
}

macro_rules! from_store {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for ArchiveError {
            fn from(error: redb::$error) -> Self {
                Self::Store(Box::new(error.into()))
            }
        }
    )*};
}

from_store!(DatabaseError, TransactionError, TableError, StorageError, CommitError, SetDurabilityError);

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}
