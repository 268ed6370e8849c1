//! Placing, replacing, canceling and reading orders.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use order_engine::{CancelOrder, CancelOrders, ClientOrderId, Command, Order};

use super::order_id;
use crate::auth::Caller;
use crate::error::{ApiError, Subject};
use crate::query::Query;
use crate::reading;
use crate::state::State;
use crate::translate::lists::{self, OrderFilter};
use crate::translate::placing::{self, Replacing};
use crate::translate::{orders, told};
use crate::wire::orders::{OrderDetails, Placed};
use crate::wire::{self, Data, Page};

pub(crate) async fn place(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<web::Json<Data<Placed>>, ApiError> {
    let placing = placing::place(&body, caller.account, &state.pairs())?;
    let subject = Subject {
        client_order_id: &placing.client_order_id,
        pair: &placing.pair,
        account: Some(caller.account),
        ..Subject::default()
    };
    let outcome = state.submit(Command::PlaceOrder(placing.command), subject).await?;
    let order = outcome.order().cloned().ok_or(ApiError::Internal)?;
    Ok(web::Json(Data { data: orders::placed(&order) }))
}

pub(crate) async fn replace(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<String>,
    body: web::Bytes,
) -> Result<web::Json<Data<Placed>>, ApiError> {
    let id = order_id(&path)?;
    let replacing = Replacing::read(&body)?;
    let order = state.order(*caller, id)?;
    let successor = succeed(&state, &order, &id.to_string(), replacing).await?;
    Ok(web::Json(Data { data: orders::placed(&successor) }))
}

/// The successor of an order, made now or by the same request before.
async fn succeed(
    state: &State,
    order: &Order,
    order_id: &str,
    replacing: Replacing,
) -> Result<Arc<Order>, ApiError> {
    let pairs = state.pairs();
    let pair = pairs.of(order.instrument).ok_or(ApiError::Internal)?;
    let client_order_id = replacing.client_order_id.clone();
    let subject = Subject {
        client_order_id: &client_order_id,
        order_id,
        pair: &pair.dashed(),
        account: Some(order.account),
    };
    let command = Command::SucceedOrder(replacing.command(order, &pair)?);
    match state.submit(command, subject).await {
        Ok(outcome) => outcome.order().cloned().ok_or(ApiError::Internal),
        Err(error) => first_answer(state, order, &client_order_id).ok_or(error),
    }
}

/// A repeated replacement is answered as the first one was: by the successor, as it was when it was made.
fn first_answer(state: &State, predecessor: &Order, client_order_id: &str) -> Option<Arc<Order>> {
    let client_order_id = ClientOrderId::new(client_order_id).ok()?;
    let order = state.engine.views().order_by_client_id(predecessor.account, &client_order_id)?;
    let is_it =
        order.client_order_id.as_ref() == Some(&client_order_id) && order.predecessor == Some(predecessor.id);
    if is_it { order.as_at(order.created_at) } else { None }
}

pub(crate) async fn cancel(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = order_id(&path)?;
    let order = state.order(*caller, id)?;
    let command = CancelOrder { account: caller.account, order: order.id, client_order_id: None };
    let subject = Subject { order_id: &id.to_string(), ..Subject::default() };
    state.submit(Command::CancelOrder(command), subject).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn cancel_all(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let instruments = lists::instruments(&query, &state.pairs())?;
    let command = CancelOrders {
        account: caller.account,
        instruments,
        side: None,
        classes: None,
        staged: false,
        short_sale: None,
    };
    state.submit(Command::CancelOrders(command), Subject::default()).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn get(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<String>,
) -> Result<web::Json<Data<OrderDetails>>, ApiError> {
    let order = state.order(*caller, order_id(&path)?)?;
    let pairs = state.pairs();
    let view = state.view(&order, &pairs)?;
    Ok(web::Json(Data { data: told(orders::details(&view, state.config.seed_names)) }))
}

pub(crate) async fn active(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    query: Query,
) -> Result<web::Json<Page<wire::orders::Order>>, ApiError> {
    let filter = OrderFilter::active(&query, &state.pairs())?;
    let rows = reading::active(state.engine.views(), caller.account, &filter);
    page(&state, rows, filter.slice.limit)
}

pub(crate) async fn historical(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    query: Query,
) -> Result<web::Json<Page<wire::orders::Order>>, ApiError> {
    let filter = OrderFilter::historical(&query, &state.pairs())?;
    let range = lists::DateRange::of_account(&query, state.engine.now())?;
    let rows = reading::historical(state.engine.views(), caller.account, &filter, range);
    page(&state, rows, filter.slice.limit)
}

fn page(
    state: &State,
    rows: Vec<Arc<Order>>,
    limit: usize,
) -> Result<web::Json<Page<wire::orders::Order>>, ApiError> {
    let pairs = state.pairs();
    let show = |order: &Arc<Order>| Ok(told(orders::listed(&state.view(order, &pairs)?)));
    let page = reading::page(rows, limit, state.now_ms(), |order| lists::order_cursor(order), show)?;
    Ok(web::Json(page))
}
