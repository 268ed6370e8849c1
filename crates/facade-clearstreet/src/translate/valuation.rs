//! What an account's holdings are worth now and were worth at the start of the day, computed from balances, lots,
//! today's fills and trades. Positions and balances are written from it.
//!
//! Shares and tokens are what the balance of their asset says, whether they were bought here or brought in; margined
//! instruments are what their lots say. The day starts at midnight in New York.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{Amount, AssetId, Execution, Holdings, InstrumentId, Settlement, Side, Timestamp};
use runtime::MarketView;
use rust_decimal::Decimal;

use crate::naming::{Directory, Listing};
use crate::{format, new_york};

/// The first moment of the day, which is one of New York.
pub(crate) fn day_start(now: Timestamp) -> Timestamp {
    let today = new_york::local(facade_kit::time::to_utc(now)).date();
    format::saturated(new_york::midnight(today))
}

/// A value, or the largest of its sign: larger ones are not told apart, so that a sum over every instrument there may
/// be stays within a decimal.
pub(super) fn bounded(value: Decimal) -> Decimal {
    let largest = Decimal::from(10_u64.pow(19));
    value.clamp(-largest, largest)
}

pub(super) fn product(one: Decimal, other: Decimal) -> Decimal {
    bounded(one.saturating_mul(other))
}

/// Everything that a valuation looks at.
pub(crate) struct Books<'a> {
    pub(crate) holdings: &'a Holdings,
    pub(crate) directory: &'a Directory,
    /// All markets, in the order of the directory.
    pub(crate) markets: Vec<Option<Arc<MarketView>>>,
    /// The account's fills by instrument, oldest first: those of today, or as far back as is asked for.
    pub(crate) executions: BTreeMap<InstrumentId, Vec<Arc<Execution>>>,
    pub(crate) now: Timestamp,
}

/// One instrument that an account has or traded today.
#[derive(Debug, Clone)]
pub(super) struct Stock<'a> {
    pub(super) listing: &'a Listing,
    /// Signed quantity now.
    pub(super) quantity: Decimal,
    /// Quantity that no open order holds, or covers; without a sign where it is short.
    pub(super) available: Decimal,
    /// Signed cost of the whole quantity, when all of it was bought here.
    pub(super) cost: Option<Decimal>,
    /// Last trade, else the middle of the quote.
    pub(super) price: Option<Decimal>,
    /// Last trade before today, with its time.
    pub(super) close: Option<(Decimal, Timestamp)>,
    pub(super) today: Today,
}

/// What today's fills did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Today {
    /// Change of the quantity.
    pub(super) quantity: Decimal,
    /// What was received in quote less what was paid.
    pub(super) cash: Decimal,
    /// Profit of what was closed.
    pub(super) realized: Decimal,
}

impl Stock<'_> {
    pub(super) fn market_value(&self) -> Decimal {
        self.price.map_or(Decimal::ZERO, |price| self.worth(price, self.quantity))
    }

    /// A quantity at a price, with the multiplier of an option.
    fn worth(&self, price: Decimal, quantity: Decimal) -> Decimal {
        let multiplier = Decimal::from(self.listing.instrument.definition.multiplier());
        product(product(price, quantity), multiplier)
    }

    /// The price at the start of the day; where nobody traded before today, the price now.
    fn opening_price(&self) -> Decimal {
        self.close.map(|(price, _)| price).or(self.price).unwrap_or_default()
    }

    pub(super) fn opening_value(&self) -> Decimal {
        self.worth(self.opening_price(), self.quantity - self.today.quantity)
    }

    pub(super) fn unrealized(&self) -> Option<Decimal> {
        Some(self.worth(self.price?, self.quantity) - bounded(self.cost?))
    }

    /// Profit since the start of the day, realized or not.
    pub(super) fn daily(&self) -> Decimal {
        self.market_value() - self.opening_value() + self.today.cash
    }

    pub(super) fn daily_unrealized(&self) -> Decimal {
        self.daily() - self.today.realized
    }

    /// Whether it is paid for in full.
    pub(super) fn is_paid(&self) -> bool {
        !self.listing.instrument.is_margin()
    }
}

impl<'a> Books<'a> {
    /// Every instrument of which there is something, or of which something was traded today.
    pub(super) fn stocks(&self) -> Vec<Stock<'a>> {
        let is_relevant = |stock: &Stock<'_>| !stock.quantity.is_zero() || !stock.today.cash.is_zero();
        let listings = self.directory.listings().iter().zip(&self.markets);
        listings.map(|(listing, market)| self.stock(listing, market.as_deref())).filter(is_relevant).collect()
    }

    /// Every instrument with its market, also those of which there is nothing.
    pub(super) fn all_stocks(&self) -> Vec<(Stock<'a>, Option<&MarketView>)> {
        let listings = self.directory.listings().iter().zip(&self.markets);
        listings
            .map(|(listing, market)| (self.stock(listing, market.as_deref()), market.as_deref()))
            .collect()
    }

    fn stock(&self, listing: &'a Listing, market: Option<&MarketView>) -> Stock<'a> {
        let (quantity, available) = self.quantity(listing);
        let last = market.and_then(MarketView::last_trade).map(|trade| trade.price.decimal());
        let middle = || market?.touch().map(|(bid, ask)| (bid.decimal() + ask.decimal()) / Decimal::TWO);
        let today = day_start(self.now);
        let close = market.and_then(|market| market.trades.iter().rev().find(|trade| trade.at < today));
        Stock {
            listing,
            quantity,
            available,
            cost: self.cost(listing, quantity),
            price: last.or_else(middle),
            close: close.map(|trade| (trade.price.decimal(), trade.at)),
            today: self.today(listing),
        }
    }

    fn quantity(&self, listing: &Listing) -> (Decimal, Decimal) {
        match listing.instrument.definition.settlement {
            Settlement::Spot | Settlement::Security => {
                let balance = self.holdings.balance(listing.instrument.base);
                let total = bounded(balance.total.decimal());
                if total.is_sign_negative() {
                    let position = self.holdings.position(listing.instrument.id);
                    let covered = position.map_or(Decimal::ZERO, |position| position.covered.decimal());
                    return (total, (total.abs() - covered).max(Decimal::ZERO));
                }
                (total, bounded(balance.available().decimal()))
            }
            Settlement::Margin { .. } => {
                let quantity = self.lots(listing);
                (quantity, quantity.abs())
            }
        }
    }

    /// The signed sum of the lots.
    fn lots(&self, listing: &Listing) -> Decimal {
        self.holdings
            .position(listing.instrument.id)
            .map_or(Decimal::ZERO, |position| signed(position.side, position.quantity.decimal()))
    }

    fn cost(&self, listing: &Listing, quantity: Decimal) -> Option<Decimal> {
        let position = self.holdings.position(listing.instrument.id)?;
        let is_whole = signed(position.side, position.quantity.decimal()) == quantity;
        is_whole.then(|| signed(position.side, position.cost.decimal()))
    }

    /// The fills in one instrument, oldest first.
    pub(super) fn fills(&self, listing: &Listing) -> &[Arc<Execution>] {
        self.executions.get(&listing.instrument.id).map(Vec::as_slice).unwrap_or_default()
    }

    fn today(&self, listing: &Listing) -> Today {
        let start = day_start(self.now);
        let fills = self.fills(listing).iter().rev().take_while(|fill| fill.at >= start);
        fills.fold(Today::default(), |today, fill| Today {
            quantity: today.quantity + signed(fill.side, fill.quantity.decimal()),
            cash: today.cash
                - signed(fill.side, fill.notional.decimal())
                - commission(fill, listing.instrument.quote),
            realized: today.realized + fill.closed.iter().map(|lot| lot.profit.decimal()).sum::<Decimal>(),
        })
    }
}

fn signed(side: Side, value: Decimal) -> Decimal {
    match side {
        Side::Buy => value,
        Side::Sell => -value,
    }
}

/// Commission taken in the quote asset.
fn commission(fill: &Execution, quote: AssetId) -> Decimal {
    if fill.commission_asset == quote { fill.commission } else { Amount::ZERO }.decimal()
}
