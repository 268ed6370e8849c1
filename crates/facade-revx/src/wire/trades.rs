//! Trades: the caller's own, and those that everyone may see.

use serde::Serialize;

use super::Side;

/// A trade in the words of trade reports. `T` is the form of times: milliseconds, or text in the older endpoints.
#[derive(Debug, Serialize)]
pub(crate) struct Trade<T> {
    /// Trade time.
    pub(crate) tdt: T,
    /// Asset code.
    pub(crate) aid: String,
    /// Asset name.
    pub(crate) anm: String,
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
    /// Publication time.
    pub(crate) pdt: T,
    /// Venue of publication.
    pub(crate) vp: &'static str,
    /// Trade id, a UUID without dashes.
    pub(crate) tid: String,
    /// The caller's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oid: Option<String>,
    /// Side: of the caller's order, or of the taker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) s: Option<Side>,
    /// Whether the caller's order was the maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) im: Option<bool>,
}

/// A trade in the words of the public API.
#[derive(Debug, Serialize)]
pub(crate) struct PublicTrade {
    pub(crate) id: String,
    pub(crate) symbol: String,
    pub(crate) price: String,
    pub(crate) quantity: String,
    pub(crate) side: Side,
    pub(crate) timestamp: u64,
}
