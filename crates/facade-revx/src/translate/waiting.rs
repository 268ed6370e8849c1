//! Orders that wait for the market, or waited: what they are here, and what the vendor calls their trigger.
//!
//! The vendor knows one kind of them, made in its apps and never by this API: an order of type `conditional`, with the
//! price at which a market or a limit order is made of it. Here both are one order: it is `conditional` until it fires,
//! and then what it has become.

use facade_kit::{LossKind, Translated, exit_losses};
use order_engine::{
    Direction, Offset, Order, OrderKind, OrderStatus, Price, Side, StatusReason, TimeInForce,
};

use super::{numbers, orders};
use crate::wire;
use crate::wire::orders::{LiveType, OrderTrigger, OrderType, TriggerDirection, TriggerReason, TriggeredBy};

/// What an order is that waits for nothing, or will be once it has fired.
pub(crate) const fn live_type(kind: OrderKind) -> LiveType {
    match kind {
        OrderKind::Market
        | OrderKind::Stop { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. } => LiveType::Market,
        OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::TrailingStopLimit { .. } => LiveType::Limit,
    }
}

/// Whether the order was placed to wait, whatever has become of it.
pub(crate) const fn is_made_to_wait(kind: OrderKind) -> bool {
    match kind {
        OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => false,
        OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => true,
    }
}

fn has_fired(order: &Order) -> bool {
    order.trigger.is_some_and(|trigger| trigger.fired_at.is_some())
}

/// Whether the order waits for its trigger, or ended before it fired.
pub(crate) fn is_conditional(order: &Order) -> bool {
    is_made_to_wait(order.kind) && !has_fired(order)
}

/// The type of an order as it stands.
pub(crate) fn order_type(order: &Order) -> OrderType {
    if is_conditional(order) {
        return OrderType::Conditional;
    }
    match live_type(order.kind) {
        LiveType::Market => OrderType::Market,
        LiveType::Limit => OrderType::Limit,
    }
}

/// The price at which the funds of a waiting order are counted: its limit, or without one its trigger.
pub(crate) fn worst_price(order: &Order) -> Option<Price> {
    order.limit_price().or(order.trigger.map(|trigger| trigger.price)).or(order.kind.trigger_price())
}

/// The price of the trigger and where the market must be for it. A staged order is not armed yet: the trigger of a stop is
/// known all the same, that of a touch or of a trailing order depends on the market that it will find.
fn level(order: &Order) -> Option<(Price, Direction)> {
    if let Some(trigger) = order.trigger {
        return Some((trigger.price, trigger.direction));
    }
    let worse = match order.side {
        Side::Buy => Direction::Rising,
        Side::Sell => Direction::Falling,
    };
    match order.kind {
        OrderKind::Stop { trigger } | OrderKind::StopLimit { trigger, .. } => Some((trigger, worse)),
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => None,
    }
}

/// The trigger in the vendor's words; nothing for an order without one, or while its price is not known.
fn trigger(order: &Order, quote_scale: u32) -> Option<OrderTrigger> {
    let (price, direction) = level(order)?;
    let text = |price: Price| numbers::amount(price.decimal(), quote_scale);
    Some(OrderTrigger {
        trigger_price: text(price),
        kind: live_type(order.kind),
        trigger_direction: match direction {
            Direction::Rising => TriggerDirection::Ge,
            Direction::Falling => TriggerDirection::Le,
        },
        limit_price: order.limit_price().map(text),
        time_in_force: live_time_in_force(order),
        execution_instructions: orders::instructions(order),
    })
}

/// The trigger of an order that waits.
pub(crate) fn conditional(order: &Order, quote_scale: u32) -> Option<OrderTrigger> {
    trigger(order, quote_scale).filter(|_| is_conditional(order))
}

/// The trigger of an order that has fired.
pub(crate) fn triggered_by(order: &Order, quote_scale: u32) -> Option<TriggeredBy> {
    let conditional = trigger(order, quote_scale).filter(|_| has_fired(order))?;
    Some(TriggeredBy { conditional, reason: TriggerReason::Conditional })
}

/// How long the order lives once it has fired, in the two words that a trigger has.
fn live_time_in_force(order: &Order) -> wire::orders::TimeInForce {
    match (live_type(order.kind), order.time_in_force) {
        (LiveType::Market, _)
        | (
            LiveType::Limit,
            TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::AtOpen | TimeInForce::AtClose,
        ) => wire::orders::TimeInForce::Ioc,
        (LiveType::Limit, TimeInForce::Gtc | TimeInForce::Day | TimeInForce::Gtd(_)) => {
            wire::orders::TimeInForce::Gtc
        }
    }
}

/// What the vendor's trigger and exits do not say of the order's.
pub(crate) fn with_losses<T>(mut shown: Translated<T>, order: &Order) -> Translated<T> {
    shown.losses.extend(exit_losses(order));
    if let Some(distance) = trailing(order.kind) {
        shown = shown.with_loss("trigger_price", LossKind::Collapsed, &distance, &"a fixed price");
    }
    if is_conditional(order) && level(order).is_none() {
        shown = shown.with_loss("conditional", LossKind::Dropped, &"a trigger whose price is not known", &"");
    }
    if is_conditional(order) && order.time_in_force == TimeInForce::Fok {
        shown = shown.with_loss("time_in_force", LossKind::Collapsed, &"fok", &"ioc");
    }
    // The vendor gives reasons of rejected orders only, and this one was canceled.
    if let Some(StatusReason::Refused(reject)) = &order.reason
        && order.status == OrderStatus::Canceled
    {
        shown = shown.with_loss("reject_reason", LossKind::Dropped, reject, &"");
    }
    shown
}

/// The distance at which a trigger follows the market.
fn trailing(kind: OrderKind) -> Option<String> {
    let told = |offset| match offset {
        Offset::Price(distance) => format!("{distance} behind the market"),
        Offset::BasisPoints(rate) => format!("{} basis points behind the market", rate.get()),
        Offset::Pips(pips) => format!("{} pips behind the market", pips.decimal()),
    };
    match kind {
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. } => None,
        OrderKind::TrailingStop { offset } => Some(told(offset)),
        OrderKind::TrailingStopLimit { offset, limit_offset } => {
            Some(format!("{}, limit {} beyond it", told(offset), limit_offset.decimal()))
        }
    }
}
