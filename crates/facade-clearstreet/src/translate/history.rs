//! What an account was worth at the start and the end of each day, computed back from what it has now, from its fills and
//! from the trades that are kept. A day is one of New York. What is counted is what balances count; what was brought in or
//! taken out from outside counts as if it had always been there, or never.

use std::sync::Arc;

use order_engine::{Account, Execution, Side, Timestamp};
use runtime::MarketView;
use rust_decimal::Decimal;
use time::Date;

use super::valuation::{Books, Stock, bounded, product};
use crate::format::{self, money};
use crate::naming::Listing;
use crate::{new_york, wire};

/// Most days that are told, the last ones of the range.
const MAX_DAYS: usize = 366;

/// What fills have come to so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    quantity: Decimal,
    cash: Decimal,
    bought: Decimal,
    sold: Decimal,
    realized: Decimal,
}

impl Sums {
    fn with(self, fill: &Execution, listing: &Listing) -> Self {
        let (quantity, value) = (fill.quantity.decimal(), fill.notional.decimal());
        let charge = if fill.commission_asset == listing.instrument.quote {
            fill.commission.decimal()
        } else {
            Decimal::ZERO
        };
        let realized: Decimal = fill.closed.iter().map(|lot| lot.profit.decimal()).sum();
        let (signed, paid, bought, sold) = match fill.side {
            Side::Buy => (quantity, -value, value, Decimal::ZERO),
            Side::Sell => (-quantity, value, Decimal::ZERO, value),
        };
        // Margined instruments pay nothing but profit.
        let cash = if listing.instrument.is_margin() { realized } else { paid };
        Self {
            quantity: bounded(self.quantity + signed),
            cash: bounded(self.cash + cash - charge),
            bought: bounded(self.bought + bought),
            sold: bounded(self.sold + sold),
            realized: bounded(self.realized + realized),
        }
    }
}

/// One instrument over time.
struct Line<'a> {
    listing: &'a Listing,
    market: Option<&'a MarketView>,
    /// The sums after each fill, oldest first.
    points: Vec<(Timestamp, Sums)>,
    quantity_now: Decimal,
    price_now: Decimal,
}

impl<'a> Line<'a> {
    fn new(stock: &Stock<'a>, market: Option<&'a MarketView>, fills: &[Arc<Execution>]) -> Self {
        let (listing, mut sums, mut points) = (stock.listing, Sums::default(), Vec::new());
        for fill in fills {
            sums = sums.with(fill, listing);
            points.push((fill.at, sums));
        }
        let quantity_now = if stock.is_paid() { stock.quantity } else { Decimal::ZERO };
        Self { listing, market, points, quantity_now, price_now: stock.price.unwrap_or_default() }
    }

    /// What the fills before an instant came to.
    fn before(&self, instant: Timestamp) -> Sums {
        let count = self.points.partition_point(|(at, _)| *at < instant);
        count.checked_sub(1).and_then(|last| self.points.get(last)).map_or(Sums::default(), |(_, sums)| *sums)
    }

    fn total(&self) -> Sums {
        self.points.last().map_or(Sums::default(), |(_, sums)| *sums)
    }

    /// Cash that came after an instant.
    fn cash_since(&self, instant: Timestamp) -> Decimal {
        self.total().cash - self.before(instant).cash
    }

    fn quantity(&self, instant: Timestamp) -> Decimal {
        if self.listing.instrument.is_margin() {
            return Decimal::ZERO;
        }
        self.quantity_now - (self.total().quantity - self.before(instant).quantity)
    }

    /// The last trade before an instant; where nobody had traded, or it is forgotten, the first one that is known, or
    /// else the price now.
    fn price(&self, instant: Timestamp) -> Decimal {
        let trades = self.market.map(|market| &market.trades);
        let last = trades.and_then(|trades| {
            let count = trades.partition_point(|trade| trade.at < instant);
            trades.get(count.saturating_sub(1))
        });
        last.map_or(self.price_now, |trade| trade.price.decimal())
    }

    fn worth(&self, quantity: Decimal, price: Decimal) -> Decimal {
        product(product(price, quantity), Decimal::from(self.listing.instrument.definition.multiplier()))
    }

    fn value(&self, instant: Timestamp) -> Decimal {
        self.worth(self.quantity(instant), self.price(instant))
    }
}

/// The first moment of the days that are told of a range, so that earlier fills need not be looked at.
pub(crate) fn history_start(from: Date, to: Option<Date>, now: Timestamp) -> Timestamp {
    let today = day_of(now);
    let to = to.map_or(today, |to| to.min(today));
    let furthest = (0..MAX_DAYS).try_fold(to, |day, _| day.previous_day()).unwrap_or(from);
    first_moment(from.max(furthest))
}

/// The days of a range, bounds included: none before the account was opened, and none that is still to come.
pub(crate) fn portfolio_history(
    books: &Books<'_>,
    account: &Account,
    from: Date,
    to: Option<Date>,
) -> wire::PortfolioHistory {
    let today = day_of(books.now);
    let to = to.map_or(today, |to| to.min(today));
    let from = from.max(day_of(account.opened_at));
    let stocks = books.all_stocks();
    let counted = stocks.iter().filter(|(stock, _)| stock.listing.instrument.quote == account.currency);
    let lines: Vec<Line<'_>> =
        counted.map(|(stock, market)| Line::new(stock, *market, books.fills(stock.listing))).collect();
    let cash = bounded(books.holdings.balance(account.currency).total.decimal());
    let equity = |instant: Timestamp| {
        let flowed: Decimal = lines.iter().map(|line| line.cash_since(instant)).sum();
        cash - flowed + lines.iter().map(|line| line.value(instant)).sum::<Decimal>()
    };
    let mut days = Vec::new();
    let mut day = Some(to);
    while let Some(date) = day.filter(|date| *date >= from && days.len() < MAX_DAYS) {
        days.push(date);
        day = date.previous_day();
    }
    let segments = days.iter().rev().map(|date| segment(*date, &lines, equity)).collect();
    wire::PortfolioHistory { segments }
}

fn segment(date: Date, lines: &[Line<'_>], equity: impl Fn(Timestamp) -> Decimal) -> wire::PortfolioSegment {
    let start = first_moment(date);
    // Of a day that is not over, all that there is.
    let end = date.next_day().map_or(start, first_moment);
    let sum = |value: fn(&Sums) -> Decimal| -> Decimal {
        lines.iter().map(|line| value(&line.before(end)) - value(&line.before(start))).sum()
    };
    let moved = |line: &Line<'_>| line.worth(line.quantity(start), line.price(end) - line.price(start));
    let (opening, closing) = (equity(start), equity(end));
    let (net, realized) = (closing - opening, sum(|sums| sums.realized));
    wire::PortfolioSegment {
        bought_notional: money(sum(|sums| sums.bought)),
        date: format::day(date),
        day_pnl: money(net),
        eod_equity: money(closing),
        net_pnl: money(net),
        position_pnl: money(lines.iter().map(moved).sum()),
        realized_pnl: money(realized),
        sod_equity: money(opening),
        sold_notional: money(sum(|sums| sums.sold)),
        unrealized_pnl: money(net - realized),
    }
}

fn day_of(at: Timestamp) -> Date {
    new_york::local(facade_kit::time::to_utc(at)).date()
}

fn first_moment(day: Date) -> Timestamp {
    format::saturated(new_york::midnight(day))
}
