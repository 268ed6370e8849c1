//! Orders and executions: read and cancel.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path, ReqData};
use facade_kit::{Translated, UuidKind, kind_uuid, order_uuid, parse_order_uuid};
use order_engine::{
    AccountId, CancelOrder, CancelOrders, Change, Command, Execution, InstrumentId, Order, OrderId,
    StatusReason,
};
use serde::Serialize;
use uuid::Uuid;

use super::{Query, answer, bind, log_losses, parameter};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::page::PageRequest;
use crate::state::State;
use crate::translate::{self, Shown};
use crate::wire::{
    CancelAllAnswer, CancelAllRequest, CancelAnswer, ExecutionRecord, OrderResponse, Paginated,
};

pub(super) async fn order_by_query(
    state: Data<State>,
    caller: ReqData<Caller>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let id = parameter(&query, "id").filter(|id| !id.is_empty()).ok_or(ApiError::InvalidRequest)?;
    one_order(&state, &caller, id)
}

pub(super) async fn order_by_path(
    state: Data<State>,
    caller: ReqData<Caller>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    one_order(&state, &caller, &id)
}

fn one_order(state: &State, caller: &Caller, id: &str) -> Result<HttpResponse, ApiError> {
    let order = own_order(state, caller, id).ok_or(ApiError::OrderNotFound)?;
    Ok(answer(&response(state, caller, &order)?))
}

pub(super) async fn open_orders(
    state: Data<State>,
    caller: ReqData<Caller>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let (instrument, page) = list_request(&state, &query)?;
    let mut orders = state.engine.views().open_orders(caller.id());
    orders.retain(|order| {
        order.status.is_working() && instrument.is_none_or(|instrument| order.instrument == instrument)
    });
    orders.reverse();
    page_of(page.cut(&orders, |order| response(&state, &caller, order)))
}

pub(super) async fn trade_orders(
    state: Data<State>,
    caller: ReqData<Caller>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let (instrument, page) = list_request(&state, &query)?;
    let executions = state.engine.views().account_executions(caller.id());
    let traded: BTreeSet<OrderId> = executions
        .iter()
        .filter(|execution| instrument.is_none_or(|instrument| execution.instrument == instrument))
        .map(|execution| execution.order)
        .collect();
    let newest_first: Vec<OrderId> = traded.into_iter().rev().collect();
    page_of(page.cut(&newest_first, |id| {
        state
            .engine
            .views()
            .order(*id)
            .ok_or(ApiError::Internal)
            .and_then(|order| response(&state, &caller, &order))
    }))
}

pub(super) async fn trades(
    state: Data<State>,
    caller: ReqData<Caller>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let (instrument, page) = list_request(&state, &query)?;
    let mut executions = state.engine.views().account_executions(caller.id());
    executions.retain(|execution| instrument.is_none_or(|instrument| execution.instrument == instrument));
    executions.reverse();
    page_of(page.cut(&executions, |execution| record(&state, &caller, execution)))
}

pub(super) async fn cancel(
    state: Data<State>,
    caller: ReqData<Caller>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.charge(&caller.identity)?;
    let order = own_order(&state, &caller, &id).ok_or(ApiError::NoOrderToCancel)?;
    if !order.status.is_working() {
        return Err(ApiError::OrderNotOpen);
    }
    let cancel = CancelOrder { account: caller.id(), order: order.id, client_order_id: None };
    let canceled = state.engine.submit(Command::CancelOrder(cancel)).await;
    canceled.map_err(ApiError::of_cancel)?;
    Ok(answer(&CancelAnswer { order_id: order_uuid(&order) }))
}

pub(super) async fn cancel_all(
    state: Data<State>,
    caller: ReqData<Caller>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    state.charge(&caller.identity)?;
    let CancelAllRequest { symbol } = bind(&body)?;
    if symbol.is_empty() {
        return Err(ApiError::InvalidRequest);
    }
    let pair = state.pair(&symbol)?;
    let instruments = Some(vec![pair.instrument.id]);
    let cancel = CancelOrders {
        account: caller.id(),
        instruments,
        side: None,
        classes: None,
        staged: false,
        short_sale: None,
    };
    let outcome = state.engine.submit(Command::CancelOrders(cancel)).await?;
    let canceled = outcome.events.iter().filter_map(|event| canceled(&event.change, caller.id()));
    let order_ids: Vec<Uuid> = canceled.map(order_uuid).collect();
    if order_ids.is_empty() {
        return Err(ApiError::OrderNotFound);
    }
    Ok(answer(&CancelAllAnswer { symbol, order_ids }))
}

/// The order that a request of its owner took back. The market that it left may fire orders of others, or cancel them.
fn canceled(change: &Change, owner: AccountId) -> Option<&Order> {
    let Change::OrderCanceled(order) = change else { return None };
    (order.account == owner && order.reason == Some(StatusReason::CanceledByOwner)).then_some(order)
}

/// The caller's order of a UUID. What belongs to another is not there.
pub(super) fn own_order(state: &State, caller: &Caller, id: &str) -> Option<Arc<Order>> {
    let uuid = Uuid::parse_str(id).ok()?;
    let order = state.engine.views().order(parse_order_uuid(uuid)?)?;
    (order.account == caller.id() && order_uuid(&order) == uuid).then_some(order)
}

/// Translates something with what an order of the caller is shown with.
pub(super) fn shown<T>(
    state: &State,
    caller: &Caller,
    order: &Order,
    translate: impl FnOnce(&Shown<'_>) -> T,
) -> Result<T, ApiError> {
    let pair = state.pair_of(order)?;
    let rests = order.status.is_working();
    let transaction = rests.then(|| state.intent(&pair, order, &caller.identity)).flatten();
    Ok(translate(&Shown {
        pair: &pair,
        account: caller.identity.account_id,
        transaction: transaction.map(|intent| intent.transaction_id()),
        counterparty: &|execution| counterparty(state, execution),
    }))
}

/// The order on the other side. Orders of the house are on the book but in no list, so the time of the fill stands in for
/// the time of their making.
fn counterparty(state: &State, execution: &Execution) -> Uuid {
    let id = execution.counterparty_order;
    let of_house = || kind_uuid(UuidKind::Order, execution.at, id.get());
    state.engine.views().order(id).map_or_else(of_house, |order| order_uuid(&order))
}

fn response(state: &State, caller: &Caller, order: &Order) -> Result<OrderResponse, ApiError> {
    let executions = state.engine.views().executions(order.id);
    let Translated { value, losses } =
        shown(state, caller, order, |shown| translate::order_response(shown, order, &executions))?;
    log_losses(&losses);
    Ok(value)
}

fn record(state: &State, caller: &Caller, execution: &Execution) -> Result<ExecutionRecord, ApiError> {
    let order = state.engine.views().order(execution.order).ok_or(ApiError::Internal)?;
    shown(state, caller, &order, |shown| translate::execution_record(shown, &order, execution))
}

/// A page whose rows have all been rendered.
fn page_of<T: Serialize>(page: Paginated<Result<T, ApiError>>) -> Result<HttpResponse, ApiError> {
    let data: Vec<T> = page.data.into_iter().collect::<Result<_, _>>()?;
    Ok(answer(&Paginated { data, total_count: page.total_count, total_page: page.total_page }))
}

/// What a list is asked for: one pair or all, and a page.
fn list_request(state: &State, query: &Query) -> Result<(Option<InstrumentId>, PageRequest), ApiError> {
    let page = PageRequest::parse(parameter(query, "page"), parameter(query, "limit"))?;
    let symbol = parameter(query, "symbol").filter(|symbol| !symbol.is_empty());
    let pair = symbol.map(|symbol| state.pair(symbol)).transpose()?;
    Ok((pair.map(|pair| pair.instrument.id), page))
}
