//! Deciding about the terms of an order: its shape, its liquidity, its funds and what the match would be.

use super::Engine;
use super::funds::Demand;
use super::market::Market;
use super::place::Placement;
use super::plan::{Incoming, Plan};
use crate::command::PlaceOrder;
use crate::exits::Exits;
use crate::ids::{AccountId, InstrumentId};
use crate::kind::OrderKind;
use crate::number::Quantity;
use crate::order::{Order, PriceBound, SelfMatch, Side, Size, TimeInForce};
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::units::{Lots, Ticks};

/// The terms of an order that decide how it meets the book.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the order")]
pub(super) struct Terms<'a> {
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    pub(super) size: Size,
    pub(super) time_in_force: TimeInForce,
    pub(super) post_only: bool,
    pub(super) price_bound: &'a PriceBound,
    pub(super) self_match: SelfMatch,
    pub(super) extended_hours: bool,
    pub(super) exits: &'a Exits,
    pub(super) reduce_only: bool,
    pub(super) short_sale: bool,
}

impl<'a> Terms<'a> {
    pub(super) fn of_command(order: &'a PlaceOrder) -> Self {
        Self {
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            price_bound: &order.price_bound,
            self_match: order.self_match,
            extended_hours: order.extended_hours == Some(true),
            exits: &order.exits,
            reduce_only: order.reduce_only,
            short_sale: order.short_sale,
        }
    }

    pub(super) fn of_order(order: &'a Order) -> Self {
        Self {
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            price_bound: &order.price_bound,
            self_match: order.self_match,
            extended_hours: order.trades_extended_hours(),
            exits: &order.exits,
            reduce_only: order.reduce_only,
            short_sale: order.short_sale,
        }
    }
}

impl Engine {
    /// Decides about terms that are to be live at once, in a market that admits them.
    pub(super) fn decide_terms(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        credit: Option<&Order>,
        counts_as_new: bool,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        let shape = self.decide_shape(now, terms, market)?;
        if counts_as_new {
            self.decide_capacity(terms)?;
        }
        if let Some(trigger) = market.trigger_of(terms.kind, terms.side, now)? {
            return self.decide_waiting(now, terms, trigger, credit);
        }
        let best = market.book.best(terms.side.opposite());
        if best.is_none() && !matches!(terms.kind, OrderKind::Limit { .. }) {
            return Err(Reject::NoLiquidity);
        }
        let closing_price = || market.trigger_reference(terms.side.opposite());
        if let Some(reference) = shape.incoming.limit.or_else(closing_price).or(best) {
            market.decide_exits(terms.side, terms.exits, reference)?;
        }
        if let Some(best) = best {
            decide_bounds(market, &shape.incoming, best)?;
        }
        let plan = self.plan(market, &shape.incoming)?;
        let quantity = shape.quantity.unwrap_or_else(|| plan.filled.plus(plan.unfilled));
        if shape.quantity.is_none() {
            self.decide_size(terms, market, Some(quantity), None)?;
        }
        if plan.filled.is_zero() && matches!(terms.kind, OrderKind::Market) {
            return Err(Reject::NoLiquidity);
        }
        if terms.reduce_only {
            self.decide_reducible(market, terms.account, terms.side, quantity)?;
        }
        let rest_at = shape.rest_at.filter(|_| terms.time_in_force.may_rest());
        let left = quantity.minus(plan.filled.min(quantity));
        let demand = Demand {
            account: terms.account,
            side: terms.side,
            short_sale: terms.short_sale,
            reduce_only: terms.reduce_only,
            quantity: if rest_at.is_none() && shape.quantity.is_none() { plan.filled } else { quantity },
            ordered: quantity,
            limit: shape.incoming.limit,
            rest: rest_at.map(|price| (price, left)),
            credit,
        };
        let hold = self.decide_funds(market, &demand, &plan)?;
        Self::decide_match(market, terms, &plan, quantity, best)?;
        Ok(Placement {
            shown_quantity: shown(terms.size, || market.scales.quantity(quantity)),
            fills: plan.fills,
            rest_at,
            hold,
            expires_at: shape.expires_at,
            trigger: None,
            queue: None,
            closing: None,
            refusal: None,
        })
    }

    /// Decides about a limit order as if it rested and met nobody.
    pub(super) fn decide_resting(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
        credit: Option<&Order>,
    ) -> Result<Placement, Reject> {
        let shape = self.decide_shape(now, terms, market)?;
        let quantity = shape.quantity.unwrap_or_default();
        if let Some(limit) = shape.incoming.limit {
            market.decide_exits(terms.side, terms.exits, limit)?;
        }
        if terms.reduce_only {
            self.decide_reducible(market, terms.account, terms.side, quantity)?;
        }
        let demand = Demand {
            account: terms.account,
            side: terms.side,
            short_sale: terms.short_sale,
            reduce_only: terms.reduce_only,
            quantity,
            ordered: quantity,
            limit: shape.incoming.limit,
            rest: None,
            credit,
        };
        let hold = self.decide_funds(market, &demand, &Plan::default())?;
        Ok(Placement {
            shown_quantity: shown(terms.size, || market.scales.quantity(quantity)),
            fills: Vec::new(),
            rest_at: shape.rest_at,
            hold,
            expires_at: shape.expires_at,
            trigger: None,
            queue: None,
            closing: None,
            refusal: None,
        })
    }

    /// What the plan itself forbids.
    fn decide_match(
        market: &Market,
        terms: &Terms<'_>,
        plan: &Plan,
        quantity: Lots,
        best: Option<Ticks>,
    ) -> Result<(), Reject> {
        if terms.time_in_force == TimeInForce::Fok && plan.filled < quantity {
            let (ordered, fillable) = (market.scales.quantity(quantity), market.scales.quantity(plan.filled));
            return Err(Reject::NotFillable { ordered, fillable });
        }
        if let Some(best) = best
            && terms.post_only
            && !plan.fills.is_empty()
        {
            return Err(Reject::WouldTakeLiquidity { best: market.scales.price(best) });
        }
        if let Some((order, price)) = plan.self_match {
            return Err(Reject::SelfMatch { order, price: market.scales.price(price), side: terms.side });
        }
        Ok(())
    }

    /// The placement of an order that is recorded as refused.
    pub(super) fn refused_placement(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        refusal: Reject,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        let shape = self.decide_shape(now, terms, market)?;
        let estimate = || match terms.size {
            Size::Quote(amount) => market
                .book
                .best(terms.side.opposite())
                .map_or(Lots::ZERO, |price| market.scales.affordable(amount, price)),
            Size::Base(_) => Lots::ZERO,
        };
        let quantity = shape.quantity.unwrap_or_else(estimate);
        Ok(Placement {
            shown_quantity: shown(terms.size, || market.scales.quantity(quantity)),
            fills: Vec::new(),
            rest_at: None,
            hold: None,
            expires_at: shape.expires_at,
            trigger: None,
            queue: None,
            closing: None,
            refusal: Some(Box::new(refusal)),
        })
    }
}

fn shown(size: Size, computed: impl FnOnce() -> Quantity) -> Quantity {
    match size {
        Size::Base(quantity) => quantity,
        Size::Quote(_) => computed(),
    }
}

/// An order that its limit lets take the best price of the other side needs that price within its bound: it would rest
/// across it otherwise.
pub(super) fn decide_bounds(market: &Market, incoming: &Incoming, best: Ticks) -> Result<(), Reject> {
    if !incoming.limit_takes(best) {
        return Ok(());
    }
    match incoming.bounds.broken_by(best) {
        Some((upper, bound)) => Err(beyond(market, upper, bound, best)),
        None => Ok(()),
    }
}

/// The refusal of a price beyond a bound.
pub(super) fn beyond(market: &Market, upper: bool, bound: Ticks, price: Ticks) -> Reject {
    Reject::BeyondBound { upper, bound: market.scales.price(bound), market: market.scales.price(price) }
}
