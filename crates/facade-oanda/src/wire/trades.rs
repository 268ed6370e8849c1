//! Trades.

use serde::Serialize;

use super::{Number, Side};

/// `GET .../trades`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TradeList {
    pub(crate) trades: Vec<Trade>,
}

/// An open trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trade {
    pub(crate) id: u64,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) instrument: String,
    pub(crate) time: String,
    pub(crate) price: Number,
    pub(crate) take_profit: Number,
    pub(crate) stop_loss: Number,
    pub(crate) trailing_stop: Number,
    pub(crate) trailing_amount: Number,
}
