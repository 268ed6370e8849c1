//! The new terms of a working order: what is asked for is completed from the old terms and checked by the rules for orders.

use super::Engine;
use super::market::Market;
use super::plan::Bounds;
use super::shape::NewNumbers;
use super::terms::Terms;
use crate::exits::{ExitChanges, Exits};
use crate::kind::{OrderKind, Trigger};
use crate::limits;
use crate::number::{Price, Quantity};
use crate::order::{Order, OrderStatus, PriceBound, TimeInForce};
use crate::reject::{Capacity, Combination, Reject};
use crate::time::Timestamp;
use crate::units::{Lots, Scales, Ticks};

/// New terms of an order, what was absent filled in from the old ones.
#[derive(Debug)]
pub(super) struct NewTerms {
    pub(super) kind: OrderKind,
    pub(super) quantity: Quantity,
    pub(super) time_in_force: TimeInForce,
    pub(super) expires_at: Option<Timestamp>,
    /// Where the order rests; nothing while it waits for its trigger.
    pub(super) price: Option<Ticks>,
    /// The price that its funds are counted at.
    pub(super) limit: Ticks,
    /// What is left to fill under the new terms.
    pub(super) leaves: Lots,
    /// What few orders have; nothing for an order that has none of it, before and after.
    pub(super) rare: Option<Box<RareTerms>>,
}

/// The rarer parts of new terms.
#[derive(Debug)]
pub(super) struct RareTerms {
    pub(super) price_bound: PriceBound,
    pub(super) exits: Exits,
    /// What it waits for, if it waits.
    pub(super) trigger: Option<Trigger>,
}

impl NewTerms {
    /// What the order waits for, if it waits.
    pub(super) fn trigger(&self) -> Option<&Trigger> {
        self.rare.as_ref()?.trigger.as_ref()
    }

    pub(super) fn bounds(&self, scales: &Scales) -> Result<Bounds, Reject> {
        self.rare.as_ref().map_or(Ok(Bounds::default()), |rare| Bounds::of(scales, &rare.price_bound))
    }
}

/// What is to be changed; what is absent stays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changes<'a> {
    pub(super) price: Option<Price>,
    pub(super) trigger: Option<Price>,
    pub(super) quantity: Option<Quantity>,
    pub(super) time_in_force: Option<TimeInForce>,
    pub(super) price_bound: Option<&'a PriceBound>,
    pub(super) exits: &'a ExitChanges,
    /// Whether its owner asks, whose replacements are counted.
    pub(super) is_owners: bool,
}

impl Engine {
    /// Completes and checks new terms by the rules for orders.
    pub(super) fn new_terms(
        &self,
        now: Timestamp,
        order: &Order,
        changes: Changes<'_>,
    ) -> Result<NewTerms, Reject> {
        let market = self.known_market(order.instrument)?;
        if changes.time_in_force.is_some_and(|asked| !asked.may_rest()) {
            return Err(Reject::Combination(Combination::ImmediateReplacement));
        }
        let kind = new_kind(order, changes.price, changes.trigger)?;
        let Some(limit) = known_limit(order, kind) else {
            return Err(Reject::Combination(Combination::PriceWithoutLimit));
        };
        let quantity = changes.quantity.unwrap_or(order.quantity);
        let exits = if changes.exits.is_keep() { order.exits } else { order.exits.changed(changes.exits) };
        let asked_time = changes.time_in_force.unwrap_or(order.time_in_force);
        let terms = Terms {
            time_in_force: asked_time,
            price_bound: changes.price_bound.unwrap_or(&order.price_bound),
            exits: &exits,
            ..Terms::of_order(order)
        };
        market.decide_parts(&terms)?;
        let lots = market.scales.lots(quantity)?;
        let (ticks, filled) = (market.scales.ticks(limit)?, market.scales.known_lots(order.filled));
        let numbers = NewNumbers { price: ticks, trigger: changes.trigger, quantity: lots, filled };
        let expires_at = self.decide_changed_shape(now, &terms, market, numbers)?;
        if changes.is_owners && order.replaces >= limits::MAX_REPLACES_PER_ORDER {
            let limit = u64::from(limits::MAX_REPLACES_PER_ORDER);
            return Err(Reject::CapacityExhausted { what: Capacity::Replaces, limit });
        }
        if order.status == OrderStatus::Suspended {
            return Err(Reject::TradingHalted(order.instrument));
        }
        let trigger = self.new_trigger(order, kind, market)?;
        market.decide_exits(order.side, &exits, ticks)?;
        let price_bound = *terms.price_bound;
        let has_rare = order.has_extras() || changes.price_bound.is_some() || !exits.is_none();
        let rare = has_rare.then(|| Box::new(RareTerms { price_bound, exits, trigger }));
        Ok(NewTerms {
            kind,
            quantity,
            time_in_force: asked_time,
            expires_at: if changes.time_in_force.is_some() { expires_at } else { order.expires_at },
            price: trigger.is_none().then_some(ticks),
            limit: ticks,
            leaves: lots.minus(filled),
            rare,
        })
    }

    /// What the order waits for under its new kind, if it still waits.
    fn new_trigger(
        &self,
        order: &Order,
        kind: OrderKind,
        market: &Market,
    ) -> Result<Option<Trigger>, Reject> {
        let Some(trigger) = order.trigger.filter(|_| order.is_armed()) else { return Ok(None) };
        let Some(price) = kind.trigger_price() else { return Ok(Some(trigger)) };
        if price == trigger.price {
            return Ok(Some(trigger));
        }
        market.trigger_of(kind, order.side, self.now)
    }
}

/// The price that the funds of an order of a kind are counted at, which is known without its market; nothing for an order
/// that has none.
fn known_limit(order: &Order, kind: OrderKind) -> Option<Price> {
    match order.trigger.filter(|_| order.is_armed()) {
        Some(trigger) => {
            let fixed = kind.resting_price().or(kind.trigger_price());
            Some(trigger.limit.or(fixed).unwrap_or(trigger.price))
        }
        None => kind.resting_price().or(order.limit_price()),
    }
}

/// The kind of an order with a new price or a new trigger. One without a limit is over once it has fired, so it waits.
fn new_kind(order: &Order, price: Option<Price>, trigger: Option<Price>) -> Result<OrderKind, Reject> {
    let is_armed = order.is_armed();
    let kind = match (order.kind, price) {
        (kind, None) => kind,
        (OrderKind::Limit { .. }, Some(price)) => OrderKind::Limit { price },
        (OrderKind::MarketToLimit { .. }, Some(rest_at)) => OrderKind::MarketToLimit { rest_at },
        (OrderKind::StopLimit { trigger, .. }, Some(price)) => OrderKind::StopLimit { trigger, price },
        (
            OrderKind::Market
            | OrderKind::Stop { .. }
            | OrderKind::MarketIfTouched { .. }
            | OrderKind::TrailingStop { .. }
            | OrderKind::TrailingStopLimit { .. },
            Some(_),
        ) => return Err(Reject::Combination(Combination::PriceWithoutLimit)),
    };
    match (kind, trigger) {
        (kind, None) => Ok(kind),
        (OrderKind::Stop { .. }, Some(trigger)) => Ok(OrderKind::Stop { trigger }),
        (OrderKind::StopLimit { price, .. }, Some(trigger)) if is_armed => {
            Ok(OrderKind::StopLimit { trigger, price })
        }
        (OrderKind::MarketIfTouched { .. }, Some(trigger)) => Ok(OrderKind::MarketIfTouched { trigger }),
        (
            OrderKind::Market
            | OrderKind::Limit { .. }
            | OrderKind::MarketToLimit { .. }
            | OrderKind::StopLimit { .. }
            | OrderKind::TrailingStop { .. }
            | OrderKind::TrailingStopLimit { .. },
            Some(_),
        ) => Err(Reject::Combination(Combination::TriggerWithoutStop)),
    }
}
