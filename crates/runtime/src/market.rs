//! What can be seen of one market: quote, depth and recent trades.

use std::collections::VecDeque;
use std::sync::Arc;

use order_engine::{
    Amount, EventId, InstrumentId, MarketState, Price, Quantity, Quote, Side, Timestamp, TradeId,
};

/// Trades kept for each instrument; older ones are forgotten.
pub const TRADES_KEPT: usize = 10_000;

/// One price level of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Price.
    pub price: Price,
    /// Sum of what the orders there still have to fill.
    pub quantity: Quantity,
    /// Number of orders.
    pub orders: u32,
}

/// A trade as the public sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct PublicTrade {
    /// Number of the match.
    #[n(0)]
    pub trade: TradeId,
    /// Price.
    #[n(1)]
    pub price: Price,
    /// Quantity of base.
    #[n(2)]
    pub quantity: Quantity,
    /// Price times quantity.
    #[n(3)]
    pub notional: Amount,
    /// Side of the order that came.
    #[n(4)]
    pub taker_side: Side,
    /// When.
    #[n(5)]
    pub at: Timestamp,
}

/// One market at one moment.
#[derive(Debug, Clone)]
pub struct MarketView {
    /// Instrument.
    pub instrument: InstrumentId,
    /// The last event before this was read: what a follower learns with a greater number is news.
    pub as_of: EventId,
    /// Whether it trades, and when that changes.
    pub state: MarketState,
    /// The house's quote, if one was ever set.
    pub quote: Option<Quote>,
    /// Bids, best first; at most fifty levels.
    pub bids: Vec<Level>,
    /// Asks, best first; at most fifty levels.
    pub asks: Vec<Level>,
    /// Recent trades, oldest first.
    pub trades: Arc<VecDeque<PublicTrade>>,
}

impl MarketView {
    /// A market that nothing has happened in.
    pub(crate) fn empty(instrument: InstrumentId) -> Self {
        Self {
            instrument,
            as_of: EventId::new(0),
            state: MarketState::default(),
            quote: None,
            bids: Vec::new(),
            asks: Vec::new(),
            trades: Arc::default(),
        }
    }

    /// The last trade.
    #[must_use]
    pub fn last_trade(&self) -> Option<&PublicTrade> {
        self.trades.back()
    }

    /// Best bid and best ask, when both are there.
    #[must_use]
    pub fn touch(&self) -> Option<(Price, Price)> {
        Some((self.bids.first()?.price, self.asks.first()?.price))
    }
}
