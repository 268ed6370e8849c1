//! What every handler needs of its request: the format of times, the query, and the body where there is one. Taking them
//! is checks 5 and 6 of [`crate::error`], in that order.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HOST, HeaderName, IF_NONE_MATCH};
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
        })
    }
}

impl FromRequest for Call {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::of(request))
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
        let call = Call::of(request);
        let content_type = checked_content_type(request);
        let query_is_empty = request.query_string().is_empty();
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let call = call?;
            content_type?;
            let body = body.await.map_err(|error| unread(&error))?;
            match (body.is_empty(), query_is_empty) {
                (false, _) => Ok(Self { call, form: Params::from_form(&body) }),
                (true, false) => Err(ApiError::ParametersInQuery),
                (true, true) => Err(ApiError::NoData),
            }
        })
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
