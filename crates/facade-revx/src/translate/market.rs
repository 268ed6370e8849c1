//! Order books and tickers in the vendor's words. Both sides of a book go from the highest price down, so that the best
//! ask is the last one.

use std::cmp::{max, min};

use facade_kit::decimal::{at_least, shortest};
use order_engine::Timestamp;
use runtime::{Level, MarketView, PublicTrade};
use rust_decimal::Decimal;

use super::pairs::Pair;
use crate::wire;
use crate::wire::market::{Book, LevelSide, ReportLevel, Ticker};

const DAY_NANOS: u64 = 86_400 * 1_000_000_000;

/// A book of the levels nearest to the touch, each written by `level`.
fn book<L>(market: &MarketView, depth: usize, level: impl Fn(LevelSide, &Level) -> L) -> Book<L> {
    let asks = market.asks.iter().take(depth).rev().map(|ask| level(LevelSide::Sell, ask)).collect();
    let bids = market.bids.iter().take(depth).map(|bid| level(LevelSide::Buy, bid)).collect();
    Book { asks, bids }
}

/// A book in the words of trade reports, published at `published_at`.
pub(crate) fn report_book<T: Clone>(
    market: &MarketView,
    pair: &Pair<'_>,
    depth: usize,
    published_at: &T,
) -> Book<ReportLevel<T>> {
    book(market, depth, |side, level| ReportLevel {
        aid: pair.base_code.to_owned(),
        anm: pair.base.definition.name.to_string(),
        s: side,
        p: at_least(level.price.decimal(), pair.quote_scale()),
        pc: pair.quote_code.to_owned(),
        pn: "MONE",
        q: shortest(level.quantity.decimal()),
        qc: pair.base_code.to_owned(),
        qn: "UNIT",
        ve: "REVX",
        no: level.orders.to_string(),
        ts: "CLOB",
        pdt: published_at.clone(),
    })
}

/// A book in the words of version 2.
pub(crate) fn plain_book(market: &MarketView, pair: &Pair<'_>, depth: usize) -> Book<wire::market::Level> {
    book(market, depth, |_, level| wire::market::Level {
        price: at_least(level.price.decimal(), pair.quote_scale()),
        quantity: shortest(level.quantity.decimal()),
        count: level.orders,
    })
}

/// A ticker; nothing while one side of the book is empty, since every field is required. Before the first trade the
/// middle stands for the last price.
pub(crate) fn ticker(
    market: &MarketView,
    pair: &Pair<'_>,
    now: Timestamp,
    region: Option<wire::Region>,
) -> Option<Ticker> {
    let (bid, ask) = market.touch()?;
    let (bid, ask) = (bid.decimal(), ask.decimal());
    let mid = bid.checked_add(ask)?.checked_div(Decimal::TWO)?;
    let day = Day::of(market, now, mid);
    let price = |value: Decimal| at_least(value, pair.quote_scale());
    Some(Ticker {
        symbol: pair.symbol(),
        bid: price(bid),
        ask: price(ask),
        mid: price(mid),
        last_price: price(day.last),
        low_24h: price(day.low),
        high_24h: price(day.high),
        price_change_24h: price(day.last - day.first),
        volume_24h: at_least(day.volume, pair.base_scale()),
        region,
    })
}

/// What the last 24 hours of trading came to.
struct Day {
    first: Decimal,
    last: Decimal,
    low: Decimal,
    high: Decimal,
    volume: Decimal,
}

impl Day {
    /// The first price is the last one before the day began, or the day's first when there is none.
    fn of(market: &MarketView, now: Timestamp, mid: Decimal) -> Self {
        let since = now.as_nanos().saturating_sub(DAY_NANOS);
        let begins = market.trades.partition_point(|trade| trade.at.as_nanos() < since);
        let price = |trade: &PublicTrade| trade.price.decimal();
        let last = market.last_trade().map_or(mid, price);
        let earlier = begins.checked_sub(1).and_then(|index| market.trades.get(index));
        let first = earlier.or_else(|| market.trades.get(begins)).map_or(last, price);
        let quiet = Self { first, last, low: last, high: last, volume: Decimal::ZERO };
        market.trades.range(begins..).fold(quiet, |day, trade| Self {
            low: min(day.low, price(trade)),
            high: max(day.high, price(trade)),
            volume: day.volume.saturating_add(trade.quantity.decimal()),
            ..day
        })
    }
}
