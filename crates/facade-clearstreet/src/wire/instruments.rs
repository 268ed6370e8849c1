//! Instruments.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::orders::words;

/// An instrument.
#[expect(clippy::struct_excessive_bools, reason = "the vendor has as many flags")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Instrument {
    pub(crate) country_of_issue: String,
    pub(crate) currency: String,
    pub(crate) easy_to_borrow: bool,
    pub(crate) id: String,
    pub(crate) instrument_type: SecurityType,
    pub(crate) is_fractionable: bool,
    pub(crate) is_liquidation_only: bool,
    pub(crate) is_marginable: bool,
    pub(crate) is_ptp: bool,
    pub(crate) is_short_prohibited: bool,
    pub(crate) is_threshold_security: bool,
    pub(crate) is_tradable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) long_margin_rate: Option<String>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) options_expiry_dates: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) short_margin_rate: Option<String>,
    pub(crate) symbol: String,
    pub(crate) venue: String,
}

words!(
    /// Type of a security.
    SecurityType {
        CommonStock = "COMMON_STOCK",
        Index = "INDEX",
        Option = "OPTION",
        Cash = "CASH",
    }
);
