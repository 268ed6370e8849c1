//! Order books and tickers, signed and public.

use std::sync::Arc;

use actix_web::web;
use facade_kit::time::rfc3339;
use runtime::MarketView;

use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate::pairs::Pair;
use crate::translate::{lists, market};
use crate::wire::market::{Book, Level, ReportLevel, Ticker};
use crate::wire::{Region, RegionStamp, Stamp, WithMetadata};

/// Most levels of a side.
const DEPTH: usize = 50;
/// Levels of a side in the older public book.
const OLDER_DEPTH: usize = 5;

pub(crate) async fn order_book(
    state: web::Data<State>,
    path: web::Path<String>,
    query: Query,
) -> Result<web::Json<WithMetadata<Book<ReportLevel<u64>>, Stamp>>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.find(&path)?;
    let (depth, timestamp) = (query.limit(DEPTH)?, state.now_ms());
    let data = market::report_book(&*view(&state, &pair)?, &pair, depth, &timestamp);
    Ok(web::Json(WithMetadata { data, metadata: Stamp { timestamp } }))
}

pub(crate) async fn public_order_book(
    state: web::Data<State>,
    path: web::Path<String>,
    query: Query,
) -> Result<web::Json<WithMetadata<Book<Level>, RegionStamp<u64>>>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.find(&path)?;
    let (depth, region) = (query.limit(DEPTH)?, lists::region(&query)?);
    let data = market::plain_book(&*view(&state, &pair)?, &pair, depth);
    Ok(web::Json(WithMetadata { data, metadata: RegionStamp { region, timestamp: state.now_ms() } }))
}

pub(crate) async fn older_order_book(
    state: web::Data<State>,
    path: web::Path<String>,
    query: Query,
) -> Result<web::Json<WithMetadata<Book<ReportLevel<String>>, RegionStamp<String>>>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.find(&path)?;
    let (region, timestamp) = (lists::region(&query)?, rfc3339(state.engine.now(), 3));
    let data = market::report_book(&*view(&state, &pair)?, &pair, OLDER_DEPTH, &timestamp);
    Ok(web::Json(WithMetadata { data, metadata: RegionStamp { region, timestamp } }))
}

pub(crate) async fn tickers(
    state: web::Data<State>,
    query: Query,
) -> Result<web::Json<WithMetadata<Vec<Ticker>, Stamp>>, ApiError> {
    all_tickers(&state, &query, None)
}

pub(crate) async fn public_tickers(
    state: web::Data<State>,
    query: Query,
) -> Result<web::Json<WithMetadata<Vec<Ticker>, Stamp>>, ApiError> {
    let region = lists::region(&query)?;
    all_tickers(&state, &query, Some(region))
}

fn all_tickers(
    state: &State,
    query: &Query,
    region: Option<Region>,
) -> Result<web::Json<WithMetadata<Vec<Ticker>, Stamp>>, ApiError> {
    let pairs = state.pairs();
    let wanted = lists::instruments(query, &pairs)?;
    let now = state.engine.now();
    let ticker = |pair: Pair<'_>| {
        let id = pair.instrument.id;
        let market =
            wanted.as_ref().is_none_or(|list| list.contains(&id)).then(|| state.engine.views().market(id));
        market::ticker(&*market??, &pair, now, region)
    };
    let data = pairs.all().filter_map(ticker).collect();
    Ok(web::Json(WithMetadata { data, metadata: Stamp { timestamp: now.as_millis() } }))
}

fn view(state: &State, pair: &Pair<'_>) -> Result<Arc<MarketView>, ApiError> {
    state.engine.views().market(pair.instrument.id).ok_or_else(|| ApiError::NoSuchPair(pair.dashed()))
}
