//! Markets and the venue. Prices of a market are JSON numbers, unlike all other decimals.

use rust_decimal::Decimal;
use serde::Serialize;

/// Answer of `GET /market/market-price`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MarketPrice {
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub(crate) price: Decimal,
}

/// Answer of `GET /app/market-config`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MarketConfig {
    pub(crate) assets: Vec<MarketConfigAsset>,
    pub(crate) trading_pairs: Vec<MarketConfigPair>,
}

/// A token with the pairs that it trades in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MarketConfigAsset {
    pub(crate) symbol: String,
    pub(crate) unit: String,
    pub(crate) decimals: u32,
    pub(crate) max_qty_dp: u32,
    pub(crate) trading_pairs: Vec<String>,
}

/// A pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MarketConfigPair {
    pub(crate) symbol: String,
    pub(crate) base_token: MarketConfigToken,
    pub(crate) quote_token: MarketConfigToken,
    pub(crate) price_max_dp: u32,
}

/// A token of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MarketConfigToken {
    pub(crate) symbol: String,
    pub(crate) unit: String,
    pub(crate) decimals: u32,
    pub(crate) max_qty_dp: u32,
}

/// Answer of `GET /app/terms-and-conditions`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Terms<'config> {
    pub(crate) value: &'config str,
}

/// Answer of `GET /app/hydra-cycle`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cycle {
    pub(crate) start: String,
    pub(crate) end: String,
}

/// Answer of `GET /health/trading-lock-status`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TradingLock {
    pub(crate) is_locked: bool,
}
