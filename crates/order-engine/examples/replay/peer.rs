//! The peer that the book is measured beside: the plain book that most people would write. Ordered maps from price to
//! level, orders in one vector linked by 32-bit numbers, and a hash map from id to place.
//!
//! The engine's book is told where an order is, so whoever uses it alone keeps an index. Here that is a list by id, which
//! a hash map cannot match. For a fair comparison the peer is also measured with the same list.

use std::collections::BTreeMap;

use order_engine::Side;
use rustc_hash::FxBuildHasher;

use crate::books::{Subject, Totals, greatest_id, position};
use crate::ops::{Action, Operation};

const NONE: u32 = u32::MAX;

/// Where orders are, by id.
pub(crate) trait Index {
    fn new(greatest: usize) -> Self;
    fn put(&mut self, id: u64, place: u32);
    fn has(&self, id: u64) -> bool;
    fn take(&mut self, id: u64) -> Option<u32>;
}

/// A hash map.
#[expect(clippy::disallowed_types, reason = "the peer has a hash map; nobody iterates it")]
pub(crate) struct Hashed(std::collections::HashMap<u64, u32, FxBuildHasher>);

#[expect(clippy::disallowed_types, reason = "the peer has a hash map; nobody iterates it")]
impl Index for Hashed {
    fn new(_: usize) -> Self {
        Self(std::collections::HashMap::default())
    }

    fn put(&mut self, id: u64, place: u32) {
        self.0.insert(id, place);
    }

    fn has(&self, id: u64) -> bool {
        self.0.contains_key(&id)
    }

    fn take(&mut self, id: u64) -> Option<u32> {
        self.0.remove(&id)
    }
}

/// A list, for ids without gaps.
pub(crate) struct Listed(Vec<u32>);

impl Index for Listed {
    fn new(greatest: usize) -> Self {
        Self(vec![NONE; greatest + 1])
    }

    fn put(&mut self, id: u64, place: u32) {
        self.0[position(id)] = place;
    }

    fn has(&self, id: u64) -> bool {
        self.0[position(id)] != NONE
    }

    fn take(&mut self, id: u64) -> Option<u32> {
        let place = std::mem::replace(&mut self.0[position(id)], NONE);
        (place != NONE).then_some(place)
    }
}

#[derive(Clone, Copy)]
struct Node {
    id: u64,
    price: u32,
    quantity: u32,
    side: Side,
    previous: u32,
    next: u32,
}

#[derive(Clone, Copy)]
struct Level {
    first: u32,
    last: u32,
}

/// The plain book.
pub(crate) struct PeerBook<I> {
    bids: BTreeMap<u32, Level>,
    asks: BTreeMap<u32, Level>,
    nodes: Vec<Node>,
    free: Vec<u32>,
    index: I,
    totals: Totals,
}

impl<I: Index> PeerBook<I> {
    /// Whether an order rests.
    pub(crate) fn has(&self, id: u64) -> bool {
        self.index.has(id)
    }

    /// Number of resting orders.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }
}

fn at(place: u32) -> usize {
    place as usize
}

impl<I: Index> PeerBook<I> {
    fn levels(&mut self, side: Side) -> &mut BTreeMap<u32, Level> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    fn best(&self, side: Side) -> Option<(u32, Level)> {
        let best = match side {
            Side::Buy => self.bids.last_key_value(),
            Side::Sell => self.asks.first_key_value(),
        };
        best.map(|(price, level)| (*price, *level))
    }

    fn insert(&mut self, side: Side, price: u32, quantity: u32, id: u64) {
        let node = Node { id, price, quantity, side, previous: NONE, next: NONE };
        let place = if let Some(place) = self.free.pop() {
            self.nodes[at(place)] = node;
            place
        } else {
            self.nodes.push(node);
            u32::try_from(self.nodes.len() - 1).unwrap()
        };
        let mut last = NONE;
        self.levels(side)
            .entry(price)
            .and_modify(|level| last = std::mem::replace(&mut level.last, place))
            .or_insert(Level { first: place, last: place });
        if last != NONE {
            self.nodes[at(last)].next = place;
            self.nodes[at(place)].previous = last;
        }
        self.index.put(id, place);
    }

    /// Takes an order out of its level.
    fn unlink(&mut self, place: u32) -> Node {
        let node = self.nodes[at(place)];
        if node.previous != NONE {
            self.nodes[at(node.previous)].next = node.next;
        }
        if node.next != NONE {
            self.nodes[at(node.next)].previous = node.previous;
        }
        if node.previous == NONE || node.next == NONE {
            let levels = self.levels(node.side);
            if node.previous == NONE && node.next == NONE {
                levels.remove(&node.price);
            } else if let Some(level) = levels.get_mut(&node.price) {
                if node.previous == NONE {
                    level.first = node.next;
                } else {
                    level.last = node.previous;
                }
            }
        }
        self.free.push(place);
        node
    }

    fn meet(&mut self, operation: &Operation, side: Side, quantity: u32, may_rest: bool) {
        let mut left = quantity;
        while left > 0
            && let Some((price, level)) = self.best(side.opposite())
        {
            let is_acceptable = match side {
                Side::Buy => price <= operation.price,
                Side::Sell => price >= operation.price,
            };
            if !is_acceptable {
                break;
            }
            let resting = &mut self.nodes[at(level.first)];
            let filled = left.min(resting.quantity);
            resting.quantity -= filled;
            left -= filled;
            let (id, is_gone) = (resting.id, resting.quantity == 0);
            self.totals.add(u64::from(price), u64::from(filled));
            if is_gone {
                self.unlink(level.first);
                self.index.take(id);
            }
        }
        if left > 0 && may_rest {
            self.insert(side, operation.price, left, operation.id);
        }
    }
}

impl<I: Index> Subject for PeerBook<I> {
    fn new(stream: &[Operation]) -> Self {
        Self {
            bids: BTreeMap::new(),
            asks: BTreeMap::new(),
            nodes: Vec::new(),
            free: Vec::new(),
            index: I::new(greatest_id(stream)),
            totals: Totals::default(),
        }
    }

    fn apply(&mut self, operation: &Operation) {
        match operation.action {
            Action::Rest => self.meet(operation, operation.side, operation.quantity, true),
            Action::Immediate => self.meet(operation, operation.side, operation.quantity, false),
            Action::Cancel => {
                if let Some(place) = self.index.take(operation.id) {
                    self.unlink(place);
                }
            }
            Action::Move => {
                if let Some(place) = self.index.take(operation.id) {
                    let node = self.unlink(place);
                    self.meet(operation, node.side, node.quantity, true);
                }
            }
        }
    }

    fn totals(&self) -> Totals {
        self.totals
    }
}
