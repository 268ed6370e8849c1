//! Orders: reading them, as they are and as they were, and overwriting one.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use order_engine::{AccountId, Command, Order, Timestamp};

use super::query::{Parameters, as_at, only_active};
use super::{By, Shared};
use crate::auth::Caller;
use crate::config::Feature;
use crate::error::{ApiError, Subject};
use crate::reply::{Body, Reply};
use crate::state::{State, logged};
use crate::translate::{self, Book, order_state, parse_order_id};
use crate::wire::OrderState;

pub(super) async fn all(
    state: Shared,
    by: By,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::read(&state, &query)?;
    by.require_reads_all()?;
    Ok(reply.ok(&wanted.orders(&state, &state.accounts(|_, _| true), |_| true)))
}

pub(super) async fn of_owner(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::read(&state, &query)?;
    let owner = path.into_inner();
    let is_known = state.config.owners.iter().any(|entry| entry.code == owner);
    if !by.reads_all() || !is_known {
        return Err(ApiError::NotFound);
    }
    Ok(reply.ok(&wanted.orders(&state, &state.accounts(|of, _| of == owner), |_| true)))
}

pub(super) async fn of_account(
    state: Shared,
    by: By,
    path: Path<(String, String)>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::read(&state, &query)?;
    let (owner, account) = path.into_inner();
    let account = visible_account(&state, &by, &owner, &account)?;
    Ok(reply.ok(&wanted.orders(&state, &[account], |_| true)))
}

pub(super) async fn on_exchange(
    state: Shared,
    by: By,
    path: Path<String>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let wanted = Wanted::read(&state, &query)?;
    let exchange = path.into_inner();
    if !by.reads_all() || state.directory.exchange(&exchange).is_none() {
        return Err(ApiError::NotFound);
    }
    let lexicon = state.lexicon();
    let is_there =
        |order: &Order| lexicon.symbol(order.instrument).is_some_and(|symbol| symbol.exchange == exchange);
    Ok(reply.ok(&wanted.orders(&state, &state.accounts(|_, _| true), is_there)))
}

pub(super) async fn one(
    state: Shared,
    by: By,
    path: Path<(String, String, String)>,
    query: Parameters,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    let instant = as_at(&query)?;
    let order = visible_order(&state, &by, &path, instant)?;
    let shown = order_state(&order, &state.book()).ok_or(ApiError::NotFound)?;
    Ok(reply.ok(&logged(shown)))
}

pub(super) async fn restate(
    state: Shared,
    by: By,
    path: Path<(String, String, String)>,
    body: Body,
    reply: Reply,
) -> Result<HttpResponse, ApiError> {
    by.require(Feature::Alter)?;
    let order = visible_order(&state, &by, &path, None)?;
    let given: OrderState = body.parse()?;
    let command = logged(translate::restate(&order, &given, &state.book(), state.engine.now())?);
    let base = state.lexicon().reference.instrument(order.instrument).map(|instrument| instrument.base);
    let outcome = state.engine.submit(Command::RestateOrder(command)).await;
    let subject = Subject { base, trigger: None };
    let restated =
        outcome.map_err(|error| ApiError::from_submit(error, subject))?.order().cloned().unwrap_or(order);
    let shown = order_state(&restated, &state.book()).ok_or(ApiError::NotFound)?;
    Ok(reply.ok(&logged(shown)))
}

/// The engine's account of owner and account, when there is one that the caller may see.
fn visible_account(state: &State, by: &Caller, owner: &str, account: &str) -> Result<AccountId, ApiError> {
    let known = state.lexicon().account(owner, account);
    known.filter(|_| by.sees_owner(owner)).ok_or(ApiError::NotFound)
}

/// An order that the caller may see and that was on the book at an instant, in the version of then.
fn visible_order(
    state: &State,
    by: &Caller,
    (owner, account, order): &(String, String, String),
    instant: Option<Timestamp>,
) -> Result<Arc<Order>, ApiError> {
    let account = visible_account(state, by, owner, account)?;
    let id = parse_order_id(order).ok_or(ApiError::NotFound)?;
    let current = state.engine.views().order(id).filter(|order| order.account == account);
    let then = current.and_then(|order| match instant {
        Some(instant) => order.as_at(instant),
        None => Some(order),
    });
    let at = instant.unwrap_or_else(|| state.engine.now());
    then.filter(|order| !state.book().has_left(order, at)).ok_or(ApiError::NotFound)
}

/// Which orders a list is to have.
struct Wanted {
    /// The instant that is asked about; nothing for now.
    as_at: Option<Timestamp>,
    only_active: bool,
    now: Timestamp,
}

impl Wanted {
    fn read(state: &State, query: &Parameters) -> Result<Self, ApiError> {
        let (as_at, only_active) = (as_at(query)?, only_active(query)?);
        Ok(Self { as_at, only_active, now: state.engine.now() })
    }

    /// The orders of accounts, in the order of their creation.
    fn orders(
        &self,
        state: &State,
        accounts: &[AccountId],
        is_wanted: impl Fn(&Order) -> bool,
    ) -> Vec<OrderState> {
        let book: Book<'_> = state.book();
        let views = state.engine.views();
        // Only an order that is open now can be told apart without looking at it; then, all may have been open.
        let candidates = |account: &AccountId| match (self.as_at, self.only_active) {
            (None, true) => views.open_orders(*account),
            (None, false) | (Some(_), _) => views.orders(*account),
        };
        let mut orders: Vec<Arc<Order>> = accounts
            .iter()
            .flat_map(candidates)
            .filter_map(|order| match self.as_at {
                Some(instant) => order.as_at(instant),
                None => Some(order),
            })
            .filter(|order| !(self.only_active && order.status.is_closed()))
            .filter(|order| is_wanted(order) && !book.has_left(order, self.as_at.unwrap_or(self.now)))
            .collect();
        orders.sort_by_key(|order| (order.created_at, order.id));
        orders.iter().filter_map(|order| Some(logged(order_state(order, &book)?))).collect()
    }
}
