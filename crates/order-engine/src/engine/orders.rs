//! The orders of the state: current versions by id, with the book's key of those that rest.

use std::sync::Arc;

use crate::book::BookKey;
use crate::ids::{EventId, OrderId};
use crate::lookup::Lookup;
use crate::order::{Earlier, Order};
use crate::time::Timestamp;

/// All orders of clients, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct OrderStore {
    orders: Vec<Arc<Order>>,
    index: Lookup<OrderId, usize>,
    resting: Lookup<OrderId, BookKey>,
}

impl OrderStore {
    pub(super) fn len(&self) -> usize {
        self.orders.len()
    }

    pub(super) fn get(&self, id: OrderId) -> Option<&Arc<Order>> {
        self.orders.get(*self.index.get(&id)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Order>> {
        self.orders.iter()
    }

    /// The order of an id that a decision has found already.
    pub(super) fn known(&self, id: OrderId) -> &Arc<Order> {
        match self.get(id) {
            Some(order) => order,
            None => unreachable!("Invariant: decided commands name known orders"),
        }
    }

    pub(super) fn add(&mut self, order: Order) -> Arc<Order> {
        assert!(self.orders.last().is_none_or(|last| last.id < order.id), "Invariant: order ids increase");
        let order = Arc::new(order);
        self.index.insert(order.id, self.orders.len());
        self.orders.push(Arc::clone(&order));
        order
    }

    /// Makes the next version of an order.
    pub(super) fn revise(
        &mut self,
        id: OrderId,
        event: EventId,
        at: Timestamp,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        let before = Arc::clone(self.known(id));
        assert!(at >= before.updated_at, "Invariant: versions follow each other in time");
        let mut order = Order {
            earlier: Earlier::default(),
            version: before.version + 1,
            updated_at: at,
            last_event: event,
            ..(*before).clone()
        };
        change(&mut order);
        super::fill::assert_quantities(&order);
        order.earlier = Earlier(Some(before));
        let order = Arc::new(order);
        if let Some(slot) = self.index.get(&id).and_then(|index| self.orders.get_mut(*index)) {
            *slot = Arc::clone(&order);
        }
        order
    }

    pub(super) fn rests(&mut self, id: OrderId, key: BookKey) {
        self.resting.insert(id, key);
    }

    pub(super) fn resting(&self, id: OrderId) -> Option<BookKey> {
        self.resting.get(&id).copied()
    }

    pub(super) fn leaves_book(&mut self, id: OrderId) -> Option<BookKey> {
        self.resting.remove(&id)
    }
}
