//! Balances, currencies and pairs.

use actix_web::web;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate::{account, lists, told};
use crate::wire::account::{Balance, Currencies, TradingPairs};

pub(crate) async fn balances(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
) -> web::Json<Vec<Balance>> {
    let views = state.engine.views();
    web::Json(account::balances(views.holdings(caller.account).as_deref(), &views.reference()))
}

pub(crate) async fn currencies(state: web::Data<State>) -> web::Json<Currencies> {
    web::Json(told(account::currencies(&state.engine.views().reference())))
}

pub(crate) async fn pairs(state: web::Data<State>) -> web::Json<TradingPairs> {
    web::Json(account::trading_pairs(&state.pairs()))
}

/// All regions have the same currencies.
pub(crate) async fn public_currencies(
    state: web::Data<State>,
    query: Query,
) -> Result<web::Json<Currencies>, ApiError> {
    lists::region(&query)?;
    Ok(currencies(state).await)
}

/// All regions have the same pairs.
pub(crate) async fn public_pairs(
    state: web::Data<State>,
    query: Query,
) -> Result<web::Json<TradingPairs>, ApiError> {
    lists::region(&query)?;
    Ok(pairs(state).await)
}
