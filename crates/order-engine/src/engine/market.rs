//! One market: scales, book, quote, and the house's resting orders.

use crate::book::{Book, BookKey, LevelSummary};
use crate::candles::CandleHistory;
use crate::event::Quote;
use crate::ids::{AssetId, InstrumentId};
use crate::number::{Price, Quantity};
use crate::order::Side;
use crate::reference::{Commission, Instrument, TriggerSource};
use crate::triggers::Triggers;
use crate::units::{Scales, Ticks};

/// One level of a book at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepthLevel {
    /// Price.
    pub price: Price,
    /// Sum of what is left to fill.
    pub quantity: Quantity,
    /// Number of orders.
    pub orders: u32,
}

/// The best levels of a book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depth {
    /// Bids, highest first.
    pub bids: Vec<DepthLevel>,
    /// Asks, lowest first.
    pub asks: Vec<DepthLevel>,
}

/// The state of one instrument.
#[derive(Debug)]
pub(super) struct Market {
    pub(super) instrument: InstrumentId,
    pub(super) base: AssetId,
    pub(super) quote_asset: AssetId,
    pub(super) commission: Commission,
    pub(super) is_margin: bool,
    pub(super) scales: Scales,
    pub(super) book: Book,
    pub(super) quote: Option<Quote>,
    pub(super) last_trade: Option<Ticks>,
    pub(super) candles: CandleHistory,
    pub(super) trigger_source: TriggerSource,
    pub(super) triggers: Triggers,
    house_bid: Option<BookKey>,
    house_ask: Option<BookKey>,
}

impl Market {
    pub(super) fn new(instrument: &Instrument, scales: Scales) -> Self {
        Self {
            instrument: instrument.id,
            base: instrument.base,
            quote_asset: instrument.quote,
            commission: instrument.definition.commission,
            is_margin: instrument.is_margin(),
            scales,
            book: Book::new(),
            quote: None,
            last_trade: None,
            candles: CandleHistory::new(scales),
            trigger_source: instrument.definition.trigger_source,
            triggers: Triggers::default(),
            house_bid: None,
            house_ask: None,
        }
    }

    /// The house's resting order of a side.
    pub(super) fn house_order(&mut self, side: Side) -> &mut Option<BookKey> {
        match side {
            Side::Buy => &mut self.house_bid,
            Side::Sell => &mut self.house_ask,
        }
    }

    pub(super) fn depth(&self, levels: usize) -> Depth {
        let side = |side| self.book.levels(side).take(levels).map(|level| self.depth_level(level)).collect();
        Depth { bids: side(Side::Buy), asks: side(Side::Sell) }
    }

    fn depth_level(&self, level: LevelSummary) -> DepthLevel {
        DepthLevel {
            price: self.scales.price(level.price),
            quantity: self.scales.quantity(level.quantity),
            orders: level.orders,
        }
    }
}
