//! Market data, clock and version.

use serde::Serialize;

/// One market at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Snapshot {
    pub(crate) cumulative_volume: i64,
    pub(crate) instrument_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_quote: Option<Quote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_trade: Option<LastTrade>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SnapshotSession>,
    pub(crate) symbol: String,
}

/// The last trade against the last one before today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SnapshotSession {
    pub(crate) change: String,
    pub(crate) change_percent: String,
    pub(crate) previous_close: String,
}

/// Best bid and ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Quote {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ask: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ask_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bid_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) midpoint: Option<String>,
}

/// The last trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LastTrade {
    pub(crate) price: String,
    pub(crate) size: i64,
}

/// One market on one day. What there are no data for is written as null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DailySummary {
    pub(crate) high: Option<String>,
    pub(crate) instrument_id: String,
    pub(crate) low: Option<String>,
    pub(crate) not_applicable: bool,
    pub(crate) open: Option<String>,
    pub(crate) symbol: Option<String>,
    pub(crate) trade_date: Option<String>,
    pub(crate) volume: Option<i64>,
}

/// The server's time.
#[derive(Debug, Serialize)]
pub(crate) struct Clock {
    pub(crate) clock: String,
}

/// The API's date version.
#[derive(Debug, Serialize)]
pub(crate) struct Version {
    pub(crate) version: &'static str,
}
