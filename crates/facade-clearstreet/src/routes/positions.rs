//! Positions.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::{CancelOrders, ClientOrderId, Command, Execution, Holdings, InstrumentId, Timestamp};

use super::{AccountPath, PAGE_MAXIMUM, PositionPath, orders, submission};
use crate::auth::Caller;
use crate::body;
use crate::error::ApiError;
use crate::format;
use crate::naming::Directory;
use crate::query::Query;
use crate::state::{OwnAccount, State};
use crate::translate::{self, Books, Closing, PositionFilter};
use crate::wire::{self, ClosePosition};

pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let page = query.page(PAGE_MAXIMUM)?;
    let directory = state.directory();
    let filter = PositionFilter::of(&query, &directory)?;
    let own = state.account(&caller, number)?;
    let holdings = state.engine.views().holdings(own.account.id).ok_or(ApiError::Forbidden)?;
    let positions = translate::positions(&books(&state, &own, &holdings, &directory), number, &filter);
    state.page(page, positions, Ok)
}

pub(super) async fn close(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<PositionPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let number = path.number()?;
    let options = body::optional_json(&state, &request, payload).await?;
    let own = state.account(&caller, number)?;
    let directory = state.directory();
    let unknown = || ApiError::Invalid(format!("Instrument not found: {}", path.instrument_id));
    let only = directory.find(&path.instrument_id).ok_or_else(unknown)?.instrument.id;
    Ok(state.success(carry_out_closing(&state, &own, Some(only), options).await?))
}

pub(super) async fn close_all(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let number = path.number()?;
    let options = body::optional_json(&state, &request, payload).await?;
    let own = state.account(&caller, number)?;
    Ok(state.success(carry_out_closing(&state, &own, None, options).await?))
}

/// Has positions closed: all, or that in one instrument. Open orders that are to be canceled go first.
async fn carry_out_closing(
    state: &State,
    own: &OwnAccount,
    only: Option<InstrumentId>,
    options: Option<ClosePosition>,
) -> Result<Vec<wire::Order>, ApiError> {
    let directory = state.directory();
    let holdings = state.engine.views().holdings(own.account.id).ok_or(ApiError::Forbidden)?;
    let closings = translate::closing(&books(state, own, &holdings, &directory), only);
    let instruments =
        only.map_or_else(|| closings.iter().map(|closing| closing.instrument).collect(), |only| vec![only]);
    let first = if options.and_then(|options| options.cancel_orders) == Some(true) {
        let sweep = CancelOrders {
            account: own.account.id,
            instruments: Some(instruments),
            side: None,
            classes: None,
            staged: false,
            short_sale: None,
        };
        orders::sweeping(state, sweep)
    } else {
        Vec::<Command>::new()
    };
    let prefix = if only.is_some() { "close-position" } else { "close-positions" };
    submission::submit(state, own, first, &named(state, own, prefix, closings)).await
}

/// The orders with ids of their own: `close-position-20251003-001`, the day's next number that is free.
fn named(state: &State, own: &OwnAccount, prefix: &str, closings: Vec<Closing>) -> Vec<wire::NewOrder> {
    let day = format::date(state.engine.now()).replace('-', "");
    let name = |number: u32| format!("{prefix}-{day}-{number:03}");
    let views = state.engine.views();
    let is_taken = |number: u32| {
        ClientOrderId::new(&name(number))
            .is_ok_and(|id| views.order_by_client_id(own.account.id, &id).is_some())
    };
    let numbers = (translate::first_free(is_taken)..).filter(|number| !is_taken(*number));
    let with_id =
        |(closing, number): (Closing, u32)| wire::NewOrder { id: Some(name(number)), ..closing.order };
    closings.into_iter().zip(numbers).map(with_id).collect()
}

/// What a valuation of an account as of now looks at.
pub(super) fn books<'a>(
    state: &State,
    own: &OwnAccount,
    holdings: &'a Holdings,
    directory: &'a Directory,
) -> Books<'a> {
    books_since(state, own, holdings, directory, translate::day_start(state.engine.now()))
}

/// What a valuation of an account looks at that begins at an instant. Older fills are left alone.
pub(super) fn books_since<'a>(
    state: &State,
    own: &OwnAccount,
    holdings: &'a Holdings,
    directory: &'a Directory,
    since: Timestamp,
) -> Books<'a> {
    let views = state.engine.views();
    let mut executions: BTreeMap<InstrumentId, Vec<Arc<Execution>>> = BTreeMap::new();
    views.visit_executions_back(own.account.id, None, |fill| {
        if fill.at < since {
            return ControlFlow::Break(());
        }
        executions.entry(fill.instrument).or_default().push(fill);
        ControlFlow::Continue(())
    });
    for fills in executions.values_mut() {
        fills.reverse();
    }
    Books {
        holdings,
        directory,
        markets: directory.listings().iter().map(|listing| views.market(listing.instrument.id)).collect(),
        executions,
        now: state.engine.now(),
    }
}
