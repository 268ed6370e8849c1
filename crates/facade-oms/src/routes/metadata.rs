//! Accounts, owners, exchanges and request statuses. They are configuration, and have been what they are for ever, but
//! for accounts: an account is there from when it was opened.

use actix_web::HttpResponse;
use actix_web::web::Path;
use order_engine::Timestamp;

use super::query::{Parameters, as_at, repeated};
use super::{By, Shared};
use crate::auth::Caller;
use crate::config::OwnerEntry;
use crate::error::ApiError;
use crate::reply::{Body, Reply};
use crate::state::State;
use crate::translate;
use crate::wire::AccountDetails;

pub(super) async fn accounts(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    Ok(reply.ok(&visible_accounts(&state, &by, instant, |_, _| true)))
}

pub(super) async fn accounts_of_owner(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    let owner = visible_owner(&state, &by, &path)?;
    Ok(reply.ok(&visible_accounts(&state, &by, instant, |of, _| of == owner.code)))
}

pub(super) async fn account(
    state: Shared,
    by: By,
    path: Path<(String, String)>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    let (owner, account) = path.into_inner();
    let found = visible_accounts(&state, &by, instant, |of, code| of == owner && code == account);
    found.first().map(|details| reply.ok(details)).ok_or(ApiError::NotFound)
}

pub(super) async fn accounts_by_ids(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    let ids: Vec<String> = repeated(&query, "id").map(str::to_owned).collect();
    Ok(reply.ok(&accounts_of_ids(&state, &by, instant, &ids)))
}

pub(super) async fn accounts_by_listed_ids(
    state: Shared,
    by: By,
    query: Parameters,
    body: Body,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    let ids: Vec<String> = body.parse_json()?;
    Ok(reply.ok(&accounts_of_ids(&state, &by, instant, &ids)))
}

/// Accounts of ids of the form `<owner>/<account>`; unknown ones are skipped.
fn accounts_of_ids(
    state: &State,
    by: &Caller,
    instant: Option<Timestamp>,
    ids: &[String],
) -> Vec<AccountDetails> {
    let is_listed = |owner: &str, code: &str| {
        ids.iter().filter_map(|id| id.split_once('/')).any(|id| id == (owner, code))
    };
    visible_accounts(state, by, instant, is_listed)
}

/// Accounts that the caller may see, by owner and code, as they were at an instant.
fn visible_accounts(
    state: &State,
    by: &Caller,
    instant: Option<Timestamp>,
    is_wanted: impl Fn(&str, &str) -> bool,
) -> Vec<AccountDetails> {
    let reference = state.engine.views().reference();
    let owners = state.config.owners.iter().filter(|owner| by.sees_owner(&owner.code));
    let mut found: Vec<AccountDetails> = owners
        .flat_map(|owner| owner.accounts.iter().map(move |entry| (owner, entry)))
        .filter(|(owner, entry)| is_wanted(&owner.code, &entry.code))
        .filter_map(|(owner, entry)| {
            let account = reference.account_by_code(&entry.account)?;
            let was_open = instant.is_none_or(|instant| account.opened_at <= instant);
            was_open.then(|| translate::account_details(owner, entry, account))
        })
        .collect();
    found.sort_by_cached_key(|details| {
        details.account.as_ref().map(|key| (key.owner_id.clone(), key.account_id.clone()))
    });
    found
}

pub(super) async fn owners(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    as_at(&query)?;
    let mut seen: Vec<_> = state
        .config
        .owners
        .iter()
        .filter(|owner| by.sees_owner(&owner.code))
        .map(translate::owner_details)
        .collect();
    seen.sort_by(|one, other| one.owner_id.cmp(&other.owner_id));
    Ok(reply.ok(&seen))
}

pub(super) async fn owner(
    state: Shared,
    by: By,
    path: Path<String>,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    Ok(reply.ok(&translate::owner_details(visible_owner(&state, &by, &path)?)))
}

fn visible_owner<'a>(state: &'a State, by: &Caller, code: &str) -> Result<&'a OwnerEntry, ApiError> {
    let known = state.config.owners.iter().find(|owner| owner.code == code);
    known.filter(|owner| by.sees_owner(&owner.code)).ok_or(ApiError::NotFound)
}

pub(super) async fn exchanges(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    as_at(&query)?;
    let mut seen: Vec<_> = state
        .config
        .exchanges
        .iter()
        .filter(|exchange| by.sees_exchange(&exchange.code))
        .map(translate::exchange_details)
        .collect();
    seen.sort_by(|one, other| one.exchange.cmp(&other.exchange));
    Ok(reply.ok(&seen))
}

pub(super) async fn exchange(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    as_at(&query)?;
    let known = state.directory.exchange(&path).filter(|exchange| by.sees_exchange(&exchange.code));
    let details = known.map(translate::exchange_details).ok_or(ApiError::NotFound)?;
    Ok(reply.ok(&details))
}

pub(super) async fn request_statuses(query: Parameters, reply: Reply) -> Result<HttpResponse, ApiError> {
    as_at(&query)?;
    Ok(reply.ok(&translate::request_statuses()))
}

pub(super) async fn request_status(path: Path<String>, reply: Reply) -> Result<HttpResponse, ApiError> {
    let known = translate::request_statuses().into_iter().find(|details| details.code == *path);
    known.map(|details| reply.ok(&details)).ok_or(ApiError::NotFound)
}
