//! Things with a number for as long as they are there: one vector, and a list of the numbers that are free again.

/// Things by number. A number is used again once its thing is gone.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Slab<T> {
    /// Number of things.
    pub(crate) const fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Makes room for things, as far as there is memory for them.
    pub(crate) fn reserve(&mut self, things: usize) {
        // Without it they are taken as well.
        let _ = self.slots.try_reserve_exact(things);
    }

    /// Adds a thing and gives it a number.
    pub(crate) fn add(&mut self, thing: T) -> u32 {
        if let Some(number) = self.free.pop() {
            *self.get_mut(number) = thing;
            return number;
        }
        let number = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        assert!(number != u32::MAX, "Invariant: a slab has fewer than four billion things");
        self.slots.push(thing);
        number
    }

    /// Takes a thing away; its number is free.
    pub(crate) fn remove(&mut self, number: u32) -> T {
        self.free.push(number);
        *self.get(number)
    }

    /// The thing of a number that was given.
    #[expect(
        clippy::indexing_slicing,
        reason = "numbers come from this slab and live as long as their thing"
    )]
    pub(crate) fn get(&self, number: u32) -> &T {
        &self.slots[number as usize]
    }

    /// The thing of a number that was given.
    #[expect(
        clippy::indexing_slicing,
        reason = "numbers come from this slab and live as long as their thing"
    )]
    pub(crate) fn get_mut(&mut self, number: u32) -> &mut T {
        &mut self.slots[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_number_is_used_again() {
        let mut slab = Slab::default();
        let numbers = ['a', 'b', 'c'].map(|thing| slab.add(thing));
        assert_eq!((numbers, slab.len()), ([0, 1, 2], 3));
        assert_eq!((slab.remove(1), slab.len()), ('b', 2));
        assert_eq!((slab.add('d'), *slab.get(1), slab.add('e'), slab.len()), (1, 'd', 3, 4));
    }
}
