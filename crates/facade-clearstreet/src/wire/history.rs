//! What became of an account day by day, and its settings.

use serde::{Deserialize, Serialize};

/// The days of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PortfolioHistory {
    pub(crate) segments: Vec<PortfolioSegment>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PortfolioSegment {
    pub(crate) bought_notional: String,
    pub(crate) date: String,
    pub(crate) day_pnl: String,
    pub(crate) eod_equity: String,
    pub(crate) net_pnl: String,
    pub(crate) position_pnl: String,
    pub(crate) realized_pnl: String,
    pub(crate) sod_equity: String,
    pub(crate) sold_notional: String,
    pub(crate) unrealized_pnl: String,
}

/// The body of a change of settings. Nothing else may be in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename = "UpdateAccountSettingsRequest")]
pub(crate) struct UpdateSettings {
    pub(crate) risk: Option<RiskSettings>,
}

/// The settings of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) risk: Option<RiskSettings>,
}

/// The part of them that is about risk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
pub(crate) struct RiskSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_notional: Option<String>,
}
