//! Order books and tickers.

use serde::Serialize;

use super::Region;

/// Both sides of a book.
#[derive(Debug, Serialize)]
pub(crate) struct Book<L> {
    pub(crate) asks: Vec<L>,
    pub(crate) bids: Vec<L>,
}

/// Side of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum LevelSide {
    #[serde(rename = "SELL")]
    Sell,
    #[serde(rename = "BUYI")]
    Buy,
}

/// A level in the words of trade reports. `T` is the form of times.
#[derive(Debug, Serialize)]
pub(crate) struct ReportLevel<T> {
    /// Asset code.
    pub(crate) aid: String,
    /// Asset name.
    pub(crate) anm: String,
    /// Side.
    pub(crate) s: LevelSide,
    /// Price.
    pub(crate) p: String,
    /// Price currency.
    pub(crate) pc: String,
    /// Price notation.
    pub(crate) pn: &'static str,
    /// Quantity.
    pub(crate) q: String,
    /// Quantity currency.
    pub(crate) qc: String,
    /// Quantity notation.
    pub(crate) qn: &'static str,
    /// Venue.
    pub(crate) ve: &'static str,
    /// Number of orders, as text.
    pub(crate) no: String,
    /// Trading system.
    pub(crate) ts: &'static str,
    /// Publication time.
    pub(crate) pdt: T,
}

/// A level in the words of version 2.
#[derive(Debug, Serialize)]
pub(crate) struct Level {
    pub(crate) price: String,
    pub(crate) quantity: String,
    pub(crate) count: u32,
}

/// A market at a glance. The region is named in public answers only.
#[derive(Debug, Serialize)]
pub(crate) struct Ticker {
    pub(crate) symbol: String,
    pub(crate) bid: String,
    pub(crate) ask: String,
    pub(crate) mid: String,
    pub(crate) last_price: String,
    pub(crate) low_24h: String,
    pub(crate) high_24h: String,
    pub(crate) price_change_24h: String,
    pub(crate) volume_24h: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<Region>,
}
