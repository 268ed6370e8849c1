//! The control plane's refusals, and the only place that writes them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use facade_kit::{Renderer, RequestLine, enveloped};
use runtime::{SaveError, SnapshotError, SubmitError};
use serde::Serialize;

use super::Control;

/// The largest body.
const MAX_BODY_BYTES: usize = 64 << 10;

/// Why a request is refused, in the order in which it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("this host name is not one of the control plane's; see `control.hosts`")]
    ForeignHost,
    #[error("the control plane does not answer pages of another origin")]
    CrossOrigin,
    #[error("a bearer token is needed")]
    Unauthorized,
    #[error("there is nothing at {0}")]
    UnknownPath(String),
    #[error("{0} is not possible here")]
    WrongMethod(String),
    #[error("{0}")]
    BadRequest(String),
    #[error("the body has more than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    #[error("the state can be reset in the development profile only")]
    NotInProduction,
    #[error("there is no account {0}")]
    UnknownAccount(String),
    #[error("there is no instrument {0}")]
    UnknownInstrument(String),
    #[error("the instrument {0} has no quote")]
    NoQuote(String),
    #[error("{0}")]
    Rejected(String),
    #[error("too much is waiting; try again")]
    Busy,
    #[error("the journal cannot be written for now; nothing was changed")]
    ReadOnly,
    #[error("the engine is not available")]
    Unavailable,
    #[error("no snapshot can be made now: nothing is kept here, or one is being made")]
    NoSnapshotNow,
    #[error("something went wrong; the log says what")]
    Internal,
}

impl ControlError {
    const fn code(&self) -> &'static str {
        match self {
            Self::ForeignHost => "foreign_host",
            Self::CrossOrigin => "cross_origin",
            Self::Unauthorized => "unauthorized",
            Self::UnknownPath(_) => "unknown_path",
            Self::WrongMethod(_) => "wrong_method",
            Self::BadRequest(_) => "bad_request",
            Self::TooLarge => "too_large",
            Self::NotInProduction => "not_in_production",
            Self::UnknownAccount(_) => "unknown_account",
            Self::UnknownInstrument(_) => "unknown_instrument",
            Self::NoQuote(_) => "no_quote",
            Self::Rejected(_) => "rejected",
            Self::Busy => "busy",
            Self::ReadOnly => "read_only",
            Self::Unavailable => "unavailable",
            Self::NoSnapshotNow => "no_snapshot_now",
            Self::Internal => "internal",
        }
    }

    /// The answer without the mark that keeps a facade from rendering it anew.
    pub(super) fn answer(&self) -> HttpResponse {
        let body = Envelope { error: Body { code: self.code(), message: self.to_string() } };
        HttpResponse::build(self.status_code()).json(body)
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: String,
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::ForeignHost | Self::CrossOrigin | Self::NotInProduction => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::UnknownPath(_)
            | Self::UnknownAccount(_)
            | Self::UnknownInstrument(_)
            | Self::NoQuote(_) => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::NoSnapshotNow => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Rejected(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::ReadOnly | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        enveloped(self.answer())
    }
}

impl From<SubmitError> for ControlError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(reject) => Self::Rejected(reject.to_string()),
            SubmitError::Busy => Self::Busy,
            SubmitError::ReadOnly => Self::ReadOnly,
            SubmitError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SaveError> for ControlError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::NotTaken(error) => error.into(),
            SaveError::Unable => Self::NoSnapshotNow,
            SaveError::Failed(error) => {
                tracing::error!(%error, "a snapshot that was asked for was not made");
                Self::Internal
            }
        }
    }
}

impl From<SnapshotError> for ControlError {
    fn from(error: SnapshotError) -> Self {
        tracing::error!(%error, "the snapshots cannot be listed");
        Self::Internal
    }
}

impl Renderer for Control {
    fn render(&self, status: StatusCode, request: &RequestLine) -> HttpResponse {
        let error = if status == StatusCode::NOT_FOUND {
            ControlError::UnknownPath(request.path.clone())
        } else if status == StatusCode::METHOD_NOT_ALLOWED {
            ControlError::WrongMethod(request.method.to_string())
        } else if status.is_client_error() {
            ControlError::BadRequest("the request cannot be read".to_owned())
        } else {
            ControlError::Internal
        };
        error.error_response()
    }
}

/// How bodies are read.
pub(super) fn json_config() -> web::JsonConfig {
    web::JsonConfig::default().limit(MAX_BODY_BYTES).error_handler(|error, _: &HttpRequest| {
        use actix_web::error::JsonPayloadError;

        let is_too_large =
            matches!(error, JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. });
        if is_too_large {
            ControlError::TooLarge.into()
        } else if matches!(error, JsonPayloadError::ContentType) {
            ControlError::BadRequest("the content type must be application/json".to_owned()).into()
        } else {
            ControlError::BadRequest(error.to_string()).into()
        }
    })
}
