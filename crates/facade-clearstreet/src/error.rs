//! The one error type of the facade and the only writer of failures.
//!
//! Order of checks, each before the next:
//! 1. 401: the credential. Only `GET /v1/version` goes without.
//! 2. 429: the rate limit of the key, when one is configured.
//! 3. 404, 405: path and method.
//! 4. 400: a value in the path.
//! 5. 400: the query; 415, 413, 400, 422: the body (content type, size, syntax, shape).
//! 6. 403 (404 for the account itself): the account.
//! 7. 404: the order or instrument of the path.
//! 8. 400, 422: what the request asks for, first by itself, then by the engine in its own order.

mod refusal;

use std::fmt;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use facade_kit::{Renderer, RequestLine};
use runtime::SubmitError;

use crate::state::State;
use crate::wire;

pub(crate) use refusal::{Refusal, RefusedOrder};

/// Seconds after which a caller may try again when the engine's queue is full.
const BUSY_RETRY_SECONDS: u64 = 1;

/// Why a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// No credential, or none that is known.
    Unauthenticated,
    /// The caller may not touch the account, or there is no such account.
    Forbidden,
    /// The key has used up its requests; seconds to wait.
    TooManyRequests(u64),
    /// No such path, or no such account.
    NotFound,
    /// The path has no such method.
    MethodNotAllowed,
    /// A value in the path is not a number.
    PathInteger { name: &'static str, value: String },
    /// The query cannot be read.
    Query(String),
    /// The body has no JSON content type.
    MediaType,
    /// The body is longer than what is read.
    BodyTooLarge,
    /// The body did not arrive.
    BodyLost,
    /// The body is not JSON.
    BodySyntax(String),
    /// The body is JSON of another shape.
    BodyShape(String),
    /// No such order in the account.
    OrderNotFound { order: String, account: i64 },
    /// No open order matches.
    NoOrdersMatch,
    /// No such instrument, asked for by itself.
    InstrumentNotFound(String),
    /// No such instrument, asked for market data.
    SnapshotInstrumentNotFound(String),
    /// The request can be read but not be carried out: a text for the caller with the status 400.
    Invalid(String),
    /// A value can be read but not be used: a text for the caller with the status 422.
    Unprocessable(String),
    /// Nobody clears what was asked for.
    ClearingUnavailable,
    /// The account has given an instruction with this id.
    DuplicateInstruction,
    /// The instruction does not stand any more.
    InstructionEnded,
    /// There is such a watchlist already.
    WatchlistExists,
    /// The watchlist has the instrument already.
    WatchlistItemExists,
    /// A UUID in the path cannot be read.
    PathUuid { name: &'static str, value: String, fault: String },
    /// The risk check refuses the order.
    Risk(Box<[wire::Detail; 2]>),
    /// A limit of the engine is reached.
    Exhausted,
    /// The engine cannot make anything durable.
    Unavailable,
    /// Something that cannot be did happen: a text for the log.
    Internal(&'static str),
}

impl ApiError {
    /// The reason in one line, for an order's own remarks: of a refusal by the risk check its description.
    pub(crate) fn remark(&self) -> String {
        if let Self::Risk(details) = self
            && let [wire::Detail::Subject(subject), _] = details.as_ref()
        {
            return subject.description.to_owned();
        }
        self.message()
    }

    /// A decimal that cannot be read, or not be used.
    pub(crate) fn unprocessable(what: &str, why: &str) -> Self {
        Self::Unprocessable(format!("Invalid {what}: {why}"))
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooManyRequests(_) | Self::Exhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound
            | Self::OrderNotFound { .. }
            | Self::NoOrdersMatch
            | Self::InstrumentNotFound(_)
            | Self::SnapshotInstrumentNotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::DuplicateInstruction
            | Self::InstructionEnded
            | Self::WatchlistExists
            | Self::WatchlistItemExists => StatusCode::CONFLICT,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::PathInteger { .. }
            | Self::PathUuid { .. }
            | Self::Query(_)
            | Self::BodyLost
            | Self::BodySyntax(_)
            | Self::Invalid(_)
            | Self::Risk(_) => StatusCode::BAD_REQUEST,
            Self::BodyShape(_) | Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable | Self::ClearingUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        if let Self::TooManyRequests(seconds) = self {
            return Some(*seconds);
        }
        matches!(self, Self::Exhausted).then_some(BUSY_RETRY_SECONDS)
    }

    /// The text for the caller.
    pub(crate) fn message(&self) -> String {
        let fixed = match self {
            Self::PathInteger { name, value } => {
                return format!("Cannot parse `{name}` with value `{value}` to a `i64`");
            }
            Self::PathUuid { name, value, fault } => {
                return format!("Cannot parse `{name}` with value `{value}`: UUID parsing failed: {fault}");
            }
            Self::ClearingUnavailable => "Clearing service unavailable",
            Self::DuplicateInstruction => "Duplicate exercise instruction",
            Self::InstructionEnded => "Instruction is in a terminal state",
            Self::WatchlistExists => "Resource already exists",
            Self::WatchlistItemExists => "Instrument already exists in watchlist",
            Self::Query(fault) => return format!("Failed to deserialize query string: {fault}"),
            Self::BodySyntax(fault) => return format!("Failed to parse the request body as JSON: {fault}"),
            Self::BodyShape(fault) => {
                return format!("Failed to deserialize the JSON body into the target type: {fault}");
            }
            Self::OrderNotFound { order, account } => {
                return format!("Order {order} not found for account {account}");
            }
            Self::InstrumentNotFound(text) => return format!("Instrument not found: {text}"),
            Self::SnapshotInstrumentNotFound(text) => return format!("Instrument not found for id `{text}`"),
            Self::Invalid(text) | Self::Unprocessable(text) => return text.clone(),
            Self::Unauthenticated => "The request does not have valid authentication credentials",
            Self::Forbidden => "The caller does not have permission to execute the specified operation",
            Self::TooManyRequests(_) | Self::Exhausted => "Some resource has been exhausted",
            Self::NotFound => "Some requested entity was not found",
            Self::MethodNotAllowed => "Method Not Allowed",
            Self::MediaType => "Expected request with `Content-Type: application/json`",
            Self::BodyTooLarge => "Failed to buffer the request body: length limit exceeded",
            Self::BodyLost => "Failed to buffer the request body",
            Self::NoOrdersMatch => "No orders match the specified filters",
            Self::Risk(_) => "Risk check failed",
            Self::Unavailable => "The service is currently unavailable",
            Self::Internal(_) => "Internal error",
        };
        fixed.to_owned()
    }

    /// The error itself, without the envelope.
    pub(crate) fn body(&self) -> wire::FailureBody {
        wire::FailureBody { code: self.status().as_u16(), details: self.details(), message: self.message() }
    }

    fn details(&self) -> Vec<wire::Detail> {
        if let Self::Risk(details) = self { details.to_vec() } else { Vec::new() }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Internal(fault) = self { f.write_str(fault) } else { f.write_str(&self.message()) }
    }
}

impl std::error::Error for ApiError {}

/// The bare status only: [`write()`] finds the error in the answer and writes the envelope.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy => Self::Exhausted,
            SubmitError::ReadOnly | SubmitError::Unavailable => Self::Unavailable,
            // Whoever submits a command maps its reject, with the order at hand; here nobody did.
            SubmitError::Rejected(_) => Self::Internal("a reject was not translated"),
        }
    }
}

/// The layer that puts every [`ApiError`] of the layers within into the envelope.
pub(crate) async fn write(
    state: Arc<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?;
    let Some(error) = response.response().error().and_then(Error::as_error::<ApiError>).cloned() else {
        return Ok(response);
    };
    let request = response.into_parts().0;
    log(&error, request.method().as_str(), request.path());
    let rendered = envelope(&state, &error);
    Ok(ServiceResponse::new(request, rendered))
}

fn log(error: &ApiError, method: &str, path: &str) {
    if error.status().is_server_error() {
        tracing::error!(method, path, %error, "a request failed");
    } else {
        tracing::info!(method, path, status = error.status().as_u16(), %error, "a request was refused");
    }
}

fn envelope(state: &State, error: &ApiError) -> HttpResponse {
    let status = error.status();
    let body = wire::Failure { error: error.body(), metadata: wire::Metadata::single(state.request_id()) };
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = error.retry_after() {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    facade_kit::enveloped(response.json(body))
}

/// What failed before any handler had a say.
impl Renderer for State {
    fn render(&self, status: StatusCode, _request: &RequestLine) -> HttpResponse {
        let error = match status {
            StatusCode::NOT_FOUND => ApiError::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ApiError::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::MediaType,
            status if status.is_client_error() => ApiError::Invalid(refusal::INVALID_ARGUMENT.to_owned()),
            _ => ApiError::Internal("a request failed outside the handlers"),
        };
        envelope(self, &error)
    }
}
