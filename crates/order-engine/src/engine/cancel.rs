//! Closing orders before they are filled.

use std::sync::Arc;

use super::Engine;
use super::due::Due;
use super::orders::Place;
use crate::command::{CancelOrder, CancelOrders};
use crate::event::{Change, Event, Outcome};
use crate::history::{Closed, Request};
use crate::ids::{AccountId, OrderId};
use crate::number::Quantity;
use crate::order::{Order, OrderStatus, StatusReason};
use crate::reject::Reject;

impl Engine {
    /// The place of an order of this account; any other is unknown.
    pub(super) fn own_order(&self, account: AccountId, id: OrderId) -> Result<Place, Reject> {
        self.orders.find_own(account, id).ok_or(Reject::UnknownOrder(id))
    }

    pub(super) fn decide_cancel(&self, cancel: &CancelOrder) -> Result<Place, Reject> {
        self.known_account(cancel.account)?;
        let place = self.own_order(cancel.account, cancel.order)?;
        let order = self.orders.order_at(place);
        self.decide_client_id(cancel.account, cancel.client_order_id.as_ref(), None)?;
        if order.status.is_closed() {
            return Err(Reject::OrderClosed { order: order.id, status: order.status });
        }
        Ok(place)
    }

    pub(super) fn cancel_order(&mut self, cancel: &CancelOrder) -> Result<Outcome, Reject> {
        let place = self.decide_cancel(cancel)?;
        let mut events = Vec::with_capacity(1);
        let request_id = cancel.client_order_id.clone();
        if let Some(id) = request_id.clone() {
            self.client_ids.insert((cancel.account, id), cancel.order);
        }
        let (status, reason) = (OrderStatus::Canceled, StatusReason::CanceledByOwner);
        self.close_at(place, status, reason, Request::new(request_id), &mut events);
        Ok(Outcome { about: Some(cancel.order), events })
    }

    pub(super) fn cancel_orders(&mut self, cancel: &CancelOrders) -> Result<Outcome, Reject> {
        self.known_account(cancel.account)?;
        let matches = |order: &&Arc<Order>| {
            (order.status.is_working() || order.is_queued() || (cancel.staged && order.is_staged()))
                && cancel.instruments.as_ref().is_none_or(|list| list.contains(&order.instrument))
                && cancel.side.is_none_or(|side| side == order.side)
                && cancel.short_sale.is_none_or(|short_sale| short_sale == order.short_sale)
                && cancel.classes.as_ref().is_none_or(|list| list.contains(&order.kind.class()))
        };
        let open = self.orders.open_of(cancel.account);
        let matching: Vec<OrderId> = open.filter(matches).map(|order| order.id).collect();
        let mut events = Vec::new();
        for id in matching {
            self.close(id, OrderStatus::Canceled, StatusReason::CanceledByOwner, &mut events);
        }
        Ok(Outcome { about: None, events })
    }

    /// Closes an open order: off the book, holds released, a last version with its reason.
    pub(super) fn close(
        &mut self,
        id: OrderId,
        status: OrderStatus,
        reason: StatusReason,
        events: &mut Vec<Event>,
    ) {
        self.close_at(self.orders.place(id), status, reason, Request::new(None), events);
    }

    /// [`Self::close`] of the order of a place, by a request that may have an id.
    fn close_at(
        &mut self,
        place: Place,
        status: OrderStatus,
        reason: StatusReason,
        request: Request,
        events: &mut Vec<Event>,
    ) {
        self.withdraw(place);
        let event = self.mint();
        let (reason, leaves) = (Some(reason), Quantity::ZERO);
        let step = Closed { status, reason, leaves, held: None, request };
        let closed = self.orders.advance(place, event, self.now, step);
        events.push(self.event(event, closing(closed)));
    }

    /// [`Self::close`], with more to write into the last version.
    pub(super) fn close_with(
        &mut self,
        id: OrderId,
        status: OrderStatus,
        reason: StatusReason,
        events: &mut Vec<Event>,
        change: impl FnOnce(&mut Order),
    ) {
        let place = self.orders.place(id);
        self.withdraw(place);
        let event = self.mint();
        let closed = self.orders.revise_at(place, event, self.now, |order| {
            order.status = status;
            order.reason = Some(reason);
            order.leaves = Quantity::ZERO;
            order.held = None;
            change(order);
        });
        events.push(self.event(event, closing(closed)));
    }

    /// Takes an order that is about to be closed off the book, and lets go of what it holds and waits for.
    fn withdraw(&mut self, place: Place) {
        let order = self.orders.order_at(place);
        assert!(!order.status.is_closed(), "Invariant: an order is closed once");
        let (account, instrument, id, held) = (order.account, order.instrument, order.id, order.held);
        // What an order waits for, it has beyond what every order has.
        if order.has_extras() {
            let order = Arc::clone(order);
            self.disarm(&order);
            self.unqueue(&order);
        }
        if let Some(key) = self.orders.leaves_book_at(place) {
            self.market_mut(instrument).book.remove(key);
        }
        self.unpark(instrument, id);
        self.change_hold((account, instrument), held, None);
        self.forget_open(place);
    }

    /// Takes an order that closes out of the lists of what is still to happen.
    pub(super) fn forget_open(&mut self, place: Place) {
        let order = self.orders.order_at(place);
        let (account, instrument, id) = (order.account, order.instrument, order.id);
        let ends = [order.expires_at, order.staged_until];
        self.reducing.remove(order);
        self.orders.closes(place);
        self.forget_short(account, instrument, id);
        for at in ends.into_iter().flatten() {
            self.due.remove(&(at, Due::End(id)));
        }
    }
}

/// What happened to an order that was closed before it was filled.
fn closing(closed: Arc<Order>) -> Change {
    assert!(closed.status.is_closed(), "Invariant: closing an order gives it a final status");
    match closed.status {
        OrderStatus::Rejected => Change::OrderRejected(closed),
        OrderStatus::Expired => Change::OrderExpired(closed),
        OrderStatus::Replaced => Change::OrderSucceeded(closed),
        OrderStatus::PendingNew
        | OrderStatus::New
        | OrderStatus::PartiallyFilled
        | OrderStatus::Suspended
        | OrderStatus::Filled
        | OrderStatus::Canceled => Change::OrderCanceled(closed),
    }
}
