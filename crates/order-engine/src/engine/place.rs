//! Taking orders: decide everything on a shared reference, then carry it out.

use std::sync::Arc;

use super::Engine;
use super::funds::Demand;
use super::market::Market;
use super::plan::{Bounds, Budget, Incoming, Plan, PlannedFill, plan};
use crate::book::Resting;
use crate::command::{MarketRefusal, PlaceOrder, ReleaseOrder};
use crate::event::{Change, Event, Outcome};
use crate::ids::{AccountId, ClientOrderId, EventId, InstrumentId, OrderId};
use crate::limits;
use crate::number::{Amount, Quantity};
use crate::order::{
    Earlier, Hold, Order, OrderKind, OrderStatus, PriceBound, SelfMatch, Side, Size, StatusReason,
    TimeInForce, Trigger,
};
use crate::reference::ChargedIn;
use crate::reject::{Capacity, Combination, OrderField, Reject};
use crate::time::Timestamp;
use crate::units::{Lots, Ticks};

/// The terms of an order that decide how it meets the book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    pub(super) size: Size,
    pub(super) time_in_force: TimeInForce,
    pub(super) post_only: bool,
    pub(super) price_bound: PriceBound,
    pub(super) self_match: SelfMatch,
}

impl Terms {
    pub(super) fn of_command(order: &PlaceOrder) -> Self {
        Self {
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            price_bound: order.price_bound,
            self_match: order.self_match,
        }
    }

    pub(super) fn of_order(order: &Order) -> Self {
        Self {
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            price_bound: order.price_bound,
            self_match: order.self_match,
        }
    }
}

/// A decision to take an order.
#[derive(Debug)]
pub(super) struct Placement {
    /// Whole quantity, as the caller wrote it, or as the size came to.
    pub(super) shown_quantity: Quantity,
    pub(super) fills: Vec<PlannedFill>,
    /// Where what is left rests, if it may rest.
    pub(super) rest_at: Option<Ticks>,
    pub(super) hold: Option<Hold>,
    pub(super) expires_at: Option<Timestamp>,
    /// What it waits for, if it waits.
    pub(super) trigger: Option<Trigger>,
    /// Why the market forbids it, when that is to be recorded.
    pub(super) refusal: Option<Reject>,
}

impl Engine {
    /// Decides about an order. `predecessor` is the order whose place it takes, if any.
    pub(super) fn decide_place(
        &self,
        now: Timestamp,
        order: &PlaceOrder,
        predecessor: Option<&Arc<Order>>,
    ) -> Result<Placement, Reject> {
        self.known_account(order.account)?;
        self.known_market(order.instrument)?;
        self.decide_client_id(order.account, order.client_order_id.as_ref(), Some(order))?;
        if let Some(until) = order.staged_until
            && until <= now
        {
            return Err(Reject::ExpiryInPast { expiry: until, now });
        }
        let credit = predecessor.and_then(|predecessor| predecessor.held);
        let terms = Terms::of_command(order);
        match self.decide_terms(now, &terms, credit, predecessor.is_none()) {
            Ok(placement) => Ok(placement),
            Err(reject) if reject.is_market_refusal() && order.market_refusal == MarketRefusal::Record => {
                self.refused_placement(now, &terms, reject)
            }
            Err(reject) => Err(reject),
        }
    }

    /// Decides about terms that are to be live at once.
    pub(super) fn decide_terms(
        &self,
        now: Timestamp,
        terms: &Terms,
        credit: Option<Hold>,
        counts_as_new: bool,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(terms.instrument)?;
        if let Some(trigger) = market.trigger_of(terms.kind, terms.side, now)? {
            if terms.post_only {
                return Err(Reject::Combination(Combination::PostOnlyWithoutLimit));
            }
            let placement = self.decide_waiting(now, terms, trigger, credit)?;
            if counts_as_new {
                self.decide_capacity(terms)?;
            }
            return Ok(placement);
        }
        let shape = self.decide_shape(now, terms, market)?;
        if counts_as_new {
            self.decide_capacity(terms)?;
        }
        let best = market.book.best(terms.side.opposite());
        Self::decide_liquidity(market, terms, &shape, best)?;
        let plan = plan(&market.book, &market.scales, &shape.incoming)?;
        let quantity = shape.quantity.unwrap_or_else(|| plan.filled.plus(plan.unfilled));
        if shape.quantity.is_none() && (!plan.filled.is_zero() || best.is_some()) {
            self.decide_size(terms, market, Some(quantity), None)?;
        }
        let rest_at = shape.rest_at.filter(|_| terms.time_in_force.may_rest());
        let left = quantity.minus(plan.filled.min(quantity));
        let demand = Demand {
            account: terms.account,
            side: terms.side,
            quantity: if rest_at.is_none() && shape.quantity.is_none() { plan.filled } else { quantity },
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
            refusal: None,
        })
    }

    /// Decides about a limit order as if it rested and met nobody.
    pub(super) fn decide_resting(
        &self,
        now: Timestamp,
        terms: &Terms,
        market: &Market,
        credit: Option<Hold>,
    ) -> Result<Placement, Reject> {
        let shape = self.decide_shape(now, terms, market)?;
        let quantity = shape.quantity.unwrap_or_default();
        let demand = Demand {
            account: terms.account,
            side: terms.side,
            quantity,
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
            refusal: None,
        })
    }

    /// What can be said about terms without looking at the book or the ledger.
    fn decide_shape(&self, now: Timestamp, terms: &Terms, market: &Market) -> Result<Shape, Reject> {
        let is_limit = matches!(terms.kind, OrderKind::Limit { .. });
        if terms.post_only && !is_limit {
            return Err(Reject::Combination(Combination::PostOnlyWithoutLimit));
        }
        if terms.post_only && !terms.time_in_force.may_rest() {
            return Err(Reject::Combination(Combination::PostOnlyImmediate));
        }
        let rest_at = terms.kind.resting_price().map(|price| market.scales.ticks(price)).transpose();
        let bounds = Bounds::of(&market.scales, &terms.price_bound);
        let given = match terms.size {
            Size::Base(quantity) => Some(market.scales.lots(quantity)?),
            Size::Quote(amount) if amount.is_zero() || amount.is_negative() => {
                return Err(Reject::SizeNotPositive);
            }
            Size::Quote(_) => None,
        };
        let (rest_at, bounds) = (rest_at?, bounds?);
        if let (Some(lower), Some(upper)) = (bounds.lower, bounds.upper)
            && lower > upper
        {
            return Err(Reject::Combination(Combination::CrossedBounds));
        }
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
        let expires_at = self.decide_expiry(now, terms)?;
        Ok(Shape { incoming, quantity, rest_at, expires_at })
    }

    /// Checks terms that an order on the book is to have from now on, and says when they end.
    pub(super) fn decide_live_shape(
        &self,
        now: Timestamp,
        terms: &Terms,
        market: &Market,
    ) -> Result<Option<Timestamp>, Reject> {
        self.decide_shape(now, terms, market).map(|shape| shape.expires_at)
    }

    fn decide_size(
        &self,
        terms: &Terms,
        market: &Market,
        quantity: Option<Lots>,
        limit: Option<Ticks>,
    ) -> Result<(), Reject> {
        let Some(instrument) = self.reference.instrument(terms.instrument) else {
            return Err(Reject::UnknownInstrument(terms.instrument));
        };
        let definition = &instrument.definition;
        if let Some(quantity) = quantity {
            let given = market.scales.quantity(quantity);
            if given < definition.minimum_quantity || quantity.is_zero() {
                return Err(Reject::QuantityTooSmall { given, minimum: definition.minimum_quantity });
            }
            if given > definition.maximum_quantity {
                return Err(Reject::QuantityTooLarge { given, maximum: definition.maximum_quantity });
            }
        }
        let value = match (terms.size, quantity, limit) {
            (_, Some(quantity), Some(limit)) => Some(market.scales.notional(limit, quantity)?),
            (Size::Quote(amount), _, _) => Some(amount),
            (Size::Base(_), _, _) => None,
        };
        if let Some(given) = value
            && given < definition.minimum_notional
        {
            return Err(Reject::NotionalTooSmall { given, minimum: definition.minimum_notional });
        }
        Ok(())
    }

    fn decide_expiry(&self, now: Timestamp, terms: &Terms) -> Result<Option<Timestamp>, Reject> {
        match terms.time_in_force {
            TimeInForce::Gtd(expiry) if expiry <= now => Err(Reject::ExpiryInPast { expiry, now }),
            TimeInForce::Gtd(expiry) => Ok(Some(expiry)),
            TimeInForce::Day => {
                let instrument = self.reference.instrument(terms.instrument);
                Ok(instrument.map(|known| now.next_time_of_day(known.definition.day_ends_at)))
            }
            TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => Ok(None),
        }
    }

    fn decide_capacity(&self, terms: &Terms) -> Result<(), Reject> {
        let open = self.open.get(&terms.account).map_or(0, std::collections::BTreeSet::len);
        if open >= limits::MAX_OPEN_ORDERS_PER_ACCOUNT {
            return Err(Reject::TooManyOpenOrders { limit: limits::MAX_OPEN_ORDERS_PER_ACCOUNT as u64 });
        }
        let exhausted = |what, limit: usize| Err(Reject::CapacityExhausted { what, limit: limit as u64 });
        if self.orders.len() >= limits::MAX_ORDERS {
            return exhausted(Capacity::Orders, limits::MAX_ORDERS);
        }
        let lots = self.lots.get(&(terms.account, terms.instrument));
        if lots.is_some_and(|lots| lots.len() >= limits::MAX_LOTS_PER_POSITION) {
            return exhausted(Capacity::Lots, limits::MAX_LOTS_PER_POSITION);
        }
        Ok(())
    }

    /// An order without a limit needs something on the other side, and one with a bound needs it within the bound.
    fn decide_liquidity(
        market: &Market,
        terms: &Terms,
        shape: &Shape,
        best: Option<Ticks>,
    ) -> Result<(), Reject> {
        let Some(best) = best else {
            let needs_liquidity = !matches!(terms.kind, OrderKind::Limit { .. });
            return if needs_liquidity { Err(Reject::NoLiquidity) } else { Ok(()) };
        };
        if !shape.incoming.limit_takes(best) {
            return Ok(());
        }
        match shape.incoming.bounds.broken_by(best) {
            Some((upper, bound)) => Err(beyond(market, upper, bound, best)),
            None => Ok(()),
        }
    }

    /// What the plan itself forbids.
    fn decide_match(
        market: &Market,
        terms: &Terms,
        plan: &Plan,
        quantity: Lots,
        best: Option<Ticks>,
    ) -> Result<(), Reject> {
        if terms.time_in_force == TimeInForce::Fok && plan.filled < quantity {
            let (ordered, fillable) = (market.scales.quantity(quantity), market.scales.quantity(plan.filled));
            return Err(Reject::NotFillable { ordered, fillable });
        }
        if plan.filled.is_zero() && matches!(terms.kind, OrderKind::Market) {
            return Err(Reject::NoLiquidity);
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
    fn refused_placement(&self, now: Timestamp, terms: &Terms, refusal: Reject) -> Result<Placement, Reject> {
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
            refusal: Some(refusal),
        })
    }

    /// Whether a client order id is free. `order` is what it would be used for, to tell a repetition from a mistake.
    pub(super) fn decide_client_id(
        &self,
        account: AccountId,
        client_order_id: Option<&ClientOrderId>,
        order: Option<&PlaceOrder>,
    ) -> Result<(), Reject> {
        let taken = client_order_id.and_then(|id| self.client_ids.get(&(account, id.clone())));
        let Some(id) = taken.copied() else { return Ok(()) };
        let other = Reject::ExistsWithDifferent { order: id, field: OrderField::Other };
        let (Some(asked), Some(existing)) = (order, self.orders.get(id)) else { return Err(other) };
        let mut placed = existing;
        while let Some(previous) = placed.previous() {
            placed = previous;
        }
        Err(match first_difference(placed, asked) {
            Some(field) => Reject::ExistsWithDifferent { order: id, field },
            None => Reject::AlreadyExists { order: id },
        })
    }

    pub(super) fn place_order(&mut self, order: &PlaceOrder) -> Result<Outcome, Reject> {
        let placement = self.decide_place(self.now, order, None)?;
        let mut events = Vec::new();
        let id = self.carry_out(order, placement, None, &mut events);
        Ok(Outcome { order: self.orders.get(id).cloned(), events })
    }

    /// Records a decided order and lets it meet the book, unless it is staged or refused.
    pub(super) fn carry_out(
        &mut self,
        command: &PlaceOrder,
        placement: Placement,
        predecessor: Option<OrderId>,
        events: &mut Vec<Event>,
    ) -> OrderId {
        let event = self.mint();
        let mut order = self.new_order(command, &placement, event, predecessor);
        let id = order.id;
        if let Some(client_order_id) = command.client_order_id.clone() {
            self.client_ids.insert((order.account, client_order_id), id);
        }
        if let Some(refusal) = placement.refusal {
            order.status = OrderStatus::Rejected;
            order.reason = Some(StatusReason::Refused(refusal));
            order.leaves = Quantity::ZERO;
            let order = self.orders.add(order);
            events.push(self.event(event, Change::OrderRejected(order)));
            return id;
        }
        self.open.entry(order.account).or_default().insert(id);
        if let Some(until) = command.staged_until {
            order.status = OrderStatus::PendingNew;
            order.staged_until = Some(until);
            self.due.insert((until, id));
            let order = self.orders.add(order);
            events.push(self.event(event, Change::OrderStaged(order)));
            return id;
        }
        order.held = placement.hold;
        self.take_hold(order.account, placement.hold);
        if let Some(expiry) = placement.expires_at {
            self.due.insert((expiry, id));
        }
        order.trigger = placement.trigger;
        let order = self.orders.add(order);
        events.push(self.event(event, Change::OrderAccepted(Arc::clone(&order))));
        if placement.trigger.is_some() {
            self.arm(&order);
        } else {
            self.meet_book(id, &placement, events);
        }
        id
    }

    fn new_order(
        &self,
        command: &PlaceOrder,
        placement: &Placement,
        event: EventId,
        predecessor: Option<OrderId>,
    ) -> Order {
        let market = self.market(command.instrument);
        let commission_asset = market.map_or(crate::ids::AssetId::new(0), |market| {
            match (market.commission.charged_in, command.side) {
                (ChargedIn::Received, Side::Buy) => market.base,
                (ChargedIn::Received, Side::Sell) | (ChargedIn::Quote, _) => market.quote_asset,
            }
        });
        Order {
            id: OrderId::from(event),
            account: command.account,
            instrument: command.instrument,
            side: command.side,
            kind: command.kind,
            size: command.size,
            quantity: placement.shown_quantity,
            time_in_force: command.time_in_force,
            post_only: command.post_only,
            price_bound: command.price_bound,
            self_match: command.self_match,
            extended_hours: command.extended_hours,
            client_order_id: command.client_order_id.clone(),
            request_id: command.client_order_id.clone(),
            status: OrderStatus::New,
            reason: None,
            filled: Quantity::ZERO,
            filled_notional: Amount::ZERO,
            leaves: placement.shown_quantity,
            commission: Amount::ZERO,
            commission_asset,
            held: None,
            created_at: self.now,
            updated_at: self.now,
            version: 1,
            last_event: event,
            predecessor,
            successor: None,
            staged_until: None,
            expires_at: placement.expires_at,
            annotations: command.annotations.clone(),
            replaces: 0,
            trigger: None,
            earlier: Earlier::default(),
        }
    }

    /// Fills what was planned; what is left rests or is canceled.
    pub(super) fn meet_book(&mut self, id: OrderId, placement: &Placement, events: &mut Vec<Event>) {
        for fill in &placement.fills {
            self.fill_order(id, *fill, events);
        }
        let order = Arc::clone(self.orders.known(id));
        if order.status.is_closed() {
            return;
        }
        let market = self.market_mut(order.instrument);
        let leaves = market.scales.known_lots(order.leaves);
        let Some(price) = placement.rest_at else {
            self.close(id, OrderStatus::Canceled, StatusReason::NotFilledAtOnce, events);
            return;
        };
        let key =
            market.book.insert(order.side, price, Resting { order: id, account: order.account, leaves });
        self.orders.rests(id, key);
    }

    pub(super) fn take_hold(&mut self, account: AccountId, hold: Option<Hold>) {
        self.touched.accounts.mark(account.get());
        if let Some(hold) = hold {
            self.ledger.hold(account, hold.asset, hold.amount);
        }
    }

    pub(super) fn event(&self, id: EventId, change: Change) -> Event {
        let account = change.order().map_or(AccountId::HOUSE, |order| order.account);
        Event { id, at: self.now, account, change }
    }

    pub(super) fn decide_release(&self, release: &ReleaseOrder) -> Result<Arc<Order>, Reject> {
        self.known_account(release.account)?;
        let order = self.own_order(release.account, release.order)?;
        if order.status.is_closed() {
            return Err(Reject::OrderClosed { order: order.id, status: order.status });
        }
        if !order.is_staged() {
            return Err(Reject::OrderNotStaged(order.id));
        }
        Ok(order)
    }

    pub(super) fn release_order(&mut self, release: &ReleaseOrder) -> Result<Outcome, Reject> {
        let order = self.decide_release(release)?;
        let terms = Terms::of_order(&order);
        let decision = self.decide_terms(self.now, &terms, None, false);
        let mut events = Vec::new();
        if let Some(until) = order.staged_until {
            self.due.remove(&(until, order.id));
        }
        match decision {
            Err(refusal) => {
                self.close(order.id, OrderStatus::Rejected, StatusReason::Refused(refusal), &mut events);
            }
            Ok(placement) => {
                let event = self.mint();
                self.take_hold(order.account, placement.hold);
                if let Some(expiry) = placement.expires_at {
                    self.due.insert((expiry, order.id));
                }
                let (hold, expires_at, quantity, trigger) =
                    (placement.hold, placement.expires_at, placement.shown_quantity, placement.trigger);
                let live = self.orders.revise(order.id, event, self.now, |order| {
                    order.status = OrderStatus::New;
                    order.staged_until = None;
                    order.held = hold;
                    order.expires_at = expires_at;
                    order.trigger = trigger;
                    order.quantity = quantity;
                    order.leaves = quantity;
                });
                events.push(self.event(event, Change::OrderAccepted(Arc::clone(&live))));
                if trigger.is_some() {
                    self.arm(&live);
                } else {
                    self.meet_book(order.id, &placement, &mut events);
                }
            }
        }
        Ok(Outcome { order: self.orders.get(order.id).cloned(), events })
    }
}

/// What terms come to in the book's units.
#[derive(Debug)]
struct Shape {
    incoming: Incoming,
    /// Whole quantity, when it does not depend on the book.
    quantity: Option<Lots>,
    rest_at: Option<Ticks>,
    expires_at: Option<Timestamp>,
}

fn shown(size: Size, computed: impl FnOnce() -> Quantity) -> Quantity {
    match size {
        Size::Base(quantity) => quantity,
        Size::Quote(_) => computed(),
    }
}

fn beyond(market: &Market, upper: bool, bound: Ticks, price: Ticks) -> Reject {
    Reject::BeyondBound { upper, bound: market.scales.price(bound), market: market.scales.price(price) }
}

/// The first part in which a new submission differs from the order that has its client order id.
fn first_difference(placed: &Order, asked: &PlaceOrder) -> Option<OrderField> {
    let differences = [
        (placed.instrument != asked.instrument, OrderField::Instrument),
        (placed.side != asked.side, OrderField::Side),
        (placed.kind != asked.kind, OrderField::Kind),
        (placed.size != asked.size, OrderField::Size),
        (placed.time_in_force != asked.time_in_force, OrderField::TimeInForce),
        (placed.price_bound != asked.price_bound, OrderField::PriceBound),
        (placed.client_order_id != asked.client_order_id, OrderField::Other),
        (placed.post_only != asked.post_only, OrderField::Other),
        (placed.extended_hours != asked.extended_hours, OrderField::Other),
    ];
    differences.into_iter().find(|(differs, _)| *differs).map(|(_, field)| field)
}
