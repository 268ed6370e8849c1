//! `GET /v1/prices` of the stream host.

use std::sync::Arc;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use actix_web::web::{self, Data, ReqData};
use actix_web::{HttpResponse, http::StatusCode};

use super::rates::Rates;
use super::seats::Seats;
use crate::access;
use crate::auth::Caller;
use crate::call::Call;
use crate::error::ApiError;
use crate::reply::Answer;
use crate::routes::{PRICES, rates::named, resource};
use crate::state::State;

/// Most characters of a session's name.
const MAX_SESSION: usize = 12;

pub(super) fn wire(app: &mut web::ServiceConfig) {
    app.service(resource(PRICES).route(web::get().to(prices)));
}

/// Unknown parameters are ignored, as everywhere. The seat is taken last, so that a refused request drives nobody out.
async fn prices(state: Data<State>, seats: Data<Seats>, caller: ReqData<Caller>, call: Call) -> Answer {
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
    let seat = seats.into_inner().take(*caller, session);
    let rates = Rates::new(Arc::clone(&state), seat, instruments, call.times);
    Ok(HttpResponse::build(StatusCode::OK)
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .streaming(rates.into_stream()))
}

fn session(text: &str) -> Result<String, ApiError> {
    let is_name = (1..=MAX_SESSION).contains(&text.len())
        && text.bytes().all(|character| character.is_ascii_alphanumeric());
    if is_name { Ok(text.to_owned()) } else { Err(ApiError::Malformed("sessionId")) }
}
