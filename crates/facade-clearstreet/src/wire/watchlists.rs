//! Watchlists.

use serde::{Deserialize, Serialize};

use super::Instrument;

/// The body of a request for a new watchlist.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct CreateWatchlist {
    pub(crate) name: String,
}

/// The body of a request to add an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct AddWatchlistItem {
    pub(crate) instrument_id: String,
}

/// A watchlist in a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Watchlist {
    pub(crate) created_at: String,
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A watchlist by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WatchlistDetail {
    pub(crate) created_at: String,
    pub(crate) id: String,
    pub(crate) items: Vec<WatchlistItem>,
    pub(crate) name: String,
}

/// An instrument of a watchlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct WatchlistItem {
    pub(crate) added_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) added_price: Option<String>,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instrument: Option<Instrument>,
}

/// What is told of an instrument that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AddedWatchlistItem {
    pub(crate) item_id: String,
}
