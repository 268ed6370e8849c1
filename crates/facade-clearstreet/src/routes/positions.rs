//! Positions.

use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::Holdings;

use super::{AccountPath, PAGE_MAXIMUM};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::naming::Directory;
use crate::query::Query;
use crate::state::{OwnAccount, State};
use crate::translate::{self, Books, PositionFilter};

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

/// What a valuation of an account looks at.
pub(super) fn books<'a>(
    state: &State,
    own: &OwnAccount,
    holdings: &'a Holdings,
    directory: &'a Directory,
) -> Books<'a> {
    let views = state.engine.views();
    Books {
        holdings,
        directory,
        markets: directory.listings().iter().map(|listing| views.market(listing.instrument.id)).collect(),
        executions: views.account_executions(own.account.id),
        now: state.engine.now(),
    }
}
