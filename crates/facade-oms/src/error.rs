//! Refusals. There is no envelope but the status: bodies are empty, and only 422 has one, an array of codes.
//!
//! Order of checks:
//! 1. 401: no token, or one that is not genuine.
//! 2. 404 and 405: no such path, no such method on it.
//! 3. 400: a query value that cannot be read. 415 and 413: a body of another type, or too large.
//! 4. 403: the caller lacks the feature.
//! 5. 404: owner, account, order or exchange unknown, or not the caller's to see.
//! 6. 422: everything else, in the order of field numbers; what only the engine can see comes last and alone.

mod codes;

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, web};
use facade_kit::enveloped;
use order_engine::Reject;
use runtime::SubmitError;

pub(crate) use codes::{Subject, code};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// A query value cannot be read.
    BadQuery,
    /// The caller is not known.
    Unauthorized {
        /// Whether there was a token to judge.
        token_sent: bool,
    },
    /// The caller lacks a feature, or may not see the owner.
    Forbidden,
    /// There is no such thing, as far as the caller may know.
    NotFound,
    /// The body is of another type.
    UnsupportedMediaType,
    /// Everything else.
    Refused(Vec<String>),
    /// Too much is waiting.
    Busy,
    /// The engine is gone.
    Unavailable,
}

impl ApiError {
    /// A refusal with one code.
    pub(crate) fn refused(code: impl Into<String>) -> Self {
        Self::Refused(vec![code.into()])
    }

    /// What came back from the engine for an order.
    pub(crate) fn from_submit(error: SubmitError, subject: Subject) -> Self {
        match error {
            SubmitError::Rejected(reject) => Self::refused(code(&reject, subject)),
            SubmitError::Busy => Self::Busy,
            SubmitError::ReadOnly | SubmitError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        Self::refused(code(&reject, Subject::default()))
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        Self::from_submit(error, Subject::default())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self:?}", self.status_code())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadQuery => StatusCode::BAD_REQUEST,
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(error = %self, "refused");
        } else {
            tracing::info!(error = %self, "refused");
        }
        match self {
            Self::Refused(codes) => enveloped(HttpResponseBuilder::new(status).json(codes)),
            Self::Unauthorized { token_sent } => {
                let challenge = if *token_sent { r#"Bearer error="invalid_token""# } else { "Bearer" };
                let challenge = (header::WWW_AUTHENTICATE, challenge);
                enveloped(HttpResponseBuilder::new(status).insert_header(challenge).finish())
            }
            Self::BadQuery
            | Self::Forbidden
            | Self::NotFound
            | Self::UnsupportedMediaType
            | Self::Busy
            | Self::Unavailable => bare(status),
        }
    }
}

/// A status without a body.
pub(crate) fn bare(status: StatusCode) -> HttpResponse {
    enveloped(HttpResponse::new(status))
}

/// A query that is no query.
pub(crate) fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|_, _| ApiError::BadQuery.into())
}

/// Path parameters are texts; what cannot be read names nothing.
pub(crate) fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| ApiError::NotFound.into())
}
