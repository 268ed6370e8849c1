//! Market data.

use facade_kit::decimal::at_least;
use order_engine::Timestamp;
use runtime::{Level, MarketView};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::valuation::day_start;
use crate::naming::Listing;
use crate::wire;

const TWO: Decimal = Decimal::TWO;
/// Decimals of a change in percent.
const PERCENT_SCALE: u32 = 4;

/// One market at one moment. Sizes are whole numbers here: what is below one is cut off.
pub(crate) fn snapshot(listing: &Listing, market: &MarketView, now: Timestamp) -> wire::Snapshot {
    let today = day_start(now);
    let volume: Decimal = market
        .trades
        .iter()
        .rev()
        .take_while(|trade| trade.at >= today)
        .map(|trade| trade.quantity.decimal())
        .sum();
    wire::Snapshot {
        cumulative_volume: whole(volume),
        instrument_id: listing.id.to_string(),
        last_quote: quote(listing, market),
        last_trade: market.last_trade().map(|trade| wire::LastTrade {
            price: at_least(trade.price.decimal(), listing.instrument.price_scale()),
            size: whole(trade.quantity.decimal()),
        }),
        name: listing.instrument.definition.name.to_string(),
        session: session(listing, market, today),
        symbol: listing.symbol.clone(),
    }
}

/// How the last trade compares with the last one before today; nothing without either.
fn session(listing: &Listing, market: &MarketView, today: Timestamp) -> Option<wire::SnapshotSession> {
    let last = market.last_trade()?.price.decimal();
    let close = market.trades.iter().rev().find(|trade| trade.at < today)?.price.decimal();
    let percent = (last - close).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(close)?;
    let scale = listing.instrument.price_scale();
    Some(wire::SnapshotSession {
        change: at_least(last - close, scale),
        change_percent: at_least(percent.round_dp(PERCENT_SCALE), PERCENT_SCALE),
        previous_close: at_least(close, scale),
    })
}

fn quote(listing: &Listing, market: &MarketView) -> Option<wire::Quote> {
    let (bid, ask) = (market.bids.first(), market.asks.first());
    bid.or(ask)?;
    let scale = listing.instrument.price_scale();
    let price = |level: Option<&Level>| level.map(|level| at_least(level.price.decimal(), scale));
    let size = |level: Option<&Level>| level.map(|level| whole(level.quantity.decimal()));
    let midpoint = market.touch().map(|(bid, ask)| at_least((bid.decimal() + ask.decimal()) / TWO, scale));
    Some(wire::Quote { ask: price(ask), ask_size: size(ask), bid: price(bid), bid_size: size(bid), midpoint })
}

/// The whole part of a number.
pub(super) fn whole(value: Decimal) -> i64 {
    value.trunc().to_i64().unwrap_or(i64::MAX)
}
