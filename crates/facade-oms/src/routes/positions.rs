//! Cash and holdings. The engine keeps no history of balances, so a question about the past is refused, not guessed at.

use actix_web::HttpResponse;
use actix_web::web::Path;
use order_engine::{AccountId, Holdings};

use super::query::{Parameters, as_at};
use super::{By, Shared};
use crate::auth::Caller;
use crate::directory::Lexicon;
use crate::error::ApiError;
use crate::reply::Reply;
use crate::state::State;
use crate::translate::{asset_positions, cash_positions};
use crate::wire::{Account, Message, Shape};

pub(super) async fn cash(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    all(&state, &by, &query, reply, cash_positions)
}

pub(super) async fn cash_of_owner(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    of_owner(&state, &by, (&path, None), &query, reply, cash_positions)
}

pub(super) async fn cash_of_account(
    state: Shared,
    by: By,
    path: Path<(String, String)>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    of_owner(&state, &by, (&path.0, Some(&path.1)), &query, reply, cash_positions)
}

pub(super) async fn holdings(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    all(&state, &by, &query, reply, asset_positions)
}

pub(super) async fn holdings_of_owner(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    of_owner(&state, &by, (&path, None), &query, reply, asset_positions)
}

pub(super) async fn holdings_of_account(
    state: Shared,
    by: By,
    path: Path<(String, String)>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    of_owner(&state, &by, (&path.0, Some(&path.1)), &query, reply, asset_positions)
}

/// How holdings are shown.
type Show<T> = fn(&Holdings, &Account, &Lexicon<'_>) -> Vec<T>;

fn all<T: Shape + Message>(
    state: &State,
    by: &Caller,
    query: &Parameters,
    reply: Reply,
    show: Show<T>,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(query)?;
    by.require_reads_all()?;
    if instant.is_some_and(|instant| instant < state.engine.now()) {
        return Err(ApiError::refused("Operation"));
    }
    Ok(reply.ok(&shown(state, &state.accounts(|_, _| true), show)))
}

/// Those of an owner, or of one account of it. An account that is unknown has nothing.
fn of_owner<T: Shape + Message>(
    state: &State,
    by: &Caller,
    (owner, account): (&str, Option<&str>),
    query: &Parameters,
    reply: Reply,
    show: Show<T>,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(query)?;
    let is_known = state.config.owners.iter().any(|entry| entry.code == owner);
    if !is_known || !by.sees_owner(owner) {
        return Err(ApiError::Forbidden);
    }
    if instant.is_some_and(|instant| instant < state.engine.now()) {
        return Err(ApiError::refused("Operation"));
    }
    let is_wanted = |of: &str, code: &str| of == owner && account.is_none_or(|account| account == code);
    Ok(reply.ok(&shown(state, &state.accounts(is_wanted), show)))
}

fn shown<T>(state: &State, accounts: &[AccountId], show: Show<T>) -> Vec<T> {
    let lexicon = state.lexicon();
    accounts
        .iter()
        .filter_map(|account| {
            let holdings = state.engine.views().holdings(*account)?;
            Some(show(&holdings, lexicon.key(*account)?, &lexicon))
        })
        .flatten()
        .collect()
}
