//! Identities and their sources.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::{By, Shared};
use crate::config::{Feature, PermissionsEntry};
use crate::error::ApiError;
use crate::reply::Reply;
use crate::state::State;
use crate::translate;
use crate::wire::Permissions;

pub(super) async fn current(by: By, reply: Reply) -> HttpResponse {
    reply.ok(&translate::permissions(&by))
}

pub(super) async fn all(state: Shared, by: By, reply: Reply) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Admin)?;
    Ok(reply.ok(&records(&state, |_| true)))
}

pub(super) async fn of_source(
    state: Shared,
    by: By,
    path: Path<String>,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Admin)?;
    Ok(reply.ok(&records(&state, |record| record.source == *path)))
}

pub(super) async fn one(
    state: Shared,
    by: By,
    path: Path<(String, String)>,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Admin)?;
    let (source, identity) = path.into_inner();
    let found = records(&state, |record| record.source == source && record.identity == identity);
    found.first().map(|record| reply.ok(record)).ok_or(ApiError::NotFound)
}

fn records(state: &State, is_wanted: impl Fn(&PermissionsEntry) -> bool) -> Vec<Permissions> {
    let wanted = state.config.permissions.iter().filter(|record| is_wanted(record));
    let mut records: Vec<Permissions> = wanted.map(Permissions::from).collect();
    records.sort_by(|one, other| (&one.source, &one.identity).cmp(&(&other.source, &other.identity)));
    records
}

pub(super) async fn sources(state: Shared, by: By, reply: Reply) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Admin)?;
    let entries = state.config.identity_sources.iter();
    let mut sources: Vec<_> = entries.map(|entry| translate::identity_source(entry, &state.config)).collect();
    sources.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(reply.ok(&sources))
}

pub(super) async fn source(
    state: Shared,
    by: By,
    path: Path<String>,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Admin)?;
    let known = state.config.identity_sources.iter().find(|entry| entry.code == *path);
    let entry = known.ok_or(ApiError::NotFound)?;
    Ok(reply.ok(&translate::identity_source(entry, &state.config)))
}
