//! Market data, clock and version.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::calendar::Calendar;
use crate::error::ApiError;
use crate::naming::Listing;
use crate::query::Query;
use crate::state::State;
use crate::wire::MarketType;
use crate::{format, translate, wire};

const API_VERSION: &str = "2025-10-31";
/// Most instruments of one request for summaries.
const SUMMARY_MAXIMUM: usize = 100;

pub(super) async fn snapshot(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request)?;
    let named = query.list("instrument_ids")?;
    if named.is_empty() {
        return Err(ApiError::Invalid("At least one instrument_id is required".to_owned()));
    }
    let (directory, now) = (state.directory(), state.engine.now());
    let row = |text: &&str| {
        let unknown = || ApiError::SnapshotInstrumentNotFound((*text).to_owned());
        let listing = directory.find(text).ok_or_else(unknown)?;
        let market = state.engine.views().market(listing.instrument.id).ok_or_else(unknown)?;
        Ok(translate::snapshot(listing, &market, now))
    };
    Ok(state.success(named.iter().map(row).collect::<Result<Vec<_>, ApiError>>()?))
}

pub(super) async fn daily_summary(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request)?;
    query.required("instrument_ids")?;
    let named = query.list("instrument_ids")?;
    if !(1..=SUMMARY_MAXIMUM).contains(&named.len()) {
        return Err(ApiError::Query(format!(
            "instrument_ids: must have between 1 and {SUMMARY_MAXIMUM} values"
        )));
    }
    let views = state.engine.views();
    let row = |listing: &Listing| translate::summary(listing, views.market(listing.instrument.id).as_deref());
    Ok(state.success(translate::summaries(&named, &state.directory(), row)))
}

pub(super) async fn hours(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request)?;
    let (day, market) = (query.day("date")?, query.word("market")?);
    let markets = market.map_or_else(|| vec![MarketType::UsEquities, MarketType::UsOptions], |one| vec![one]);
    let now = facade_kit::time::to_utc(state.engine.now());
    let calendar = Calendar::of(&state.engine.views().reference());
    let row = |market| translate::market_hours(&calendar, market, day, now);
    Ok(state.success(markets.into_iter().map(row).collect::<Vec<_>>()))
}

pub(super) async fn clock(state: web::Data<State>) -> HttpResponse {
    state.success(wire::Clock { clock: format::instant(state.engine.now()) })
}

pub(super) async fn version(state: web::Data<State>) -> HttpResponse {
    state.success(wire::Version { version: API_VERSION })
}
