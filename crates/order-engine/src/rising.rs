//! Places by numbers that only ever rise, such as the ids of orders.
//!
//! The numbers leave gaps, since one counter numbers everything that happens. Neighbours share a page, so that the
//! newest numbers are found in memory that was just written, and only one number in many has to be looked up by its value.

use crate::lookup::Lookup;

/// Numbers of one page.
const PAGE: usize = 64;
/// Nothing has this number.
const NONE: u32 = u32::MAX;

/// Where things are, by number. Numbers are added in rising order and may go in any.
#[derive(Debug, Default)]
pub(crate) struct RisingIndex {
    /// Pages by the part of the number that their numbers share; only pages with something in them.
    directory: Lookup<u64, u32>,
    pages: Vec<[u32; PAGE]>,
    /// Pages that nothing is in any more.
    free: Vec<u32>,
    /// The page that was opened last, and where it is.
    newest: Option<(u64, u32)>,
}

impl RisingIndex {
    /// Where the thing of a number is.
    pub(crate) fn get(&self, number: u64) -> Option<u32> {
        let (shared, at) = split(number);
        // What is asked for most is what has just been added.
        let page = match self.newest {
            Some((newest, page)) if newest == shared => page,
            _ => *self.directory.get(&shared)?,
        };
        self.pages.get(page as usize)?.get(at).copied().filter(|place| *place != NONE)
    }

    /// Notes where the thing of a number is.
    pub(crate) fn insert(&mut self, number: u64, place: u32) {
        let (shared, at) = split(number);
        let page = match self.newest {
            Some((newest, page)) if newest == shared => page,
            _ => self.add_page(shared),
        };
        if let Some(entry) = self.pages.get_mut(page as usize).and_then(|page| page.get_mut(at)) {
            *entry = place;
        }
    }

    /// Forgets the thing of a number, if there is one.
    pub(crate) fn remove(&mut self, number: u64) {
        let (shared, at) = split(number);
        let Some(place) = self.directory.get(&shared).copied() else { return };
        let Some(page) = self.pages.get_mut(place as usize) else { return };
        if let Some(entry) = page.get_mut(at) {
            *entry = NONE;
        }
        if page.iter().all(|entry| *entry == NONE) {
            self.directory.remove(&shared);
            self.free.push(place);
            self.newest = self.newest.filter(|(newest, _)| *newest != shared);
        }
    }

    fn add_page(&mut self, shared: u64) -> u32 {
        assert!(self.newest.is_none_or(|(newest, _)| newest < shared), "Invariant: numbers rise");
        let page = self.free.pop().unwrap_or_else(|| {
            let page = u32::try_from(self.pages.len()).unwrap_or(NONE);
            assert!(page != NONE, "Invariant: there are fewer than four billion pages");
            self.pages.push([NONE; PAGE]);
            page
        });
        self.directory.insert(shared, page);
        self.newest = Some((shared, page));
        page
    }
}

/// What a number shares with its neighbours, and its place among them.
#[expect(clippy::cast_possible_truncation, reason = "less than the size of a page")]
const fn split(number: u64) -> (u64, usize) {
    (number / PAGE as u64, (number % PAGE as u64) as usize)
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
        assert!(index.pages.len() <= 4, "{} pages", index.pages.len());
        (9_900..10_000).for_each(|number| index.remove(number));
        index.insert(10_001, 7);
        assert_eq!(index.get(10_001), Some(7));
    }

    #[test]
    fn numbers_are_found_where_they_were_put() {
        let mut index = RisingIndex::default();
        let numbers = [1, 2, 63, 64, 200, 5_000_000_000];
        for (place, number) in (0..).zip(numbers) {
            index.insert(number, place);
        }
        let found: Vec<_> = numbers.iter().map(|number| index.get(*number)).collect();
        assert_eq!(found, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);
        assert_eq!([0, 3, 65, 201, 4_999_999_999, u64::MAX].map(|number| index.get(number)), [None; 6]);
    }
}
