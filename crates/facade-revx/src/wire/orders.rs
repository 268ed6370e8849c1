//! Orders: what is sent to place and to replace one, and how one is shown.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Side;

/// State of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    PendingNew,
    New,
    PartiallyFilled,
    Filled,
    Cancelled,
    Rejected,
    Replaced,
}

/// Type of an order. The last three are made in the vendor's apps, never by this API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderType {
    Market,
    Limit,
    Conditional,
    Tpsl,
    Twap,
}

/// Type of an order that a trigger makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LiveType {
    Market,
    Limit,
}

/// Where the market must be for a trigger to fire: at its price or above, or at its price or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TriggerDirection {
    Ge,
    Le,
}

/// What made an order, of the reasons that there are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TriggerReason {
    Conditional,
}

/// A trigger, and the order that it makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderTrigger {
    pub(crate) trigger_price: String,
    #[serde(rename = "type")]
    pub(crate) kind: LiveType,
    pub(crate) trigger_direction: TriggerDirection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_price: Option<String>,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) execution_instructions: Vec<Instruction>,
}

/// The trigger that made an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TriggeredBy {
    pub(crate) conditional: OrderTrigger,
    pub(crate) reason: TriggerReason,
}

/// How long an order lives. `fok` can be read, not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TimeInForce {
    Gtc,
    Ioc,
    Fok,
}

/// How an order may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Instruction {
    AllowTaker,
    PostOnly,
}

/// Body that places an order. Members are of any JSON type here, so that the first wrong one in the vendor's order of
/// checks can answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceOrder {
    pub(crate) client_order_id: Option<Value>,
    pub(crate) symbol: Option<Value>,
    pub(crate) side: Option<Value>,
    pub(crate) order_configuration: Option<Value>,
}

/// Exactly one of its members.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderConfiguration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<LimitConfiguration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) market: Option<MarketConfiguration>,
}

/// Terms of a limit order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitConfiguration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_size: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote_size: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_in_force: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) execution_instructions: Option<Value>,
}

/// Terms of a market order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarketConfiguration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_size: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote_size: Option<Value>,
}

/// Body that replaces an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceOrder {
    pub(crate) client_order_id: Option<Value>,
    pub(crate) base_size: Option<Value>,
    pub(crate) quote_size: Option<Value>,
    pub(crate) price: Option<Value>,
    pub(crate) time_in_force: Option<Value>,
    pub(crate) execution_instructions: Option<Value>,
}

/// What placing and replacing answer.
#[derive(Debug, Serialize)]
pub(crate) struct Placed {
    pub(crate) venue_order_id: String,
    pub(crate) client_order_id: String,
    pub(crate) state: OrderState,
}

/// An order. The fee and the trigger that made it are shown with one order only, not in lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_order_id: Option<String>,
    pub(crate) client_order_id: String,
    pub(crate) symbol: String,
    pub(crate) side: Side,
    #[serde(rename = "type")]
    pub(crate) kind: OrderType,
    pub(crate) quantity: String,
    pub(crate) filled_quantity: String,
    pub(crate) leaves_quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<String>,
    pub(crate) filled_amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<String>,
    pub(crate) average_fill_price: String,
    pub(crate) status: OrderState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reject_reason: Option<&'static str>,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) execution_instructions: Vec<Instruction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) conditional: Option<OrderTrigger>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_fee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fee_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) triggered_by: Option<TriggeredBy>,
    pub(crate) created_date: u64,
    pub(crate) updated_date: u64,
}

/// One order, with the names of the vendor's earlier page when those are wanted.
#[derive(Debug, Serialize)]
pub(crate) struct OrderDetails {
    #[serde(flatten)]
    pub(crate) order: Order,
    #[serde(flatten)]
    pub(crate) seed_names: Option<SeedNames>,
}

/// The earlier names, with the values of the present ones.
#[derive(Debug, Serialize)]
pub(crate) struct SeedNames {
    pub(crate) venue_order_id: String,
    pub(crate) state: OrderState,
    pub(crate) base_size: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote_size: Option<String>,
    pub(crate) filled_size: String,
    pub(crate) filled_value: String,
    pub(crate) average_filled_price: String,
    pub(crate) order_configuration: OrderConfiguration,
    /// Never described, and empty for orders of one leg, as all of them are here.
    pub(crate) legs: [(); 0],
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}
