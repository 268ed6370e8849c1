//! Instruments and prices.

use serde::{Serialize, Serializer};

use super::Number;

/// `GET /v1/instruments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InstrumentList {
    pub(crate) instruments: Vec<Instrument>,
}

/// An instrument, with the members that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instrument {
    #[serde(rename = "instrument")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_trade_units: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) precision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_trailing_stop: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_trailing_stop: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) margin_rate: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) halted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interest_rate: Option<InterestRates>,
}

/// Financing by currency: an object whose members are the base currency and the quote currency, in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InterestRates(pub(crate) [(String, InterestRate); 2]);

impl Serialize for InterestRates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(currency, rate)| (currency, rate)))
    }
}

/// Financing of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct InterestRate {
    pub(crate) bid: Number,
    pub(crate) ask: Number,
}

/// `GET /v1/prices`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PriceList {
    pub(crate) prices: Vec<Price>,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Price {
    pub(crate) instrument: String,
    pub(crate) time: String,
    pub(crate) bid: Number,
    pub(crate) ask: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<PriceStatus>,
}

/// What is to be known of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PriceStatus {
    Halted,
}
