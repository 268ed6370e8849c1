//! Orders that wait for the market: arming them, letting trailing ones follow it, and firing them.
//!
//! After every command each market that it stirred is looked at once more: trailing triggers follow first, then orders
//! and exits of lots fire one by one, each of which may move the market for the next. An order fires once, and an exit
//! closes its lot, is used up, or empties one side of the book, so this ends.

use std::sync::Arc;

use super::Engine;
use super::market::Market;
use super::place::Placement;
use super::terms::Terms;
use crate::event::{Change, Event};
use crate::ids::{InstrumentId, OrderId};
use crate::kind::{Direction, Offset, OrderKind, Trigger, Watermark};
use crate::number::Price;
use crate::order::{Order, OrderStatus, Side, StatusReason};
use crate::reference::TriggerSource;
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::triggers::{Armed, FiringPrices, Watcher, Watching};
use crate::units::{Scales, Ticks};

impl Market {
    /// The price that fires the triggers of a side.
    pub(super) fn trigger_reference(&self, side: Side) -> Option<Ticks> {
        match self.trigger_source {
            TriggerSource::OtherSide => self.book.best(side.opposite()),
            TriggerSource::LastTrade => self.last_trade,
        }
    }

    /// What an order watches for when it is armed now; nothing for an order that does not wait.
    ///
    /// # Errors
    /// A price that the instrument does not have, an offset out of range, or no market price to measure it from.
    pub(super) fn trigger_of(
        &self,
        kind: OrderKind,
        side: Side,
        now: Timestamp,
    ) -> Result<Option<Trigger>, Reject> {
        let worse = match side {
            Side::Buy => Direction::Rising,
            Side::Sell => Direction::Falling,
        };
        let fixed = |price: Price, direction| {
            Some(Trigger { price, direction, watermark: None, limit: None, fired_at: None })
        };
        match kind {
            OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => Ok(None),
            OrderKind::Stop { trigger } | OrderKind::StopLimit { trigger, .. } => {
                self.scales.ticks(trigger)?;
                Ok(fixed(trigger, worse))
            }
            OrderKind::MarketIfTouched { trigger } => {
                let level = self.scales.ticks(trigger)?;
                let market = self.trigger_reference(side).ok_or(Reject::NoLiquidity)?;
                let direction = if level > market { Direction::Rising } else { Direction::Falling };
                Ok(fixed(trigger, direction))
            }
            OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => {
                let market = self.trigger_reference(side).ok_or(Reject::NoLiquidity)?;
                trailing_trigger(&self.scales, kind, side, market, now).map(Some)
            }
        }
    }
}

/// The distance of a trigger from the best price seen, in price units.
///
/// # Errors
/// A distance that the instrument's prices do not have.
pub(super) fn distance_of(scales: &Scales, offset: Offset, watermark: Ticks) -> Result<i64, Reject> {
    match offset {
        Offset::Price(distance) => Ok(scales.ticks(distance)?.get()),
        Offset::BasisPoints(rate) => Ok(scales.part_of_price(watermark, rate)),
        Offset::Pips(pips) => scales.pips(pips),
    }
}

/// The price that is worse by a distance for an order of this side; nothing when that is out of the range of prices.
pub(super) fn worse_by(side: Side, price: Ticks, distance: i64) -> Option<Ticks> {
    let moved = match side {
        Side::Buy => price.get().checked_add(distance),
        Side::Sell => price.get().checked_sub(distance),
    };
    moved.filter(|moved| *moved > 0).map(Ticks::new)
}

/// The trigger of a trailing order when the best price seen is `watermark`.
fn trailing_trigger(
    scales: &Scales,
    kind: OrderKind,
    side: Side,
    watermark: Ticks,
    at: Timestamp,
) -> Result<Trigger, Reject> {
    let (offset, limit_offset) = match kind {
        OrderKind::TrailingStop { offset } => (offset, None),
        OrderKind::TrailingStopLimit { offset, limit_offset } => (offset, Some(limit_offset)),
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. } => unreachable!("Invariant: only trailing orders trail"),
    };
    let market = scales.price(watermark);
    let out_of_range = || Reject::OffsetOutOfRange { market };
    let distance = distance_of(scales, offset, watermark)?;
    let level = worse_by(side, watermark, distance).ok_or_else(out_of_range)?;
    let limit = match limit_offset {
        Some(limit_offset) => {
            let limit = worse_by(side, level, scales.difference(limit_offset)?);
            Some(scales.price(limit.ok_or_else(out_of_range)?))
        }
        None => None,
    };
    let direction = match side {
        Side::Buy => Direction::Rising,
        Side::Sell => Direction::Falling,
    };
    let watermark = Some(Watermark { price: market, at });
    Ok(Trigger { price: scales.price(level), direction, watermark, limit, fired_at: None })
}

/// What a waiting order becomes when it fires.
pub(super) fn live_kind(kind: OrderKind, trigger: &Trigger) -> OrderKind {
    match kind {
        OrderKind::Stop { .. } | OrderKind::MarketIfTouched { .. } | OrderKind::TrailingStop { .. } => {
            OrderKind::Market
        }
        OrderKind::StopLimit { price, .. } => OrderKind::Limit { price },
        OrderKind::TrailingStopLimit { .. } => {
            OrderKind::Limit { price: trigger.limit.unwrap_or(trigger.price) }
        }
        OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => kind,
    }
}

pub(super) fn armed(scales: &Scales, order: &Order, trigger: &Trigger) -> Armed {
    Armed {
        side: order.side,
        direction: trigger.direction,
        level: scales.known_ticks(trigger.price),
        trails: trigger.watermark.is_some(),
    }
}

impl Engine {
    pub(super) fn arm(&mut self, order: &Order) {
        self.note_working(order);
        let Some(trigger) = order.trigger.filter(|_| !self.is_parked(order.instrument, order.id)) else {
            return;
        };
        let market = self.market_mut(order.instrument);
        let armed = armed(&market.scales, order, &trigger);
        market.triggers.arm(Watcher::order(order.id), armed);
    }

    /// Takes an order out of those that wait, if it does.
    pub(super) fn disarm(&mut self, order: &Order) {
        let Some(trigger) = order.trigger.filter(|_| order.is_armed()) else { return };
        let market = self.market_mut(order.instrument);
        let armed = armed(&market.scales, order, &trigger);
        market.triggers.disarm(Watcher::order(order.id), armed);
    }

    /// Lets the markets that were stirred move what waits for them.
    pub(super) fn settle_triggers(&mut self, events: &mut Vec<Event>) {
        while let Some(instrument) = self.stirred.take_lowest().map(InstrumentId::new) {
            let may_fire = |market: &Market| market.state.is_trading() && !market.triggers.is_empty();
            if !self.market(instrument).is_some_and(may_fire) {
                continue;
            }
            self.trail(instrument, Side::Buy, events);
            self.trail(instrument, Side::Sell, events);
            self.trail_exits(instrument, Side::Buy, events);
            self.trail_exits(instrument, Side::Sell, events);
            let Some(watcher) = self.next_fired(instrument) else { continue };
            match watcher.what() {
                Watching::Order => self.fire(watcher.order_id(), events),
                Watching::Exit { kind, account } => {
                    self.fire_exit(instrument, account, watcher.lot_id(), kind, events);
                }
            }
            self.stirred.mark(instrument.get());
        }
    }

    fn next_fired(&self, instrument: InstrumentId) -> Option<Watcher> {
        let market = self.market(instrument)?;
        let prices = |side| {
            let prices = market.firing_prices(side);
            FiringPrices { exits: prices.exits.filter(|_| self.has_room_for_closes()), ..prices }
        };
        market.triggers.fired(prices(Side::Buy), prices(Side::Sell))
    }

    /// Lets the trailing orders of a side follow a market that has moved in their favour.
    fn trail(&mut self, instrument: InstrumentId, side: Side, events: &mut Vec<Event>) {
        let Some(market) = self.market(instrument) else { return };
        let Some(reference) = market.trigger_reference(side) else { return };
        let scales = market.scales;
        let followers: Vec<(Arc<Order>, Trigger)> = market
            .triggers
            .trailing_orders(side)
            .filter_map(|watcher| self.orders.get(watcher.order_id()))
            .filter_map(|order| Some((Arc::clone(order), self.followed(order, &scales, reference)?)))
            .collect();
        for (order, trigger) in followers {
            self.disarm(&order);
            let event = self.mint();
            let moved = self.orders.revise(order.id, event, self.now, |order| {
                order.edit_extras(|extras| extras.trigger = Some(trigger));
            });
            self.arm(&moved);
            events.push(self.event(event, Change::OrderTrailed(moved)));
        }
    }

    /// The trigger of an order whose market is better than it has seen; nothing when it is not, or when the trigger
    /// would leave the range of prices.
    fn followed(&self, order: &Order, scales: &Scales, reference: Ticks) -> Option<Trigger> {
        let seen = scales.known_ticks(order.trigger?.watermark?.price);
        let is_better = match order.side {
            Side::Buy => reference < seen,
            Side::Sell => reference > seen,
        };
        if !is_better {
            return None;
        }
        trailing_trigger(scales, order.kind, order.side, reference, self.now).ok()
    }

    /// Makes an order live. One that can no longer be afforded or filled is canceled with the reason.
    fn fire(&mut self, id: OrderId, events: &mut Vec<Event>) {
        let order = Arc::clone(self.orders.known(id));
        let Some(trigger) = order.trigger else { return };
        self.disarm(&order);
        let terms = Terms { kind: live_kind(order.kind, &trigger), ..Terms::of_order(&order) };
        let placement = match self.decide_terms(self.now, &terms, Some(&order), false) {
            Ok(placement) => placement,
            Err(refusal) => {
                let (fired_at, reason) = (Some(self.now), StatusReason::Refused(Box::new(refusal)));
                self.close_with(id, OrderStatus::Canceled, reason, events, |order| {
                    order.edit_extras(|extras| extras.trigger = Some(Trigger { fired_at, ..trigger }));
                });
                return;
            }
        };
        self.change_hold((order.account, order.instrument), order.held, placement.hold);
        let event = self.mint();
        let (now, hold, quantity) = (self.now, placement.hold, placement.shown_quantity);
        let live = self.orders.revise(id, event, now, |order| {
            order.edit_extras(|extras| extras.trigger = Some(Trigger { fired_at: Some(now), ..trigger }));
            order.held = hold;
            order.quantity = quantity;
            order.leaves = quantity;
        });
        events.push(self.event(event, Change::OrderTriggered(live)));
        self.meet_book(id, &placement, events);
    }

    /// Decides about an order that is to wait: its size and its funds are those of a limit order at the worst price that
    /// is known for it now.
    pub(super) fn decide_waiting(
        &self,
        now: Timestamp,
        terms: &Terms<'_>,
        trigger: Trigger,
        credit: Option<&Order>,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        let price = match live_kind(terms.kind, &trigger) {
            OrderKind::Limit { price } => price,
            OrderKind::Market
            | OrderKind::MarketToLimit { .. }
            | OrderKind::Stop { .. }
            | OrderKind::StopLimit { .. }
            | OrderKind::MarketIfTouched { .. }
            | OrderKind::TrailingStop { .. }
            | OrderKind::TrailingStopLimit { .. } => trigger.price,
        };
        let stand_in = Terms { kind: OrderKind::Limit { price }, ..*terms };
        let placement = self.decide_resting(now, &stand_in, market, credit)?;
        Ok(Placement { trigger: Some(Box::new(trigger)), ..placement })
    }
}
