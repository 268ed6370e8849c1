//! The archive: closed orders that the state has forgotten, where they stay readable.
//!
//! What leaves the state is decided by the engine and so by the log; see `docs/adr/0016`. The sequencer hands it over with
//! the number of its batch. A thread writes it, and only then takes it out of the views, so that a reader finds an order in
//! the one or in the other at any time. Replaying hands the same orders over again, which changes nothing.

use crate::state::Departed;
use crate::views::Views;

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
    /// Its file cannot be moved, or its thread cannot be started.
    #[error("the archive of closed orders: {0}")]
    System(std::io::Error),
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
