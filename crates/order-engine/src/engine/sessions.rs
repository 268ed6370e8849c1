//! Sessions and halts: what opens, closes, stops and goes on, and which orders are in the market meanwhile.
//!
//! While a market is closed or halted its book stays as it is, without the house, and nothing trades or fires. While an
//! extended session is open, orders that do not trade in it are *parked*: off the book and out of the triggers, with
//! everything else as it was; they come back in the order of their numbers.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Engine;
use super::due::Due;
use super::market::Market;
use super::plan::{Bounds, Budget, Incoming};
use crate::calendar::{Calendar, CalendarDefinition, Session, SessionKind};
use crate::command::{HaltInstrument, ResumeInstrument};
use crate::event::{Change, Event, Outcome};
use crate::ids::{AccountId, InstrumentId, OrderId};
use crate::limits;
use crate::order::{Order, OrderStatus, Side, StatusReason};
use crate::reject::{Capacity, DefinitionFault, Reject};
use crate::session::{Halt, MarketState};
use crate::time::Timestamp;

impl Engine {
    /// Whether an instrument's market trades; nothing when the instrument is unknown.
    #[must_use]
    pub fn market_state(&self, instrument: InstrumentId) -> Option<&MarketState> {
        self.market(instrument).map(|market| &market.state)
    }

    /// The session that an instrument's calendar has at an instant; nothing when it has none then, or no calendar.
    #[must_use]
    pub fn session(&self, instrument: InstrumentId, at: Timestamp) -> Option<Session> {
        self.calendar_of(self.market(instrument)?)?.session(at).copied()
    }

    pub(super) fn calendar_of(&self, market: &Market) -> Option<&Arc<Calendar>> {
        self.reference.calendar(market.calendar?)
    }

    pub(super) fn decide_calendar(&self, definition: &CalendarDefinition) -> Result<Calendar, Reject> {
        let refused = Reject::InvalidDefinition(DefinitionFault::Days);
        if !definition.is_in_order() {
            return Err(refused);
        }
        if let Some(known) = self.reference.calendar_by_name(definition.name.as_str()) {
            let extends = definition.days.starts_with(&known.definition.days);
            return if extends {
                Ok(Calendar { id: known.id, definition: definition.clone() })
            } else {
                Err(refused)
            };
        }
        if self.reference.calendars().len() >= limits::MAX_CALENDARS {
            let limit = limits::MAX_CALENDARS as u64;
            return Err(Reject::CapacityExhausted { what: Capacity::Calendars, limit });
        }
        Ok(Calendar { id: self.reference.next_calendar(), definition: definition.clone() })
    }

    pub(super) fn define_calendar(&mut self, definition: &CalendarDefinition) -> Result<Outcome, Reject> {
        let calendar = self.decide_calendar(definition)?;
        let id = calendar.id;
        let mut outcome = self.change_reference(|reference| reference.put_calendar(calendar));
        let users = self.markets.iter().filter(|market| market.calendar == Some(id));
        for instrument in users.map(|market| market.instrument).collect::<Vec<_>>() {
            let Some(market) = self.market(instrument) else { continue };
            if let Some(at) = market.state.next_change {
                self.due.remove(&(at, Due::Session(instrument)));
            }
            self.change_session(instrument, &mut outcome.events);
            self.let_in(instrument, &mut outcome.events);
        }
        Ok(outcome)
    }

    /// Brings a market into the session that its calendar has now.
    fn change_session(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let Some(market) = self.market(instrument) else { return };
        let (before, Some(calendar)) = (market.state.session, self.calendar_of(market).cloned()) else {
            return;
        };
        let (session, next_change) =
            (calendar.session(self.now).map(|now| now.kind), calendar.next_change(self.now));
        if let Some(at) = next_change {
            self.due.insert((at, Due::Session(instrument)));
        }
        let market = self.market_mut(instrument);
        let was_trading = market.state.is_trading();
        market.state.session = session;
        market.state.next_change = next_change;
        if session != before {
            self.emit(events, AccountId::HOUSE, Change::SessionChanged { instrument, session });
        }
        if session.is_some_and(|session| session != SessionKind::Regular) {
            self.park_regular_orders(instrument);
        }
        self.move_house(instrument, was_trading, events);
    }

    /// A session opens or closes because its time has come. What the market admits from now on is released at the same
    /// instant, among all that are.
    pub(super) fn pass_session(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        self.change_session(instrument, events);
        for id in self.admissible(instrument) {
            self.due.insert((self.now, Due::Release(id)));
        }
    }

    /// Lets the house quote anew in a market that has begun to trade, and takes it out of one that has ceased to.
    fn move_house(&mut self, instrument: InstrumentId, was_trading: bool, events: &mut Vec<Event>) {
        let is_trading = self.market(instrument).is_some_and(|market| market.state.is_trading());
        match (was_trading, is_trading) {
            (false, true) => self.quote_house(instrument, events),
            (true, false) => self.withdraw_house(instrument),
            (true, true) | (false, false) => {}
        }
    }

    /// Parked orders that their market admits now.
    fn admissible(&self, instrument: InstrumentId) -> Vec<OrderId> {
        let Some(market) = self.market(instrument) else { return Vec::new() };
        let is_admitted = |id: &OrderId| market.state.admits(self.orders.known(*id).trades_extended_hours());
        market.parked.iter().copied().filter(is_admitted).collect()
    }

    /// Orders of clients that are in a market, on the book or waiting for it, in the order of their numbers.
    fn present(&self, instrument: InstrumentId) -> Vec<OrderId> {
        let Some(market) = self.market(instrument) else { return Vec::new() };
        let mut present: Vec<OrderId> = market.triggers.ids().collect();
        for side in [Side::Buy, Side::Sell] {
            market.book.visit(side, |_, _, resting| {
                if resting.account != AccountId::HOUSE {
                    present.push(resting.order);
                }
                ControlFlow::Continue(())
            });
        }
        present.sort_unstable();
        present
    }

    fn park_regular_orders(&mut self, instrument: InstrumentId) {
        for id in self.present(instrument) {
            let order = Arc::clone(self.orders.known(id));
            if order.trades_extended_hours() {
                continue;
            }
            if let Some(key) = self.orders.leaves_book(id) {
                self.market_mut(instrument).book.remove(key);
            }
            self.disarm(&order);
            self.park(&order);
        }
    }

    /// Keeps an order out of its market until the market admits it.
    pub(super) fn park(&mut self, order: &Order) {
        self.market_mut(order.instrument).parked.insert(order.id);
    }

    /// Takes an order out of those that are parked, if it is one.
    pub(super) fn unpark(&mut self, instrument: InstrumentId, order: OrderId) {
        if self.is_parked(instrument, order) {
            self.market_mut(instrument).parked.remove(&order);
        }
    }

    pub(super) fn is_parked(&self, instrument: InstrumentId, order: OrderId) -> bool {
        self.market(instrument).is_some_and(|market| market.parked.contains(&order))
    }

    /// Lets a parked order come back: to its trigger, or to the book like an order with its limit that comes now. Its
    /// account held all the while what it needs. What may not trade with what has come meanwhile is canceled.
    pub(super) fn admit(&mut self, order: &Arc<Order>, events: &mut Vec<Event>) {
        if !self.is_parked(order.instrument, order.id) {
            return;
        }
        if order.is_armed() {
            self.unpark(order.instrument, order.id);
            self.arm(order);
            return;
        }
        match self.decide_return(order) {
            Ok(placement) => self.meet_book(order.id, &placement, events),
            Err(refusal) => {
                self.close(order.id, OrderStatus::Canceled, StatusReason::Refused(Box::new(refusal)), events);
            }
        }
        self.unpark(order.instrument, order.id);
    }

    fn decide_return(&self, order: &Order) -> Result<super::place::Placement, Reject> {
        let market = self.known_market(order.instrument)?;
        let Some(price) = order.limit_price().map(|price| market.scales.known_ticks(price)) else {
            unreachable!("Invariant: what rests has a limit");
        };
        let incoming = Incoming {
            account: order.account,
            side: order.side,
            limit: Some(price),
            bounds: Bounds::of(&market.scales, &order.price_bound)?,
            budget: Budget::Base(market.scales.known_lots(order.leaves)),
            rest_at: None,
            self_match: order.self_match,
        };
        if let Some(best) = market.book.best(order.side.opposite()) {
            super::terms::decide_bounds(market, &incoming, best)?;
        }
        let planned = self.plan(market, &incoming)?;
        if let Some(fill) = planned.fills.first().filter(|_| order.post_only) {
            return Err(Reject::WouldTakeLiquidity { best: market.scales.price(fill.price) });
        }
        if let Some((own, price)) = planned.self_match {
            return Err(Reject::SelfMatch {
                order: own,
                price: market.scales.price(price),
                side: order.side,
            });
        }
        Ok(super::place::Placement {
            shown_quantity: order.quantity,
            fills: planned.fills,
            rest_at: Some(price),
            hold: order.held,
            expires_at: order.expires_at,
            trigger: None,
            queue: None,
            closing: None,
            refusal: None,
        })
    }

    pub(super) fn decide_halt(&self, halt: &HaltInstrument) -> Result<(), Reject> {
        let market = self.known_market(halt.instrument)?;
        if market.state.halt.is_some() { Err(Reject::TradingHalted(halt.instrument)) } else { Ok(()) }
    }

    pub(super) fn halt_instrument(&mut self, halt: &HaltInstrument) -> Result<Outcome, Reject> {
        self.decide_halt(halt)?;
        let (instrument, since) = (halt.instrument, self.now);
        let market = self.market_mut(instrument);
        let was_trading = market.state.is_trading();
        market.state.halt = Some(Halt { reason: halt.reason.clone(), since });
        let mut events = Vec::new();
        let change = Change::TradingHalted { instrument, reason: halt.reason.clone() };
        self.emit(&mut events, AccountId::HOUSE, change);
        self.move_house(instrument, was_trading, &mut events);
        for id in self.working(instrument) {
            let event = self.mint();
            let suspended =
                self.orders.revise(id, event, self.now, |order| order.status = OrderStatus::Suspended);
            events.push(self.event(event, Change::OrderSuspended(suspended)));
        }
        Ok(Outcome { about: None, events })
    }

    /// Working orders of a market, parked ones included, in the order of their numbers.
    fn working(&self, instrument: InstrumentId) -> Vec<OrderId> {
        let parked = self.market(instrument).map(|market| &market.parked);
        let is_working = |id: &OrderId| self.orders.known(*id).status.is_working();
        let mut working = self.present(instrument);
        working.extend(parked.into_iter().flatten().copied().filter(is_working));
        working.sort_unstable();
        working
    }

    pub(super) fn decide_resumption(&self, resume: ResumeInstrument) -> Result<(), Reject> {
        let market = self.known_market(resume.instrument)?;
        if market.state.halt.is_none() { Err(Reject::TradingNotHalted(resume.instrument)) } else { Ok(()) }
    }

    /// Ends a halt: first every suspended order works again, then the house quotes, which uncrosses what has crossed
    /// meanwhile, then what was kept out comes in.
    pub(super) fn resume_instrument(&mut self, resume: ResumeInstrument) -> Result<Outcome, Reject> {
        self.decide_resumption(resume)?;
        let instrument = resume.instrument;
        self.market_mut(instrument).state.halt = None;
        let mut events = Vec::new();
        self.emit(&mut events, AccountId::HOUSE, Change::TradingResumed { instrument });
        for id in self.working(instrument) {
            let event = self.mint();
            let resumed = self.orders.revise(id, event, self.now, |order| {
                order.status =
                    if order.filled.is_zero() { OrderStatus::New } else { OrderStatus::PartiallyFilled };
            });
            events.push(self.event(event, Change::OrderResumed(resumed)));
        }
        self.move_house(instrument, false, &mut events);
        self.let_in(instrument, &mut events);
        Ok(Outcome { about: None, events })
    }

    /// Lets in what a command has opened a market for: what the session admits, and what waits, now without a halt, for a
    /// release of its own.
    fn let_in(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        self.settle_triggers(events);
        let mut coming = self.admissible(instrument);
        let market = self.market(instrument).filter(|market| market.state.halt.is_none());
        let parked = market.map(|market| &market.parked);
        coming.extend(parked.into_iter().flatten().filter(|id| self.orders.known(**id).is_queued()));
        coming.sort_unstable();
        coming.dedup();
        for id in coming {
            self.release_due(id, events);
            self.settle_triggers(events);
        }
    }
}
