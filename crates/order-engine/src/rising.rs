//! Places by numbers that only ever rise, such as the ids of orders.
//!
//! The numbers leave gaps, since one counter numbers everything that happens. So each page of neighbouring numbers says by
//! bits which of them were added, and the place of a number is found by counting the bits before it. What a page says of
//! itself is one line of the processor's cache; places that follow upon each other, as they do until the first of them
//! is used again, need no more than the first of them.

/// Numbers of a word of bits.
const WORD: u64 = 64;
/// Words of a page.
const WORDS: usize = 4;
/// Numbers of a page.
const PAGE: u64 = WORD * WORDS as u64;
/// Pages of a shelf.
const SHELF: usize = 1_024;
/// Nothing has this number.
const NONE: u32 = u32::MAX;

/// Where things are, by number. Numbers are added in rising order and may go in any.
#[derive(Debug, Default)]
pub(crate) struct RisingIndex {
    /// By the part of the number that all numbers of a shelf share, rising; only those with something in them.
    shelves: Vec<(u64, Box<Shelf>)>,
}

/// Pages that follow each other; only those with something in them.
#[derive(Debug)]
struct Shelf {
    pages: Box<[Option<Box<Page>>]>,
    /// Number of pages with something in them.
    used: usize,
}

/// Places of neighbouring numbers.
#[derive(Debug, Default)]
struct Page {
    /// Which numbers were added.
    added: [u64; WORDS],
    /// How many were added in the words before each word.
    before: [u8; WORDS],
    /// How many were added, and how many of those are still there.
    count: u16,
    used: u16,
    /// In the order of the numbers that were added.
    places: Places,
}

/// Some places, in an order.
#[derive(Debug)]
enum Places {
    /// They follow upon each other, and this is the first.
    Run(u32),
    /// One by one; [`NONE`] where one has gone.
    List(Vec<u32>),
}

impl Default for Places {
    fn default() -> Self {
        Self::Run(NONE)
    }
}

impl Places {
    /// The place of a rank, which there is.
    fn get(&self, rank: u32) -> Option<u32> {
        match self {
            Self::Run(first) => Some(first + rank),
            Self::List(places) => places.get(rank as usize).copied().filter(|place| *place != NONE),
        }
    }

    /// Adds one to so many.
    fn push(&mut self, count: u16, place: u32) {
        match self {
            Self::Run(first) if count == 0 => *first = place,
            Self::Run(first) if first.checked_add(u32::from(count)) == Some(place) => {}
            Self::Run(_) | Self::List(_) => self.list(count).push(place),
        }
    }

    /// Takes one of so many away. False when it had gone before.
    fn remove(&mut self, count: u16, rank: u32) -> bool {
        let place = self.list(count).get_mut(rank as usize);
        place.is_some_and(|place| std::mem::replace(place, NONE) != NONE)
    }

    /// One by one, so many of them.
    fn list(&mut self, count: u16) -> &mut Vec<u32> {
        if let Self::Run(first) = *self {
            *self = Self::List((first..).take(usize::from(count)).collect());
        }
        match self {
            Self::List(places) => places,
            Self::Run(_) => unreachable!("Invariant: a run was made a list"),
        }
    }
}

impl RisingIndex {
    /// Where the thing of a number is.
    pub(crate) fn get(&self, number: u64) -> Option<u32> {
        let at = At::of(number);
        let (_, shelf) = self.shelves.get(self.find(at)?)?;
        let page = shelf.pages.get(at.page)?.as_deref()?;
        page.places.get(page.rank(at)?)
    }

    /// Notes where the thing of a number is, which is greater than all before it.
    pub(crate) fn insert(&mut self, number: u64, place: u32) {
        let at = At::of(number);
        if self.shelves.last().is_none_or(|(newest, _)| *newest != at.shelf) {
            assert!(
                self.shelves.last().is_none_or(|(newest, _)| *newest < at.shelf),
                "Invariant: numbers rise"
            );
            self.shelves.push((at.shelf, Box::default()));
        }
        let Some((_, shelf)) = self.shelves.last_mut() else { return };
        let Some(page) = shelf.pages.get_mut(at.page) else { return };
        if page.is_none() {
            shelf.used += 1;
        }
        page.get_or_insert_default().add(at, place);
    }

    /// Forgets the thing of a number, if there is one.
    pub(crate) fn remove(&mut self, number: u64) {
        let at = At::of(number);
        let Some(index) = self.find(at) else { return };
        let Some((_, shelf)) = self.shelves.get_mut(index) else { return };
        let Some(place) = shelf.pages.get_mut(at.page) else { return };
        if place.as_deref_mut().is_some_and(|page| page.remove(at)) {
            *place = None;
            shelf.used -= 1;
        }
        if shelf.used == 0 {
            self.shelves.remove(index);
        }
    }

    /// Where the shelf of a number is. There are few of them.
    fn find(&self, at: At) -> Option<usize> {
        self.shelves.binary_search_by_key(&at.shelf, |(shared, _)| *shared).ok()
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self { pages: (0..SHELF).map(|_| None).collect(), used: 0 }
    }
}

impl Page {
    /// Which of the places is that of a number, if it was added.
    #[expect(clippy::indexing_slicing, reason = "a word of a page is one of its words")]
    const fn rank(&self, at: At) -> Option<u32> {
        let word = self.added[at.word];
        if word & at.bit == 0 {
            return None;
        }
        Some(self.before[at.word] as u32 + (word & (at.bit - 1)).count_ones())
    }

    #[expect(clippy::indexing_slicing, reason = "a word of a page is one of its words")]
    fn add(&mut self, at: At, place: u32) {
        let word = &mut self.added[at.word];
        assert!(*word < at.bit, "Invariant: numbers rise");
        *word |= at.bit;
        for before in self.before.iter_mut().skip(at.word + 1) {
            *before += 1;
        }
        self.places.push(self.count, place);
        self.count += 1;
        self.used += 1;
    }

    /// Whether it was the last one.
    fn remove(&mut self, at: At) -> bool {
        if self.rank(at).is_some_and(|rank| self.places.remove(self.count, rank)) {
            self.used -= 1;
        }
        self.used == 0
    }
}

/// A number by its parts.
#[derive(Debug, Clone, Copy)]
struct At {
    shelf: u64,
    page: usize,
    word: usize,
    /// One bit.
    bit: u64,
}

impl At {
    const fn of(number: u64) -> Self {
        let page = number / PAGE;
        Self {
            shelf: page / SHELF as u64,
            page: (page % SHELF as u64) as usize,
            word: (number % PAGE / WORD) as usize,
            bit: 1 << (number % WORD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_went_leave_their_room_to_others() {
        let mut index = RisingIndex::default();
        for number in 0..10_000 {
            index.insert(number, u32::try_from(number % 100).unwrap());
            if let Some(old) = number.checked_sub(100) {
                index.remove(old);
                assert_eq!(index.get(old), None);
            }
            assert_eq!(index.get(number), Some(u32::try_from(number % 100).unwrap()));
        }
        let pages: usize = index.shelves.iter().map(|(_, shelf)| shelf.used).sum();
        assert!(pages <= 2, "{pages} pages");
        (9_900..10_000).for_each(|number| index.remove(number));
        assert!(index.shelves.is_empty());
        index.insert(10_001, 7);
        assert_eq!(index.get(10_001), Some(7));
    }

    #[test]
    fn numbers_are_found_where_they_were_put() {
        let mut index = RisingIndex::default();
        let numbers = [1, 2, 63, 255, 300_000, 5_000_000_000];
        for (place, number) in (0..).zip(numbers) {
            index.insert(number, place);
        }
        let found: Vec<_> = numbers.iter().map(|number| index.get(*number)).collect();
        assert_eq!(found, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);
        assert_eq!(
            [0, 3, 64, 254, 256, 300_001, 4_999_999_999, u64::MAX].map(|number| index.get(number)),
            [None; 8]
        );
    }

    #[test]
    fn places_that_follow_upon_each_other_are_as_good_as_any() {
        let mut index = RisingIndex::default();
        let mut places = std::collections::BTreeMap::new();
        // A run, which others follow within the page; then pages of a run each, the last with a gap in it.
        for (number, place) in (0..100).zip(500..).chain([(100, 7), (101, 8)]).chain((256..900).zip(1_000..))
        {
            let place = if number == 800 { 3 } else { place };
            index.insert(number, place);
            places.insert(number, place);
        }
        for gone in [100, 99, 256, 300, 511, 600, 800, 899, 600] {
            index.remove(gone);
            places.remove(&gone);
            for number in 0..1_000 {
                assert_eq!(index.get(number), places.get(&number).copied(), "{number} without {gone}");
            }
        }
        assert_eq!(size_of::<Page>(), 64, "one line of the cache");
    }
}
