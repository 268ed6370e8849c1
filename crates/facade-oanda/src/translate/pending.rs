//! What a pending order of any dialect is called here: a type, a price and bounds.
//!
//! The vendor's orders become market orders when their price is reached. One that becomes a limit order then is a `stop`
//! within a bound until it fires, and a `limit` from then on; one whose trigger follows the market is a `stop` at the
//! price where the trigger is now.

use std::fmt;

use facade_kit::LossKind;
use order_engine::{Offset, Order, OrderKind, Price, PriceBound, Side};

use super::Losses;
use crate::wire::orders::OrderType;

/// An order as far as its type goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) kind: OrderType,
    /// Where it trades or where it fires. A market order has none, nor has a trailing order while it is staged.
    pub(super) price: Option<Price>,
    pub(super) bound: PriceBound,
}

/// The vendor's words for an order. What it is called otherwise is a loss of its `type`.
pub(super) fn pending(losses: &mut Losses, order: &Order) -> Pending {
    let unbounded = |kind, price| Pending { kind, price, bound: order.price_bound };
    let trigger_now = order.trigger.map(|trigger| trigger.price);
    let limit = order.limit_price();
    let bounded = |price| Pending {
        kind: OrderType::Stop,
        price,
        bound: limit.map_or(order.price_bound, |limit| within(order.price_bound, order.side, limit)),
    };
    let mut called = |from: &dyn fmt::Display, to: &str| {
        losses.add("type", LossKind::Collapsed, from, &to);
    };
    match order.kind {
        OrderKind::Market => unbounded(OrderType::Market, None),
        OrderKind::Limit { price } => unbounded(OrderType::Limit, Some(price)),
        OrderKind::MarketToLimit { rest_at } => {
            called(&"market to limit", "limit");
            unbounded(OrderType::Limit, Some(rest_at))
        }
        OrderKind::Stop { trigger } => unbounded(OrderType::Stop, Some(trigger)),
        OrderKind::MarketIfTouched { trigger } => unbounded(OrderType::MarketIfTouched, Some(trigger)),
        OrderKind::StopLimit { trigger, .. } if has_fired(order) => {
            called(&format_args!("stop limit fired at {trigger}"), "limit");
            unbounded(OrderType::Limit, limit)
        }
        OrderKind::StopLimit { trigger, .. } => {
            called(&"stop limit", "stop within a bound");
            bounded(Some(trigger))
        }
        OrderKind::TrailingStop { offset } => {
            called(&format_args!("stop trailing by {}", Distance(offset)), "stop");
            unbounded(OrderType::Stop, trigger_now)
        }
        OrderKind::TrailingStopLimit { offset, .. } if has_fired(order) => {
            called(&format_args!("fired stop limit trailing by {}", Distance(offset)), "limit");
            unbounded(OrderType::Limit, limit)
        }
        OrderKind::TrailingStopLimit { offset, .. } => {
            called(&format_args!("stop limit trailing by {}", Distance(offset)), "stop within a bound");
            bounded(trigger_now)
        }
    }
}

/// A bound that a limit is put into, unless there is a tighter one.
pub(super) fn within(PriceBound { lower, upper }: PriceBound, side: Side, limit: Price) -> PriceBound {
    match side {
        Side::Buy => PriceBound { lower, upper: Some(upper.map_or(limit, |upper| upper.min(limit))) },
        Side::Sell => PriceBound { lower: Some(lower.map_or(limit, |lower| lower.max(limit))), upper },
    }
}

fn has_fired(order: &Order) -> bool {
    order.trigger.is_some_and(|trigger| trigger.fired_at.is_some())
}

struct Distance(Offset);

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Offset::Price(distance) => write!(f, "{distance}"),
            Offset::BasisPoints(points) => write!(f, "{} basis points", points.get()),
            Offset::Pips(pips) => write!(f, "{} pips", pips.decimal()),
        }
    }
}
