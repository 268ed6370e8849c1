//! The book alone, beside a naive one: a list of orders, sorted for every look.

use std::ops::ControlFlow;

use order_engine::book::{Book, BookKey, LevelSummary, Resting};
use order_engine::units::{Lots, Ticks};
use order_engine::{AccountId, OrderId, Side};
use proptest::prelude::*;

/// An order that rests in both books, in the order in which they came.
struct Naive {
    key: BookKey,
    side: Side,
    price: i64,
    order: u64,
    leaves: i64,
}

/// Both books, and how many orders there have been.
#[derive(Default)]
struct Pair {
    book: Book,
    naive: Vec<Naive>,
    orders: u64,
}

/// One random step: side, price and quantity of an order that rests what it does not fill, takes only, is canceled or is
/// reduced.
type Step = (u8, bool, i64, i64, usize);

/// Most prices are close, so that orders meet; a few are far away.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let price = prop_oneof![6 => 990..1_010_i64, 1 => 1..2_000_000_i64];
    proptest::collection::vec((0..8_u8, any::<bool>(), price, 1..30_i64, 0..40_usize), 1..200)
}

fn resting(order: u64, leaves: i64) -> Resting {
    Resting { order: OrderId::new(order), account: AccountId::HOUSE, leaves: Lots::new(leaves) }
}

impl Pair {
    /// Places in the naive book's list, as they would be filled.
    fn queue(&self, side: Side) -> Vec<usize> {
        let mut queue: Vec<usize> = (0..self.naive.len()).filter(|at| self.naive[*at].side == side).collect();
        let worse = |price: i64| if side == Side::Buy { -price } else { price };
        queue.sort_by_key(|at| worse(self.naive[*at].price));
        queue
    }

    fn step(&mut self, (kind, is_buy, price, quantity, which): Step) {
        let side = if is_buy { Side::Buy } else { Side::Sell };
        match kind {
            0 | 1 => {
                if let Some(at) = self.pick(which) {
                    let gone = self.naive.remove(at);
                    assert_eq!(self.book.remove(gone.key), resting(gone.order, gone.leaves));
                }
            }
            2 => {
                if let Some(at) = self.pick(which) {
                    let known = &mut self.naive[at];
                    let by = quantity.min(known.leaves);
                    known.leaves -= by;
                    assert_eq!(self.book.reduce(known.key, Lots::new(by)), Lots::new(known.leaves));
                    self.naive.retain(|known| known.leaves > 0);
                }
            }
            3 => {
                self.take(side, price, quantity);
            }
            _ => {
                let leaves = self.take(side, price, quantity);
                self.orders += 1;
                if leaves > 0 {
                    let order = self.orders;
                    let key = self.book.insert(side, Ticks::new(price), resting(order, leaves));
                    self.naive.push(Naive { key, side, price, order, leaves });
                }
            }
        }
    }

    fn pick(&self, which: usize) -> Option<usize> {
        which.checked_rem(self.naive.len())
    }

    /// Lets both books fill an order, and says what is left of it.
    fn take(&mut self, side: Side, limit: i64, quantity: i64) -> i64 {
        let mut left = quantity;
        let mut expected = Vec::new();
        for at in self.queue(side.opposite()) {
            let known = &mut self.naive[at];
            let meets = if side == Side::Buy { known.price <= limit } else { known.price >= limit };
            if left == 0 || !meets {
                break;
            }
            let filled = left.min(known.leaves);
            left -= filled;
            known.leaves -= filled;
            expected.push((Ticks::new(known.price), Lots::new(filled), resting(known.order, known.leaves)));
        }
        self.naive.retain(|known| known.leaves > 0);
        let mut fills = Vec::new();
        let rest = self.book.take(side, Ticks::new(limit), Lots::new(quantity), |price, filled, resting| {
            fills.push((price, filled, resting));
        });
        assert_eq!((fills, rest), (expected, Lots::new(left)));
        left
    }

    fn assert_equal(&self) {
        assert_eq!(self.book.len(), self.naive.len());
        assert_eq!(self.book.is_empty(), self.naive.is_empty());
        for side in [Side::Buy, Side::Sell] {
            let queue = self.queue(side);
            let orders = queue.iter().map(|at| &self.naive[*at]);
            let expected: Vec<_> = orders
                .clone()
                .map(|known| (known.key, Ticks::new(known.price), resting(known.order, known.leaves)))
                .collect();
            let mut seen = Vec::new();
            self.book.visit(side, |key, price, resting| {
                seen.push((key, price, *resting));
                ControlFlow::Continue(())
            });
            assert_eq!(seen, expected);
            for (key, _, known) in &expected {
                assert_eq!(self.book.resting(*key), known);
            }
            let mut levels: Vec<LevelSummary> = Vec::new();
            for known in orders {
                match levels.last_mut().filter(|level| level.price == Ticks::new(known.price)) {
                    Some(level) => {
                        level.quantity = level.quantity.plus(Lots::new(known.leaves));
                        level.orders += 1;
                    }
                    None => levels.push(LevelSummary {
                        price: Ticks::new(known.price),
                        quantity: Lots::new(known.leaves),
                        orders: 1,
                    }),
                }
            }
            assert_eq!(self.book.best(side), levels.first().map(|level| level.price));
            assert_eq!(self.book.levels(side).collect::<Vec<_>>(), levels);
        }
    }
}

proptest! {
    #[test]
    fn the_book_alone_fills_as_a_naive_one_does(steps in steps()) {
        let mut pair = Pair::default();
        for step in steps {
            pair.step(step);
            pair.assert_equal();
        }
    }
}

#[test]
fn a_visit_ends_where_the_visitor_breaks() {
    let mut book = Book::new();
    for (order, price) in [(1, 10), (2, 10), (3, 11)] {
        book.insert(Side::Sell, Ticks::new(price), resting(order, 5));
    }
    for wanted in 1..=3 {
        let mut seen = 0;
        book.visit(Side::Sell, |_, _, _| {
            seen += 1;
            if seen == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(seen, wanted);
    }
}
