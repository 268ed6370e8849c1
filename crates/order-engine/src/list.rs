//! Instrument lists: instruments that an account keeps an eye on, under a name.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::ids::{InstrumentId, ListId, ListItemId, ListName};
use crate::number::Price;
use crate::time::Timestamp;

/// One instrument of a list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ListItem {
    /// Number, unique in the state.
    #[n(0)]
    pub id: ListItemId,
    /// The instrument; a list has it once.
    #[n(1)]
    pub instrument: InstrumentId,
    /// When it was added.
    #[n(2)]
    pub added_at: Timestamp,
    /// The last trade at that time; nothing when there had been none.
    #[n(3)]
    pub price: Option<Price>,
}

/// A named list of instruments, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct InstrumentList {
    /// Number, unique in the state.
    #[n(0)]
    pub id: ListId,
    /// Name, unique within the account.
    #[n(1)]
    pub name: ListName,
    /// When it was made.
    #[n(2)]
    pub created_at: Timestamp,
    /// Its instruments.
    #[n(3)]
    pub items: Vec<ListItem>,
}

/// The lists of one account, oldest first.
pub type InstrumentLists = Vec<Arc<InstrumentList>>;
