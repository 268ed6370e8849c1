//! Accounts and balances.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{AccountPath, PAGE_MAXIMUM};
use crate::auth::Caller;
use crate::config::AccountProfile;
use crate::error::ApiError;
use crate::query::Query;
use crate::routes::positions::books;
use crate::state::State;
use crate::translate;

type Answer = Result<HttpResponse, ApiError>;

pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    request: HttpRequest,
) -> Answer {
    let query = Query::of(&request)?;
    let page = query.page(PAGE_MAXIMUM)?;
    let prefix = query.text("account_id")?.unwrap_or_default();
    let name = query.text("account_name")?.unwrap_or_default().to_lowercase();
    let mut accounts = state.accounts(&caller);
    let matches = |profile: &AccountProfile| {
        profile.id.to_string().starts_with(prefix) && profile.full_name.to_lowercase().contains(&name)
    };
    accounts.retain(|(profile, _)| matches(profile));
    state.page(page, accounts, |(profile, own)| Ok(translate::account(profile, &own.account)))
}

pub(super) async fn get(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
) -> Answer {
    let (profile, own) = state.account_itself(&caller, path.number()?)?;
    Ok(state.success(translate::account_details(profile, &own.account)))
}

/// `top_margin_contributors_limit` is checked; an account that pays in full has no margin to contribute to.
pub(super) async fn balances(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Answer {
    let number = path.number()?;
    Query::of(&request)?.positive("top_margin_contributors_limit")?;
    let (_, own) = state.account_itself(&caller, number)?;
    let directory = state.directory();
    let holdings = state.engine.views().holdings(own.account.id).ok_or(ApiError::NotFound)?;
    let books = books(&state, &own, &holdings, &directory);
    Ok(state.success(translate::balances(&books, number, &own.account)))
}
