//! What anyone may read: prices, the market configuration, the venue.

use actix_web::HttpResponse;
use actix_web::web::Data;
use rust_decimal::Decimal;

use super::{Query, answer, parameter};
use crate::error::ApiError;
use crate::state::State;
use crate::translate;
use crate::wire::{MarketPrice, Terms, TradingLock};

pub(super) async fn market_price(state: Data<State>, query: Query) -> Result<HttpResponse, ApiError> {
    let symbol =
        parameter(&query, "symbol").filter(|symbol| !symbol.is_empty()).ok_or(ApiError::InvalidRequest)?;
    let pair = state.pair(symbol).map_err(|_unknown| ApiError::UnknownSymbolInQuery)?;
    let market = state.engine.views().market(pair.instrument.id);
    let last = market.as_ref().and_then(|market| market.last_trade());
    let price = last.map_or(Decimal::ZERO, |trade| trade.price.decimal().normalize());
    Ok(answer(&MarketPrice { price }))
}

pub(super) async fn market_config(state: Data<State>) -> HttpResponse {
    answer(&translate::market_config(&state.names, &state.directory()))
}

pub(super) async fn terms(state: Data<State>) -> Result<HttpResponse, ApiError> {
    let value = state.config.terms.as_deref().ok_or(ApiError::NoSuchPage)?;
    Ok(answer(&Terms { value }))
}

pub(super) async fn hydra_cycle(state: Data<State>) -> Result<HttpResponse, ApiError> {
    let rule = state.config.hydra_cycle.ok_or(ApiError::NoSuchPage)?;
    Ok(answer(&translate::cycle(rule, state.engine.now())))
}

pub(super) async fn trading_lock(state: Data<State>) -> HttpResponse {
    answer(&TradingLock { is_locked: state.config.trading_locked })
}
