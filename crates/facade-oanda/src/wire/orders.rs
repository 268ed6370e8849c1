//! Orders.

use serde::Serialize;

use super::{Number, Perhaps, Side};
use crate::params::Params;

/// Order types of the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OrderType {
    Limit,
    Stop,
    MarketIfTouched,
    Market,
}

/// Types of closed orders. An entry is what `marketIfTouched` was called before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum ClosedOrderType {
    BuyLimit,
    SellLimit,
    BuyStop,
    SellStop,
    BuyEntry,
    SellEntry,
}

/// The arguments of a new order, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CreateOrder {
    pub(crate) instrument: Option<String>,
    pub(crate) units: Option<String>,
    pub(crate) side: Option<String>,
    pub(crate) order_type: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) expiry: Option<String>,
    pub(crate) lower_bound: Option<String>,
    pub(crate) upper_bound: Option<String>,
    pub(crate) stop_loss: Option<String>,
    pub(crate) take_profit: Option<String>,
    pub(crate) trailing_stop: Option<String>,
}

impl CreateOrder {
    /// The arguments that are there, in the vendor's order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("instrument", &self.instrument),
            ("units", &self.units),
            ("side", &self.side),
            ("type", &self.order_type),
            ("price", &self.price),
            ("expiry", &self.expiry),
            ("lowerBound", &self.lower_bound),
            ("upperBound", &self.upper_bound),
            ("stopLoss", &self.stop_loss),
            ("takeProfit", &self.take_profit),
            ("trailingStop", &self.trailing_stop),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

impl From<&Params> for CreateOrder {
    fn from(form: &Params) -> Self {
        let text = |name| form.get(name).map(str::to_owned);
        Self {
            instrument: text("instrument"),
            units: text("units"),
            side: text("side"),
            order_type: text("type"),
            price: text("price"),
            expiry: text("expiry"),
            lower_bound: text("lowerBound"),
            upper_bound: text("upperBound"),
            stop_loss: text("stopLoss"),
            take_profit: text("takeProfit"),
            trailing_stop: text("trailingStop"),
        }
    }
}

/// The arguments of a change, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChangeOrder {
    pub(crate) units: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) expiry: Option<String>,
    pub(crate) lower_bound: Option<String>,
    pub(crate) upper_bound: Option<String>,
    pub(crate) stop_loss: Option<String>,
    pub(crate) take_profit: Option<String>,
    pub(crate) trailing_stop: Option<String>,
}

impl From<&Params> for ChangeOrder {
    fn from(form: &Params) -> Self {
        let text = |name| form.get(name).map(str::to_owned);
        Self {
            units: text("units"),
            price: text("price"),
            expiry: text("expiry"),
            lower_bound: text("lowerBound"),
            upper_bound: text("upperBound"),
            stop_loss: text("stopLoss"),
            take_profit: text("takeProfit"),
            trailing_stop: text("trailingStop"),
        }
    }
}

/// `GET .../orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderList {
    pub(crate) orders: Vec<Order>,
}

/// A pending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    #[serde(rename = "type")]
    pub(crate) kind: OrderType,
    pub(crate) time: String,
    pub(crate) price: Number,
    pub(crate) take_profit: Number,
    pub(crate) stop_loss: Number,
    pub(crate) expiry: String,
    pub(crate) upper_bound: Number,
    pub(crate) lower_bound: Number,
    pub(crate) trailing_stop: Number,
}

/// The answer to a new pending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PendingCreated {
    pub(crate) instrument: String,
    pub(crate) time: String,
    pub(crate) price: Number,
    pub(crate) order_opened: OrderOpened,
}

/// A new pending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderOpened {
    pub(crate) id: u64,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) take_profit: Number,
    pub(crate) stop_loss: Number,
    pub(crate) expiry: String,
    pub(crate) upper_bound: Number,
    pub(crate) lower_bound: Number,
    pub(crate) trailing_stop: Number,
}

/// The answer to a market order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MarketFilled {
    pub(crate) instrument: String,
    pub(crate) time: String,
    pub(crate) price: Number,
    pub(crate) trade_opened: Perhaps<TradeOpened>,
    pub(crate) trades_closed: Vec<TradeTaken>,
    pub(crate) trade_reduced: Perhaps<TradeTaken>,
}

/// A trade that an order opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TradeOpened {
    pub(crate) id: u64,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) take_profit: Number,
    pub(crate) stop_loss: Number,
    pub(crate) trailing_stop: Number,
}

/// A trade that an order closed or reduced: the units are those taken off, the side is the trade's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TradeTaken {
    pub(crate) id: u64,
    pub(crate) units: u64,
    pub(crate) side: Side,
}

/// The answer to the end of a pending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrderClosed {
    pub(crate) id: u64,
    pub(crate) instrument: String,
    pub(crate) units: u64,
    pub(crate) side: Side,
    pub(crate) price: Number,
    pub(crate) time: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<ClosedOrderType>,
}
