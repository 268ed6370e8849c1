//! The shape of an order: what can be said about its terms without looking at the book or the ledger, its end included.

use super::Engine;
use super::market::Market;
use super::plan::{Bounds, Budget, Incoming};
use super::size::decide_notional;
use super::terms::{Terms, beyond};
use crate::kind::OrderKind;
use crate::number::Price;
use crate::order::{Size, TimeInForce};
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::units::{Lots, Ticks};

/// What terms come to in the book's units.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) incoming: Incoming,
    /// Whole quantity, when it does not depend on the book.
    pub(super) quantity: Option<Lots>,
    pub(super) rest_at: Option<Ticks>,
    pub(super) expires_at: Option<Timestamp>,
}

/// The numbers of an order that changes: the price that its funds are counted at and its quantity in the book's units, what
/// is filled of it, and its trigger, where that is new.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewNumbers {
    pub(super) price: Ticks,
    pub(super) trigger: Option<Price>,
    pub(super) quantity: Lots,
    pub(super) filled: Lots,
}

impl Engine {
    /// What can be said about terms without looking at the book or the ledger.
    pub(super) fn decide_shape(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
    ) -> Result<Shape, Reject> {
        market.decide_parts(terms)?;
        let kind = terms.kind.known_form();
        let is_limit = matches!(kind, OrderKind::Limit { .. });
        let rest_at = kind.resting_price().map(|price| market.scales.ticks(price)).transpose();
        let bounds = Bounds::of(&market.scales, terms.price_bound);
        let given = match terms.size {
            Size::Base(quantity) => Some(market.scales.lots(quantity)?),
            Size::Quote(amount) if amount.is_zero() || amount.is_negative() => {
                return Err(Reject::SizeNotPositive);
            }
            Size::Quote(_) => None,
        };
        let (rest_at, bounds) = (rest_at?, bounds?);
        market.decide_trigger_prices(terms.kind)?;
        market.decide_exit_prices(terms.exits)?;
        let limit = rest_at.filter(|_| is_limit);
        let quantity = match (given, terms.size, limit) {
            (Some(quantity), _, _) => Some(quantity),
            (None, Size::Quote(amount), Some(limit)) => Some(market.scales.affordable(amount, limit)),
            (None, _, _) => None,
        };
        self.decide_size(terms, market, quantity, limit)?;
        if let Some((upper, bound)) = rest_at.and_then(|price| bounds.broken_by(price)) {
            return Err(beyond(market, upper, bound, rest_at.unwrap_or(bound)));
        }
        let budget = match (quantity, terms.size) {
            (Some(quantity), _) => Budget::Base(quantity),
            (None, Size::Quote(amount)) => Budget::Quote(amount),
            (None, Size::Base(_)) => Budget::Base(Lots::ZERO),
        };
        let incoming = Incoming {
            account: terms.account,
            side: terms.side,
            limit,
            bounds,
            budget,
            rest_at: rest_at.filter(|_| !is_limit),
            self_match: terms.self_match,
        };
        let expires_at = self.decide_expiry(now, terms, market)?;
        Ok(Shape { incoming, quantity, rest_at, expires_at })
    }

    /// [`Self::decide_shape`] of an order whose numbers change, after its parts. Answers with its end alone.
    pub(super) fn decide_changed_shape(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
        numbers: NewNumbers,
    ) -> Result<Option<Timestamp>, Reject> {
        let NewNumbers { price, trigger, quantity, filled } = numbers;
        let bounds = Bounds::of(&market.scales, terms.price_bound)?;
        if let Some(trigger) = trigger {
            market.scales.ticks(trigger)?;
        }
        market.decide_exit_prices(terms.exits)?;
        self.decide_quantity(terms.instrument, market, quantity)?;
        if quantity <= filled {
            let (given, filled) = (market.scales.quantity(quantity), market.scales.quantity(filled));
            return Err(Reject::QuantityNotAboveFilled { given, filled });
        }
        decide_notional(market, market.scales.notional(price, quantity)?)?;
        if let Some((upper, bound)) = bounds.broken_by(price) {
            return Err(beyond(market, upper, bound, price));
        }
        self.decide_expiry(now, terms, market)
    }

    /// Checks terms that an order on the book is to have from now on, and says when they end and what quantity they come
    /// to, when that does not depend on the book.
    pub(super) fn decide_live_shape(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
    ) -> Result<(Option<Timestamp>, Option<Lots>), Reject> {
        self.decide_shape(now, terms, market).map(|shape| (shape.expires_at, shape.quantity))
    }

    /// When the order ends by itself: with its time in force, and no later than what it trades.
    fn decide_expiry(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
    ) -> Result<Option<Timestamp>, Reject> {
        market.decide_unexpired(now)?;
        let own = match terms.time_in_force {
            TimeInForce::Gtd(expiry) if expiry <= now => return Err(Reject::ExpiryInPast { expiry, now }),
            TimeInForce::Gtd(expiry) => Some(expiry),
            TimeInForce::Day => Some(self.decide_day_end(now, terms, market)?),
            TimeInForce::Gtc
            | TimeInForce::Ioc
            | TimeInForce::Fok
            | TimeInForce::AtOpen
            | TimeInForce::AtClose => None,
        };
        Ok(own.into_iter().chain(market.trades_until).min())
    }

    /// When the day of an order ends that comes now.
    fn decide_day_end(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        market: &Market,
    ) -> Result<Timestamp, Reject> {
        if let Some(calendar) = self.calendar_of(market) {
            let closed = Reject::MarketClosed { instrument: terms.instrument, opens_at: None };
            return calendar.day_end(now, terms.extended_hours).ok_or(closed);
        }
        let instrument = self.reference.instrument(terms.instrument);
        let known = instrument.ok_or(Reject::UnknownInstrument(terms.instrument))?;
        Ok(now.next_time_of_day(known.definition.day_ends_at))
    }
}
