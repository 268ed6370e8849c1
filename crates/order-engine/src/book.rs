//! The price-time book of one instrument.
//!
//! Price levels are two ordered maps; the orders of a level are a queue, linked through one slab by 32-bit keys, so
//! that adding, reducing and removing an order costs one map lookup at most and allocates only when the slab grows.
//! The book is usable alone: it knows order ids, owners, prices and quantities, and nothing of money or rules.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::ids::{AccountId, OrderId};
use crate::order::Side;
use crate::units::{Lots, Ticks};

/// Where a resting order is. Valid until the order leaves the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookKey(u32);

/// A resting order as the book knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// Which order.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// What is left to fill, above zero.
    pub leaves: Lots,
}

/// One price level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelSummary {
    /// Price.
    pub price: Ticks,
    /// Sum of what is left to fill.
    pub quantity: Lots,
    /// Number of orders.
    pub orders: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    resting: Resting,
    price: Ticks,
    side: Side,
    previous: u32,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    first: u32,
    last: u32,
    quantity: Lots,
    orders: u32,
}

/// No node.
const NONE: u32 = u32::MAX;

/// Orders of one instrument in price-time priority.
#[derive(Debug, Default)]
pub struct Book {
    bids: BTreeMap<Ticks, Level>,
    asks: BTreeMap<Ticks, Level>,
    nodes: Vec<Node>,
    /// Slots of `nodes` that are free to use again.
    free: Vec<u32>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of resting orders.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether nothing rests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds an order behind all others of its price.
    ///
    /// # Panics
    /// When nothing is left to fill, or at four billion orders.
    pub fn insert(&mut self, side: Side, price: Ticks, resting: Resting) -> BookKey {
        assert!(!resting.leaves.is_zero(), "Invariant: a resting order has something left to fill");
        let node = Node { resting, price, side, previous: NONE, next: NONE };
        let slot = self.store(node);
        let level = self.side_mut(side).entry(price).or_insert(Level {
            first: slot,
            last: NONE,
            quantity: Lots::ZERO,
            orders: 0,
        });
        let last = std::mem::replace(&mut level.last, slot);
        level.quantity = level.quantity.plus(resting.leaves);
        level.orders += 1;
        if last != NONE {
            self.node_mut(last).next = slot;
            self.node_mut(slot).previous = last;
        }
        BookKey(slot)
    }

    /// Takes an order off the book.
    ///
    /// # Panics
    /// When the key is of an order that has left the book already.
    pub fn remove(&mut self, key: BookKey) -> Resting {
        let node = *self.node(key.0);
        let (side, price) = (node.side, node.price);
        if node.previous != NONE {
            self.node_mut(node.previous).next = node.next;
        }
        if node.next != NONE {
            self.node_mut(node.next).previous = node.previous;
        }
        let levels = self.side_mut(side);
        if let Some(level) = levels.get_mut(&price) {
            level.quantity = level.quantity.minus(node.resting.leaves);
            level.orders -= 1;
            if level.first == key.0 {
                level.first = node.next;
            }
            if level.last == key.0 {
                level.last = node.previous;
            }
            if level.orders == 0 {
                assert!(level.quantity.is_zero(), "Invariant: an empty level has no quantity");
                levels.remove(&price);
            }
        }
        self.free.push(key.0);
        node.resting
    }

    /// Takes a quantity off an order, which keeps its place. An order with nothing left leaves the book.
    ///
    /// Returns what is left.
    ///
    /// # Panics
    /// When more is taken than is left.
    pub fn reduce(&mut self, key: BookKey, by: Lots) -> Lots {
        let node = self.node_mut(key.0);
        let left = node.resting.leaves.minus(by);
        if left.is_zero() {
            self.remove(key);
            return Lots::ZERO;
        }
        node.resting.leaves = left;
        let (side, price) = (node.side, node.price);
        if let Some(level) = self.side_mut(side).get_mut(&price) {
            level.quantity = level.quantity.minus(by);
        }
        left
    }

    /// The resting order of a key.
    #[must_use]
    pub fn resting(&self, key: BookKey) -> &Resting {
        &self.node(key.0).resting
    }

    /// The best price of a side: the highest bid, the lowest ask.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Ticks> {
        match side {
            Side::Buy => self.bids.last_key_value().map(|(price, _)| *price),
            Side::Sell => self.asks.first_key_value().map(|(price, _)| *price),
        }
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = LevelSummary> {
        let (bids, asks) = match side {
            Side::Buy => (Some(self.bids.iter().rev()), None),
            Side::Sell => (None, Some(self.asks.iter())),
        };
        bids.into_iter().flatten().chain(asks.into_iter().flatten()).map(|(price, level)| LevelSummary {
            price: *price,
            quantity: level.quantity,
            orders: level.orders,
        })
    }

    /// Visits the orders of a side in the order in which they would be filled, until the visitor breaks.
    pub fn visit(&self, side: Side, mut visitor: impl FnMut(BookKey, Ticks, &Resting) -> ControlFlow<()>) {
        let mut visit_level = |price: Ticks, level: &Level| {
            let mut slot = level.first;
            while slot != NONE {
                let node = self.node(slot);
                visitor(BookKey(slot), price, &node.resting)?;
                slot = node.next;
            }
            ControlFlow::Continue(())
        };
        // How far the visitor got is its own to know.
        let _: ControlFlow<()> = match side {
            Side::Buy => self.bids.iter().rev().try_for_each(|(price, level)| visit_level(*price, level)),
            Side::Sell => self.asks.iter().try_for_each(|(price, level)| visit_level(*price, level)),
        };
    }

    /// Fills an incoming order against the other side, best price first and of equal prices the oldest order first, and
    /// says what is left of it. `on_fill` is told of each fill: the price, the quantity, and the resting order with what
    /// is left of it; one with nothing left is off the book.
    pub fn take(
        &mut self,
        side: Side,
        limit: Ticks,
        quantity: Lots,
        mut on_fill: impl FnMut(Ticks, Lots, Resting),
    ) -> Lots {
        let mut left = quantity;
        while !left.is_zero()
            && let Some((price, key)) = self.first(side.opposite())
        {
            let is_acceptable = match side {
                Side::Buy => price <= limit,
                Side::Sell => price >= limit,
            };
            if !is_acceptable {
                break;
            }
            let resting = *self.resting(key);
            let filled = left.min(resting.leaves);
            left = left.minus(filled);
            let leaves = self.reduce(key, filled);
            on_fill(price, filled, Resting { leaves, ..resting });
        }
        left
    }

    /// The order of a side that would be filled first, and its price.
    fn first(&self, side: Side) -> Option<(Ticks, BookKey)> {
        let (price, level) = match side {
            Side::Buy => self.bids.last_key_value()?,
            Side::Sell => self.asks.first_key_value()?,
        };
        Some((*price, BookKey(level.first)))
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Ticks, Level> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    fn store(&mut self, node: Node) -> u32 {
        if let Some(slot) = self.free.pop() {
            *self.node_mut(slot) = node;
            return slot;
        }
        let slot = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        assert!(slot != NONE, "Invariant: a book has fewer than four billion orders");
        self.nodes.push(node);
        slot
    }

    #[expect(clippy::indexing_slicing, reason = "slots come from this slab and live as long as their order")]
    fn node(&self, slot: u32) -> &Node {
        &self.nodes[slot as usize]
    }

    #[expect(clippy::indexing_slicing, reason = "slots come from this slab and live as long as their order")]
    fn node_mut(&mut self, slot: u32) -> &mut Node {
        &mut self.nodes[slot as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resting(order: u64, leaves: i64) -> Resting {
        Resting { order: OrderId::new(order), account: AccountId::HOUSE, leaves: Lots::new(leaves) }
    }

    fn queue(book: &Book, side: Side) -> Vec<(u64, i64, i64)> {
        let mut seen = Vec::new();
        book.visit(side, |_, price, resting| {
            seen.push((resting.order.get(), price.get(), resting.leaves.get()));
            ControlFlow::Continue(())
        });
        seen
    }

    #[test]
    fn orders_queue_by_price_then_time() {
        let mut book = Book::new();
        for (order, price) in [(1, 10), (2, 11), (3, 10), (4, 12)] {
            book.insert(Side::Sell, Ticks::new(price), resting(order, 5));
            book.insert(Side::Buy, Ticks::new(price - 5), resting(order + 10, 5));
        }
        assert_eq!(queue(&book, Side::Sell), [(1, 10, 5), (3, 10, 5), (2, 11, 5), (4, 12, 5)]);
        assert_eq!(queue(&book, Side::Buy), [(14, 7, 5), (12, 6, 5), (11, 5, 5), (13, 5, 5)]);
        assert_eq!(
            (book.best(Side::Buy), book.best(Side::Sell)),
            (Some(Ticks::new(7)), Some(Ticks::new(10)))
        );
    }

    #[test]
    fn a_reduced_order_keeps_its_place_and_an_empty_one_leaves() {
        let mut book = Book::new();
        let first = book.insert(Side::Sell, Ticks::new(10), resting(1, 5));
        let second = book.insert(Side::Sell, Ticks::new(10), resting(2, 7));
        assert_eq!(book.reduce(first, Lots::new(2)), Lots::new(3));
        assert_eq!(queue(&book, Side::Sell), [(1, 10, 3), (2, 10, 7)]);
        assert_eq!(book.reduce(first, Lots::new(3)), Lots::ZERO);
        assert_eq!(book.remove(second).order, OrderId::new(2));
        assert!(book.is_empty());
        assert_eq!(book.best(Side::Sell), None);
    }
}
