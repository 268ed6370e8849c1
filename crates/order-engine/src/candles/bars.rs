//! One stretch of time in the book's units.

use minicbor::{Decode, Encode};

use crate::time::Timestamp;
use crate::units::{Lots, Ticks};

/// First, highest, lowest and last of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct RawBar {
    #[n(0)]
    pub(super) open: i64,
    #[n(1)]
    pub(super) high: i64,
    #[n(2)]
    pub(super) low: i64,
    #[n(3)]
    pub(super) close: i64,
}

impl RawBar {
    const fn of(number: i64) -> Self {
        Self { open: number, high: number, low: number, close: number }
    }

    fn add(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
    }
}

/// What the quotes did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct RawQuotes {
    #[n(0)]
    pub(super) bid: RawBar,
    #[n(1)]
    pub(super) ask: RawBar,
    /// Of bid and ask added up, which is twice the price in the middle.
    #[n(2)]
    pub(super) sum: RawBar,
    #[n(3)]
    pub(super) count: u64,
}

/// What the trades did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct RawTrades {
    #[n(0)]
    pub(super) price: RawBar,
    #[n(1)]
    pub(super) volume: i64,
    #[n(2)]
    pub(super) count: u64,
}

/// One stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct Stretch {
    #[n(0)]
    pub(super) start: Timestamp,
    #[n(1)]
    pub(super) quotes: Option<RawQuotes>,
    #[n(2)]
    pub(super) trades: Option<RawTrades>,
}

impl Stretch {
    pub(super) const fn empty(start: Timestamp) -> Self {
        Self { start, quotes: None, trades: None }
    }

    pub(super) fn quoted(&mut self, bid: Ticks, ask: Ticks) {
        let (bid, ask) = (bid.get(), ask.get());
        let sum = bid.saturating_add(ask);
        self.add_quotes(&RawQuotes {
            bid: RawBar::of(bid),
            ask: RawBar::of(ask),
            sum: RawBar::of(sum),
            count: 1,
        });
    }

    pub(super) fn traded(&mut self, price: Ticks, quantity: Lots) {
        self.add_trades(&RawTrades { price: RawBar::of(price.get()), volume: quantity.get(), count: 1 });
    }

    /// Adds a later stretch to this one.
    pub(super) fn add(&mut self, later: &Self) {
        if let Some(quotes) = &later.quotes {
            self.add_quotes(quotes);
        }
        if let Some(trades) = &later.trades {
            self.add_trades(trades);
        }
    }

    fn add_quotes(&mut self, later: &RawQuotes) {
        let Some(quotes) = &mut self.quotes else {
            self.quotes = Some(*later);
            return;
        };
        quotes.bid.add(&later.bid);
        quotes.ask.add(&later.ask);
        quotes.sum.add(&later.sum);
        quotes.count = quotes.count.saturating_add(later.count);
    }

    fn add_trades(&mut self, later: &RawTrades) {
        let Some(trades) = &mut self.trades else {
            self.trades = Some(*later);
            return;
        };
        trades.price.add(&later.price);
        trades.volume = trades.volume.saturating_add(later.volume);
        trades.count = trades.count.saturating_add(later.count);
    }
}
