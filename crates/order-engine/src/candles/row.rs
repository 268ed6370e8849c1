//! One bounded row of candles.
//!
//! Candles that will not change any more stand in blocks that copies of a row share, so that a copy costs next to
//! nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use super::CandleRow;
use super::bars::Stretch;
use crate::limits;

/// Candles of a block.
const BLOCK: usize = 128;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    blocks: VecDeque<Arc<[Stretch]>>,
    newest: Vec<Stretch>,
    /// Candles that were ever begun.
    begun: u64,
    most_blocks: usize,
}

impl Row {
    pub(super) fn new(row: CandleRow) -> Self {
        let most = match row {
            CandleRow::FiveSeconds | CandleRow::Minute | CandleRow::QuarterHour => limits::MAX_CANDLES,
            CandleRow::Hour => limits::MAX_HOURLY_CANDLES,
        };
        Self { blocks: VecDeque::new(), newest: Vec::new(), begun: 0, most_blocks: most / BLOCK }
    }

    pub(super) fn last(&self) -> Option<&Stretch> {
        self.newest.last()
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Stretch> {
        self.newest.last_mut()
    }

    pub(super) fn push(&mut self, candle: Stretch) {
        if self.newest.len() == BLOCK {
            self.blocks.push_back(self.newest.as_slice().into());
            self.newest.clear();
            if self.blocks.len() > self.most_blocks {
                self.blocks.pop_front();
            }
        }
        self.newest.push(candle);
        self.begun += 1;
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Stretch> {
        self.blocks.iter().flat_map(|block| block.iter()).chain(&self.newest)
    }

    /// Becomes like a newer copy of itself, and says whether that has candles which this had not.
    pub(super) fn follow(&mut self, newer: &Self) -> bool {
        if self.begun == newer.begun {
            if let (Some(last), Some(newer)) = (self.newest.last_mut(), newer.newest.last()) {
                *last = *newer;
            }
            return false;
        }
        self.clone_from(newer);
        true
    }
}
