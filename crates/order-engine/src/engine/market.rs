//! One market: scales, book, quote, and the house's resting orders.

use std::ops::RangeInclusive;

use super::exits::armed_exits;
use super::image::record::MarketImage;
use super::trigger::armed;
use std::collections::BTreeSet;

use crate::book::{Book, BookKey, LevelSummary};
use crate::calendar::Calendar;
use crate::candles::CandleHistory;
use crate::event::Quote;
use crate::ids::{AccountId, AssetId, CalendarId, InstrumentId, OrderId};
use crate::lots::LotQueue;
use crate::number::{Amount, Price, Quantity};
use crate::order::{Order, Side};
use crate::reference::{BasisPoints, Commission, Instrument, TriggerSource};
use crate::reject::Reject;
use crate::session::{MarketState, WhileClosed};
use crate::time::Timestamp;
use crate::triggers::{Triggers, Watcher};
use crate::units::{Lots, Scales, Ticks};

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
    /// What secures a short sale, proceeds included; nothing where there are none.
    pub(super) short_sale: Option<BasisPoints>,
    pub(super) scales: Scales,
    /// The least and the greatest quantity of an order.
    pub(super) quantities: RangeInclusive<Lots>,
    /// The least value of an order.
    pub(super) minimum_notional: Amount,
    pub(super) book: Book,
    pub(super) quote: Option<Quote>,
    pub(super) last_trade: Option<Ticks>,
    pub(super) candles: CandleHistory,
    pub(super) trigger_source: TriggerSource,
    pub(super) triggers: Triggers,
    /// When trading in an option ends.
    pub(super) trades_until: Option<Timestamp>,
    pub(super) calendar: Option<CalendarId>,
    pub(super) while_closed: WhileClosed,
    pub(super) state: MarketState,
    /// Orders that are kept out until the market admits them: live ones for their next session, queued ones for the end
    /// of a halt.
    pub(super) parked: BTreeSet<OrderId>,
    house_bid: Option<BookKey>,
    house_ask: Option<BookKey>,
}

impl Market {
    /// An empty market, in the session that its calendar has now.
    pub(super) fn new(
        instrument: &Instrument,
        scales: Scales,
        calendar: Option<&Calendar>,
        now: Timestamp,
    ) -> Self {
        Self {
            instrument: instrument.id,
            base: instrument.base,
            quote_asset: instrument.quote,
            commission: instrument.definition.commission,
            is_margin: instrument.is_margin(),
            short_sale: instrument.definition.short_sale,
            scales,
            quantities: scales.quantities_of(&instrument.definition),
            minimum_notional: instrument.definition.minimum_notional,
            book: Book::new(),
            quote: None,
            last_trade: None,
            candles: CandleHistory::new(scales),
            trigger_source: instrument.definition.trigger_source,
            triggers: Triggers::default(),
            trades_until: instrument.definition.option.as_ref().map(|option| option.expires_at),
            calendar: calendar.map(|calendar| calendar.id),
            while_closed: instrument.definition.while_closed,
            state: calendar.map(|calendar| MarketState::of(calendar, now)).unwrap_or_default(),
            parked: BTreeSet::new(),
            house_bid: None,
            house_ask: None,
        }
    }

    /// What is not its definition's and not its orders'.
    pub(super) fn image(&self) -> MarketImage {
        // Without a rest, so that a new field has to be looked at here.
        let Self {
            instrument,
            // Of the definition.
            base: _,
            quote_asset: _,
            commission: _,
            is_margin: _,
            short_sale: _,
            scales: _,
            quantities: _,
            minimum_notional: _,
            trigger_source: _,
            trades_until: _,
            calendar: _,
            while_closed: _,
            // In records of their own, or derived from the orders.
            book,
            triggers: _,
            house_bid: _,
            house_ask: _,
            candles: _,
            parked: _,
            quote,
            last_trade,
            // Sessions follow from the calendar.
            state: MarketState { session: _, next_change: _, halt },
        } = self;
        MarketImage {
            instrument: *instrument,
            quote: *quote,
            last_trade: last_trade.map(Ticks::get),
            halt: halt.clone(),
            resting: book.len() as u64,
        }
    }

    /// Takes from an image what is not the definition's and not the orders'.
    pub(super) fn restore(&mut self, image: &MarketImage) {
        let MarketImage { instrument: _, quote, last_trade, halt, resting: _ } = image;
        self.state.halt.clone_from(halt);
        self.quote = *quote;
        self.last_trade = last_trade.map(Ticks::new);
    }

    /// Lets an order of an image wait for its trigger again.
    ///
    /// # Errors
    /// A trigger price that the instrument does not have.
    pub(super) fn rearm(&mut self, order: &Order) -> Result<(), Reject> {
        if let Some(trigger) = order.trigger.filter(|_| !self.parked.contains(&order.id)) {
            self.scales.ticks(trigger.price)?;
            self.triggers.arm(Watcher::order(order.id), armed(&self.scales, order, &trigger));
        }
        Ok(())
    }

    /// Lets the exits of an image's lots wait again.
    ///
    /// # Errors
    /// A price that the instrument does not have.
    pub(super) fn rearm_exits(&mut self, account: AccountId, lots: &LotQueue) -> Result<(), Reject> {
        let (opened_by, _) = lots.net();
        for (lot, exits) in lots.watching() {
            let trailing = exits.trailing.map(|trailing| trailing.price);
            for price in [exits.take_profit, exits.stop_loss, trailing].into_iter().flatten() {
                self.scales.ticks(price)?;
            }
            for (watcher, armed) in armed_exits(self.scales, account, (lot, opened_by), exits) {
                self.triggers.arm(watcher, armed);
            }
        }
        Ok(())
    }

    /// Whether what is traded has not expired.
    pub(super) fn decide_unexpired(&self, now: Timestamp) -> Result<(), Reject> {
        match self.trades_until.filter(|until| *until <= now) {
            Some(expired_at) => Err(Reject::ContractExpired { expired_at }),
            None => Ok(()),
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
