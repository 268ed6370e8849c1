//! The house's liquidity: one resting order a side, set anew by each quote.

use super::Engine;
use super::fill::Leg;
use super::plan::{Bounds, Budget, Incoming};
use crate::book::Resting;
use crate::command::UpdateQuote;
use crate::event::{Change, Event, Outcome, Quote};
use crate::execution::Liquidity;
use crate::ids::{AccountId, InstrumentId, OrderId};
use crate::number::Quantity;
use crate::order::{SelfMatch, Side};
use crate::reject::{Combination, Reject};
use crate::units::{Lots, Ticks};

/// A quote in the book's units.
#[derive(Debug, Clone, Copy)]
pub(super) struct HouseQuote {
    bid: (Ticks, Lots),
    ask: (Ticks, Lots),
}

impl Engine {
    pub(super) fn decide_quote(&self, update: &UpdateQuote) -> Result<HouseQuote, Reject> {
        let market = self.known_market(update.instrument)?;
        if update.bid >= update.ask {
            return Err(Reject::Combination(Combination::CrossedQuote));
        }
        let size = |quantity: Quantity| {
            if quantity.is_zero() { Ok(Lots::ZERO) } else { market.scales.lots(quantity) }
        };
        let sizes = (size(update.bid_size)?, size(update.ask_size)?);
        let (bid, ask) = (market.scales.ticks(update.bid)?, market.scales.ticks(update.ask)?);
        let quote = HouseQuote { bid: (bid, sizes.0), ask: (ask, sizes.1) };
        market.scales.notional(quote.ask.0, quote.ask.1.max(quote.bid.1))?;
        Ok(quote)
    }

    pub(super) fn update_quote(&mut self, update: &UpdateQuote) -> Result<Outcome, Reject> {
        let decided = self.decide_quote(update)?;
        let quote = Quote {
            bid: update.bid,
            ask: update.ask,
            bid_size: update.bid_size,
            ask_size: update.ask_size,
            at: self.now,
        };
        self.quoted.mark(update.instrument.get());
        let market = self.market_mut(update.instrument);
        market.quote = Some(quote);
        market.candles.quoted(quote.at, decided.bid.0, decided.ask.0);
        self.withdraw_house(update.instrument);
        let mut events = Vec::new();
        let change = Change::QuoteUpdated { instrument: update.instrument, quote };
        self.emit(&mut events, AccountId::HOUSE, change);
        // A market that does not trade learns of the quote when it goes on.
        if self.market(update.instrument).is_some_and(|market| market.state.is_trading()) {
            self.quote_sides(update.instrument, decided, &mut events);
        }
        Ok(Outcome { about: None, events })
    }

    /// Takes the house's orders off a book.
    pub(super) fn withdraw_house(&mut self, instrument: InstrumentId) {
        let market = self.market_mut(instrument);
        for side in [Side::Buy, Side::Sell] {
            if let Some(key) = market.house_order(side).take() {
                market.book.remove(key);
            }
        }
    }

    /// Brings the last quote to the book, whole, as if it came now.
    pub(super) fn quote_house(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        self.withdraw_house(instrument);
        let market = self.market_mut(instrument);
        let Some(quote) = market.quote else { return };
        let scales = &market.scales;
        let quote = HouseQuote {
            bid: (scales.known_ticks(quote.bid), scales.known_lots(quote.bid_size)),
            ask: (scales.known_ticks(quote.ask), scales.known_lots(quote.ask_size)),
        };
        self.quote_sides(instrument, quote, events);
    }

    fn quote_sides(&mut self, instrument: InstrumentId, quote: HouseQuote, events: &mut Vec<Event>) {
        self.quote_side(instrument, Side::Buy, quote.bid, events);
        self.quote_side(instrument, Side::Sell, quote.ask, events);
    }

    /// Brings one side of a quote to the book, where it may meet clients' orders first.
    fn quote_side(
        &mut self,
        instrument: InstrumentId,
        side: Side,
        (price, size): (Ticks, Lots),
        events: &mut Vec<Event>,
    ) {
        if size.is_zero() {
            return;
        }
        let order = OrderId::from(self.mint());
        let incoming = Incoming {
            account: AccountId::HOUSE,
            side,
            limit: Some(price),
            bounds: Bounds::default(),
            budget: Budget::Base(size),
            rest_at: None,
            self_match: SelfMatch::Allow,
        };
        let planned = match self.known_market(instrument).and_then(|market| self.plan(market, &incoming)) {
            Ok(planned) => planned,
            Err(reject) => unreachable!("Invariant: what rests on the book can be valued: {reject}"),
        };
        let leg = Leg { order, account: AccountId::HOUSE, side, liquidity: Liquidity::Taker };
        for fill in planned.fills {
            self.execute(instrument, leg, fill, events);
        }
        if !planned.unfilled.is_zero() {
            let resting = Resting { order, account: AccountId::HOUSE, leaves: planned.unfilled };
            let market = self.market_mut(instrument);
            let key = market.book.insert(side, price, resting);
            *market.house_order(side) = Some(key);
        }
    }
}
