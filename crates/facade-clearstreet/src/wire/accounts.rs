//! Accounts and their balances.

use serde::Serialize;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Account {
    pub(crate) account_holder_entity_id: i64,
    pub(crate) close_date: Option<String>,
    pub(crate) full_name: String,
    pub(crate) id: i64,
    pub(crate) open_date: String,
    pub(crate) options_level: u32,
    pub(crate) short_name: String,
    pub(crate) status: &'static str,
    pub(crate) subtype: &'static str,
    pub(crate) r#type: &'static str,
}

/// An account with the details of its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AccountDetails {
    pub(crate) account_holder_entity_id: i64,
    pub(crate) close_date: Option<String>,
    pub(crate) country_of_tax_residency: Option<String>,
    pub(crate) date_of_birth: Option<String>,
    pub(crate) full_name: String,
    pub(crate) id: i64,
    pub(crate) mailing_address: Option<Address>,
    pub(crate) open_date: String,
    pub(crate) options_level: u32,
    pub(crate) phone_number: Option<String>,
    pub(crate) short_name: String,
    pub(crate) status: &'static str,
    pub(crate) subtype: &'static str,
    pub(crate) r#type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Address {
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) line1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line2: Option<String>,
    pub(crate) postal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
}

/// Balances of an account that pays in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Balances {
    pub(crate) account_id: i64,
    pub(crate) buying_power: String,
    pub(crate) currency: String,
    pub(crate) daily_change: String,
    pub(crate) daily_pnl: String,
    pub(crate) daily_realized_pnl: String,
    pub(crate) daily_total_pnl: String,
    pub(crate) daily_unrealized_pnl: String,
    pub(crate) equity: String,
    pub(crate) long_market_value: String,
    pub(crate) margin_type: &'static str,
    pub(crate) open_order_adjustment: String,
    pub(crate) settled_cash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) short_market_value: Option<String>,
    pub(crate) sod: StartOfDay,
    pub(crate) trade_cash: String,
    pub(crate) unrealized_pnl: String,
    pub(crate) unsettled_credits: String,
    pub(crate) unsettled_debits: String,
    pub(crate) withdrawable_cash: String,
}

/// Balances at the start of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StartOfDay {
    pub(crate) asof: String,
    pub(crate) buying_power: String,
    pub(crate) equity: String,
    pub(crate) long_market_value: String,
    pub(crate) short_market_value: String,
    pub(crate) trade_cash: String,
}
