//! Orders: what is asked and what is answered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Figure;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Buy,
    Sell,
}

/// How the price is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderType {
    Market,
    Limit,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderStatus {
    Building,
    Processing,
    Open,
    Closed,
    Failed,
    Cancelled,
}

/// Whether an order waited or came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Maker,
    Taker,
}

/// Body of `POST /order/build`. Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct BuildRequest {
    pub(crate) symbol: String,
    pub(crate) side: String,
    #[serde(rename = "type")]
    pub(crate) order_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base_quantity: Option<Figure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quote_quantity: Option<Figure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<Figure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_slippage_basis_point: Option<Figure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) post_only: Option<bool>,
}

/// Answer of `POST /order/build`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BuildAnswer {
    pub(crate) order_id: Uuid,
    pub(crate) tx_hex: String,
}

/// Body of `POST /order/submit`. Some clients send the members of the build along; they are ignored.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SubmitRequest {
    pub(crate) order_id: String,
    pub(crate) signed_tx: String,
}

/// Answer of `POST /order/{orderId}/cancel`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CancelAnswer {
    pub(crate) order_id: Uuid,
}

/// Body of `POST /order/cancel-all`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CancelAllRequest {
    pub(crate) symbol: String,
}

/// Answer of `POST /order/cancel-all`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CancelAllAnswer {
    pub(crate) symbol: String,
    pub(crate) order_ids: Vec<Uuid>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderResponse {
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active_order_utxo_id: Option<String>,
    pub(crate) status: OrderStatus,
    pub(crate) symbol: String,
    pub(crate) base_qty: String,
    pub(crate) quote_qty: String,
    pub(crate) side: Side,
    pub(crate) price: String,
    #[serde(rename = "type")]
    pub(crate) order_type: OrderType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slippage_bp: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) market_order_limit_price: Option<String>,
    pub(crate) locked_base_qty: String,
    pub(crate) locked_quote_qty: String,
    pub(crate) executed_base_qty: String,
    pub(crate) executed_quote_qty: String,
    pub(crate) ob_open_order_base_qty: String,
    pub(crate) commission_unit: String,
    pub(crate) commission: String,
    pub(crate) commission_rate_bp: u32,
    pub(crate) executed_price: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) order_execution_records: Vec<ExecutionRecord>,
}

/// One side of a fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ExecutionRecord {
    pub(crate) id: Uuid,
    pub(crate) order_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) execution_price: String,
    pub(crate) filled_base_qty: String,
    pub(crate) filled_quote_qty: String,
    pub(crate) commission_unit: String,
    pub(crate) commission: String,
    pub(crate) role: Role,
    pub(crate) counter_party_order_id: Uuid,
    pub(crate) created_at: String,
}
