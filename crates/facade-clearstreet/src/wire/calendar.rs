//! The market-hours calendar.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::orders::words;

/// One market on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MarketHours {
    pub(crate) current_time: String,
    pub(crate) date: String,
    pub(crate) market: MarketType,
    pub(crate) market_name: &'static str,
    pub(crate) next_sessions: Sessions,
    pub(crate) status: MarketStatus,
    pub(crate) timezone: &'static str,
    pub(crate) today_sessions: Sessions,
}

/// The sessions of a day; none when there is no trading.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Sessions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after_hours: Option<Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pre_market: Option<Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regular: Option<Session>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Session {
    pub(crate) close: String,
    pub(crate) open: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_until_close: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_until_open: Option<String>,
}

/// What goes on in a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MarketStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current_session: Option<SessionType>,
    pub(crate) day_type: DayType,
    pub(crate) is_open: bool,
}

words!(
    /// A market.
    MarketType {
        UsEquities = "us_equities",
        UsOptions = "us_options",
    }
);
words!(
    /// A part of a trading day.
    SessionType {
        PreMarket = "pre_market",
        Regular = "regular",
        AfterHours = "after_hours",
    }
);
words!(
    /// What kind of day it is.
    DayType {
        TradingDay = "TRADING_DAY",
        EarlyClose = "EARLY_CLOSE",
        Holiday = "HOLIDAY",
        Weekend = "WEEKEND",
    }
);
