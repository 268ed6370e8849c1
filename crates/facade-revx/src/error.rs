//! Every refusal of this facade, and the only place that writes one.
//!
//! The order of the checks, first failure answers:
//!
//! 1. Paths below `/public/` need no credential; the rate limit of the address (429), when limits are on. On all others:
//! 2. key and signature headers are there (401), the key is known (401), the address is on the key's list (401),
//! 3. the timestamp is a whole number and the signature is good (401), the body is within its limit (413),
//! 4. the timestamp is within the window (409), the key has the permission (403), and tokens left (429),
//! 5. the path and its method exist (404),
//! 6. ids in the path are UUIDs (400), then query and body, member by member (400; the list is in
//!    [`crate::translate::placing`]),
//! 7. what the path names exists and is the caller's (404),
//! 8. sizes and prices fit the pair (400), the client order id is new (400), the account can pay (422),
//! 9. what only the market forbids is no refusal at all: the order is recorded as rejected, and the answer is 200.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use facade_kit::{Renderer, RequestLine, enveloped};
use order_engine::{Amount, AssetId, Combination, Reference, Reject, Timestamp};
use runtime::SubmitError;
use rust_decimal::Decimal;

use crate::state::State;
use crate::translate::numbers;
use crate::translate::words;
use crate::wire;

/// When a caller whose request was not taken, since too much waits, may try again.
const BUSY_RETRY_MS: u64 = 1_000;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// Nothing more is said about it.
    BadRequest,
    /// The client order id is not a UUID.
    InvalidClientOrderId(String),
    /// The pair is unknown.
    NoSuchPair(String),
    /// The configuration of the order lacks something, or is of an unknown kind.
    IncompleteConfiguration,
    /// A number has too many decimals.
    Precision { field: &'static str, places: u32 },
    /// A number is no multiple of its step.
    OffStep { field: &'static str, step: Decimal },
    /// A number is below its least value.
    TooSmall { field: &'static str, minimum: Decimal },
    /// A number is above its greatest value.
    TooLarge { field: &'static str, maximum: Decimal },
    /// The client order id is taken.
    DuplicateClientOrderId(String),
    /// The length of a page or the depth of a book is out of range.
    Limit { maximum: usize },
    /// The range of dates is longer than allowed.
    RangeTooLong { days: u64 },
    /// The range of dates ends before it starts.
    RangeReversed,
    /// The engine refuses for a reason that the vendor has only a reject reason for.
    Refused(&'static str),
    /// As many orders are open as may be.
    TooManyOpenOrders { limit: u64 },
    /// The caller is not known.
    Unauthorized,
    /// The key may not be used from the caller's address.
    AddressNotListed,
    /// The key lacks the permission.
    Forbidden,
    /// No such order, or not the caller's, or nothing can be done with it any more.
    OrderNotFound(String),
    /// No such operation.
    EndpointNotFound { method: String, path: String },
    /// The request's timestamp is ahead of the clock.
    ClockAhead,
    /// The request's timestamp is behind the clock.
    ClockBehind,
    /// The body is too large.
    BodyTooLarge,
    /// The caller asks too often; there are tokens again after so many milliseconds.
    RateLimited { retry_after_ms: u64 },
    /// The account cannot pay.
    InsufficientBalance { available: String, required: String },
    /// Nothing of this can be taken for now; the request was not taken.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl ApiError {
    /// The status that it leaves with.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::InvalidClientOrderId(_)
            | Self::NoSuchPair(_)
            | Self::IncompleteConfiguration
            | Self::Precision { .. }
            | Self::OffStep { .. }
            | Self::TooSmall { .. }
            | Self::TooLarge { .. }
            | Self::DuplicateClientOrderId(_)
            | Self::Limit { .. }
            | Self::RangeTooLong { .. }
            | Self::RangeReversed
            | Self::Refused(_)
            | Self::TooManyOpenOrders { .. } => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::AddressNotListed => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::OrderNotFound(_) | Self::EndpointNotFound { .. } => StatusCode::NOT_FOUND,
            Self::ClockAhead | Self::ClockBehind => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::InsufficientBalance { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The text that the caller reads.
    pub(crate) fn message(&self) -> Cow<'static, str> {
        let text = match self {
            Self::BadRequest => return "Bad Request".into(),
            Self::IncompleteConfiguration => return "Order configuration is incomplete".into(),
            Self::RangeReversed => return "start_date must not be after end_date".into(),
            Self::Refused(reason) => return (*reason).into(),
            Self::Unauthorized => return "Unauthorized".into(),
            Self::AddressNotListed => {
                return "API key can only be used for authentication from whitelisted IP".into();
            }
            Self::Forbidden => return "Forbidden".into(),
            Self::ClockAhead => return "Request timestamp is in the future".into(),
            Self::ClockBehind => return "Request timestamp is too old".into(),
            Self::BodyTooLarge => return "Payload Too Large".into(),
            Self::RateLimited { .. } => return "Rate Limit Exceeded".into(),
            Self::Unavailable | Self::Internal => return "Something went wrong!".into(),
            Self::InvalidClientOrderId(id) => format!("Invalid client order ID: '{id}'"),
            Self::NoSuchPair(pair) => format!("No such pair: {pair}"),
            Self::Precision { field, places } => {
                format!("{field} precision must not exceed {places} decimal places")
            }
            Self::OffStep { field, step } => format!("{field} must be a multiple of {step}"),
            Self::TooSmall { field, minimum } => format!("{field} must not be less than {minimum}"),
            Self::TooLarge { field, maximum } => format!("{field} must not exceed {maximum}"),
            Self::DuplicateClientOrderId(id) => {
                format!("An order with the client_order_id '{id}' has already been placed.")
            }
            Self::Limit { maximum } => format!("Limit must be between 1 and {maximum}"),
            Self::RangeTooLong { days: 1 } => return "Date range must not exceed 1 day".into(),
            Self::RangeTooLong { days } => format!("Date range must not exceed {days} days"),
            Self::TooManyOpenOrders { limit } => format!("Open orders must not exceed {limit}"),
            Self::OrderNotFound(id) => format!("Order with ID '{id}' not found."),
            Self::EndpointNotFound { method, path } => format!("Endpoint {method} {path} not found"),
            Self::InsufficientBalance { available, required } => {
                format!("Insufficient balance of {available}; required {required}")
            }
        };
        text.into()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

/// The answer made here is bare: [`seal`] finds the error in it and writes the envelope, which needs clock and ids.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }
}

/// What a command was about, for the texts of its refusal.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Subject<'a> {
    /// The client order id of the request.
    pub(crate) client_order_id: &'a str,
    /// The order that the path names.
    pub(crate) order_id: &'a str,
    /// The pair of the request.
    pub(crate) pair: &'a str,
    /// Who asks.
    pub(crate) account: Option<order_engine::AccountId>,
}

impl Subject<'_> {
    /// What the account of the one who asks is kept in.
    fn currency(&self, reference: &Reference) -> Option<AssetId> {
        Some(reference.account(self.account?)?.currency)
    }
}

impl ApiError {
    /// The vendor's words for a command that has no outcome.
    pub(crate) fn of(error: SubmitError, subject: Subject<'_>, reference: &Reference) -> Self {
        match error {
            SubmitError::Rejected(reject) => Self::of_reject(&reject, subject, reference),
            SubmitError::Busy => Self::RateLimited { retry_after_ms: BUSY_RETRY_MS },
            SubmitError::ReadOnly => Self::Unavailable,
            SubmitError::Unavailable => Self::Internal,
        }
    }

    fn of_reject(reject: &Reject, subject: Subject<'_>, reference: &Reference) -> Self {
        match reject {
            Reject::UnknownAccount(_) => Self::Unauthorized,
            Reject::AccountNotOpen { .. } => Self::Forbidden,
            Reject::UnknownInstrument(_) => Self::NoSuchPair(subject.pair.to_owned()),
            // What is no working limit order cannot be replaced, and is not found.
            Reject::UnknownOrder(_)
            | Reject::OrderClosed { .. }
            | Reject::OrderStaged(_)
            | Reject::Combination(Combination::SuccessorOfTrigger) => {
                Self::OrderNotFound(subject.order_id.to_owned())
            }
            Reject::AlreadyExists { .. } | Reject::ExistsWithDifferent { .. } => {
                Self::DuplicateClientOrderId(subject.client_order_id.to_owned())
            }
            Reject::NothingToReplace
            | Reject::AnnotationsTooLarge { .. }
            | Reject::Combination(
                Combination::PostOnlyWithoutLimit
                | Combination::PostOnlyImmediate
                | Combination::PriceWithoutLimit
                | Combination::CrossedBounds
                | Combination::ImmediateReplacement
                | Combination::TriggerWithoutStop
                | Combination::OffsetWithoutPip
                | Combination::ExitsOnReduceOnly
                | Combination::CrossedQuote
                | Combination::AuctionWithoutSessions
                | Combination::AuctionKind
                | Combination::AuctionWithRelease,
            )
            | Reject::ReleaseInPast { .. }
            // What another dialect attached to an order may stand in the way of its successor.
            | Reject::QuantityAbovePosition { .. }
            | Reject::TakeProfitOnWrongSide { .. }
            | Reject::StopLossOnWrongSide { .. }
            | Reject::SizeNotPositive
            | Reject::QuantityNotAboveFilled { .. }
            | Reject::PriceTooLarge { .. }
            | Reject::ExpiryInPast { .. }
            | Reject::Overflow { .. } => Self::BadRequest,
            Reject::QuantityTooPrecise { scale, .. } => {
                Self::Precision { field: "base_size", places: *scale }
            }
            Reject::QuantityOffLot { lot, .. } => Self::OffStep { field: "base_size", step: lot.decimal() },
            Reject::QuantityTooSmall { minimum, .. } => {
                Self::TooSmall { field: "base_size", minimum: minimum.decimal() }
            }
            Reject::QuantityTooLarge { maximum, .. } => {
                Self::TooLarge { field: "base_size", maximum: maximum.decimal() }
            }
            Reject::PriceTooPrecise { scale, .. } => Self::Precision { field: "price", places: *scale },
            Reject::PriceOffTick { tick, .. } => Self::OffStep { field: "price", step: tick.decimal() },
            Reject::NotionalTooSmall { minimum, .. } => {
                Self::TooSmall { field: "quote_size", minimum: minimum.decimal() }
            }
            Reject::NotionalTooLarge { maximum, .. } => {
                Self::TooLarge { field: "quote_size", maximum: maximum.decimal() }
            }
            Reject::TooManyOpenOrders { limit } => Self::TooManyOpenOrders { limit: *limit },
            Reject::InsufficientFunds { asset, needed, available } => {
                insufficient(Some(*asset), *available, *needed, reference)
            }
            Reject::InMarginCall { needed, available } | Reject::InsufficientMargin { needed, available } => {
                insufficient(subject.currency(reference), *available, *needed, reference)
            }
            // Recorded as rejected orders, not answered as refusals; a command that cannot record says the same word.
            Reject::NoLiquidity
            | Reject::TradingHalted(_)
            | Reject::MarketClosed { .. }
            | Reject::BeyondBound { .. }
            | Reject::NoConversion { .. }
            | Reject::NotFillable { .. }
            | Reject::WouldTakeLiquidity { .. }
            | Reject::ContractExpired { .. }
            // A buy back of what another dialect sold short, or the successor of its short sale.
            | Reject::ShortSaleForbidden(_)
            | Reject::ShortSaleWhileLong { .. }
            | Reject::ShortSaleAgainstBuys { .. }
            | Reject::ExceedsShort { .. }
            | Reject::SelfMatch { .. } => Self::Refused(words::reject_reason(reject)),
            Reject::CapacityExhausted { .. } => Self::Unavailable,
            // Only operators' commands, closes, and orders that wait, are refused with these.
            Reject::UnknownAsset(_)
            | Reject::AccountInUse { .. }
            | Reject::SettingOutOfRange { .. }
            | Reject::UnknownLot(_)
            | Reject::NoPosition(_)
            | Reject::QuantityAboveLot { .. }
            | Reject::TriggerReached { .. }
            | Reject::OffsetTooPrecise { .. }
            | Reject::OffsetOutOfRange { .. }
            | Reject::UnknownAssetCode
            | Reject::InvalidDefinition(_)
            | Reject::OrderNotStaged(_)
            | Reject::TradingNotHalted(_)
            | Reject::CannotRestate(_)
            | Reject::UnknownList(_)
            | Reject::UnknownListItem(_)
            | Reject::ListNameTaken(_)
            | Reject::NotExercisable(_)
            | Reject::ExerciseExists(_)
            | Reject::UnknownExercise(_)
            | Reject::ExerciseEnded(_)
            | Reject::InstrumentListed(_) => Self::Internal,
        }
    }
}

fn insufficient(
    asset: Option<AssetId>,
    available: Amount,
    needed: Amount,
    reference: &Reference,
) -> ApiError {
    let Some(asset) = asset.and_then(|asset| reference.asset(asset)) else { return ApiError::Internal };
    ApiError::InsufficientBalance {
        available: numbers::money(available, asset),
        required: numbers::money(needed, asset),
    }
}

impl State {
    /// Writes a refusal.
    pub(crate) fn refusal(&self, error: &ApiError) -> HttpResponse {
        let status = error.status();
        if status.is_server_error() {
            tracing::error!(?error, %status, "the request failed");
        } else {
            tracing::info!(%error, %status, "the request is refused");
        }
        let body = wire::Refusal {
            message: error.message().into_owned(),
            error_id: self.ids.next_uuid().to_string(),
            timestamp: self.engine.now().as_millis(),
        };
        let mut response = HttpResponse::build(status).json(body);
        // Milliseconds, not the seconds of the standard.
        if let ApiError::RateLimited { retry_after_ms } = error {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(*retry_after_ms));
        }
        set_date(&mut response, self.engine.now());
        enveloped(response)
    }
}

impl Renderer for State {
    /// The vendor has no word for a wrong method: a method and a path that do not go together are no endpoint.
    fn render(&self, status: StatusCode, request: &RequestLine) -> HttpResponse {
        let error = if status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED {
            let path = self.at.below(&request.path).to_owned();
            ApiError::EndpointNotFound { method: request.method.to_string(), path }
        } else if status == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::BodyTooLarge
        } else if status.is_server_error() {
            ApiError::Internal
        } else {
            ApiError::BadRequest
        };
        self.refusal(&error)
    }
}

/// Writes the refusals that handlers return, and dates every answer by the engine's clock: clients set theirs by it.
pub(crate) async fn seal(
    state: Arc<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?;
    let refused = response.response().error().and_then(Error::as_error::<ApiError>).cloned();
    if let Some(error) = refused {
        let (request, _) = response.into_parts();
        return Ok(ServiceResponse::new(request, state.refusal(&error)));
    }
    set_date(response.response_mut(), state.engine.now());
    Ok(response)
}

fn set_date(response: &mut HttpResponse, now: Timestamp) {
    let at = SystemTime::UNIX_EPOCH + Duration::from_nanos(now.as_nanos());
    if let Ok(value) = header::HeaderValue::from_str(&header::HttpDate::from(at).to_string()) {
        response.headers_mut().insert(header::DATE, value);
    }
}
