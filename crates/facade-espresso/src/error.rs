//! Refusals: the vendor's codes and texts, and the only writer of its envelope `{"error", "code"}`.
//!
//! Order of checks, the same for every operation:
//! 1. path and method: `404 page not found` in plain text, whoever asks;
//! 2. API key: 401, code 4010;
//! 3. rate limit: 429, code 4290;
//! 4. body or query: 422, code 4000;
//! 5. what the request names and asks for, in the order of `docs/facades/espresso.md#order-of-checks`;
//! 6. the engine: size limits, open orders, liquidity, balance.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use facade_kit::{Renderer, RequestLine, enveloped};
use order_engine::{Combination, OrderStatus, Reject};
use runtime::SubmitError;

use crate::state::State;
use crate::wire::ErrorBody;

/// The content type of everything but the 404 of an unknown path.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// No such path, or not with this method.
    NoSuchPage,
    /// Body or query cannot be used.
    InvalidRequest,
    /// No API key, or one that nobody has.
    Unauthorized,
    /// The account does not have enough.
    InsufficientBalance,
    /// The order is smaller than the least size.
    OrderTooSmall,
    /// The price is zero or less.
    PriceNotPositive,
    /// The price has too many decimals.
    PriceTooPrecise,
    /// The quantity has too many decimals.
    QuantityTooPrecise,
    /// A post-only order would trade.
    PostOnlyWouldMatch,
    /// A post-only order that is no limit order.
    PostOnlyWithoutLimit,
    /// No such pair.
    UnknownSymbol,
    /// No such pair, where the vendor has no status 400.
    UnknownSymbolInQuery,
    /// The quantity is zero or less.
    QuantityNotPositive,
    /// The slippage is out of range.
    SlippageOutOfRange,
    /// Nothing to trade with, or nothing within the slippage.
    NoLiquidity,
    /// The account has as many open orders as it may.
    TooManyOpenOrders,
    /// The price is above the band.
    PriceTooHigh,
    /// The price is below the band.
    PriceTooLow,
    /// No such order, or nothing open where all are to be canceled.
    OrderNotFound,
    /// No order of the id in the path of a cancel.
    NoOrderToCancel,
    /// The order cannot be canceled any more, or not yet.
    OrderNotOpen,
    /// The order was canceled before it was submitted.
    OrderStateInvalid,
    /// The API key has sent too much.
    RateLimited,
    /// The order was not submitted in time.
    TransactionExpired,
    /// The order was submitted before.
    AlreadySubmitted,
    /// The account of the key is not in the ledger.
    UserNotFound,
    /// The transaction is not the one that was built.
    TransactionNotFound,
    /// The account has no operation key.
    MissingOperationKey,
    /// The transaction is not signed by the operation key.
    NotSigned,
    /// A fault.
    Internal,
    /// The engine can take no more of this.
    Overloaded,
    /// Trading is locked.
    TradingLocked,
}

impl ApiError {
    /// Code, text and status, as the vendor has them, misspellings included. The path that does not exist has no code.
    const fn row(self) -> (u16, &'static str, StatusCode) {
        use StatusCode as S;
        match self {
            Self::NoSuchPage => (0, "404 page not found", S::NOT_FOUND),
            Self::InvalidRequest => (4000, "Invalid request data", S::UNPROCESSABLE_ENTITY),
            Self::Unauthorized => (4010, "Unauthorized access", S::UNAUTHORIZED),
            Self::InsufficientBalance => (4050, "Insufficient balance to place order", S::NOT_ACCEPTABLE),
            Self::OrderTooSmall => (4100, "Order size must be at least 5 ADA", S::BAD_REQUEST),
            Self::PriceNotPositive => (4101, "Order price must be greater then 0", S::BAD_REQUEST),
            Self::PriceTooPrecise => (4102, "Price must have at most 4 decimal places", S::BAD_REQUEST),
            Self::QuantityTooPrecise => (4103, "Quantity must have at most 4 decimal places", S::BAD_REQUEST),
            Self::PostOnlyWouldMatch => {
                (4104, "Post-only order would match with existing orders", S::BAD_REQUEST)
            }
            Self::PostOnlyWithoutLimit => {
                (4105, "Post-only flag can only be used with limit orders", S::BAD_REQUEST)
            }
            Self::UnknownSymbol => (4106, "Invalid trading pair symbol", S::BAD_REQUEST),
            Self::UnknownSymbolInQuery => (4106, "Invalid trading pair symbol", S::UNPROCESSABLE_ENTITY),
            Self::QuantityNotPositive => (4107, "Order Quantity must be greater then 0", S::BAD_REQUEST),
            Self::SlippageOutOfRange => {
                (4108, "Max Slippage basis point must be between 0 and 10000", S::BAD_REQUEST)
            }
            Self::NoLiquidity => (4109, "Insufficient liquidity to execute market order", S::BAD_REQUEST),
            Self::TooManyOpenOrders => (4110, "Maximum number of open orders exceeded", S::BAD_REQUEST),
            Self::PriceTooHigh => {
                (4111, "Price exceeds maximum allowed limit for this market", S::BAD_REQUEST)
            }
            Self::PriceTooLow => (4112, "Price below minimum allowed limit for this market", S::BAD_REQUEST),
            Self::OrderNotFound => (4200, "Order not found", S::BAD_REQUEST),
            Self::NoOrderToCancel => (4200, "Order not found", S::NOT_FOUND),
            Self::OrderNotOpen => (4201, "Order is not open", S::BAD_REQUEST),
            Self::OrderStateInvalid => (4202, "Order State in invalid", S::BAD_REQUEST),
            Self::RateLimited => (4290, "Rate limit exceeded, please try again later", S::TOO_MANY_REQUESTS),
            Self::TransactionExpired => (4300, "Transaction expired, please build again", S::BAD_REQUEST),
            Self::AlreadySubmitted => (4302, "Transaction has already been submitted", S::BAD_REQUEST),
            Self::UserNotFound => (4400, "User not found", S::BAD_REQUEST),
            Self::TransactionNotFound => (4402, "Transaction not found", S::BAD_REQUEST),
            Self::MissingOperationKey => (4406, "Account is missing required operation key", S::BAD_REQUEST),
            Self::NotSigned => (4407, "Failed to sign transaction", S::BAD_REQUEST),
            Self::Internal => (5000, "Internal Server Error", S::INTERNAL_SERVER_ERROR),
            Self::Overloaded => (5001, "System resources temporaily unavailable", S::INTERNAL_SERVER_ERROR),
            Self::TradingLocked => {
                (5002, "Trading is currently locked, please try again later", S::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// A refusal of a release: what is no longer waiting has been submitted, or its time is over.
    pub(crate) fn of_release(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(Reject::OrderClosed { status, .. }) if status != OrderStatus::Expired => {
                Self::AlreadySubmitted
            }
            SubmitError::Rejected(_)
            | SubmitError::Busy
            | SubmitError::ReadOnly
            | SubmitError::Unavailable => error.into(),
        }
    }

    /// A refusal of a cancel: however the order was closed, it is not open.
    pub(crate) fn of_cancel(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(Reject::OrderClosed { .. }) => Self::OrderNotOpen,
            SubmitError::Rejected(_)
            | SubmitError::Busy
            | SubmitError::ReadOnly
            | SubmitError::Unavailable => error.into(),
        }
    }

    /// The answer.
    pub(crate) fn response(self) -> HttpResponse {
        let (code, error, status) = self.row();
        if status.is_server_error() {
            tracing::error!(code, error, "refused");
        } else {
            tracing::info!(code, error, "refused");
        }
        let mut response = HttpResponse::build(status);
        enveloped(if self == Self::NoSuchPage {
            response.content_type("text/plain").body(error)
        } else {
            response.content_type(JSON).json(ErrorBody { error, code })
        })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, error, _) = self.row();
        write!(f, "{code} {error}")
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.row().2
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(reject) => reject.into(),
            // What the vendor's clients try again after.
            SubmitError::Busy => Self::RateLimited,
            SubmitError::ReadOnly => Self::Overloaded,
            SubmitError::Unavailable => {
                tracing::error!("a command has no outcome, for the engine is not available");
                Self::Internal
            }
        }
    }
}

impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        let error = refused(&reject);
        if error == Self::Internal {
            tracing::error!(%reject, "the engine refused what this facade cannot have asked for");
        } else {
            tracing::debug!(%reject, "the engine refused");
        }
        error
    }
}

/// The vendor's word for a reject.
const fn refused(reject: &Reject) -> ApiError {
    match reject {
        Reject::UnknownAccount(_) => ApiError::UserNotFound,
        Reject::UnknownInstrument(_) => ApiError::UnknownSymbol,
        Reject::UnknownOrder(_) => ApiError::OrderNotFound,
        Reject::OrderClosed { status: OrderStatus::Expired, .. } | Reject::ExpiryInPast { .. } => {
            ApiError::TransactionExpired
        }
        Reject::OrderClosed { .. } | Reject::OrderStaged(_) => ApiError::OrderNotOpen,
        Reject::OrderNotStaged(_) => ApiError::AlreadySubmitted,
        Reject::Combination(Combination::PostOnlyWithoutLimit | Combination::PostOnlyImmediate) => {
            ApiError::PostOnlyWithoutLimit
        }
        Reject::SizeNotPositive => ApiError::QuantityNotPositive,
        Reject::QuantityTooPrecise { .. } | Reject::QuantityOffLot { .. } => ApiError::QuantityTooPrecise,
        Reject::QuantityTooSmall { .. } | Reject::NotionalTooSmall { .. } => ApiError::OrderTooSmall,
        // The vendor has no word for an order that is too large.
        Reject::QuantityTooLarge { .. } | Reject::NotionalTooLarge { .. } | Reject::Overflow { .. } => {
            ApiError::InvalidRequest
        }
        Reject::AccountNotOpen { .. } | Reject::ShortSaleForbidden(_) => ApiError::TradingLocked,
        Reject::PriceTooPrecise { .. } | Reject::PriceOffTick { .. } | Reject::OffsetTooPrecise { .. } => {
            ApiError::PriceTooPrecise
        }
        Reject::PriceTooLarge { .. } => ApiError::PriceTooHigh,
        Reject::TooManyOpenOrders { .. } => ApiError::TooManyOpenOrders,
        // The last three are said of what another dialect sold short: of its orders, and of buying it back.
        Reject::InsufficientFunds { .. }
        | Reject::InMarginCall { .. }
        | Reject::InsufficientMargin { .. }
        | Reject::ShortSaleWhileLong { .. }
        | Reject::ShortSaleAgainstBuys { .. }
        | Reject::ExceedsShort { .. } => ApiError::InsufficientBalance,
        // The vendor's market never closes; in one that has, there is nobody to trade with.
        Reject::TradingHalted(_)
        | Reject::MarketClosed { .. }
        | Reject::NoLiquidity
        | Reject::BeyondBound { .. }
        | Reject::NotFillable { .. }
        | Reject::ContractExpired { .. } => ApiError::NoLiquidity,
        Reject::WouldTakeLiquidity { .. } => ApiError::PostOnlyWouldMatch,
        Reject::CapacityExhausted { .. } | Reject::NoConversion { .. } => ApiError::Overloaded,
        // Nothing that this dialect sends can be refused for these reasons.
        Reject::AccountInUse { .. }
        | Reject::SettingOutOfRange { .. }
        | Reject::UnknownAsset(_)
        | Reject::UnknownAssetCode
        | Reject::InvalidDefinition(_)
        | Reject::AnnotationsTooLarge { .. }
        | Reject::AlreadyExists { .. }
        | Reject::ExistsWithDifferent { .. }
        | Reject::NothingToReplace
        | Reject::UnknownList(_)
        | Reject::UnknownListItem(_)
        | Reject::ListNameTaken(_)
        | Reject::NotExercisable(_)
        | Reject::ExerciseExists(_)
        | Reject::UnknownExercise(_)
        | Reject::ExerciseEnded(_)
        | Reject::InstrumentListed(_)
        | Reject::CannotRestate(_)
        | Reject::Combination(
            Combination::PriceWithoutLimit
            | Combination::CrossedBounds
            | Combination::ImmediateReplacement
            | Combination::TriggerWithoutStop
            | Combination::SuccessorOfTrigger
            | Combination::OffsetWithoutPip
            | Combination::ExitsOnReduceOnly
            | Combination::CrossedQuote
            | Combination::AuctionWithoutSessions
            | Combination::AuctionKind
            | Combination::AuctionWithRelease,
        )
        | Reject::ReleaseInPast { .. }
        | Reject::TradingNotHalted(_)
        | Reject::UnknownLot(_)
        | Reject::NoPosition(_)
        | Reject::QuantityAboveLot { .. }
        | Reject::QuantityAbovePosition { .. }
        | Reject::TakeProfitOnWrongSide { .. }
        | Reject::StopLossOnWrongSide { .. }
        | Reject::TriggerReached { .. }
        | Reject::QuantityNotAboveFilled { .. }
        | Reject::OffsetOutOfRange { .. }
        | Reject::SelfMatch { .. } => ApiError::Internal,
    }
}

impl Renderer for State {
    fn render(&self, status: StatusCode, _request: &RequestLine) -> HttpResponse {
        let error = match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ApiError::NoSuchPage,
            _ if status.is_server_error() => ApiError::Internal,
            // What remains is a body that could not be read.
            _ => ApiError::InvalidRequest,
        };
        error.response()
    }
}
