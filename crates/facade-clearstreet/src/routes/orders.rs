//! Orders and executions.

use std::ops::ControlFlow;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::{CancelOrder, CancelOrders, Change, Command, Event, Order, Reject};
use runtime::SubmitError;

use super::{AccountPath, OrderPath, PAGE_MAXIMUM, submission};
use crate::auth::Caller;
use crate::body;
use crate::error::{ApiError, Refusal, RefusedOrder};
use crate::naming::Directory;
use crate::query::Query;
use crate::state::{OwnAccount, State, logged};
use crate::translate::{self, CancelFilter, ExecutionFilter, OrderFilter, Stage};
use crate::wire;

type Answer = Result<HttpResponse, ApiError>;

pub(super) async fn submit(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let number = path.number()?;
    let entries: Vec<wire::NewOrder> = body::json(&state, &request, payload).await?;
    let own = state.account(&caller, number)?;
    Ok(state.success(submission::submit(&state, &own, Vec::new(), &entries).await?))
}

pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Answer {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let orders = query.page(PAGE_MAXIMUM)?;
    let directory = state.directory();
    let filter = OrderFilter::of(&query, &directory)?;
    let own = state.account(&caller, number)?;
    let row = |order: Arc<Order>| shown(&order, Stage::Current, &own, &directory);
    state.page(orders, matching(&state, &own, &filter), row)
}

pub(super) async fn get(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<OrderPath>,
) -> Answer {
    let own = state.account(&caller, path.number()?)?;
    let order = state.order(&own, &path.order_id)?;
    Ok(state.success(shown(&order, Stage::Current, &own, &state.directory())?))
}

pub(super) async fn replace(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<OrderPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let number = path.number()?;
    let changes: wire::ReplaceOrder = body::json(&state, &request, payload).await?;
    let own = state.account(&caller, number)?;
    let order = state.order(&own, &path.order_id)?;
    let replaced = carry_out_replacement(&state, &own, &order, &changes).await?;
    Ok(state.success(shown(&replaced, Stage::Replacing, &own, &state.directory())?))
}

pub(super) async fn cancel(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<OrderPath>,
) -> Answer {
    let own = state.account(&caller, path.number()?)?;
    let order = state.order(&own, &path.order_id)?;
    let (order, stage) = carry_out_cancel(&state, &own, order).await?;
    Ok(state.success(shown(&order, stage, &own, &state.directory())?))
}

pub(super) async fn cancel_all(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Answer {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let directory = state.directory();
    let filter = CancelFilter::of(&query, &directory)?;
    let own = state.account(&caller, number)?;
    let command = filter.command(own.account.id, &directory).ok_or(ApiError::NoOrdersMatch)?;
    let canceled = carry_out_cancel_all(&state, command).await?;
    let row = |order: &Arc<Order>| shown(order, Stage::Canceling, &own, &directory);
    Ok(state.success(canceled.iter().map(row).collect::<Result<Vec<_>, _>>()?))
}

pub(super) async fn executions(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Answer {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let page = query.page(PAGE_MAXIMUM)?;
    let directory = state.directory();
    let filter = ExecutionFilter::of(&query, &directory)?;
    let own = state.account(&caller, number)?;
    let views = state.engine.views();
    let mut fills = Vec::new();
    views.visit_executions_back(own.account.id, None, |fill| {
        if filter.is_before(fill.at) {
            return ControlFlow::Break(());
        }
        if filter.matches(&fill) {
            fills.push(fill);
        }
        ControlFlow::Continue(())
    });
    state.page(page, fills, |fill| {
        let order = views.order(fill.order).ok_or(ApiError::Internal("an execution has no order"))?;
        translate::execution(&fill, &order, &directory)
    })
}

/// An order as the caller is to see it.
pub(super) fn shown(
    order: &Order,
    stage: Stage,
    own: &OwnAccount,
    directory: &Directory,
) -> Result<wire::Order, ApiError> {
    translate::order(order, stage, own.number, directory).map(logged)
}

/// The orders that a filter matches, oldest first.
fn matching(state: &State, own: &OwnAccount, filter: &OrderFilter<'_>) -> Vec<Arc<Order>> {
    let views = state.engine.views();
    let mut orders = if !filter.ids.is_empty() {
        let mut named: Vec<_> = filter.ids.iter().filter_map(|id| state.find_order(own, id)).collect();
        named.sort_by_key(|order| order.id);
        named.dedup_by_key(|order| order.id);
        named
    } else if filter.is_open_only() {
        views.open_orders(own.account.id)
    } else {
        // Numbers are given in the order of time, so that what is older than the range can be left alone.
        let mut found = Vec::new();
        views.visit_orders_back(own.account.id, None, |order| {
            if filter.is_before(order.created_at) {
                return ControlFlow::Break(());
            }
            if filter.matches(&order) {
                found.push(order);
            }
            ControlFlow::Continue(())
        });
        found.reverse();
        return found;
    };
    orders.retain(|order| filter.matches(order));
    orders
}

/// Has an order changed. What is given back is the order right after the change, before it may have met the book.
async fn carry_out_replacement(
    state: &State,
    own: &OwnAccount,
    order: &Arc<Order>,
    changes: &wire::ReplaceOrder,
) -> Result<Arc<Order>, ApiError> {
    let directory = state.directory();
    let listing = directory
        .listing(order.instrument)
        .ok_or(ApiError::Internal("an order names an unknown instrument"))?;
    let about = RefusedOrder::recorded(order, own.number, listing);
    if !order.status.is_working() {
        return Err(about.not_replaceable(translate::status(order).value));
    }
    let command = translate::replace(changes, order)?;
    let outcome = state.engine.submit(Command::ReplaceOrder(command)).await.map_err(|error| match error {
        SubmitError::Rejected(reject) => ApiError::from(Refusal(&reject, &about)),
        error @ (SubmitError::Busy | SubmitError::ReadOnly | SubmitError::Unavailable) => error.into(),
    })?;
    let own_change = |event: &Event| {
        let Change::OrderReplaced(replaced) = &event.change else { return None };
        (replaced.id == order.id).then(|| Arc::clone(replaced))
    };
    let replaced = outcome.events.iter().find_map(own_change);
    replaced.or_else(|| outcome.order().cloned()).ok_or(ApiError::Internal("a replacement without an order"))
}

/// Has an order taken back. One that is closed already is given back as it is.
async fn carry_out_cancel(
    state: &State,
    own: &OwnAccount,
    order: Arc<Order>,
) -> Result<(Arc<Order>, Stage), ApiError> {
    if order.status.is_closed() {
        return Ok((order, Stage::Current));
    }
    let command = CancelOrder { account: own.account.id, order: order.id, client_order_id: None };
    match state.engine.submit(Command::CancelOrder(command)).await {
        Ok(outcome) => Ok((outcome.order().cloned().unwrap_or(order), Stage::Canceling)),
        Err(SubmitError::Rejected(Reject::OrderClosed { .. })) => {
            Ok((state.engine.views().order(order.id).unwrap_or(order), Stage::Current))
        }
        Err(error) => Err(error.into()),
    }
}

/// The commands of a sweep: it itself, and one for each order that it does not reach because it waits for its release.
pub(super) fn sweeping(state: &State, sweep: CancelOrders) -> Vec<Command> {
    let mut open = state.engine.views().open_orders(sweep.account);
    open.retain(|order| order.is_staged() && translate::is_swept(&sweep, order));
    let held = open.into_iter().map(|order| {
        let (account, order) = (order.account, order.id);
        Command::CancelOrder(CancelOrder { account, order, client_order_id: None })
    });
    std::iter::once(Command::CancelOrders(sweep)).chain(held).collect()
}

/// Has all matching orders taken back: those on the book in one sweep, and each that waits for its release by itself.
///
/// # Errors
/// [`ApiError::NoOrdersMatch`] when there was none.
async fn carry_out_cancel_all(state: &State, sweep: CancelOrders) -> Result<Vec<Arc<Order>>, ApiError> {
    let mut canceled = Vec::new();
    for result in state.engine.submit_all(sweeping(state, sweep)).await? {
        match result {
            Ok(outcome) => canceled.extend(outcome.events.iter().filter_map(canceled_order)),
            // Released or closed since it was looked at; if it was on the book, the sweep took it.
            Err(Reject::OrderClosed { .. }) => {}
            Err(_) => return Err(ApiError::Internal("a cancel-all was refused")),
        }
    }
    if canceled.is_empty() {
        return Err(ApiError::NoOrdersMatch);
    }
    canceled.sort_by_key(|order| order.id);
    Ok(canceled)
}

fn canceled_order(event: &Event) -> Option<Arc<Order>> {
    let Change::OrderCanceled(order) = &event.change else { return None };
    Some(Arc::clone(order))
}
