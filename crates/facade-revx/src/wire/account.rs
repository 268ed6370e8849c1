//! Balances, and what can be traded: currencies and pairs.

use std::collections::BTreeMap;

use serde::Serialize;

/// One currency of an account.
#[derive(Debug, Serialize)]
pub(crate) struct Balance {
    pub(crate) currency: String,
    pub(crate) available: String,
    pub(crate) reserved: String,
    pub(crate) total: String,
}

/// All currencies by code.
pub(crate) type Currencies = BTreeMap<String, Currency>;

/// A currency.
#[derive(Debug, Serialize)]
pub(crate) struct Currency {
    pub(crate) symbol: String,
    pub(crate) name: String,
    pub(crate) scale: u32,
    pub(crate) asset_type: AssetType,
    pub(crate) status: Status,
}

/// What a currency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AssetType {
    Fiat,
    Crypto,
}

/// Whether something can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Active,
}

/// All pairs by symbol.
pub(crate) type TradingPairs = BTreeMap<String, TradingPair>;

/// A pair.
#[derive(Debug, Serialize)]
pub(crate) struct TradingPair {
    pub(crate) base: String,
    pub(crate) quote: String,
    pub(crate) base_step: String,
    pub(crate) quote_step: String,
    pub(crate) min_order_size: String,
    pub(crate) max_order_size: String,
    pub(crate) min_order_size_quote: String,
    pub(crate) status: Status,
}
