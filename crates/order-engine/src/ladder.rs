//! The price levels of one side of a book, best first.
//!
//! Neighbouring prices share a page of one cache line, and only pages are searched for: a book of ten thousand levels
//! has some hundreds of them. A level that stands alone costs its page.

use std::collections::BTreeMap;

use crate::order::Side;
use crate::slab::Slab;
use crate::units::Ticks;

/// Prices of one page.
const PAGE: usize = 16;
/// The same as a difference of prices.
const PAGE_TICKS: i64 = 16;
/// No level.
const NONE: u32 = u32::MAX;

/// The levels of some neighbouring prices, as numbers that the book gives them.
#[derive(Debug, Clone, Copy)]
struct Page {
    levels: [u32; PAGE],
    /// Number of levels.
    count: u32,
}

/// The levels of one side.
#[derive(Debug)]
pub(crate) struct Ladder {
    side: Side,
    pages: BTreeMap<i64, u32>,
    slab: Slab<Page>,
    /// The level of the best price.
    best: u32,
}

impl Ladder {
    pub(crate) fn new(side: Side) -> Self {
        Self { side, pages: BTreeMap::new(), slab: Slab::default(), best: NONE }
    }

    /// The level of the best price.
    pub(crate) const fn best(&self) -> Option<u32> {
        if self.best == NONE { None } else { Some(self.best) }
    }

    /// The level of a price, if there is one.
    pub(crate) fn get(&self, price: Ticks) -> Option<u32> {
        let (page, at) = split(price);
        let page = self.slab.get(*self.pages.get(&page)?);
        page.levels.get(at).copied().filter(|level| *level != NONE)
    }

    /// Adds a level at a price that has none. `is_best` when no other is better.
    pub(crate) fn insert(&mut self, price: Ticks, level: u32, is_best: bool) {
        let (number, at) = split(price);
        let page = *self
            .pages
            .entry(number)
            .or_insert_with(|| self.slab.add(Page { levels: [NONE; PAGE], count: 0 }));
        let page = self.slab.get_mut(page);
        if let Some(entry) = page.levels.get_mut(at) {
            assert!(*entry == NONE, "Invariant: a price has one level");
            *entry = level;
            page.count += 1;
        }
        if is_best {
            self.best = level;
        }
    }

    /// Takes away the level of a price.
    pub(crate) fn remove(&mut self, price: Ticks) {
        let (number, at) = split(price);
        let Some(slot) = self.pages.get(&number).copied() else { return };
        let page = self.slab.get_mut(slot);
        let Some(entry) = page.levels.get_mut(at) else { return };
        let removed = std::mem::replace(entry, NONE);
        assert!(removed != NONE, "Invariant: only levels that are there are taken away");
        page.count -= 1;
        if page.count == 0 {
            self.slab.remove(slot);
            self.pages.remove(&number);
        }
        if self.best == removed {
            let next = self.iter().next();
            self.best = next.unwrap_or(NONE);
        }
    }

    /// The levels, best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        let (rising, falling) = match self.side {
            Side::Sell => (Some(self.pages.values()), None),
            Side::Buy => (None, Some(self.pages.values().rev())),
        };
        let pages = rising.into_iter().flatten().chain(falling.into_iter().flatten());
        pages.flat_map(|page| {
            let levels = &self.slab.get(*page).levels;
            let (rising, falling) = match self.side {
                Side::Sell => (Some(levels.iter()), None),
                Side::Buy => (None, Some(levels.iter().rev())),
            };
            let levels = rising.into_iter().flatten().chain(falling.into_iter().flatten());
            levels.copied().filter(|level| *level != NONE)
        })
    }
}

/// The page of a price, and its place there.
#[expect(clippy::cast_possible_truncation, reason = "the remainder is less than a page")]
const fn split(price: Ticks) -> (i64, usize) {
    (price.get().div_euclid(PAGE_TICKS), price.get().rem_euclid(PAGE_TICKS) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels are numbered by their prices here.
    fn ladder(side: Side, prices: &[u32]) -> Ladder {
        let mut ladder = Ladder::new(side);
        for (index, price) in prices.iter().enumerate() {
            let is_best = prices[..index].iter().all(|other| match side {
                Side::Buy => other < price,
                Side::Sell => other > price,
            });
            ladder.insert(Ticks::new(i64::from(*price)), *price, is_best);
        }
        ladder
    }

    fn levels(ladder: &Ladder) -> Vec<u32> {
        ladder.iter().collect()
    }

    #[test]
    fn levels_come_best_first_across_pages() {
        let prices = [40, 15, 16, 1, 1_000, 31];
        let (bids, asks) = (ladder(Side::Buy, &prices), ladder(Side::Sell, &prices));
        assert_eq!((bids.best(), levels(&bids)), (Some(1_000), vec![1_000, 40, 31, 16, 15, 1]));
        assert_eq!((asks.best(), levels(&asks)), (Some(1), vec![1, 15, 16, 31, 40, 1_000]));
        assert_eq!([1, 2, 31, 32].map(|price| asks.get(Ticks::new(price))), [Some(1), None, Some(31), None]);
    }

    #[test]
    fn the_next_level_is_the_best_once_the_best_is_gone() {
        let mut asks = ladder(Side::Sell, &[16, 17, 40]);
        for (gone, next) in [(16, Some(17)), (40, Some(17)), (17, None)] {
            asks.remove(Ticks::new(gone));
            assert_eq!(asks.best(), next, "after {gone}");
        }
        assert!(asks.pages.is_empty() && asks.slab.len() == 0);
    }
}
