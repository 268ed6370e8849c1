//! Positions.

use serde::Serialize;

use super::{Number, Side};

/// `GET .../positions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PositionList {
    pub(crate) positions: Vec<Position>,
}

/// An open position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Position {
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) avg_price: Number,
}

/// The answer to the closing of a position. Ids of trades alternate with those of their closings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PositionClosed {
    pub(crate) ids: Vec<u64>,
    pub(crate) instrument: String,
    pub(crate) total_units: u64,
    pub(crate) price: Number,
}
