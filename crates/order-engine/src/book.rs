//! The price-time book of one instrument.
//!
//! Price levels live in a slab, found by price through a ladder for each side; the orders of a level are a queue,
//! linked through another slab by 32-bit keys. An order knows its level, so that reducing or removing it searches
//! nothing; adding one costs one search, and the ladders change only when a level comes or goes. The book is usable
//! alone: it knows order ids, owners, prices and quantities, and nothing of money or rules.

use std::hint::black_box;
use std::ops::ControlFlow;

use crate::ids::{AccountId, OrderId};
use crate::ladder::Ladder;
use crate::order::Side;
use crate::slab::Slab;
use crate::units::{Lots, Ticks};

/// Where a resting order is. Valid until the order leaves the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookKey(u32);

/// Where a price level is. Good for looking at what is there, not for changing it: the level may have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LevelKey(u32);

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
    level: u32,
    previous: u32,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    price: Ticks,
    quantity: Lots,
    side: Side,
    orders: u32,
    first: u32,
    last: u32,
}

/// Levels that fit into half of a first cache of 64 KiB, or a small part of a second one.
const FEW_LEVELS: usize = 1_024;

/// No node, no level.
const NONE: u32 = u32::MAX;

/// Orders of one instrument in price-time priority.
#[derive(Debug)]
pub struct Book {
    bids: Ladder,
    asks: Ladder,
    levels: Slab<Level>,
    nodes: Slab<Node>,
}

impl Default for Book {
    fn default() -> Self {
        let (bids, asks) = (Ladder::new(Side::Buy), Ladder::new(Side::Sell));
        Self { bids, asks, levels: Slab::default(), nodes: Slab::default() }
    }
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
        self.nodes.len()
    }

    /// Whether nothing rests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for orders, as far as there is memory for them.
    pub(crate) fn reserve(&mut self, orders: usize) {
        self.nodes.reserve(orders);
    }

    /// Adds an order behind all others of its price.
    ///
    /// # Panics
    /// When nothing is left to fill, or at four billion orders.
    pub fn insert(&mut self, side: Side, price: Ticks, resting: Resting) -> BookKey {
        assert!(!resting.leaves.is_zero(), "Invariant: a resting order has something left to fill");
        let slot = self.level_at(side, price);
        let level = self.levels.get_mut(slot);
        let node = self.nodes.add(Node { resting, level: slot, previous: level.last, next: NONE });
        level.quantity = level.quantity.plus(resting.leaves);
        level.orders += 1;
        let previous = std::mem::replace(&mut level.last, node);
        if previous == NONE {
            level.first = node;
        } else {
            self.nodes.get_mut(previous).next = node;
        }
        BookKey(node)
    }

    /// Asks memory at once for what taking an order off the book is going to read, so that it need not be waited for in
    /// turn.
    pub(crate) fn fetch(&self, key: BookKey) {
        let node = self.nodes.get(key.0);
        let beside = |node: u32| if node == NONE { NONE } else { self.nodes.get(node).next };
        black_box((self.levels.get(node.level).orders, beside(node.previous), beside(node.next)));
    }

    /// Whether there are so few prices that what is known of all of them stays in the nearest caches.
    pub(crate) const fn has_few_levels(&self) -> bool {
        self.levels.len() <= FEW_LEVELS
    }

    /// The level of a price, if there is one.
    pub(crate) fn find_level(&self, side: Side, price: Ticks) -> Option<LevelKey> {
        self.ladder(side).get(price).map(LevelKey)
    }

    /// Asks memory for what adding an order to a level is going to read.
    pub(crate) fn fetch_last(&self, LevelKey(level): LevelKey) {
        let last = self.levels.get(level).last;
        black_box(if last == NONE { NONE } else { self.nodes.get(last).level });
    }

    /// Takes an order off the book.
    ///
    /// # Panics
    /// When the key is of an order that has left the book already.
    pub fn remove(&mut self, key: BookKey) -> Resting {
        let node = self.nodes.remove(key.0);
        assert!(node.level != NONE, "Invariant: an order leaves the book once");
        self.nodes.get_mut(key.0).level = NONE;
        let level = self.levels.get_mut(node.level);
        level.quantity = level.quantity.minus(node.resting.leaves);
        level.orders -= 1;
        if node.previous == NONE {
            level.first = node.next;
        } else {
            self.nodes.get_mut(node.previous).next = node.next;
        }
        if node.next == NONE {
            level.last = node.previous;
        } else {
            self.nodes.get_mut(node.next).previous = node.previous;
        }
        if level.orders == 0 {
            assert!(level.quantity.is_zero(), "Invariant: an empty level has no quantity");
            self.remove_level(node.level);
        }
        node.resting
    }

    /// Takes a quantity off an order, which keeps its place. An order with nothing left leaves the book.
    ///
    /// Returns what is left.
    ///
    /// # Panics
    /// When more is taken than is left.
    pub fn reduce(&mut self, key: BookKey, by: Lots) -> Lots {
        let node = self.nodes.get_mut(key.0);
        let left = node.resting.leaves.minus(by);
        if left.is_zero() {
            self.remove(key);
            return Lots::ZERO;
        }
        node.resting.leaves = left;
        let level = self.levels.get_mut(node.level);
        level.quantity = level.quantity.minus(by);
        left
    }

    /// The resting order of a key.
    #[must_use]
    pub fn resting(&self, key: BookKey) -> &Resting {
        &self.nodes.get(key.0).resting
    }

    /// The best price of a side: the highest bid, the lowest ask.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Ticks> {
        self.best_level(side).map(|level| level.price)
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = LevelSummary> {
        self.ladder(side).iter().map(|slot| self.levels.get(slot)).map(|level| LevelSummary {
            price: level.price,
            quantity: level.quantity,
            orders: level.orders,
        })
    }

    /// Visits the orders of a side in the order in which they would be filled, until the visitor breaks.
    pub fn visit(&self, side: Side, mut visitor: impl FnMut(BookKey, Ticks, &Resting) -> ControlFlow<()>) {
        let mut visit_level = |level: &Level| {
            let mut slot = level.first;
            while slot != NONE {
                let node = self.nodes.get(slot);
                visitor(BookKey(slot), level.price, &node.resting)?;
                slot = node.next;
            }
            ControlFlow::Continue(())
        };
        // Most visits end within the best level. How far the visitor got is its own to know.
        let Some(best) = self.best_level(side) else { return };
        let mut others = self.ladder(side).iter().skip(1);
        let _: ControlFlow<()> = match visit_level(best) {
            ControlFlow::Continue(()) => others.try_for_each(|slot| visit_level(self.levels.get(slot))),
            stopped @ ControlFlow::Break(()) => stopped,
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
        self.best_level(side).map(|level| (level.price, BookKey(level.first)))
    }

    fn best_level(&self, side: Side) -> Option<&Level> {
        self.ladder(side).best().map(|level| self.levels.get(level))
    }

    /// The level of a price, made when there is none.
    fn level_at(&mut self, side: Side, price: Ticks) -> u32 {
        if let Some(level) = self.ladder(side).get(price) {
            return level;
        }
        let is_best = self.best(side).is_none_or(|best| match side {
            Side::Buy => price > best,
            Side::Sell => price < best,
        });
        let level = Level { price, quantity: Lots::ZERO, side, orders: 0, first: NONE, last: NONE };
        let level = self.levels.add(level);
        self.ladder_mut(side).insert(price, level, is_best);
        level
    }

    fn remove_level(&mut self, slot: u32) {
        let Level { side, price, .. } = self.levels.remove(slot);
        self.ladder_mut(side).remove(price);
    }

    const fn ladder(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    const fn ladder_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
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
