//! Watchlists. They are the caller's: kept with the first account that the key may touch.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::{
    Account, Change, ChangeList, Command, CreateList, DeleteList, InstrumentList, ListChange, Outcome,
};
use runtime::SubmitError;
use serde::Deserialize;
use uuid::Uuid;

use super::{PAGE_MAXIMUM, path_uuid};
use crate::auth::Caller;
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate;
use crate::wire::{self, AddWatchlistItem, CreateWatchlist};

type Answer = Result<HttpResponse, ApiError>;

/// The watchlist of a path, and one of its items.
#[derive(Debug, Deserialize)]
pub(super) struct WatchlistPath {
    watchlist_id: String,
    item_id: Option<String>,
}

impl WatchlistPath {
    fn watchlist(&self) -> Result<Uuid, ApiError> {
        path_uuid("watchlist_id", &self.watchlist_id)
    }

    fn item(&self) -> Result<Uuid, ApiError> {
        path_uuid("item_id", self.item_id.as_deref().unwrap_or_default())
    }
}

/// Newest first, as the vendor's are.
pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    request: HttpRequest,
) -> Answer {
    let page = Query::of(&request)?.page(PAGE_MAXIMUM)?;
    let lists = owner(&state, &caller).map(|owner| state.engine.views().lists(owner.id)).unwrap_or_default();
    state.page(page, lists.into_iter().rev().collect(), |list| Ok(translate::watchlist(&list)))
}

pub(super) async fn create(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let asked: CreateWatchlist = body::json(&state, &request, payload).await?;
    let owner = owner(&state, &caller)?;
    let name = translate::watchlist_name(&asked.name)?;
    let create = CreateList { account: owner.id, name };
    let made = changed(&state, Command::CreateList(create)).await?;
    Ok(state.success(translate::watchlist(&made)))
}

pub(super) async fn get(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<WatchlistPath>,
) -> Answer {
    let id = path.watchlist()?;
    let (_, list) = find(&state, &caller, id)?;
    Ok(state.success(translate::watchlist_detail(&list, &state.directory())))
}

pub(super) async fn delete(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<WatchlistPath>,
) -> Answer {
    let id = path.watchlist()?;
    let (owner, list) = find(&state, &caller, id)?;
    let delete = DeleteList { account: owner.id, list: list.id };
    carry_out(&state, Command::DeleteList(delete)).await?;
    Ok(state.success(()))
}

pub(super) async fn add(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<WatchlistPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let id = path.watchlist()?;
    let asked: AddWatchlistItem = body::json(&state, &request, payload).await?;
    let (owner, list) = find(&state, &caller, id)?;
    let directory = state.directory();
    let unknown = || ApiError::InstrumentNotFound(asked.instrument_id.clone());
    let instrument = directory.find(&asked.instrument_id).ok_or_else(unknown)?.instrument.id;
    let add = ChangeList { account: owner.id, list: list.id, change: ListChange::Add(instrument) };
    let changed = changed(&state, Command::ChangeList(add)).await?;
    let added = changed.items.last().ok_or(ApiError::Internal("an item was added and is not there"))?;
    Ok(state.success(wire::AddedWatchlistItem { item_id: translate::watchlist_item_id(added).to_string() }))
}

pub(super) async fn remove(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<WatchlistPath>,
) -> Answer {
    let (id, item) = (path.watchlist()?, path.item()?);
    let (owner, list) = find(&state, &caller, id)?;
    let is_it = |listed: &&order_engine::ListItem| translate::watchlist_item_id(listed) == item;
    let item = list.items.iter().find(is_it).ok_or(ApiError::NotFound)?.id;
    let remove = ChangeList { account: owner.id, list: list.id, change: ListChange::Remove(item) };
    carry_out(&state, Command::ChangeList(remove)).await?;
    Ok(state.success(()))
}

/// The account that keeps the caller's watchlists.
fn owner(state: &State, caller: &Caller) -> Result<Arc<Account>, ApiError> {
    let first = caller.accounts.first().ok_or(ApiError::Forbidden)?;
    state.account(caller, *first).map(|own| own.account)
}

fn find(state: &State, caller: &Caller, id: Uuid) -> Result<(Arc<Account>, Arc<InstrumentList>), ApiError> {
    let owner = owner(state, caller)?;
    let lists = state.engine.views().lists(owner.id);
    let found = lists.into_iter().find(|list| translate::watchlist_id(list) == id);
    Ok((owner, found.ok_or(ApiError::NotFound)?))
}

async fn carry_out(state: &State, command: Command) -> Result<Outcome, ApiError> {
    state.engine.submit(command).await.map_err(|error| match error {
        SubmitError::Rejected(reject) => ApiError::of_list(&reject),
        error @ (SubmitError::Busy | SubmitError::ReadOnly | SubmitError::Unavailable) => error.into(),
    })
}

/// The list as a command has left it.
async fn changed(state: &State, command: Command) -> Result<Arc<InstrumentList>, ApiError> {
    let outcome = carry_out(state, command).await?;
    let list = |change: Change| if let Change::ListChanged(list) = change { Some(list) } else { None };
    let changed = outcome.events.into_iter().find_map(|event| list(event.change));
    changed.ok_or(ApiError::Internal("a change of a list without the list"))
}
