//! Candles.

use serde::Serialize;

use super::Number;

/// `GET /v1/candles`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CandleList {
    pub(crate) instrument: String,
    pub(crate) granularity: &'static str,
    pub(crate) candles: Vec<Candle>,
}

/// A candle in the format asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Candle {
    BidAsk(BidAskCandle),
    Midpoint(MidpointCandle),
}

/// `candleFormat=bidask`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BidAskCandle {
    pub(crate) time: String,
    pub(crate) open_bid: Number,
    pub(crate) open_ask: Number,
    pub(crate) high_bid: Number,
    pub(crate) high_ask: Number,
    pub(crate) low_bid: Number,
    pub(crate) low_ask: Number,
    pub(crate) close_bid: Number,
    pub(crate) close_ask: Number,
    pub(crate) volume: u64,
    pub(crate) complete: bool,
}

/// `candleFormat=midpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MidpointCandle {
    pub(crate) time: String,
    pub(crate) open_mid: Number,
    pub(crate) high_mid: Number,
    pub(crate) low_mid: Number,
    pub(crate) close_mid: Number,
    pub(crate) volume: u64,
    pub(crate) complete: bool,
}
