//! Answers: the vendor's layout, headers, entity tags and reason phrases.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    CONTENT_ENCODING, CONTENT_TYPE, ETAG, EXPIRES, HttpDate, LINK, LOCATION, TryIntoHeaderValue as _,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;
use order_engine::Timestamp;
use serde::Serialize;
use sha1::{Digest as _, Sha1};

use crate::call::Call;
use crate::error::ApiError;
use crate::json;

/// What a handler answers with.
pub(crate) type Answer = Result<HttpResponse, ApiError>;

/// How a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    /// `X-Result-Count`: how many there are in all.
    pub(crate) total: usize,
    /// Address of the next page.
    pub(crate) next: Option<String>,
}

/// Bodies below this fit into one packet, and are not compressed.
const MIN_COMPRESSED: usize = 1_024;

/// The answer to a GET, or 304 when the caller has it already.
pub(crate) fn read<T: Serialize>(call: &Call, body: &T) -> Answer {
    entity(call, body, None)
}

/// The answer to the GET of a list.
pub(crate) fn list<T: Serialize>(call: &Call, body: &T, listing: &Listing) -> Answer {
    entity(call, body, Some(listing))
}

/// The answer to the GET of what stays the same for a day, with `Expires`.
pub(crate) fn read_for_a_day<T: Serialize>(call: &Call, body: &T, now: Timestamp) -> Answer {
    let mut response = read(call, body)?;
    let expires =
        HttpDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(now.plus_seconds(86_400).as_seconds()));
    if let Ok(expires) = expires.try_into_value() {
        response.headers_mut().insert(EXPIRES, expires);
    }
    Ok(response)
}

/// Entity tags and compression exclude each other: a compressed answer has no tag, and none is looked at.
fn entity<T: Serialize>(call: &Call, body: &T, listing: Option<&Listing>) -> Answer {
    let bytes = to_bytes(body)?;
    let packed = if call.accepts_gzip && bytes.len() >= MIN_COMPRESSED { packed(&bytes) } else { None };
    if let Some(packed) = packed {
        let mut response = start(StatusCode::OK);
        response.insert_header((CONTENT_TYPE, "application/json")).insert_header((CONTENT_ENCODING, "gzip"));
        add_listing(&mut response, listing);
        return Ok(response.body(packed));
    }
    let tag = format!("\"{}\"", hex::encode(Sha1::digest(&bytes)));
    if call.known_tag.as_deref().is_some_and(|known| known.split(',').any(|known| known.trim() == tag)) {
        return Ok(start(StatusCode::NOT_MODIFIED).insert_header((ETAG, tag)).finish());
    }
    let mut response = start(StatusCode::OK);
    response.insert_header((CONTENT_TYPE, "application/json")).insert_header((ETAG, tag));
    add_listing(&mut response, listing);
    Ok(response.body(bytes))
}

fn add_listing(response: &mut HttpResponseBuilder, listing: Option<&Listing>) {
    let Some(Listing { total, next }) = listing else { return };
    response.insert_header((ACCESS_CONTROL_EXPOSE_HEADERS, "X-Result-Count"));
    response.insert_header(("X-Result-Count", *total));
    if let Some(next) = next {
        response.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
}

fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}

/// The answer to the GET of what there is none of: no body.
pub(crate) fn nothing() -> HttpResponse {
    start(StatusCode::NO_CONTENT).finish()
}

/// The answer to a change: no entity tag.
pub(crate) fn changed<T: Serialize>(body: &T) -> Answer {
    let bytes = to_bytes(body)?;
    Ok(start(StatusCode::OK).insert_header((CONTENT_TYPE, "application/json")).body(bytes))
}

/// The answer to something new, with its address.
pub(crate) fn created<T: Serialize>(body: &T, location: String) -> Answer {
    let bytes = to_bytes(body)?;
    Ok(start(StatusCode::CREATED)
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((LOCATION, location))
        .body(bytes))
}

/// The answer to something that will be at an address.
pub(crate) fn accepted(location: String) -> HttpResponse {
    start(StatusCode::ACCEPTED).insert_header((LOCATION, location)).finish()
}

/// The answer to OPTIONS.
pub(crate) fn options(methods: &str) -> HttpResponse {
    start(StatusCode::OK).insert_header((ACCESS_CONTROL_ALLOW_METHODS, methods)).finish()
}

fn start(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.reason(reason(status)).insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    response
}

fn to_bytes<T: Serialize>(body: &T) -> Result<Vec<u8>, ApiError> {
    json::to_bytes(body).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        ApiError::Internal
    })
}

/// The vendor's reason phrases are names of constants; `OK` is the same in both styles.
pub(crate) fn reason(status: StatusCode) -> &'static str {
    match status.as_u16() {
        201 => "CREATED",
        202 => "ACCEPTED",
        204 => "NO_CONTENT",
        304 => "NOT_MODIFIED",
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        411 => "LENGTH_REQUIRED",
        413 => "REQUEST_ENTITY_TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        429 => "TOO_MANY_REQUESTS",
        500 => "INTERNAL_SERVER_ERROR",
        502 => "BAD_GATEWAY",
        503 => "SERVICE_UNAVAILABLE",
        504 => "GATEWAY_TIMEOUT",
        _ => status.canonical_reason().unwrap_or("ERROR"),
    }
}
