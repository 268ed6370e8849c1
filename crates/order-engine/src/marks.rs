//! A set of small numbers that is filled and emptied all the time: a flag for each number, and a list of those that are
//! set.

/// Numbers that were marked since they were last taken.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    is_marked: Vec<bool>,
    marked: Vec<u32>,
}

impl Marks {
    pub(crate) fn mark(&mut self, number: u32) {
        // What is marked most has been marked before.
        if self.is_marked.get(number as usize) != Some(&true) {
            self.mark_first(number);
        }
    }

    fn mark_first(&mut self, number: u32) {
        let index = number as usize;
        if index >= self.is_marked.len() {
            self.is_marked.resize(index + 1, false);
        }
        if let Some(flag) = self.is_marked.get_mut(index) {
            *flag = true;
            self.marked.push(number);
        }
    }

    /// Whether no number is marked.
    pub(crate) const fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// The marked numbers in the order in which they were marked.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.marked.iter().copied()
    }

    /// Takes the lowest marked number.
    pub(crate) fn take_lowest(&mut self) -> Option<u32> {
        let (position, _) = self.marked.iter().enumerate().min_by_key(|(_, number)| **number)?;
        let number = self.marked.swap_remove(position);
        self.unmark(number);
        Some(number)
    }

    /// Takes all marked numbers.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = u32> {
        let taken = std::mem::take(&mut self.marked);
        for number in &taken {
            self.unmark(*number);
        }
        taken.into_iter()
    }

    fn unmark(&mut self, number: u32) {
        if let Some(flag) = self.is_marked.get_mut(number as usize) {
            *flag = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_marked_once_and_taken_once() {
        let mut marks = Marks::default();
        for number in [7, 3, 7, 5] {
            marks.mark(number);
        }
        assert_eq!(marks.iter().collect::<Vec<_>>(), [7, 3, 5]);
        assert_eq!(marks.take_lowest(), Some(3));
        marks.mark(3);
        let mut all: Vec<_> = marks.take_all().collect();
        all.sort_unstable();
        assert_eq!(all, [3, 5, 7]);
        assert_eq!(marks.take_lowest(), None);
    }
}
