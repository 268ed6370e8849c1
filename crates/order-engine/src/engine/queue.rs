//! Orders that wait for time or for their market to release them: deciding about them, recording them, and releasing
//! them. What has not been released holds nothing and is decided anew when it is.

use std::sync::Arc;

use super::Engine;
use super::due::Due;
use super::market::Market;
use super::place::Placement;
use super::terms::Terms;
use crate::event::{Change, Event};
use crate::ids::{InstrumentId, OrderId};
use crate::kind::OrderKind;
use crate::order::{Order, OrderStatus, Side, Size, StatusReason, TimeInForce};
use crate::reject::{Combination, Reject};
use crate::session::{Queue, WhileClosed};
use crate::time::Timestamp;
use crate::units::Lots;

/// What an order waits for.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// When it is released; nothing while a halt keeps it.
    at: Option<Timestamp>,
    /// The instant from which its life is counted.
    from: Timestamp,
    /// When it ends, where its release decides that.
    ends_at: Option<Timestamp>,
    /// Why it may not wait.
    refusal: Option<Reject>,
}

impl Waiting {
    /// Where an order stands that waits so.
    pub(super) const fn state(&self) -> Queue {
        Queue::Waiting { releases_at: self.at }
    }
}

/// Why an order cannot trade now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closure {
    /// Trading is halted.
    Halted,
    /// No session is open in which it may trade; the next one begins at an instant, if one is known.
    Closed(Option<Timestamp>),
}

impl Closure {
    pub(super) const fn reject(self, instrument: InstrumentId) -> Reject {
        match self {
            Self::Halted => Reject::TradingHalted(instrument),
            Self::Closed(opens_at) => Reject::MarketClosed { instrument, opens_at },
        }
    }
}

impl Engine {
    /// What an order waits for before it may meet the market; nothing when it may at once.
    pub(super) fn waiting_of(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        release_at: Option<Timestamp>,
    ) -> Result<Option<Waiting>, Reject> {
        let market = self.known_market(terms.instrument)?;
        if let Some(release_at) = release_at.filter(|at| *at <= now) {
            return Err(Reject::ReleaseInPast { release_at, now });
        }
        match terms.time_in_force {
            TimeInForce::AtOpen | TimeInForce::AtClose => {
                return self.auction_of(now, terms, release_at, market).map(Some);
            }
            TimeInForce::Day
            | TimeInForce::Gtc
            | TimeInForce::Ioc
            | TimeInForce::Fok
            | TimeInForce::Gtd(_) => {}
        }
        if let Some(release_at) = release_at {
            return Ok(Some(Waiting {
                at: Some(release_at),
                from: release_at,
                ends_at: None,
                refusal: None,
            }));
        }
        let Some(closure) = self.closure(now, market, terms.extended_hours) else { return Ok(None) };
        let (at, can_end) = match closure {
            Closure::Halted => (None, true),
            Closure::Closed(opens_at) => (opens_at, opens_at.is_some()),
        };
        let may_wait = can_end && market.while_closed == WhileClosed::Queue;
        let refusal = (!may_wait).then_some(closure.reject(terms.instrument));
        Ok(Some(Waiting { at, from: at.unwrap_or(now), ends_at: None, refusal }))
    }

    /// Why an order cannot trade now; nothing when it can.
    pub(super) fn closure(&self, now: Timestamp, market: &Market, extended_hours: bool) -> Option<Closure> {
        if market.state.admits(extended_hours) {
            return None;
        }
        if market.state.halt.is_some() {
            return Some(Closure::Halted);
        }
        let calendar = self.calendar_of(market);
        Some(Closure::Closed(calendar.and_then(|days| days.next_session(now, extended_hours))))
    }

    /// What an order for the open or for the close waits for.
    fn auction_of(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        release_at: Option<Timestamp>,
        market: &Market,
    ) -> Result<Waiting, Reject> {
        if !matches!(terms.kind, OrderKind::Market | OrderKind::Limit { .. }) {
            return Err(Reject::Combination(Combination::AuctionKind));
        }
        if release_at.is_some() {
            return Err(Reject::Combination(Combination::AuctionWithRelease));
        }
        let calendar =
            self.calendar_of(market).ok_or(Reject::Combination(Combination::AuctionWithoutSessions))?;
        let span = if terms.time_in_force == TimeInForce::AtOpen {
            calendar.next_opening(now)
        } else {
            calendar.day_end(now, false).map(|close| (close, close))
        };
        let closed = Reject::MarketClosed { instrument: terms.instrument, opens_at: None };
        Ok(match span {
            Some((at, ends_at)) => Waiting { at: Some(at), from: at, ends_at: Some(ends_at), refusal: None },
            None => Waiting { at: None, from: now, ends_at: None, refusal: Some(closed) },
        })
    }

    /// Decides about an order that waits: its parts must go together, and what is known of its price must be affordable.
    pub(super) fn decide_queued(
        &self,
        terms: &Terms<'_>,
        waiting: Waiting,
        credit: Option<&Order>,
        counts_as_new: bool,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        let quantity = self.decide_live_shape(waiting.from, terms, market)?.1;
        if counts_as_new {
            self.decide_capacity(terms)?;
        }
        if let Some(refusal) = waiting.refusal {
            return Err(refusal);
        }
        let placement = self.decide_resting(waiting.from, terms, market, credit)?;
        let shown_quantity = match (terms.size, quantity) {
            (Size::Base(_), _) | (_, Some(_)) => placement.shown_quantity,
            (Size::Quote(amount), None) => market.scales.quantity(market.estimate(terms.side, amount)),
        };
        let expires_at = waiting.ends_at.into_iter().chain(placement.expires_at).min();
        Ok(Placement { shown_quantity, expires_at, queue: Some(Box::new(waiting)), ..placement })
    }

    /// Puts a recorded order where its release will find it.
    pub(super) fn enqueue(&mut self, order: &Order) {
        if let Some(expiry) = order.expires_at {
            self.due.insert((expiry, Due::End(order.id)));
        }
        match order.releases_at() {
            Some(at) => drop(self.due.insert((at, Due::release_of(order)))),
            None => self.park(order),
        }
    }

    /// Takes an order that closes, or is released, out of those that wait.
    pub(super) fn unqueue(&mut self, order: &Order) {
        if let Some(at) = order.releases_at() {
            self.due.remove(&(at, Due::release_of(order)));
        }
        self.unpark(order.instrument, order.id);
    }

    /// Puts off the release of an order that waits, or gives it one when it was staged.
    pub(super) fn queue_again(&mut self, id: OrderId, placement: &Placement, events: &mut Vec<Event>) {
        let releases_at = placement.queue.as_ref().and_then(|waiting| waiting.at);
        let (expires_at, quantity) = (placement.expires_at, placement.shown_quantity);
        let queued = self.put_off(id, releases_at, events, |order| {
            order.edit_extras(|extras| extras.staged_until = None);
            order.expires_at = expires_at;
            order.quantity = quantity;
            order.leaves = quantity;
        });
        self.enqueue(&queued);
    }

    fn put_off(
        &mut self,
        id: OrderId,
        releases_at: Option<Timestamp>,
        events: &mut Vec<Event>,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        let event = self.mint();
        let queued = self.orders.revise(id, event, self.now, |order| {
            order.edit_extras(|extras| extras.queue = Some(Queue::Waiting { releases_at }));
            change(order);
        });
        events.push(self.event(event, Change::OrderQueued(Arc::clone(&queued))));
        queued
    }

    /// Lets an order take part in the close. One that a halt keeps from it ends at the same instant.
    pub(super) fn release_at_close(&mut self, id: OrderId, events: &mut Vec<Event>) {
        let Some(order) = self.orders.get(id).cloned() else { return };
        if self
            .market(order.instrument)
            .is_some_and(|market| market.state.admits(order.trades_extended_hours()))
        {
            self.go_live(&order, events);
        }
    }

    /// Releases an order whose instant has come, or lets it come back to its market.
    pub(super) fn release_due(&mut self, id: OrderId, events: &mut Vec<Event>) {
        let Some(order) = self.orders.get(id).cloned() else { return };
        if order.status.is_closed() {
            return;
        }
        if !order.is_queued() {
            self.admit(&order, events);
            return;
        }
        let Some(market) = self.market(order.instrument) else { return };
        let closure = self.closure(self.now, market, order.trades_extended_hours());
        match (closure, market.while_closed) {
            (None, _) => self.go_live(&order, events),
            (Some(Closure::Halted), WhileClosed::Queue) => {
                let queued = self.put_off(id, None, events, |_| {});
                self.park(&queued);
            }
            (Some(Closure::Closed(Some(at))), WhileClosed::Queue) => {
                self.unpark(order.instrument, order.id);
                let queued = self.put_off(id, Some(at), events, |_| {});
                self.due.insert((at, Due::release_of(&queued)));
            }
            (Some(closure @ Closure::Closed(None)), WhileClosed::Queue)
            | (Some(closure), WhileClosed::Refuse) => {
                let reason = StatusReason::Refused(Box::new(closure.reject(order.instrument)));
                self.close(id, OrderStatus::Rejected, reason, events);
            }
        }
    }

    /// Makes a recorded order live. It is decided anew, as if it came now; one that is refused ends `Rejected`, that of an
    /// account which takes no orders any more included.
    pub(super) fn go_live(&mut self, order: &Arc<Order>, events: &mut Vec<Event>) {
        let (id, was_queued) = (order.id, order.is_queued());
        let decided = self
            .open_for_orders(order.account)
            .and_then(|()| self.decide_released(order, &Terms::of_order(order)));
        let placement = match decided {
            Ok(placement) => placement,
            Err(refusal) => {
                self.close(id, OrderStatus::Rejected, StatusReason::Refused(Box::new(refusal)), events);
                return;
            }
        };
        self.unqueue(order);
        let event = self.mint();
        self.change_hold((order.account, order.instrument), None, placement.hold);
        // A queued order was told its end when it came.
        let expires_at = if was_queued { order.expires_at } else { placement.expires_at };
        if let Some(expiry) = expires_at {
            self.due.insert((expiry, Due::End(id)));
        }
        let (now, hold, quantity, trigger) =
            (self.now, placement.hold, placement.shown_quantity, placement.trigger.as_deref().copied());
        let live = self.orders.revise(id, event, now, |order| {
            order.status = OrderStatus::New;
            order.edit_extras(|extras| {
                extras.staged_until = None;
                extras.queue = was_queued.then_some(Queue::Released { at: now });
                extras.trigger = trigger;
            });
            order.held = hold;
            order.expires_at = expires_at;
            order.quantity = quantity;
            order.leaves = quantity;
        });
        events.push(self.event(event, Change::OrderAccepted(Arc::clone(&live))));
        if trigger.is_some() {
            self.arm(&live);
        } else {
            self.meet_book(id, &placement, events);
        }
    }
}

impl Market {
    /// What an amount of quote comes to at the house's last price; nothing when there is none.
    fn estimate(&self, side: Side, amount: crate::number::Amount) -> Lots {
        let price = self.quote.map(|quote| match side {
            Side::Buy => quote.ask,
            Side::Sell => quote.bid,
        });
        price.map_or(Lots::ZERO, |price| self.scales.affordable(amount, self.scales.known_ticks(price)))
    }
}
