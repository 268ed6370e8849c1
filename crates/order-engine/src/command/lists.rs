//! Lists of instruments.

use minicbor::{Decode, Encode};

use crate::ids::{AccountId, InstrumentId, ListId, ListItemId, ListName};

/// See [`Command::CreateList`](super::Command::CreateList).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CreateList {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// Name; an account has it once.
    #[n(1)]
    pub name: ListName,
}

/// See [`Command::ChangeList`](super::Command::ChangeList).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ChangeList {
    /// Owner; a list of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The list.
    #[n(1)]
    pub list: ListId,
    /// What changes.
    #[n(2)]
    pub change: ListChange,
}

/// A change of an instrument list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum ListChange {
    /// An instrument comes at the end.
    #[n(0)]
    Add(#[n(0)] InstrumentId),
    /// An item goes.
    #[n(1)]
    Remove(#[n(0)] ListItemId),
}

/// See [`Command::DeleteList`](super::Command::DeleteList).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct DeleteList {
    /// Owner; a list of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The list.
    #[n(1)]
    pub list: ListId,
}
