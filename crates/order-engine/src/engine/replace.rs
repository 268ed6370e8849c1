//! Changing working orders: in place, or by a successor.

use std::sync::Arc;

use super::Engine;
use super::account::Worth;
use super::due::Due;
use super::funds::Demand;
use super::orders::Place;
use super::place::Placement;
use super::plan::{Bounds, Budget, Incoming};
use super::shape::NewNumbers;
use super::terms::Terms;
use crate::command::{MarketRefusal, PlaceOrder, ReplaceOrder, SucceedOrder, SuccessorSize};
use crate::event::{Change, Event, Outcome};
use crate::exits::{ExitChanges, Exits};
use crate::history::{Moved, Request};
use crate::ids::{AccountId, EventId, OrderId};
use crate::kind::{OrderKind, Trigger};
use crate::limits;
use crate::number::{Price, Quantity};
use crate::order::{Hold, Order, OrderStatus, PriceBound, Side, Size, StatusReason, TimeInForce};
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
    rare: Option<Box<RareTerms>>,
}

/// The rarer parts of new terms.
#[derive(Debug)]
struct RareTerms {
    price_bound: PriceBound,
    exits: Exits,
    /// What it waits for, if it waits.
    trigger: Option<Trigger>,
}

impl NewTerms {
    /// What the order waits for, if it waits.
    pub(super) fn trigger(&self) -> Option<&Trigger> {
        self.rare.as_ref()?.trigger.as_ref()
    }

    fn bounds(&self, scales: &Scales) -> Result<Bounds, Reject> {
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

/// A decision to replace an order in place.
#[derive(Debug)]
pub(super) struct Replacement {
    order: Place,
    terms: NewTerms,
    /// Whether the order keeps its place in the queue of its price.
    keeps_place: bool,
    placement: Placement,
}

impl Engine {
    /// An order of an account that takes new terms.
    fn changeable_order(&self, account: AccountId, id: OrderId) -> Result<Place, Reject> {
        self.open_for_orders(account)?;
        self.own_order(account, id)
    }

    pub(super) fn decide_replace(
        &self,
        now: Timestamp,
        replace: &ReplaceOrder,
    ) -> Result<Replacement, Reject> {
        let place = self.changeable_order(replace.account, replace.order)?;
        let order = self.orders.order_at(place);
        self.decide_client_id(replace.account, replace.client_order_id.as_ref(), None)?;
        decide_working(order)?;
        if replace.price.is_none()
            && replace.trigger.is_none()
            && replace.quantity.is_none()
            && replace.time_in_force.is_none()
            && replace.price_bound.is_none()
            && replace.annotations.is_none()
            && replace.exits.is_keep()
        {
            return Err(Reject::NothingToReplace);
        }
        let changes = Changes {
            price: replace.price,
            trigger: replace.trigger,
            quantity: replace.quantity,
            time_in_force: replace.time_in_force,
            price_bound: replace.price_bound.as_ref(),
            exits: &replace.exits,
            is_owners: true,
        };
        let terms = self.new_terms(now, order, changes)?;
        let keeps_place = self.keeps_place(order, &terms);
        let placement = self.decide_new_terms(order, &terms, keeps_place, true)?;
        self.decide_new_value(order, &terms, &placement)?;
        Ok(Replacement { order: place, terms, keeps_place, placement })
    }

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
        market: &super::market::Market,
    ) -> Result<Option<Trigger>, Reject> {
        let Some(trigger) = order.trigger.filter(|_| order.is_armed()) else { return Ok(None) };
        let Some(price) = kind.trigger_price() else { return Ok(Some(trigger)) };
        if price == trigger.price {
            return Ok(Some(trigger));
        }
        market.trigger_of(kind, order.side, self.now)
    }

    fn keeps_place(&self, order: &Order, terms: &NewTerms) -> bool {
        let Some(market) = self.market(order.instrument) else { return false };
        let price = order.limit_price().map(|price| market.scales.known_ticks(price));
        terms.price.is_some()
            && price == terms.price
            && terms.leaves <= market.scales.known_lots(order.leaves)
    }

    /// Decides whether new terms can be afforded, and what they would trade at once, if they may.
    fn decide_new_terms(
        &self,
        order: &Order,
        terms: &NewTerms,
        keeps_place: bool,
        may_trade: bool,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(order.instrument)?;
        let incoming = Incoming {
            account: order.account,
            side: order.side,
            limit: Some(terms.limit),
            bounds: terms.bounds(&market.scales)?,
            budget: Budget::Base(terms.leaves),
            rest_at: None,
            self_match: order.self_match,
        };
        let meets_nobody =
            keeps_place || terms.trigger().is_some() || !market.state.admits(order.trades_extended_hours());
        if !meets_nobody && let Some(best) = market.book.best(order.side.opposite()) {
            super::terms::decide_bounds(market, &incoming, best)?;
        }
        if order.reduce_only {
            self.decide_reducible(market, order.account, order.side, terms.leaves)?;
        }
        let planned = if meets_nobody { super::plan::Plan::default() } else { self.plan(market, &incoming)? };
        let demand = Demand {
            account: order.account,
            side: order.side,
            short_sale: order.short_sale,
            reduce_only: order.reduce_only,
            quantity: terms.leaves,
            ordered: terms.leaves,
            limit: Some(terms.limit),
            rest: None,
            credit: Some(order),
        };
        let hold = self.decide_funds(market, &demand, &planned)?;
        if (order.post_only || !may_trade)
            && let Some(fill) = planned.fills.first()
        {
            return Err(Reject::WouldTakeLiquidity { best: market.scales.price(fill.price) });
        }
        if let Some((own, price)) = planned.self_match {
            let price = market.scales.price(price);
            return Err(Reject::SelfMatch { order: own, price, side: order.side });
        }
        Ok(Placement {
            shown_quantity: terms.quantity,
            fills: planned.fills,
            rest_at: terms.price,
            hold,
            expires_at: terms.expires_at,
            trigger: terms.trigger().map(|trigger| Box::new(*trigger)),
            queue: None,
            closing: None,
            refusal: None,
        })
    }

    /// Whether the value of the order under new terms, what is filled included, is within what its account allows.
    fn decide_new_value(&self, order: &Order, terms: &NewTerms, placement: &Placement) -> Result<(), Reject> {
        let market = self.known_market(order.instrument)?;
        let worth = Worth { kind: terms.kind, quantity: terms.leaves, filled: order.filled_notional };
        self.decide_value(order.account, market, placement, worth)
    }

    /// New terms that an operator gives: they may not trade, nor fire.
    pub(super) fn decide_restated_terms(
        &self,
        order: &Order,
        terms: &NewTerms,
    ) -> Result<(bool, Placement), Reject> {
        let keeps_place = self.keeps_place(order, terms);
        let placement = self.decide_new_terms(order, terms, keeps_place, false)?;
        if let Some(trigger) = placement.trigger.as_deref() {
            let market = self.known_market(order.instrument)?;
            let price = market.trigger_reference(order.side);
            if let Some(reached) = price.filter(|price| trigger.is_reached(market.scales.price(*price))) {
                let market = market.scales.price(reached);
                return Err(Reject::TriggerReached { trigger: trigger.price, market });
            }
        }
        Ok((keeps_place, placement))
    }

    pub(super) fn replace_order(&mut self, replace: &ReplaceOrder) -> Result<Outcome, Reject> {
        let Replacement { order: place, terms, keeps_place, placement } =
            self.decide_replace(self.now, replace)?;
        if let Some(id) = replace.client_order_id.clone() {
            self.client_ids.insert((replace.account, id), replace.order);
        }
        let mut events = Vec::with_capacity(1 + 2 * placement.fills.len());
        let event = self.mint();
        let request_id = replace.client_order_id.clone();
        let revised = if let Some(moved) = self.moved(place, replace, &terms, placement.hold) {
            self.make_way(place, &terms, keeps_place, placement.hold);
            self.orders.advance(place, event, self.now, moved)
        } else {
            let annotations = replace.annotations.clone();
            self.put_terms(place, &terms, keeps_place, placement.hold, event, |order| {
                order.replaces += 1;
                if request_id.is_some() {
                    order.request_id = request_id;
                }
                if let Some(annotations) = annotations {
                    order.annotations = annotations;
                }
            })
        };
        events.push(self.event(event, Change::OrderReplaced(revised)));
        if !keeps_place && placement.trigger.is_none() {
            self.come_to_market(place, &placement, &mut events);
        }
        Ok(Outcome { about: Some(replace.order), events })
    }

    /// The replacement as a step, when it gives an order on the book another price and nothing else.
    fn moved(
        &self,
        place: Place,
        replace: &ReplaceOrder,
        terms: &NewTerms,
        hold: Option<Hold>,
    ) -> Option<Moved> {
        let order = self.orders.order_at(place);
        let is_move = terms.rare.is_none()
            && replace.quantity.is_none()
            && replace.time_in_force.is_none()
            && replace.annotations.is_none()
            && matches!(order.size, Size::Base(_));
        let price = terms.kind.resting_price().filter(|_| is_move)?;
        let request = Request::new(replace.client_order_id.clone());
        Some(Moved { price, held: hold, replaces: order.replaces + 1, request })
    }

    /// Lets an order with new terms meet the book, once its market admits it.
    pub(super) fn come_to_market(&mut self, place: Place, placement: &Placement, events: &mut Vec<Event>) {
        let order = self.orders.order_at(place);
        let admits = |market: &super::market::Market| market.state.admits(order.trades_extended_hours());
        if self.market(order.instrument).is_some_and(admits) {
            self.meet_book_at(place, placement, events);
        } else {
            self.park(&Arc::clone(order));
        }
    }

    /// Writes new terms into an order: hold, expiry, book and version. An order that loses its place is off the book
    /// afterwards.
    pub(super) fn put_terms(
        &mut self,
        place: Place,
        terms: &NewTerms,
        keeps_place: bool,
        hold: Option<Hold>,
        event: EventId,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        self.make_way(place, terms, keeps_place, hold);
        let instrument = self.orders.order_at(place).instrument;
        let leaves = self.market_mut(instrument).scales.quantity(terms.leaves);
        let revised = self.orders.revise_at(place, event, self.now, |order| {
            order.kind = terms.kind;
            order.size = Size::Base(terms.quantity);
            order.quantity = terms.quantity;
            order.leaves = leaves;
            order.time_in_force = terms.time_in_force;
            order.expires_at = terms.expires_at;
            order.held = hold;
            if let Some(rare) = terms.rare.as_deref() {
                put_rare(order, rare);
            }
            change(order);
        });
        if revised.is_armed() {
            self.arm(&revised);
        }
        revised
    }

    /// Everything that new terms change but the order itself.
    fn make_way(&mut self, place: Place, terms: &NewTerms, keeps_place: bool, hold: Option<Hold>) {
        let order = self.orders.order_at(place);
        let (account, instrument, id, held) = (order.account, order.instrument, order.id, order.held);
        let (expires_at, before) = (order.expires_at, order.leaves);
        if order.is_armed() {
            let order = Arc::clone(order);
            self.disarm(&order);
        }
        self.change_hold((account, instrument), held, hold);
        if expires_at != terms.expires_at {
            if let Some(at) = expires_at {
                self.due.remove(&(at, Due::End(id)));
            }
            if let Some(at) = terms.expires_at {
                self.due.insert((at, Due::End(id)));
            }
        }
        let key = self.orders.resting_at(place);
        let market = self.market_mut(instrument);
        if let Some(key) = key {
            if keeps_place {
                market.book.reduce(key, market.scales.known_lots(before).minus(terms.leaves));
            } else {
                market.book.remove(key);
                self.orders.leaves_book_at(place);
            }
        }
    }

    pub(super) fn decide_succession(
        &self,
        now: Timestamp,
        succeed: &SucceedOrder,
    ) -> Result<(Arc<Order>, PlaceOrder, Placement), Reject> {
        let order = Arc::clone(self.orders.order_at(self.changeable_order(succeed.account, succeed.order)?));
        self.decide_successor_id(succeed)?;
        decide_working(&order)?;
        if order.is_armed() {
            return Err(Reject::Combination(Combination::SuccessorOfTrigger));
        }
        let Some(price) = succeed.price.or(order.limit_price()) else {
            return Err(Reject::Combination(Combination::PriceWithoutLimit));
        };
        let command = PlaceOrder {
            time_in_force: succeed.time_in_force.unwrap_or(order.time_in_force),
            post_only: succeed.post_only.unwrap_or(order.post_only),
            price_bound: order.price_bound,
            self_match: order.self_match,
            extended_hours: order.extended_hours,
            client_order_id: succeed.client_order_id.clone(),
            market_refusal: MarketRefusal::Record,
            annotations: succeed.annotations.clone().unwrap_or_else(|| order.annotations.clone()),
            exits: order.exits,
            reduce_only: order.reduce_only,
            short_sale: order.short_sale,
            ..PlaceOrder::new(
                order.account,
                order.instrument,
                order.side,
                OrderKind::Limit { price },
                self.successor_size(&order, succeed.size)?,
            )
        };
        let placement = self.decide_place(now, &command, Some(&order))?;
        Ok((order, command, placement))
    }

    /// Whether the caller's id of a successor is free. A successor of this order with what was named is a repetition.
    fn decide_successor_id(&self, succeed: &SucceedOrder) -> Result<(), Reject> {
        let decided = self.decide_client_id(succeed.account, succeed.client_order_id.as_ref(), None);
        let Err(Reject::ExistsWithDifferent { order, .. }) = decided else { return decided };
        let is_same = self.orders.get(order).is_some_and(|order| {
            order.predecessor == Some(succeed.order)
                && order.versions().last().is_some_and(|placed| repeats(&placed, succeed))
        });
        if is_same { Err(Reject::AlreadyExists { order }) } else { decided }
    }

    fn successor_size(&self, order: &Order, size: SuccessorSize) -> Result<Size, Reject> {
        match (size, order.side, order.limit_price()) {
            (SuccessorSize::Of(size), _, _) => Ok(size),
            (SuccessorSize::Held, Side::Buy, Some(price)) => {
                let scales = &self.known_market(order.instrument)?.scales;
                let leaves = scales.known_lots(order.leaves);
                Ok(Size::Quote(scales.notional(scales.known_ticks(price), leaves)?))
            }
            (SuccessorSize::Leaves | SuccessorSize::Held, _, _) => Ok(Size::Base(order.leaves)),
        }
    }

    pub(super) fn succeed_order(&mut self, succeed: &SucceedOrder) -> Result<Outcome, Reject> {
        let (order, command, placement) = self.decide_succession(self.now, succeed)?;
        let mut events = Vec::new();
        if placement.refusal.is_none() {
            // The successor's id is that of the event after the one that closes its predecessor.
            let successor = OrderId::new(self.last_event + 2);
            self.close_with(
                order.id,
                OrderStatus::Replaced,
                StatusReason::CanceledByOwner,
                &mut events,
                |order| order.edit_extras(|extras| extras.successor = Some(successor)),
            );
            let id = self.carry_out(&command, &placement, Some(order.id), &mut events);
            assert_eq!(id, successor, "Invariant: a predecessor names its successor");
            return Ok(Outcome { about: Some(id), events });
        }
        let id = self.carry_out(&command, &placement, Some(order.id), &mut events);
        Ok(Outcome { about: Some(id), events })
    }
}

/// Whether an order works, so that its terms can change.
fn decide_working(order: &Order) -> Result<(), Reject> {
    if order.status.is_closed() {
        return Err(Reject::OrderClosed { order: order.id, status: order.status });
    }
    if order.status == OrderStatus::PendingNew {
        return Err(Reject::OrderStaged(order.id));
    }
    Ok(())
}

/// Whether a successor, as it was placed, has all that is named.
fn repeats(placed: &Order, succeed: &SucceedOrder) -> bool {
    let has_size = match succeed.size {
        SuccessorSize::Of(size) => placed.size == size,
        // What the predecessor had left then.
        SuccessorSize::Leaves | SuccessorSize::Held => true,
    };
    has_size
        && succeed.price.is_none_or(|price| placed.kind == OrderKind::Limit { price })
        && succeed.time_in_force.is_none_or(|asked| placed.time_in_force == asked)
        && succeed.post_only.is_none_or(|asked| placed.post_only == asked)
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

/// Writes the rarer parts of new terms into an order. What it once waited for stays known.
fn put_rare(order: &mut Order, rare: &RareTerms) {
    let RareTerms { price_bound, exits, trigger } = *rare;
    let trigger = trigger.or(order.trigger);
    if order.price_bound != price_bound || order.trigger != trigger || order.exits != exits {
        order.edit_extras(|extras| {
            extras.price_bound = price_bound;
            extras.trigger = trigger;
            extras.exits = exits;
        });
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
