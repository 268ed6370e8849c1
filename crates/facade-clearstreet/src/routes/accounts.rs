//! Accounts and balances.

use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::Command;
use runtime::SubmitError;

use super::{AccountPath, PAGE_MAXIMUM};
use crate::auth::Caller;
use crate::body;
use crate::config::AccountProfile;
use crate::error::ApiError;
use crate::query::Query;
use crate::routes::positions::{books, books_since};
use crate::state::State;
use crate::translate;
use crate::wire::UpdateSettings;

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

pub(super) async fn update(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let number = path.number()?;
    let asked: UpdateSettings = body::json(&state, &request, payload).await?;
    let (_, own) = state.account_itself(&caller, number)?;
    if let Some(update) = translate::update_settings(&asked, &own.account)? {
        state.engine.submit(Command::UpdateAccount(update)).await.map_err(|error| match error {
            SubmitError::Rejected(reject) => ApiError::of_settings(&reject),
            error @ (SubmitError::Busy | SubmitError::Unavailable | SubmitError::ReadOnly) => error.into(),
        })?;
    }
    // As it is now, which is after the change.
    let (_, own) = state.account_itself(&caller, number)?;
    Ok(state.success(translate::settings(&own.account)))
}

pub(super) async fn portfolio_history(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Answer {
    let (number, query) = (path.number()?, Query::of(&request)?);
    query.required("start_date")?;
    let missing = || ApiError::Query("missing field `start_date`".to_owned());
    let (from, to) = (query.day("start_date")?.ok_or_else(missing)?, query.day("end_date")?);
    let own = state.account(&caller, number)?;
    let directory = state.directory();
    let holdings = state.engine.views().holdings(own.account.id).ok_or(ApiError::Forbidden)?;
    let since = translate::history_start(from, to, state.engine.now());
    let books = books_since(&state, &own, &holdings, &directory, since);
    Ok(state.success(translate::portfolio_history(&books, &own.account, from, to)))
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
