//! Positions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SecurityType;
use super::orders::words;

/// The body of a request to close positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct ClosePosition {
    /// Whether open orders of the position are canceled first.
    pub(crate) cancel_orders: Option<bool>,
}

/// What an account has of one instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Position {
    pub(crate) account_id: i64,
    pub(crate) available_quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) avg_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closing_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) closing_price_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_basis: Option<String>,
    pub(crate) daily_realized_pnl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) daily_unrealized_pnl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) daily_unrealized_pnl_pct: Option<String>,
    pub(crate) instrument_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instrument_price: Option<String>,
    pub(crate) instrument_type: SecurityType,
    pub(crate) market_value: String,
    pub(crate) position_type: PositionType,
    pub(crate) quantity: String,
    pub(crate) symbol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) underlying_instrument_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unrealized_pnl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unrealized_pnl_pct: Option<String>,
}

words!(
    /// Direction of a position.
    PositionType {
        Long = "LONG",
        Short = "SHORT",
    }
);
words!(
    /// What positions are sorted by.
    PositionSort {
        Symbol = "SYMBOL",
        InstrumentType = "INSTRUMENT_TYPE",
        Quantity = "QUANTITY",
        MarketValue = "MARKET_VALUE",
        PositionType = "POSITION_TYPE",
        UnrealizedPnl = "UNREALIZED_PNL",
        DailyUnrealizedPnl = "DAILY_UNREALIZED_PNL",
        DailyRealizedPnl = "DAILY_REALIZED_PNL",
    }
);
words!(
    /// Direction of a sort.
    SortDirection {
        Asc = "ASC",
        Desc = "DESC",
    }
);
