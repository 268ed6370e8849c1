//! Accounts.

use serde::Serialize;

use super::Number;

/// `GET /v1/accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AccountList {
    pub(crate) accounts: Vec<AccountLine>,
}

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountLine {
    #[serde(rename = "accountId")]
    pub(crate) id: u64,
    #[serde(rename = "accountName")]
    pub(crate) name: String,
    #[serde(rename = "accountCurrency")]
    pub(crate) currency: String,
    pub(crate) margin_rate: Number,
}

/// `GET /v1/accounts/:account_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    #[serde(rename = "accountId")]
    pub(crate) id: u64,
    #[serde(rename = "accountName")]
    pub(crate) name: String,
    pub(crate) balance: Number,
    pub(crate) unrealized_pl: Number,
    pub(crate) realized_pl: Number,
    pub(crate) margin_used: Number,
    pub(crate) margin_avail: Number,
    pub(crate) open_trades: usize,
    pub(crate) open_orders: usize,
    pub(crate) margin_rate: Number,
    #[serde(rename = "accountCurrency")]
    pub(crate) currency: String,
}

/// The answer to the opening of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OpenedAccount {
    pub(crate) username: String,
    pub(crate) password: String,
    #[serde(rename = "accountId")]
    pub(crate) id: u64,
}
