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
        symbol: listing.symbol.clone(),
    }
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
