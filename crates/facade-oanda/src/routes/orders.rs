//! `/v1/accounts/:account_id/orders`.

use std::sync::Arc;

use actix_web::web::{self, Data, Path, ReqData};
use order_engine::{CancelOrder, Command, Order, OrderId, OrderKind, Outcome, PlaceOrder};

use super::{ORDER, ORDERS, resource};
use crate::access::{self, Access};
use crate::auth::Caller;
use crate::call::{Call, Submission};
use crate::error::ApiError;
use crate::page::Filter;
use crate::reply::{self, Answer};
use crate::state::State;
use crate::translate::{fills, gathered, orders, requests, told};
use crate::wire::orders::{ChangeOrder, CreateOrder, OrderList};

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(ORDERS).route(web::get().to(list)).route(web::post().to(create)));
    app.service(
        resource(ORDER)
            .route(web::get().to(read))
            .route(web::patch().to(change))
            .route(web::delete().to(cancel)),
    );
}

async fn list(state: Data<State>, caller: ReqData<Caller>, call: Call, path: Path<String>) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let views = state.engine.views();
    let reference = views.reference();
    let dialect = state.dialect(&reference, call.times);
    let filter = Filter::read(&dialect, &call)?;
    let mut open = views.open_orders(access.account.id);
    open.reverse();
    let (page, listing) = filter.page(&call, open, |order| (order.id.get(), order.instrument));
    let orders = told(gathered(page.iter().map(|order| orders::order(&dialect, order))));
    reply::list(&call, &OrderList { orders }, &listing)
}

async fn create(
    state: Data<State>,
    caller: ReqData<Caller>,
    path: Path<String>,
    Submission { call, form }: Submission,
) -> Answer {
    let access = access::account(&state, *caller, &path)?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let command =
        requests::place(&dialect, access.account.id, &CreateOrder::from(&form), state.engine.now())?;
    check_counts(&state, &command).await?;
    let outcome = state.engine.submit(Command::PlaceOrder(command)).await?;
    placed(&state, &call, &access, &outcome)
}

async fn read(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "orderId")?;
    let order = pending(&state, &access, id)?;
    let reference = state.engine.views().reference();
    reply::read(&call, &told(orders::order(&state.dialect(&reference, call.times), &order)))
}

async fn change(
    state: Data<State>,
    caller: ReqData<Caller>,
    path: Path<(String, String)>,
    Submission { call, form }: Submission,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "orderId")?;
    let order = pending(&state, &access, id)?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let instrument = reference.instrument(order.instrument).ok_or(ApiError::Internal)?;
    let request = ChangeOrder::from(&form);
    let shown = match requests::change(&dialect, &order, instrument, &request, state.engine.now())? {
        Some(command) => {
            let outcome = state.engine.submit(Command::ReplaceOrder(command)).await?;
            orders::changed(&dialect, concerned(&outcome)?.as_ref())
        }
        None => orders::order(&dialect, &order),
    };
    reply::changed(&told(shown))
}

async fn cancel(
    state: Data<State>,
    caller: ReqData<Caller>,
    call: Call,
    path: Path<(String, String)>,
) -> Answer {
    let (access, id) = access::account_and(&state, *caller, &path, "orderId")?;
    let order = pending(&state, &access, id)?;
    let command = CancelOrder { account: access.account.id, order: order.id, client_order_id: None };
    let order = concerned(&state.engine.submit(Command::CancelOrder(command)).await?)?;
    let reference = state.engine.views().reference();
    reply::changed(&told(orders::closed(&state.dialect(&reference, call.times), &order)))
}

/// The answer to a placed order: what a market order did, or where a pending one is.
fn placed(state: &State, call: &Call, access: &Access, outcome: &Outcome) -> Answer {
    let order = concerned(outcome)?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    if order.kind == OrderKind::Market {
        let executions: Vec<_> = outcome.executions().cloned().collect();
        return reply::changed(&told(fills::filled(&dialect, &order, &executions)));
    }
    let location =
        format!("{}{}/v1/accounts/{}/orders/{}", call.origin, state.at.prefix, access.number, order.id);
    reply::created(&told(orders::created(&dialect, &order)), location)
}

/// The order that a command was about.
fn concerned(outcome: &Outcome) -> Result<Arc<Order>, ApiError> {
    outcome.order().cloned().ok_or(ApiError::Internal)
}

/// A pending order of the account.
fn pending(state: &State, access: &Access, id: u64) -> Result<Arc<Order>, ApiError> {
    let order = state.engine.views().order(OrderId::new(id)).ok_or(ApiError::OrderNotFound)?;
    if order.account != access.account.id {
        return Err(ApiError::ForeignOrder);
    }
    if order.status.is_closed() {
        return Err(ApiError::OrderNotFound);
    }
    Ok(order)
}

/// The vendor's caps. What else is wrong with the order comes first, but for what money or the market have too little of.
async fn check_counts(state: &State, command: &PlaceOrder) -> Result<(), ApiError> {
    let Some(full) = full(state, command) else { return Ok(()) };
    match state.engine.check(Command::PlaceOrder(command.clone())).await.map_err(ApiError::from) {
        Ok(()) | Err(ApiError::InsufficientFunds | ApiError::InsufficientLiquidity) => Err(full),
        Err(first) => Err(first),
    }
}

/// The cap of pending orders or of open trades, when it is reached. An order that only closes trades opens none.
fn full(state: &State, command: &PlaceOrder) -> Option<ApiError> {
    let views = state.engine.views();
    if command.kind != OrderKind::Market {
        let is_full = views.open_order_count(command.account) >= state.max_open_orders;
        return is_full.then_some(ApiError::TooManyOrders);
    }
    let holdings = views.holdings(command.account)?;
    let open: usize = holdings.positions.iter().map(|position| position.lots.len()).sum();
    let is_full = open >= state.max_open_trades && !fills::only_closes(&holdings, command);
    is_full.then_some(ApiError::TooManyTrades)
}
