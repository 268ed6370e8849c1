//! `GET /v1/prices` and `GET /v1/events` of the stream host.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::{self, Data, ReqData};
use facade_kit::Hangup;

use super::EVENTS;
use super::events::Transactions;
use super::feed::Feed;
use super::rates::Rates;
use super::seats::WhenFull;
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::params::list;
use crate::reply::Answer;
use crate::routes::{PRICES, rates::named, resource_of};
use crate::state::State;

/// Most characters of a session's name.
const MAX_SESSION: usize = 12;

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource_of(PRICES, &["GET"]).route(web::get().to(prices)));
    app.service(resource_of(EVENTS, &["GET"]).route(web::get().to(events)));
}

/// Unknown parameters are ignored, as everywhere. The seat is taken last, so that a refused request drives nobody out.
async fn prices(state: Data<State>, caller: ReqData<Caller>, call: Call, request: HttpRequest) -> Answer {
    access::argument(&state, *caller, call.query.require("accountId")?)?;
    let names = call.query.require("instruments")?;
    let session = call.query.get("sessionId").map(session).transpose()?;
    let reference = state.engine.views().reference();
    let dialect = state.dialect(&reference, call.times);
    let mut instruments = Vec::new();
    for instrument in named(&dialect, names)? {
        if !instruments.contains(&instrument.id) {
            instruments.push(instrument.id);
        }
    }
    if instruments.len() > state.stream.max_instruments.get() {
        return Err(ApiError::TooManyInstruments);
    }
    let seats = Arc::clone(&state.taken.rates);
    let seat = seats.take(*caller, session, state.stream.per_token.get(), WhenFull::Evict);
    let seat = seat.ok_or(ApiError::Internal)?;
    let rates = Rates::new(Arc::clone(&state), instruments, call.times);
    let heartbeat = state.stream.heartbeat_millis.get();
    Ok(Feed::new(state.into_inner(), seat, rates, heartbeat, Hangup::of(&request)).response())
}

/// Without a token there is nobody whose accounts could be meant, and nobody to send away.
async fn events(state: Data<State>, caller: ReqData<Caller>, call: Call, request: HttpRequest) -> Answer {
    let accounts = match (call.query.get("accountIds"), *caller) {
        (Some(ids), _) => list(ids)
            .map(|id| access::argument_named(&state, *caller, id, "accountIds"))
            .collect::<Result<Vec<_>, _>>()?,
        (None, Caller::Token(_)) => access::all(&state, *caller),
        (None, Caller::Anybody(_)) => return Err(ApiError::Missing("accountIds")),
    };
    let when_full = match *caller {
        Caller::Token(_) => WhenFull::Evict,
        Caller::Anybody(_) => WhenFull::Refuse,
    };
    let most = state.stream.events_per_token.get();
    let seat = Arc::clone(&state.taken.events).take(*caller, None, most, when_full);
    let refused =
        || ApiError::RateLimited { allowed: u32::try_from(most).unwrap_or(u32::MAX), unit: "connections" };
    let seat = seat.ok_or_else(refused)?;
    let transactions = Transactions::new(Arc::clone(&state), accounts, call.times);
    let heartbeat = state.stream.events_heartbeat_millis.get();
    Ok(Feed::new(state.into_inner(), seat, transactions, heartbeat, Hangup::of(&request)).response())
}

fn session(text: &str) -> Result<String, ApiError> {
    let is_name = (1..=MAX_SESSION).contains(&text.len())
        && text.bytes().all(|character| character.is_ascii_alphanumeric());
    if is_name { Ok(text.to_owned()) } else { Err(ApiError::Malformed("sessionId")) }
}
