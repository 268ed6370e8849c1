//! Trades.

use serde::Serialize;

use super::{Number, Side};
use crate::params::Params;

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

/// The arguments of a change, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChangeTrade {
    pub(crate) stop_loss: Option<String>,
    pub(crate) take_profit: Option<String>,
    pub(crate) trailing_stop: Option<String>,
}

impl From<&Params> for ChangeTrade {
    fn from(form: &Params) -> Self {
        let text = |name| form.get(name).map(str::to_owned);
        Self {
            stop_loss: text("stopLoss"),
            take_profit: text("takeProfit"),
            trailing_stop: text("trailingStop"),
        }
    }
}

/// The answer to the closing of a trade. The id is that of the closing, the side the trade's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TradeClosed {
    pub(crate) id: u64,
    pub(crate) price: Number,
    pub(crate) profit: Number,
    pub(crate) instrument: String,
    pub(crate) side: Side,
    pub(crate) time: String,
}
