//! What happened in a market on the last day on which it traded.

use facade_kit::decimal::at_least;
use facade_kit::time::to_utc;
use runtime::MarketView;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::market::whole;
use crate::naming::{Directory, Listing, id_of_symbol};
use crate::{format, new_york, wire};

/// The summary of an instrument that nobody knows, with the id that was asked for. A text that is no id has that of the
/// naming rule.
pub(crate) fn unknown_summary(text: &str) -> wire::DailySummary {
    wire::DailySummary {
        high: None,
        instrument_id: Uuid::try_parse(text).unwrap_or_else(|_| id_of_symbol(text)).to_string(),
        low: None,
        not_applicable: false,
        open: None,
        symbol: None,
        trade_date: None,
        volume: None,
    }
}

/// The summary of the last New York day on which a market traded. Before its first trade it has only its names.
pub(crate) fn summary(listing: &Listing, market: Option<&MarketView>) -> wire::DailySummary {
    let named = wire::DailySummary {
        symbol: Some(listing.symbol.clone()),
        ..unknown_summary(&listing.id.to_string())
    };
    let Some((market, last)) = market.and_then(|market| Some((market, market.last_trade()?))) else {
        return named;
    };
    let day = new_york::local(to_utc(last.at)).date();
    let begin = format::saturated(new_york::midnight(day));
    let (mut open, mut high, mut low) = (last.price, last.price, last.price);
    let mut volume = Decimal::ZERO;
    for trade in market.trades.iter().rev().take_while(|trade| trade.at >= begin) {
        open = trade.price;
        (high, low) = (high.max(trade.price), low.min(trade.price));
        volume += trade.quantity.decimal();
    }
    let price =
        |price: order_engine::Price| Some(at_least(price.decimal(), listing.instrument.price_scale()));
    wire::DailySummary {
        high: price(high),
        low: price(low),
        open: price(open),
        trade_date: Some(format::day(day)),
        volume: Some(whole(volume)),
        ..named
    }
}

/// The rows of a list of symbols and UUIDs: one for each instrument, where it was named first.
pub(crate) fn summaries(
    texts: &[&str],
    directory: &Directory,
    row: impl Fn(&Listing) -> wire::DailySummary,
) -> Vec<wire::DailySummary> {
    let mut rows: Vec<wire::DailySummary> = Vec::with_capacity(texts.len());
    for text in texts {
        let found = directory.find(text).map_or_else(|| unknown_summary(text), &row);
        if rows.iter().all(|seen| seen.instrument_id != found.instrument_id) {
            rows.push(found);
        }
    }
    rows
}
