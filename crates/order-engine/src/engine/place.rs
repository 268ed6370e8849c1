//! Taking orders: decide everything on a shared reference, then carry it out.

use std::sync::Arc;

use super::Engine;
use super::account::Worth;
use super::due::Due;
use super::orders::Place;
use super::plan::PlannedFill;
use super::queue::Waiting;
use super::terms::Terms;
use crate::book::Resting;
use crate::command::{MarketRefusal, PlaceOrder, ReleaseOrder};
use crate::event::{Change, Event, Outcome};
use crate::extras::{Extras, SharedExtras};
use crate::history::Earlier;
use crate::ids::{AccountId, ClientOrderId, EventId, OrderId};
use crate::kind::Trigger;
use crate::number::{Amount, Quantity};
use crate::order::{Closing, Hold, Order, OrderStatus, PriceBound, Side, StatusReason};
use crate::reference::ChargedIn;
use crate::reject::{OrderField, Reject};
use crate::time::Timestamp;
use crate::units::Ticks;

/// A decision to take an order.
#[derive(Debug)]
pub(super) struct Placement {
    /// Whole quantity, as the caller wrote it, or as the size came to.
    pub(super) shown_quantity: Quantity,
    pub(super) fills: Vec<PlannedFill>,
    /// Where what is left rests, if it may rest.
    pub(super) rest_at: Option<Ticks>,
    /// What it holds from when it is live on.
    pub(super) hold: Option<Hold>,
    pub(super) expires_at: Option<Timestamp>,
    /// What it waits for, if it waits. What few orders have is boxed, since a placement passes through many hands.
    pub(super) trigger: Option<Box<Trigger>>,
    /// Its release by time or by the market, if it needs one.
    pub(super) queue: Option<Box<Waiting>>,
    /// What it closes, for an order that the engine makes to close something.
    pub(super) closing: Option<Closing>,
    /// Why the market forbids it, when that is to be recorded.
    pub(super) refusal: Option<Box<Reject>>,
}

impl Engine {
    /// Decides about an order. `predecessor` is the order whose place it takes, if any.
    pub(super) fn decide_place(
        &self,
        now: Timestamp,
        order: &PlaceOrder,
        predecessor: Option<&Arc<Order>>,
    ) -> Result<Placement, Reject> {
        self.open_for_orders(order.account)?;
        let market = self.known_market(order.instrument)?;
        self.decide_client_id(order.account, order.client_order_id.as_ref(), Some(order))?;
        if let Some(until) = order.staged_until
            && until <= now
        {
            return Err(Reject::ExpiryInPast { expiry: until, now });
        }
        let credit = predecessor.map(AsRef::as_ref);
        let terms = Terms::of_command(order);
        let decided = match self.waiting_of(now, &terms, order.release_at)? {
            Some(waiting) => self.decide_queued(&terms, waiting, credit, predecessor.is_none()),
            None => self.decide_terms(now, &terms, credit, predecessor.is_none()),
        };
        match decided {
            Ok(placement) => {
                let worth = Worth::of_new(order.kind, market, &placement);
                self.decide_value(order.account, market, &placement, worth)?;
                Ok(placement)
            }
            Err(reject) if reject.is_market_refusal() && order.market_refusal == MarketRefusal::Record => {
                self.refused_placement(now, &terms, reject)
            }
            Err(reject) => Err(reject),
        }
    }

    /// Whether a client order id is free. `order` is what it would be used for, to tell a repetition from a mistake.
    pub(super) fn decide_client_id(
        &self,
        account: AccountId,
        client_order_id: Option<&ClientOrderId>,
        order: Option<&PlaceOrder>,
    ) -> Result<(), Reject> {
        let Some(client_order_id) = client_order_id else { return Ok(()) };
        let taken = self.client_ids.get(&(account, client_order_id.clone())).copied();
        let taken = taken.or_else(|| self.archived_ids.get(account, client_order_id));
        let Some(id) = taken else { return Ok(()) };
        let other = Reject::ExistsWithDifferent { order: id, field: OrderField::Other };
        let (Some(asked), Some(existing)) = (order, self.orders.get(id)) else { return Err(other) };
        let Some(placed) = existing.versions().last() else { return Err(other) };
        Err(match first_difference(&placed, asked) {
            Some(field) => Reject::ExistsWithDifferent { order: id, field },
            None => Reject::AlreadyExists { order: id },
        })
    }

    pub(super) fn place_order(&mut self, order: &PlaceOrder) -> Result<Outcome, Reject> {
        let placement = self.decide_place(self.now, order, None)?;
        // Its own event, and for each fill one of either side.
        let mut events = Vec::with_capacity(1 + 2 * placement.fills.len());
        let id = self.carry_out(order, &placement, None, &mut events);
        Ok(Outcome { about: Some(id), events })
    }

    /// Records a decided order and lets it meet the book, unless it is staged or refused.
    pub(super) fn carry_out(
        &mut self,
        command: &PlaceOrder,
        placement: &Placement,
        predecessor: Option<OrderId>,
        events: &mut Vec<Event>,
    ) -> OrderId {
        let event = self.mint();
        let (order, place) = self.orders.add(self.new_order(command, placement, event, predecessor));
        let id = order.id;
        if let Some(client_order_id) = command.client_order_id.clone() {
            self.client_ids.insert((order.account, client_order_id), id);
        }
        if placement.refusal.is_some() {
            events.push(self.event(event, Change::OrderRejected(order)));
            return id;
        }
        self.orders.opens(place);
        if let Some(until) = command.staged_until {
            self.due.insert((until, Due::End(id)));
            events.push(self.event(event, Change::OrderStaged(order)));
            return id;
        }
        if placement.queue.is_some() {
            self.enqueue(&order);
            events.push(self.event(event, Change::OrderQueued(order)));
            return id;
        }
        self.change_hold((order.account, order.instrument), None, placement.hold);
        if let Some(expiry) = placement.expires_at {
            self.due.insert((expiry, Due::End(id)));
        }
        if placement.trigger.is_some() {
            self.arm(&order);
        }
        events.push(self.event(event, Change::OrderAccepted(order)));
        if placement.trigger.is_none() {
            self.meet_book_at(place, placement, events);
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
        let multiplier =
            market.map(|market| market.scales.multiplier()).filter(|multiplier| *multiplier != 1);
        let is_refused = placement.refusal.is_some();
        let waits = command.staged_until.is_some() || placement.queue.is_some();
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
            self_match: command.self_match,
            extended_hours: command.extended_hours,
            client_order_id: command.client_order_id.clone(),
            request_id: command.client_order_id.clone(),
            status: match (is_refused, waits) {
                (true, _) => OrderStatus::Rejected,
                (false, true) => OrderStatus::PendingNew,
                (false, false) => OrderStatus::New,
            },
            reason: placement.refusal.clone().map(StatusReason::Refused),
            filled: Quantity::ZERO,
            filled_notional: Amount::ZERO,
            leaves: if is_refused { Quantity::ZERO } else { placement.shown_quantity },
            commission: Amount::ZERO,
            commission_asset,
            held: placement.hold.filter(|_| !is_refused && !waits),
            created_at: self.now,
            updated_at: self.now,
            version: 1,
            last_event: event,
            expires_at: placement.expires_at,
            annotations: command.annotations.clone(),
            replaces: 0,
            extras: extras_of(command, placement, predecessor, multiplier),
            earlier: Earlier::default(),
        }
    }

    /// Fills what was planned; what is left rests or is canceled.
    pub(super) fn meet_book(&mut self, id: OrderId, placement: &Placement, events: &mut Vec<Event>) {
        self.meet_book_at(self.orders.place(id), placement, events);
    }

    /// [`Self::meet_book`] of the order of a place.
    pub(super) fn meet_book_at(&mut self, place: Place, placement: &Placement, events: &mut Vec<Event>) {
        let id = self.orders.order_at(place).id;
        for fill in &placement.fills {
            self.fill_order(id, *fill, events);
        }
        let order = self.orders.order_at(place);
        if order.status.is_closed() {
            return;
        }
        let (account, instrument, side, leaves) = (order.account, order.instrument, order.side, order.leaves);
        let Some(price) = placement.rest_at else {
            self.close(id, OrderStatus::Canceled, StatusReason::NotFilledAtOnce, events);
            return;
        };
        self.reducing.add(order);
        self.shorts.note_working(order);
        let market = self.market_mut(instrument);
        let leaves = market.scales.known_lots(leaves);
        let key = market.book.insert(side, price, Resting { order: id, account, leaves });
        self.orders.rests_at(place, key);
    }

    pub(super) fn event(&self, id: EventId, change: Change) -> Event {
        let account = change.order().map_or(AccountId::HOUSE, |order| order.account);
        Event { id, at: self.now, account, change }
    }

    pub(super) fn decide_release(&self, release: &ReleaseOrder) -> Result<Arc<Order>, Reject> {
        self.open_for_orders(release.account)?;
        let order = self.orders.order_at(self.own_order(release.account, release.order)?);
        if order.status.is_closed() {
            return Err(Reject::OrderClosed { order: order.id, status: order.status });
        }
        if !order.is_staged() {
            return Err(Reject::OrderNotStaged(order.id));
        }
        Ok(Arc::clone(order))
    }

    /// What becomes of a staged order that goes live now.
    pub(super) fn decide_released(&self, order: &Order, terms: &Terms<'_>) -> Result<Placement, Reject> {
        let placement = self.decide_terms(self.now, terms, None, false)?;
        let market = self.known_market(order.instrument)?;
        let worth = Worth::of_new(order.kind, market, &placement);
        self.decide_value(order.account, market, &placement, worth)?;
        Ok(placement)
    }

    /// Decides about an order whose caller releases it while its market does not admit it.
    fn decide_released_later(
        &self,
        order: &Order,
        terms: &Terms<'_>,
        waiting: Waiting,
    ) -> Result<Placement, Reject> {
        let placement = self.decide_queued(terms, waiting, None, false)?;
        let market = self.known_market(order.instrument)?;
        let worth = Worth::of_new(order.kind, market, &placement);
        self.decide_value(order.account, market, &placement, worth)?;
        Ok(placement)
    }

    pub(super) fn release_order(&mut self, release: &ReleaseOrder) -> Result<Outcome, Reject> {
        let order = self.decide_release(release)?;
        let terms = Terms::of_order(&order);
        let mut events = Vec::new();
        if let Some(until) = order.staged_until {
            self.due.remove(&(until, Due::End(order.id)));
        }
        let release_at = order.release_at.filter(|at| *at > self.now);
        let queued = self.waiting_of(self.now, &terms, release_at).and_then(|waiting| {
            waiting.map(|waiting| self.decide_released_later(&order, &terms, waiting)).transpose()
        });
        match queued {
            Ok(None) => self.go_live(&order, &mut events),
            Ok(Some(placement)) => self.queue_again(order.id, &placement, &mut events),
            Err(refusal) => {
                self.close(
                    order.id,
                    OrderStatus::Rejected,
                    StatusReason::Refused(Box::new(refusal)),
                    &mut events,
                );
            }
        }
        Ok(Outcome { about: Some(order.id), events })
    }
}

/// What a new order has that few orders have.
fn extras_of(
    command: &PlaceOrder,
    placement: &Placement,
    predecessor: Option<OrderId>,
    multiplier: Option<u32>,
) -> SharedExtras {
    let PriceBound { lower, upper } = command.price_bound;
    let is_plain = lower.is_none()
        && upper.is_none()
        && predecessor.is_none()
        && multiplier.is_none()
        && command.release_at.is_none()
        && command.exits.is_none()
        && !command.reduce_only
        && !command.short_sale
        && placement.closing.is_none()
        && command.staged_until.is_none()
        && placement.queue.is_none()
        && placement.trigger.is_none();
    if is_plain {
        return SharedExtras::default();
    }
    let is_live = placement.refusal.is_none();
    let is_staged = command.staged_until.is_some();
    let (queue, trigger) = (placement.queue.as_deref(), placement.trigger.as_deref());
    SharedExtras::new(Extras {
        staged_until: command.staged_until.filter(|_| is_live),
        queue: queue.filter(|_| is_live && !is_staged).map(Waiting::state),
        trigger: trigger.filter(|_| is_live && !is_staged && queue.is_none()).copied(),
        price_bound: command.price_bound,
        predecessor,
        multiplier,
        release_at: command.release_at,
        exits: command.exits,
        reduce_only: command.reduce_only,
        closing: placement.closing,
        short_sale: command.short_sale,
        ..Extras::default()
    })
}

/// The first part in which a new submission differs from the first version of the order that has its client order id;
/// nothing when it repeats it. For orders that the engine has forgotten, whoever keeps them asks this.
#[must_use]
pub fn first_difference(placed: &Order, asked: &PlaceOrder) -> Option<OrderField> {
    let differences = [
        (placed.instrument != asked.instrument, OrderField::Instrument),
        (placed.side != asked.side, OrderField::Side),
        (placed.short_sale != asked.short_sale, OrderField::Side),
        (placed.kind != asked.kind, OrderField::Kind),
        (placed.size != asked.size, OrderField::Size),
        (placed.time_in_force != asked.time_in_force, OrderField::TimeInForce),
        (placed.price_bound != asked.price_bound, OrderField::PriceBound),
        (placed.client_order_id != asked.client_order_id, OrderField::Other),
        (placed.post_only != asked.post_only, OrderField::Other),
        (placed.extended_hours != asked.extended_hours, OrderField::Other),
        (placed.release_at != asked.release_at, OrderField::Other),
        (placed.exits != asked.exits, OrderField::Other),
        (placed.reduce_only != asked.reduce_only, OrderField::Other),
        (placed.closing.is_some(), OrderField::Other),
    ];
    differences.into_iter().find(|(differs, _)| *differs).map(|(_, field)| field)
}
