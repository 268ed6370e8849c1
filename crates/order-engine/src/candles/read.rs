//! Candles as they are read: of any length, in the numbers of the edges.

use rust_decimal::Decimal;

use super::bars::{RawBar, Stretch};
use super::row::Row;
use super::{CandleHistory, CandleRow, ROWS};
use crate::number::{Price, Quantity};
use crate::time::Timestamp;
use crate::units::{Lots, Ticks};

/// The stretch of time that a candle stands for: from its start until just before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// First instant.
    pub start: Timestamp,
    /// First instant of the next one; later than the start.
    pub end: Timestamp,
}

impl Slot {
    /// The slot of a length, counted from the epoch, that an instant falls into. A length of zero counts as one second.
    #[must_use]
    pub fn of_length(seconds: u64, at: Timestamp) -> Self {
        let seconds = seconds.max(1);
        let start = at.as_seconds() - at.as_seconds() % seconds;
        let start = Timestamp::from_seconds(start);
        Self { start, end: start.plus_seconds(seconds) }
    }

    /// Whether an instant falls into it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// First, highest, lowest and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar<T> {
    /// First.
    pub open: T,
    /// Highest.
    pub high: T,
    /// Lowest.
    pub low: T,
    /// Last.
    pub close: T,
}

/// What the house's quotes did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteCandle {
    /// Of the bid.
    pub bid: Bar<Price>,
    /// Of the ask.
    pub ask: Bar<Price>,
    /// Of the price in the middle, which may have one decimal more than the instrument's prices.
    pub mid: Bar<Decimal>,
    /// How many quotes were set.
    pub quotes: u64,
}

/// What was traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeCandle {
    /// Of the price.
    pub price: Bar<Price>,
    /// Sum of the quantities of base.
    pub volume: Quantity,
    /// How many trades there were.
    pub trades: u64,
}

/// What happened in one slot. At least one of quotes and trades is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// When.
    pub slot: Slot,
    /// What quotes did; nothing when none was set.
    pub quotes: Option<QuoteCandle>,
    /// What was traded; nothing when nothing was.
    pub trades: Option<TradeCandle>,
}

impl CandleHistory {
    /// The candles of slots that are put together from a row, oldest first: those with a slot that begins at `from` or
    /// later and before `until`. Slots without quotes and trades have none.
    ///
    /// `slot` says into which slot an instant falls. Slots have to begin where stretches of the row do, or what lies
    /// across two of them is counted to the first.
    #[must_use]
    pub fn read(
        &self,
        row: CandleRow,
        from: Timestamp,
        until: Timestamp,
        mut slot: impl FnMut(Timestamp) -> Slot,
    ) -> Vec<Candle> {
        let mut grouped: Vec<(Slot, Stretch)> = Vec::new();
        for stretch in self.stretches(row) {
            match grouped.last_mut().filter(|(slot, _)| slot.contains(stretch.start)) {
                Some((_, sum)) => sum.add(stretch),
                None => grouped.push((slot(stretch.start), *stretch)),
            }
        }
        let wanted = grouped.iter().filter(|(slot, _)| from <= slot.start && slot.start < until);
        wanted.map(|(slot, stretch)| self.candle(*slot, stretch)).collect()
    }

    /// The stretches of a row, and of what was not folded into it yet, oldest first.
    fn stretches(&self, row: CandleRow) -> impl Iterator<Item = &Stretch> {
        let finer = ROWS.into_iter().rev().filter(move |finer| *finer < row);
        let unfolded = finer.filter_map(|finer| self.rows.get(finer.index())?.last());
        let of_row = self.rows.get(row.index()).into_iter().flat_map(Row::iter);
        of_row.chain(unfolded)
    }

    fn candle(&self, slot: Slot, stretch: &Stretch) -> Candle {
        let price = |units: i64| self.scales.price(Ticks::new(units));
        let quotes = stretch.quotes.map(|quotes| QuoteCandle {
            bid: bar(quotes.bid, price),
            ask: bar(quotes.ask, price),
            mid: bar(quotes.sum, |sum| self.scales.middle(sum)),
            quotes: quotes.count,
        });
        let trades = stretch.trades.map(|trades| TradeCandle {
            price: bar(trades.price, price),
            volume: self.scales.quantity(Lots::new(trades.volume)),
            trades: trades.count,
        });
        Candle { slot, quotes, trades }
    }
}

fn bar<T>(raw: RawBar, number: impl Fn(i64) -> T) -> Bar<T> {
    Bar { open: number(raw.open), high: number(raw.high), low: number(raw.low), close: number(raw.close) }
}
