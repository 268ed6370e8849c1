//! The recent past of a market as candles: what its quotes and its trades did in each stretch of time.
//!
//! Four rows of candles are kept, each coarser than the one before. A quote or a trade changes the newest candle of the
//! finest row only; a candle is folded into the next row when the first of a later stretch begins. A stretch in which
//! nothing happened has no candle. Every row is bounded; its oldest candles are forgotten first.
//!
//! Anything coarser, and whatever days and weeks are to somebody, is put together when it is read: see
//! [`CandleHistory::read`].

mod bars;
mod read;
mod row;

use minicbor::{Decode, Encode};

use crate::time::Timestamp;
use crate::units::{Lots, Scales, Ticks};

use bars::Stretch;
pub use read::{Bar, Candle, QuoteCandle, Slot, TradeCandle};
use row::Row;

/// A row of candles, by the length of its stretches. All begin at multiples of that length since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandleRow {
    /// Five seconds.
    FiveSeconds,
    /// One minute.
    Minute,
    /// A quarter of an hour: no day begins anywhere but at such a time.
    QuarterHour,
    /// One hour.
    Hour,
}

const ROWS: [CandleRow; 4] =
    [CandleRow::FiveSeconds, CandleRow::Minute, CandleRow::QuarterHour, CandleRow::Hour];

impl CandleRow {
    /// Length of a stretch in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::FiveSeconds => 5,
            Self::Minute => 60,
            Self::QuarterHour => 900,
            Self::Hour => 3_600,
        }
    }

    /// The coarsest row whose stretches fit a whole number of times into a length.
    #[must_use]
    pub fn dividing(seconds: u64) -> Option<Self> {
        ROWS.into_iter().rev().find(|row| seconds > 0 && seconds.is_multiple_of(row.seconds()))
    }

    /// The beginning of the stretch that an instant falls into.
    #[must_use]
    pub const fn start_of(self, at: Timestamp) -> Timestamp {
        let seconds = at.as_seconds();
        Timestamp::from_seconds(seconds - seconds % self.seconds())
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// The candles of one market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandleHistory {
    scales: Scales,
    rows: [Row; ROWS.len()],
}

impl CandleHistory {
    /// A market that nothing has happened in.
    #[must_use]
    pub(crate) fn new(scales: Scales) -> Self {
        Self { scales, rows: ROWS.map(Row::new) }
    }

    /// A quote was set.
    pub(crate) fn quoted(&mut self, at: Timestamp, bid: Ticks, ask: Ticks) {
        self.newest(at).quoted(bid, ask);
    }

    /// Something was traded.
    pub(crate) fn traded(&mut self, at: Timestamp, price: Ticks, quantity: Lots) {
        self.newest(at).traded(price, quantity);
    }

    /// The candle of the finest row that an instant falls into.
    fn newest(&mut self, at: Timestamp) -> &mut Stretch {
        let finest = CandleRow::FiveSeconds;
        let start = finest.start_of(at);
        if self.rows[finest.index()].last().is_none_or(|last| last.start != start) {
            self.begin(finest, Stretch::empty(start));
        }
        match self.rows[finest.index()].last_mut() {
            Some(newest) => newest,
            None => unreachable!("Invariant: a candle that was begun is there"),
        }
    }

    /// Begins a candle in a row. The one before it is done and goes into the next row.
    fn begin(&mut self, row: CandleRow, candle: Stretch) {
        if let Some(next) = ROWS.get(row.index() + 1)
            && let Some(done) = self.rows[row.index()].last().copied()
        {
            self.fold(*next, &done);
        }
        self.rows[row.index()].push(candle);
    }

    fn fold(&mut self, row: CandleRow, done: &Stretch) {
        let start = row.start_of(done.start);
        match self.rows[row.index()].last_mut().filter(|last| last.start == start) {
            Some(last) => last.add(done),
            None => self.begin(row, Stretch { start, ..*done }),
        }
    }

    /// Takes over what happened since this was a copy of the same history. A row that got no new candle has not changed
    /// any but its last, and neither has any coarser one.
    pub fn follow(&mut self, newer: &Self) {
        for (row, newer) in self.rows.iter_mut().zip(&newer.rows) {
            if !row.follow(newer) {
                break;
            }
        }
    }

    /// What an image has of it, row by row. Rows without candles are left out.
    pub(crate) fn image(&self) -> impl Iterator<Item = CandlesImage> {
        // Without a rest, so that a new field has to be looked at here. The scales are the instrument's.
        let Self { scales: _, rows } = self;
        let image =
            |(row, candles): (u8, &Row)| CandlesImage { row, candles: candles.iter().copied().collect() };
        (0_u8..).zip(rows).map(image).filter(|image| !image.candles.is_empty())
    }

    /// Takes a row from an image; false when there is no such row, it was there already, or its candles do not follow
    /// each other.
    pub(crate) fn restore(&mut self, image: CandlesImage) -> bool {
        let Some(row) = self.rows.get_mut(usize::from(image.row)) else { return false };
        let is_next = row.last().is_none() && image.candles.is_sorted_by(|one, next| one.start < next.start);
        image.candles.into_iter().for_each(|candle| row.push(candle));
        is_next
    }
}

/// One row as an image has it.
#[derive(Debug, Encode, Decode)]
pub(crate) struct CandlesImage {
    #[n(0)]
    row: u8,
    /// Oldest first.
    #[n(1)]
    candles: Vec<Stretch>,
}

#[cfg(test)]
mod tests;
