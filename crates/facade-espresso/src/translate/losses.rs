//! What this dialect has no member or no word for.

use std::fmt::{Debug, Display};

use facade_kit::{Loss, LossKind, exit_losses};
use order_engine::{Order, OrderKind, OrderStatus, SelfMatch, TimeInForce};

use super::amounts::is_limit;

pub(super) fn loss(field: &'static str, kind: LossKind, from: &dyn Display, to: &dyn Display) -> Loss {
    Loss { field, kind, from: from.to_string(), to: to.to_string() }
}

fn dropped(field: &'static str, value: Option<&dyn Debug>) -> Option<Loss> {
    value.map(|value| loss(field, LossKind::Dropped, &format!("{value:?}"), &""))
}

/// Whether an order was placed to wait for the market, for which there is no word.
const fn waits(kind: OrderKind) -> bool {
    match kind {
        OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => false,
        OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => true,
    }
}

/// The parts of an order that neither a request nor an order object can hold.
pub(super) fn unsaid(order: &Order) -> Vec<Loss> {
    let is_limit = is_limit(order.kind);
    // A market order ends at once in every dialect, and the remainder of one with slippage rests until canceled.
    let usual = match order.kind {
        OrderKind::Market => TimeInForce::Ioc,
        OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => TimeInForce::Gtc,
    };
    let time_in_force = (order.time_in_force != usual).then_some(&order.time_in_force as &dyn Debug);
    let bound = (is_limit && order.price_bound != order_engine::PriceBound::default())
        .then_some(&order.price_bound as &dyn Debug);
    let self_match = (order.self_match != SelfMatch::default()).then_some(&order.self_match as &dyn Debug);
    let kind = waits(order.kind).then_some(&order.kind as &dyn Debug);
    let post_only = order.post_only.then_some(&order.post_only as &dyn Debug);
    let word = if is_limit { "limit" } else { "market" };
    let short_sale = order.short_sale.then(|| loss("side", LossKind::Collapsed, &"short sale", &"sell"));
    [
        short_sale,
        kind.map(|kind| loss("type", LossKind::Collapsed, &format!("{kind:?}"), &word)),
        dropped("trigger", order.trigger.as_ref().map(|value| value as &dyn Debug)),
        dropped("time_in_force", time_in_force),
        dropped("post_only", post_only),
        dropped("price_bound", bound),
        dropped("self_match", self_match),
        dropped("extended_hours", order.extended_hours.as_ref().map(|value| value as &dyn Debug)),
        dropped("client_order_id", order.client_order_id.as_ref().map(|value| value as &dyn Debug)),
        dropped("reason", order.reason.as_ref().map(|value| value as &dyn Debug)),
        dropped("predecessor", order.predecessor.as_ref().map(|value| value as &dyn Debug)),
        dropped("successor", order.successor.as_ref().map(|value| value as &dyn Debug)),
    ]
    .into_iter()
    .flatten()
    .chain(exit_losses(order))
    .collect()
}

/// A status that shares its word with another.
pub(super) fn collapsed_status(status: OrderStatus, word: &str) -> Option<Loss> {
    let is_shared = match status {
        OrderStatus::PartiallyFilled
        | OrderStatus::Expired
        | OrderStatus::Replaced
        | OrderStatus::Suspended => true,
        OrderStatus::PendingNew
        | OrderStatus::New
        | OrderStatus::Filled
        | OrderStatus::Canceled
        | OrderStatus::Rejected => false,
    };
    is_shared.then(|| loss("status", LossKind::Collapsed, &format!("{status:?}"), &word))
}
