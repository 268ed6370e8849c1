//! Closing orders before they are filled.

use std::sync::Arc;

use super::Engine;
use super::due::Due;
use super::orders::Place;
use crate::command::{CancelOrder, CancelOrders};
use crate::event::{Change, Event, Outcome};
use crate::ids::{AccountId, OrderId};
use crate::number::Quantity;
use crate::order::{Order, OrderStatus, StatusReason};
use crate::reject::Reject;

impl Engine {
    /// An order of this account; any other is unknown.
    pub(super) fn own_order(&self, account: AccountId, id: OrderId) -> Result<Arc<Order>, Reject> {
        let order = self.orders.get(id).filter(|order| order.account == account);
        order.cloned().ok_or(Reject::UnknownOrder(id))
    }

    pub(super) fn decide_cancel(&self, cancel: &CancelOrder) -> Result<Arc<Order>, Reject> {
        self.known_account(cancel.account)?;
        let order = self.own_order(cancel.account, cancel.order)?;
        self.decide_client_id(cancel.account, cancel.client_order_id.as_ref(), None)?;
        if order.status.is_closed() {
            return Err(Reject::OrderClosed { order: order.id, status: order.status });
        }
        Ok(order)
    }

    pub(super) fn cancel_order(&mut self, cancel: &CancelOrder) -> Result<Outcome, Reject> {
        let order = self.decide_cancel(cancel)?;
        let mut events = Vec::with_capacity(1);
        let request_id = cancel.client_order_id.clone();
        if let Some(id) = request_id.clone() {
            self.client_ids.insert((order.account, id), order.id);
        }
        let close = |order: &mut Order| {
            if request_id.is_some() {
                order.request_id = request_id;
            }
        };
        self.close_with(order.id, OrderStatus::Canceled, StatusReason::CanceledByOwner, &mut events, close);
        Ok(Outcome { order: self.orders.get(order.id).cloned(), events })
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
        Ok(Outcome { order: None, events })
    }

    /// Closes an open order: off the book, holds released, a last version with its reason.
    pub(super) fn close(
        &mut self,
        id: OrderId,
        status: OrderStatus,
        reason: StatusReason,
        events: &mut Vec<Event>,
    ) {
        self.close_with(id, status, reason, events, |_| {});
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
        assert!(status.is_closed(), "Invariant: closing an order gives it a final status");
        let place = self.orders.place(id);
        let order = Arc::clone(self.orders.order_at(place));
        assert!(!order.status.is_closed(), "Invariant: an order is closed once");
        if let Some(key) = self.orders.leaves_book_at(place) {
            self.market_mut(order.instrument).book.remove(key);
        }
        self.disarm(&order);
        self.unqueue(&order);
        self.release_hold(&order);
        self.forget_open(&order, place);
        let event = self.mint();
        let closed = self.orders.revise_at(place, event, self.now, |order| {
            order.status = status;
            order.reason = Some(reason);
            order.leaves = Quantity::ZERO;
            order.held = None;
            change(order);
        });
        let change = match status {
            OrderStatus::Rejected => Change::OrderRejected(closed),
            OrderStatus::Expired => Change::OrderExpired(closed),
            OrderStatus::Replaced => Change::OrderSucceeded(closed),
            OrderStatus::PendingNew
            | OrderStatus::New
            | OrderStatus::PartiallyFilled
            | OrderStatus::Suspended
            | OrderStatus::Filled
            | OrderStatus::Canceled => Change::OrderCanceled(closed),
        };
        events.push(self.event(event, change));
    }

    /// Takes an order that closes out of the lists of what is still to happen.
    pub(super) fn forget_open(&mut self, order: &Order, place: Place) {
        self.orders.closes(place);
        self.forget_working(order);
        for at in [order.expires_at, order.staged_until].into_iter().flatten() {
            self.due.remove(&(at, Due::End(order.id)));
        }
    }
}
