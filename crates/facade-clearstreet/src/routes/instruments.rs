//! Instruments.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{PAGE_MAXIMUM, SEARCH_PAGE_MAXIMUM};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate::{self, InstrumentFilter, SearchFilter};

type Answer = Result<HttpResponse, ApiError>;

pub(super) async fn list(state: web::Data<State>, request: HttpRequest) -> Answer {
    let query = Query::of(&request)?;
    let page = query.page(PAGE_MAXIMUM)?;
    let directory = state.directory();
    let filter = InstrumentFilter::of(&query, &directory)?;
    let mut listings: Vec<_> =
        directory.listings().iter().filter(|listing| filter.matches(listing)).collect();
    listings.sort_by(|left, right| left.symbol.cmp(&right.symbol));
    state.page(page, listings, |listing| Ok(translate::instrument(listing)))
}

pub(super) async fn get(state: web::Data<State>, path: web::Path<String>, request: HttpRequest) -> Answer {
    let with_expiries = Query::of(&request)?.flag("include_options_expiry_dates")?.unwrap_or_default();
    let directory = state.directory();
    let listing = directory.find(&path).ok_or_else(|| ApiError::InstrumentNotFound(path.into_inner()))?;
    let mut shown = translate::instrument(listing);
    let expiries = || translate::expiries(&directory, listing.instrument.id, state.engine.now());
    shown.options_expiry_dates = with_expiries.then(expiries);
    Ok(state.success(shown))
}

pub(super) async fn search(state: web::Data<State>, request: HttpRequest) -> Answer {
    let query = Query::of(&request)?;
    let page = query.page(SEARCH_PAGE_MAXIMUM)?;
    let filter = SearchFilter::of(&query, state.engine.now())?;
    let directory = state.directory();
    let ranked = directory.listings().iter().filter_map(|listing| Some((filter.rank(listing)?, listing)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by(|(one, left), (other, right)| one.cmp(other).then_with(|| left.symbol.cmp(&right.symbol)));
    state.page(page, ranked, |(_, listing)| Ok(translate::instrument(listing)))
}
