//! The orders of the state: current versions by id, the book's key of those that rest, and which of them are open.
//!
//! An order has one slot for as long as it is here. Ids rise, so the open orders of an account, which are linked from
//! slot to slot, are in the order of their ids. The slot of an order that went to the archive is used again.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;

use crate::book::BookKey;
use crate::history::{Earlier, Step};
use crate::ids::{AccountId, EventId, InstrumentId, OrderId};
use crate::order::Order;
use crate::rising::RisingIndex;
use crate::time::Timestamp;

/// No slot.
const NONE: u32 = u32::MAX;

/// Where an order is for as long as it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    /// Its number, from 0. Those of a state that is built anew follow upon each other.
    pub(super) const fn number(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug)]
struct Slot {
    /// Nothing in a slot that is free.
    order: Option<Arc<Order>>,
    /// Those of the order, to be known before it is read.
    account: AccountId,
    instrument: InstrumentId,
    resting: Option<BookKey>,
    /// The open orders of the account before and after this one, while it is open.
    older: u32,
    newer: u32,
}

/// The open orders of one account.
#[derive(Debug, Clone, Copy)]
struct OpenOrders {
    oldest: u32,
    newest: u32,
    count: usize,
}

impl Default for OpenOrders {
    fn default() -> Self {
        Self { oldest: NONE, newest: NONE, count: 0 }
    }
}

/// All orders of clients that are here.
#[derive(Debug, Default)]
pub(super) struct OrderStore {
    slots: Vec<Slot>,
    free: Vec<u32>,
    newest: Option<OrderId>,
    /// Closed orders in the order in which they closed.
    closed: VecDeque<OrderId>,
    index: RisingIndex,
    /// By account.
    open: Vec<OpenOrders>,
}

impl OrderStore {
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn get(&self, id: OrderId) -> Option<&Arc<Order>> {
        self.slot(self.find(id)?).order.as_ref()
    }

    /// In the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Order>> {
        let mut orders: Vec<_> = self.slots.iter().filter_map(|slot| slot.order.as_ref()).collect();
        orders.sort_unstable_by_key(|order| order.id);
        orders.into_iter()
    }

    /// Number of orders that are closed.
    pub(super) fn closed_len(&self) -> usize {
        self.closed.len()
    }

    /// Takes the order that closed first out.
    pub(super) fn take_oldest_closed(&mut self) -> Option<Arc<Order>> {
        let id = self.closed.pop_front()?;
        let place = self.place(id);
        self.index.remove(id.get());
        self.free.push(place.0);
        self.slot_mut(place).order.take()
    }

    /// The place of an order, for those who have more than one question.
    pub(super) fn find(&self, id: OrderId) -> Option<Place> {
        self.index.get(id.get()).map(Place)
    }

    /// The place of an order of an account, if it is one.
    pub(super) fn find_own(&self, account: AccountId, id: OrderId) -> Option<Place> {
        self.find(id).filter(|place| self.slot(*place).account == account)
    }

    /// The instrument of an order and where it rests, as its slot has them.
    pub(super) fn resting_ahead(&self, place: Place) -> (InstrumentId, Option<BookKey>) {
        let slot = self.slot(place);
        (slot.instrument, slot.resting)
    }

    /// Asks memory for what changing or closing the order of a place is going to read of it.
    pub(super) fn touch(&self, place: Place) {
        if let Some(order) = &self.slot(place).order {
            // Small fields that lie far apart: a line of the processor's cache each.
            black_box((order.expires_at.is_some(), order.id, order.client_order_id.is_some()));
            black_box((order.updated_at, order.last_event, order.version));
        }
    }

    /// [`Self::touch`] of what closing an order is going to read beyond that: the open orders beside it.
    pub(super) fn touch_beside(&self, place: Place) {
        let slot = self.slot(place);
        let beside = |place: u32| self.slots.get(place as usize).map_or(NONE, |slot| slot.newer);
        black_box((beside(slot.older), beside(slot.newer)));
    }

    /// The order of a place.
    pub(super) fn order_at(&self, place: Place) -> &Arc<Order> {
        present(self.slot(place))
    }

    /// The order of an id that a decision has found already.
    pub(super) fn known(&self, id: OrderId) -> &Arc<Order> {
        present(self.slot(self.place(id)))
    }

    /// Takes a new order. Whether it is open is another matter.
    #[inline]
    pub(super) fn add(&mut self, order: Order) -> (Arc<Order>, Place) {
        let order = Arc::new(order);
        let place = self.push(Arc::clone(&order));
        if order.status.is_closed() {
            self.closed.push_back(order.id);
        }
        (order, place)
    }

    /// Makes room for the orders of an image, as far as there is memory for them.
    pub(super) fn reserve(&mut self, orders: usize) {
        // Without it they are taken as well.
        let _ = self.slots.try_reserve_exact(orders);
    }

    /// Takes an order of an image. Those that are closed are named later.
    pub(super) fn restore(&mut self, order: Arc<Order>) {
        let is_open = !order.status.is_closed();
        let place = self.push(order);
        if is_open {
            self.opens(place);
        }
    }

    /// Takes the closed orders of an image in the order in which they closed.
    pub(super) fn restore_closed(&mut self, closed: impl IntoIterator<Item = OrderId>) {
        self.closed.extend(closed);
    }

    fn push(&mut self, order: Arc<Order>) -> Place {
        assert!(self.newest.is_none_or(|newest| newest < order.id), "Invariant: order ids increase");
        self.newest = Some(order.id);
        let id = order.id.get();
        let (account, instrument) = (order.account, order.instrument);
        let slot = Slot { order: Some(order), account, instrument, resting: None, older: NONE, newer: NONE };
        let place = if let Some(place) = self.free.pop() {
            *self.slot_mut(Place(place)) = slot;
            place
        } else {
            let place = u32::try_from(self.slots.len()).unwrap_or(NONE);
            assert!(place != NONE, "Invariant: a state has fewer than four billion orders");
            self.slots.push(slot);
            place
        };
        self.index.insert(id, place);
        Place(place)
    }

    /// Makes the next version of an order.
    pub(super) fn revise(
        &mut self,
        id: OrderId,
        event: EventId,
        at: Timestamp,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        self.revise_at(self.place(id), event, at, change)
    }

    /// Makes the next version of the order of a place, by a step that few orders take.
    pub(super) fn revise_at(
        &mut self,
        place: Place,
        event: EventId,
        at: Timestamp,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        let slot = self.slot_mut(place);
        let Some(before) = slot.order.take() else {
            unreachable!("Invariant: a slot that something points to is not free");
        };
        assert!(at >= before.updated_at, "Invariant: versions follow each other in time");
        let mut order = Order::clone(&before);
        change(&mut order);
        (order.version, order.last_event, order.updated_at) = (before.version + 1, event, at);
        order.earlier = Earlier::between(before, &order);
        super::fill::assert_quantities(&order);
        let order = Arc::new(order);
        slot.order = Some(Arc::clone(&order));
        order
    }

    /// Takes the order of a place a step further. What nobody else reads is changed where it is.
    pub(super) fn advance<S: Step>(
        &mut self,
        place: Place,
        event: EventId,
        at: Timestamp,
        step: S,
    ) -> Arc<Order> {
        let Some(shared) = &mut self.slot_mut(place).order else {
            unreachable!("Invariant: a slot that something points to is not free");
        };
        let order = Arc::make_mut(shared);
        assert!(at >= order.updated_at, "Invariant: versions follow each other in time");
        order.advance(step, event, at);
        super::fill::assert_quantities(order);
        Arc::clone(shared)
    }

    /// Notes that an order, the newest of its account, is open.
    pub(super) fn opens(&mut self, place: Place) {
        let order = present(self.slot(place));
        let (account, id) = (account_index(order.account), order.id);
        if account >= self.open.len() {
            self.open.resize_with(account + 1, OpenOrders::default);
        }
        let newest = self.open.get(account).map_or(NONE, |open| open.newest);
        assert!(
            newest == NONE || present(self.slot(Place(newest))).id < id,
            "Invariant: orders open in the order of their ids"
        );
        let Some(open) = self.open.get_mut(account) else { return };
        let older = std::mem::replace(&mut open.newest, place.0);
        open.count += 1;
        if older == NONE {
            open.oldest = place.0;
        } else {
            self.slot_mut(Place(older)).newer = place.0;
        }
        self.slot_mut(place).older = older;
    }

    /// Notes that an open order has closed.
    pub(super) fn closes(&mut self, place: Place) {
        let slot = self.slot_mut(place);
        let order = present(slot);
        let (account, id) = (account_index(order.account), order.id);
        let older = std::mem::replace(&mut slot.older, NONE);
        let newer = std::mem::replace(&mut slot.newer, NONE);
        self.closed.push_back(id);
        let Some(open) = self.open.get_mut(account) else { return };
        assert!(open.count > 0, "Invariant: an order that closes was open");
        open.count -= 1;
        if older == NONE {
            assert!(open.oldest == place.0, "Invariant: an order that closes was open");
            open.oldest = newer;
        }
        if newer == NONE {
            assert!(open.newest == place.0, "Invariant: an order that closes was open");
            open.newest = older;
        }
        if older != NONE {
            self.slot_mut(Place(older)).newer = newer;
        }
        if newer != NONE {
            self.slot_mut(Place(newer)).older = older;
        }
    }

    /// Number of open orders of an account.
    pub(super) fn open_count(&self, account: AccountId) -> usize {
        self.open.get(account_index(account)).map_or(0, |open| open.count)
    }

    /// The open orders of an account, oldest first.
    pub(super) fn open_of(&self, account: AccountId) -> impl Iterator<Item = &Arc<Order>> {
        let mut next = self.open.get(account_index(account)).map_or(NONE, |open| open.oldest);
        std::iter::from_fn(move || {
            let slot = self.slots.get(next as usize)?;
            next = slot.newer;
            slot.order.as_ref()
        })
    }

    pub(super) fn rests_at(&mut self, place: Place, key: BookKey) {
        self.slot_mut(place).resting = Some(key);
    }

    pub(super) fn resting(&self, id: OrderId) -> Option<BookKey> {
        self.resting_at(self.place(id))
    }

    pub(super) fn resting_at(&self, place: Place) -> Option<BookKey> {
        self.slot(place).resting
    }

    pub(super) fn leaves_book(&mut self, id: OrderId) -> Option<BookKey> {
        self.leaves_book_at(self.place(id))
    }

    pub(super) fn leaves_book_at(&mut self, place: Place) -> Option<BookKey> {
        self.slot_mut(place).resting.take()
    }

    /// The place of an order that a decision has found already.
    pub(super) fn place(&self, id: OrderId) -> Place {
        match self.find(id) {
            Some(place) => place,
            None => unreachable!("Invariant: decided commands name known orders"),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "places come from this store, which never shrinks")]
    fn slot(&self, Place(place): Place) -> &Slot {
        &self.slots[place as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "places come from this store, which never shrinks")]
    fn slot_mut(&mut self, Place(place): Place) -> &mut Slot {
        &mut self.slots[place as usize]
    }
}

/// The order of a slot that is not free.
fn present(slot: &Slot) -> &Arc<Order> {
    match &slot.order {
        Some(order) => order,
        None => unreachable!("Invariant: a slot that something points to is not free"),
    }
}

const fn account_index(account: AccountId) -> usize {
    account.get() as usize
}
