//! Fills of an order, the caller's trades, and everyone's.

use std::sync::Arc;

use actix_web::web;
use facade_kit::UuidKind;
use facade_kit::time::rfc3339;
use order_engine::{Execution, InstrumentId, Timestamp};
use runtime::PublicTrade;

use super::order_id;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::Query;
use crate::reading;
use crate::state::State;
use crate::translate::lists::{self, Slice};
use crate::translate::trades;
use crate::wire::trades::Trade;
use crate::wire::{self, Data, Page, TextStamp, WithMetadata};

/// Rows of the list of last trades.
const LAST_TRADES: usize = 100;

pub(crate) async fn fills(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<String>,
) -> Result<web::Json<Data<Vec<Trade<u64>>>>, ApiError> {
    let order = state.order(*caller, order_id(&path)?)?;
    let pairs = state.pairs();
    let pair = pairs.of(order.instrument).ok_or(ApiError::Internal)?;
    let executions = state.engine.views().executions(order.id);
    let data = executions.iter().rev().map(|execution| trades::own(execution, &order, &pair)).collect();
    Ok(web::Json(Data { data }))
}

pub(crate) async fn own(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<String>,
    query: Query,
) -> Result<web::Json<Page<Trade<u64>>>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.find(&path)?;
    let (range, slice) = lists::trades_of_account(&query, state.engine.now())?;
    let views = state.engine.views();
    let rows = reading::executions(views, caller.account, pair.instrument.id, (range, slice));
    let show = |execution: &Arc<Execution>| {
        let order = views.order(execution.order).ok_or(ApiError::Internal)?;
        Ok(trades::own(execution, &order, &pair))
    };
    let cursor = |execution: &Arc<Execution>| {
        lists::numbered_cursor(UuidKind::Execution, execution.at, execution.id.get())
    };
    Ok(web::Json(reading::page(rows, slice.limit, state.now_ms(), cursor, show)?))
}

pub(crate) async fn all(
    state: web::Data<State>,
    path: web::Path<String>,
    query: Query,
) -> Result<web::Json<Page<Trade<u64>>>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.find(&path)?;
    let (range, slice) = lists::trades_of_all(&query, state.engine.now())?;
    let rows = reading::trades(state.engine.views(), &[pair.instrument.id], Some(range), slice);
    let show = |(_, trade): &Row| Ok(trades::reported(trade, &pair, Timestamp::as_millis));
    Ok(web::Json(reading::page(rows, slice.limit, state.now_ms(), cursor, show)?))
}

pub(crate) async fn public(
    state: web::Data<State>,
    query: Query,
) -> Result<web::Json<Page<wire::trades::PublicTrade>>, ApiError> {
    let pairs = state.pairs();
    lists::region(&query)?;
    let instruments = lists::instruments(&query, &pairs)?
        .unwrap_or_else(|| pairs.all().map(|pair| pair.instrument.id).collect());
    let (range, slice) = lists::public_trades(&query, state.engine.now())?;
    let rows = reading::trades(state.engine.views(), &instruments, Some(range), slice);
    let show = |(instrument, trade): &Row| {
        Ok(trades::public(trade, &pairs.of(*instrument).ok_or(ApiError::Internal)?))
    };
    Ok(web::Json(reading::page(rows, slice.limit, state.now_ms(), cursor, show)?))
}

pub(crate) async fn last(
    state: web::Data<State>,
) -> Result<web::Json<WithMetadata<Vec<Trade<String>>, TextStamp>>, ApiError> {
    let pairs = state.pairs();
    let instruments: Vec<InstrumentId> = pairs.all().map(|pair| pair.instrument.id).collect();
    let slice = Slice { before: None, limit: LAST_TRADES };
    let mut rows = reading::trades(state.engine.views(), &instruments, None, slice);
    rows.truncate(LAST_TRADES);
    let show = |(instrument, trade): &Row| {
        let pair = pairs.of(*instrument).ok_or(ApiError::Internal)?;
        // The older form does not name the side.
        Ok(Trade { s: None, ..trades::reported(trade, &pair, text_time) })
    };
    let data = rows.iter().map(show).collect::<Result<_, _>>()?;
    let metadata = TextStamp { timestamp: text_time(state.engine.now()) };
    Ok(web::Json(WithMetadata { data, metadata }))
}

/// A trade and what was traded.
type Row = (InstrumentId, PublicTrade);

fn cursor((_, trade): &Row) -> String {
    lists::numbered_cursor(UuidKind::Trade, trade.at, trade.trade.get())
}

/// Times of the older endpoints.
fn text_time(at: Timestamp) -> String {
    rfc3339(at, 3)
}
