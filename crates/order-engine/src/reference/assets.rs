//! Assets: what can be owned.

use minicbor::{Decode, Encode};

use crate::ids::{AssetCode, AssetId};

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum AssetKind {
    /// Money that a state issues.
    #[n(0)]
    Fiat,
    /// A token.
    #[n(1)]
    Crypto,
    /// A share.
    #[n(2)]
    Security,
}

/// An asset as configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct AssetDefinition {
    /// Canonical code, unique.
    #[n(0)]
    pub code: AssetCode,
    /// Name for people: `Bitcoin`. At most [`crate::limits::MAX_DISPLAY_NAME_LENGTH`] bytes.
    #[n(1)]
    pub name: Box<str>,
    /// What it is.
    #[n(2)]
    pub kind: AssetKind,
    /// Decimals of the smallest unit that people see (0 to 12); the ledger itself keeps twelve.
    #[n(3)]
    pub scale: u32,
}

/// An asset of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Asset {
    /// Number.
    #[n(0)]
    pub id: AssetId,
    /// What configuration said.
    #[n(1)]
    pub definition: AssetDefinition,
}
