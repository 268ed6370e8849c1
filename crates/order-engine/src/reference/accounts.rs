//! Accounts: who trades, and the currency that it is counted in.

use minicbor::{Decode, Encode};

use crate::ids::{AccountCode, AccountId, AssetCode, AssetId};
use crate::settings::AccountSettings;
use crate::time::Timestamp;

/// An account as configuration or an operator opens it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct AccountDefinition {
    /// Canonical name, unique.
    #[n(0)]
    pub code: AccountCode,
    /// Home currency: profit, margin and equity are counted in it.
    #[n(1)]
    pub currency: AssetCode,
    /// What it is opened with.
    #[n(2)]
    #[cbor(default)]
    pub settings: AccountSettings,
}

/// An account of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Account {
    /// Number.
    #[n(0)]
    pub id: AccountId,
    /// What configuration said.
    #[n(1)]
    pub definition: AccountDefinition,
    /// Home currency.
    #[n(2)]
    pub currency: AssetId,
    /// When it was opened.
    #[n(3)]
    pub opened_at: Timestamp,
    /// How it is set now.
    #[n(4)]
    pub settings: AccountSettings,
    /// When it was closed, while it is closed.
    #[n(5)]
    #[cbor(default)]
    pub closed_at: Option<Timestamp>,
}
