//! Accounts: balances and keys.

use serde::Serialize;
use uuid::Uuid;

/// A row of `GET /accounts/balance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AssetBalance {
    pub(crate) asset: String,
    pub(crate) asset_unit: String,
    pub(crate) free: String,
    pub(crate) locked: String,
}

/// Answer of `GET /accounts/operation-key`. The sealed key is a text that holds JSON.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OperationKeyAnswer<'config> {
    pub(crate) encrypted_operation_key: &'config str,
    pub(crate) operation_key_hash: String,
}

/// Answer of `GET /accounts/api-key`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ApiKey<'config> {
    pub(crate) api_key: &'config str,
    pub(crate) created_at: String,
}

/// Answer of `GET /accounts/spot-account`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SpotAccount<'config> {
    pub(crate) account_id: Uuid,
    pub(crate) account_type: &'static str,
    pub(crate) encrypted_operation_key: &'config str,
    pub(crate) operation_key_hash: String,
    pub(crate) created_at: String,
}
