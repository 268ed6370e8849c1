//! Option contracts.

use actix_web::{HttpRequest, HttpResponse, web};

use super::PAGE_MAXIMUM;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate::{self, ContractFilter};

pub(super) async fn contracts(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request)?;
    let page = query.page(PAGE_MAXIMUM)?;
    let directory = state.directory();
    let filter = ContractFilter::of(&query, &directory)?;
    let found = translate::contracts(&directory, &filter, state.engine.now());
    state.page(page, found, |(listing, option)| Ok(translate::contract(listing, option)))
}
