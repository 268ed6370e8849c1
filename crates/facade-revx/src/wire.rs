//! The vendor's shapes, field by field in the vendor's order. No logic and no type of the engine.
//!
//! Decimals are strings. What the vendor leaves out is `None` and left out; nothing is ever `null`.

pub(crate) mod account;
pub(crate) mod market;
pub(crate) mod orders;
pub(crate) mod trades;

use serde::{Deserialize, Serialize};

/// A refusal.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) error_id: String,
    pub(crate) timestamp: u64,
}

/// Most answers.
#[derive(Debug, Serialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// Answers with something said about them.
#[derive(Debug, Serialize)]
pub(crate) struct WithMetadata<T, M> {
    pub(crate) data: T,
    pub(crate) metadata: M,
}

/// A page of a list.
pub(crate) type Page<T> = WithMetadata<Vec<T>, PageMetadata>;

/// See [`Page`]. The cursor is empty at the end.
#[derive(Debug, Serialize)]
pub(crate) struct PageMetadata {
    pub(crate) timestamp: u64,
    pub(crate) next_cursor: String,
}

/// When an answer was made.
#[derive(Debug, Serialize)]
pub(crate) struct Stamp {
    pub(crate) timestamp: u64,
}

/// When an answer was made, in the older form.
#[derive(Debug, Serialize)]
pub(crate) struct TextStamp {
    pub(crate) timestamp: String,
}

/// When an answer was made, and for which region.
#[derive(Debug, Serialize)]
pub(crate) struct RegionStamp<T> {
    pub(crate) region: Region,
    pub(crate) timestamp: T,
}

/// Where customers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Region {
    Uk,
    Eea,
}

/// Side of an order or a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Buy,
    Sell,
}
