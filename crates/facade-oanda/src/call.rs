//! What every handler needs of its request: the format of times, the query, and the body where there is one. Taking them
//! is checks 5 and 6 of [`crate::error`], in that order.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::error::ApiError;
use crate::params::Params;
use crate::times::TimeFormat;

const FORM: &str = "application/x-www-form-urlencoded";

/// A request, as far as all handlers care.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Format of times, both ways.
    pub(crate) times: TimeFormat,
    /// The query.
    pub(crate) query: Params,
    /// The address that the client used: `http://host`, without a path. The vendor's links say `http` even behind TLS.
    pub(crate) origin: String,
    /// The path as it came, the mount's prefix included.
    pub(crate) path: String,
    /// `If-None-Match`.
    pub(crate) known_tag: Option<String>,
    /// Whether the answer may be compressed.
    pub(crate) accepts_gzip: bool,
}

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let times = match request.headers().get("x-accept-datetime-format") {
            None => TimeFormat::default(),
            Some(value) => TimeFormat::named(value.to_str().unwrap_or_default())?,
        };
        Ok(Self {
            times,
            query: Params::from_query(request.query_string())?,
            origin: format!("http://{}", header(HOST).unwrap_or("localhost")),
            path: request.path().to_owned(),
            known_tag: header(IF_NONE_MATCH).map(str::to_owned),
            accepts_gzip: header(ACCEPT_ENCODING).is_some_and(accepts_gzip),
        })
    }
}

impl FromRequest for Call {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::of(request).and_then(|call| Ok(Self { query: call.query.unrepeated()?, ..call })))
    }
}

/// A request whose parameters come in a form body.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    /// What a request without body has too.
    pub(crate) call: Call,
    /// The body.
    pub(crate) form: Params,
}

impl FromRequest for Submission {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let query_is_empty = request.query_string().is_empty();
        let read = read(request, payload);
        Box::pin(async move {
            let (call, body) = read.await?;
            match (body.is_empty(), query_is_empty) {
                (false, _) => Ok(Self { call, form: Params::from_form(&body).unrepeated()? }),
                (true, false) => Err(ApiError::ParametersInQuery),
                (true, true) => Err(ApiError::NoData),
            }
        })
    }
}

/// A request whose form body may be empty.
#[derive(Debug, Clone)]
pub(crate) struct OpenSubmission {
    /// What a request without body has too.
    pub(crate) call: Call,
    /// The body.
    pub(crate) form: Params,
}

impl FromRequest for OpenSubmission {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(request, payload);
        Box::pin(async move {
            let (call, body) = read.await?;
            Ok(Self { call, form: Params::from_form(&body).unrepeated()? })
        })
    }
}

/// Reads the body of a form.
fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<(Call, Bytes), ApiError>> + use<> {
    let call = Call::of(request);
    let content_type = checked_content_type(request);
    let body = Bytes::from_request(request, payload);
    async move {
        let call = call?;
        content_type?;
        Ok((call, body.await.map_err(|error| unread(&error))?))
    }
}

/// Some clients send no type at all; what they mean is a form.
fn checked_content_type(request: &HttpRequest) -> Result<(), ApiError> {
    let Some(given) = request.headers().get(CONTENT_TYPE) else { return Ok(()) };
    let given = String::from_utf8_lossy(given.as_bytes());
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() || essence.eq_ignore_ascii_case(FORM) {
        return Ok(());
    }
    Err(ApiError::ContentType(given.into_owned()))
}

/// Why a body could not be read: it is too large, or its framing is broken.
fn unread(error: &actix_web::Error) -> ApiError {
    tracing::info!(%error, "a body could not be read");
    ApiError::Bare(error.as_response_error().status_code())
}

/// Whether a list of encodings has gzip, and not with the weight of zero.
fn accepts_gzip(encodings: &str) -> bool {
    encodings.split(',').any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let is_refused = parts
            .filter_map(|parameter| parameter.strip_prefix("q="))
            .any(|weight| weight.bytes().all(|character| matches!(character, b'0' | b'.')));
        is_gzip && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_name() {
        for encodings in ["gzip", "deflate, gzip;q=0.5", "GZIP", "*", "gzip; q=1"] {
            assert!(accepts_gzip(encodings), "{encodings}");
        }
        for encodings in ["", "identity", "gzip;q=0", "deflate, gzip; q=0.000", "br"] {
            assert!(!accepts_gzip(encodings), "{encodings}");
        }
    }
}
