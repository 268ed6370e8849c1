//! Every refusal of the facade, and the only writer of the vendor's error envelope.
//!
//! The order of checks. The first that fails is the answer.
//!
//! 1. `Authorization`: 3 none, 8 malformed, 4 unknown token. OPTIONS needs none.
//! 2. The rate limit: 53.
//! 3. The method override: 67 on a method that has none, 66 for a value that is not allowed.
//! 4. The route: 404 for an unknown path, 7 for a wrong method.
//! 5. `X-Accept-Datetime-Format`: 62. Then the query itself: 40.
//! 6. The body of a POST or PATCH: 42 its type, 65 parameters in the query instead, 61 no parameters at all.
//! 7. Ids in the path: 52. The account: 32 when unknown, 4 when it is somebody else's. The order of the path: 11 when
//!    there is none, 30 when it is another account's; the trade: 12; the position: 14.
//! 8. Missing arguments: 2, in the order `instrument, units, side, type, price, expiry`.
//! 9. The syntax of values: 1. A PATCH without any known argument: 35. Arguments that exclude each other: 47.
//! 10. The instrument: 9 in an order, 46 elsewhere; 37 when it cannot be traded.
//! 11. The precision of prices: 18.
//! 12. Ranges: 36.
//! 13. Counts of open trades and orders: 15, 16.
//! 14. The market and the money, as the engine ranks them: 24, 22 and 23, 19, 17.

use std::borrow::Cow;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError, web};
use facade_kit::enveloped;
use order_engine::{AccountState, Capacity, Combination, Price, Reject};
use runtime::SubmitError;

use crate::json;
use crate::reply::reason;
use crate::wire;

/// Whatever can be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// 1: a value that is malformed or not acceptable; the argument's name.
    Malformed(&'static str),
    /// 2: an argument that is not there; its name.
    Missing(&'static str),
    /// 3: no credential.
    AuthorizationMissing,
    /// 4: an unknown token, or somebody else's account.
    NotAuthorized,
    /// 5: our fault.
    Internal,
    /// 6: try again.
    Unavailable,
    /// 7: the path has no such method.
    MethodNotAllowed,
    /// 8: a credential that is none.
    AuthorizationMalformed,
    /// 9: the instrument of an order is unknown.
    UnknownInstrument,
    /// 11: no such pending order.
    OrderNotFound,
    /// 12: no such open trade.
    TradeNotFound,
    /// 13: no such transaction of late.
    TransactionNotFound,
    /// 14: no open position.
    PositionNotFound,
    /// 15: too many trades.
    TooManyTrades,
    /// 16: too many pending orders.
    TooManyOrders,
    /// 17: the market has too little.
    InsufficientLiquidity,
    /// 18: a price with too many decimals.
    Precision,
    /// 19: the account has too little.
    InsufficientFunds,
    /// 22: the market is above the upper bound.
    UpperBound,
    /// 23: the market is below the lower bound.
    LowerBound,
    /// 24: there is no market.
    Halted,
    /// 25: the account is closed.
    AccountNotTradable,
    /// 26: the account is suspended.
    AccountLocked,
    /// 28: an older trade of the same size has to be closed first.
    OutOfTurn,
    /// 30: the order is another account's.
    ForeignOrder,
    /// 32: no such account.
    UnknownAccount,
    /// 33: a stop loss that is not on the losing side of the price.
    InvalidStopLoss {
        /// As asked.
        given: Price,
        /// The price that decided.
        price: Price,
    },
    /// 34: a take profit that is not on the profitable side of the price.
    InvalidTakeProfit {
        /// As asked.
        given: Price,
        /// The price that decided.
        price: Price,
    },
    /// 35: nothing to change.
    NoParameters,
    /// 36: a value out of its range; the argument's name.
    OutOfRange(&'static str),
    /// 36: more candles than an answer may have.
    TooManyCandles,
    /// 37: the instrument cannot be traded by this account.
    NotTradable,
    /// 40: a query that cannot be decoded; the query.
    MalformedQuery(String),
    /// 42: a body of another type; the type.
    ContentType(String),
    /// 45: a time that cannot be read; the argument's name.
    Timestamp(&'static str),
    /// 46: an instrument is unknown; its name.
    InvalidInstrument(String),
    /// 47: an argument that does not go with others, or not without them.
    Conflict {
        /// Its name.
        argument: &'static str,
        /// With what it does not go.
        with: &'static str,
    },
    /// 52: an id in the path that is no number; its name.
    ResourceIdentifier(&'static str),
    /// 53: too fast.
    RateLimited {
        /// How many are allowed.
        allowed: u32,
        /// Of what, and in what time.
        unit: &'static str,
    },
    /// 54: a back end did not answer.
    BadGateway,
    /// 55: the sandbox has no such user.
    InvalidUsername,
    /// 56: too many instruments for one stream.
    TooManyInstruments,
    /// 58: the application was shut out.
    Disabled,
    /// 59: the order belongs to a step that this API does not have.
    AccessForbidden,
    /// 61: a body is needed.
    NoData,
    /// 62: an unknown format of times.
    DatetimeFormat,
    /// 63: a back end answered too late.
    GatewayTimeout,
    /// 65: the parameters are in the query, and belong into the body.
    ParametersInQuery,
    /// 66: a method that this one cannot be overridden with.
    OverrideNotAllowed {
        /// The method that was sent.
        method: Method,
    },
    /// 67: a method that cannot be overridden.
    OverrideOfOtherMethod,
    /// 68: too many new connections.
    TooManyConnections {
        /// How many are allowed.
        connections_per_second: u32,
    },
    /// A status that the vendor has no code for; the status is the code.
    Bare(StatusCode),
}

const AUTH_HELP: &str = "http://developer.oanda.com/docs/v1/auth/#overview";
const ERROR_HELP: &str = "http://developer.oanda.com/docs/v1/troubleshooting/#errors";

impl ApiError {
    /// The error for a request that failed before a handler had a say.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            StatusCode::BAD_GATEWAY => Self::BadGateway,
            StatusCode::GATEWAY_TIMEOUT => Self::GatewayTimeout,
            status if status.is_server_error() => Self::Internal,
            status => Self::Bare(status),
        }
    }

    /// The vendor's code.
    pub(crate) fn code(&self) -> u16 {
        self.facts().0
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.facts().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Code and status.
    fn facts(&self) -> (u16, u16) {
        match self {
            Self::Malformed(_) => (1, 400),
            Self::Missing(_) => (2, 400),
            Self::AuthorizationMissing => (3, 401),
            Self::NotAuthorized => (4, 401),
            Self::Internal => (5, 500),
            Self::Unavailable => (6, 503),
            Self::MethodNotAllowed => (7, 405),
            Self::AuthorizationMalformed => (8, 400),
            Self::UnknownInstrument => (9, 400),
            Self::OrderNotFound => (11, 404),
            Self::TradeNotFound => (12, 404),
            Self::TransactionNotFound => (13, 404),
            Self::PositionNotFound => (14, 404),
            Self::InvalidStopLoss { .. } => (33, 400),
            Self::InvalidTakeProfit { .. } => (34, 400),
            Self::TooManyTrades => (15, 403),
            Self::TooManyOrders => (16, 403),
            Self::InsufficientLiquidity => (17, 403),
            Self::Precision => (18, 400),
            Self::InsufficientFunds => (19, 403),
            Self::UpperBound => (22, 400),
            Self::LowerBound => (23, 400),
            Self::Halted => (24, 403),
            Self::OutOfTurn => (28, 403),
            Self::ForeignOrder => (30, 404),
            Self::UnknownAccount => (32, 404),
            Self::NoParameters => (35, 400),
            Self::OutOfRange(_) | Self::TooManyCandles => (36, 400),
            Self::AccountNotTradable => (25, 403),
            Self::AccountLocked => (26, 403),
            Self::NotTradable => (37, 400),
            Self::MalformedQuery(_) => (40, 400),
            Self::ContentType(_) => (42, 415),
            Self::Timestamp(_) => (45, 400),
            Self::InvalidInstrument(_) => (46, 400),
            Self::Conflict { .. } => (47, 400),
            Self::ResourceIdentifier(_) => (52, 400),
            Self::RateLimited { .. } => (53, 429),
            Self::BadGateway => (54, 502),
            Self::InvalidUsername => (55, 400),
            Self::TooManyInstruments => (56, 400),
            Self::Disabled => (58, 403),
            Self::AccessForbidden => (59, 403),
            Self::NoData => (61, 411),
            Self::DatetimeFormat => (62, 400),
            Self::GatewayTimeout => (63, 504),
            Self::ParametersInQuery => (65, 400),
            Self::OverrideNotAllowed { .. } => (66, 400),
            Self::OverrideOfOtherMethod => (67, 400),
            Self::TooManyConnections { .. } => (68, 429),
            Self::Bare(status) => (status.as_u16(), status.as_u16()),
        }
    }

    /// The vendor's text.
    fn message(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::Malformed(argument) => {
                return format!("Invalid or malformed argument: {argument}").into();
            }
            Self::Missing(argument) => return format!("Missing required argument: {argument}").into(),
            Self::AuthorizationMissing => "This request requires authorization",
            Self::NotAuthorized => "The access token provided does not allow this request to be made",
            Self::Internal => "An internal server error occurred, our engineers have been notified",
            Self::Unavailable => "Service Unavailable",
            Self::MethodNotAllowed => "Method not allowed",
            Self::AuthorizationMalformed => "Malformed Authorization header or invalid access token",
            Self::UnknownInstrument => "Currency provided is invalid",
            Self::OrderNotFound | Self::ForeignOrder => "Order not found",
            Self::TradeNotFound => "Trade not found",
            Self::TransactionNotFound => "Transaction not found",
            Self::PositionNotFound => "Position not found",
            Self::TooManyTrades => "Max Open Trades Reached",
            Self::TooManyOrders => "Max Open Orders Reached",
            Self::InsufficientLiquidity | Self::InsufficientFunds => "Insufficient Liquidity",
            Self::Precision => "Invalid Precision",
            Self::UpperBound => "Upper bound exceeded",
            Self::LowerBound => "Lower bound exceeded",
            Self::Halted => "Instrument trading halted",
            Self::AccountNotTradable => "Account Not Tradable",
            Self::AccountLocked => "Account Locked",
            Self::OutOfTurn => "Trades in the same instrument must be closed in FIFO order",
            Self::UnknownAccount => "The account ID provided is invalid",
            Self::InvalidStopLoss { given, price } => return wrong_side("stopLoss", *given, *price).into(),
            Self::InvalidTakeProfit { given, price } => {
                return wrong_side("takeProfit", *given, *price).into();
            }
            Self::NoParameters => "No valid parameters were passed with the request",
            Self::OutOfRange(argument) => {
                return format!("The value specified is not in the valid range: {argument}").into();
            }
            Self::TooManyCandles => {
                "The value specified is not in the valid range: Resulting candle count is larger than maximum allowed: 5000"
            }
            Self::NotTradable => {
                "Invalid Instrument: This instrument is not tradable with the specified account"
            }
            Self::MalformedQuery(query) => {
                return format!("Received request with malformed query string: '{query}'").into();
            }
            Self::ContentType(given) => {
                return format!("Received request with unsupported Content-Type: '{given}'").into();
            }
            Self::Timestamp(argument) => {
                return format!("Invalid timestamp: [{argument}] parameter").into();
            }
            Self::InvalidInstrument(name) => {
                return format!("Invalid instrument: {name} is not a valid instrument").into();
            }
            Self::Conflict { argument, with } => {
                return format!("Argument conflict found: [{argument}] cannot be specified {with}.").into();
            }
            Self::ResourceIdentifier(name) => {
                return format!("Invalid or malformed resource identifier: {name}").into();
            }
            Self::RateLimited { allowed, unit } => {
                return format!("Rate limit violation. Allowed rate: {allowed} {unit}").into();
            }
            Self::BadGateway => "Bad Gateway",
            Self::InvalidUsername => "Invalid Username",
            Self::TooManyInstruments => "Exceeded maximum number of instrument subscription",
            Self::Disabled => "Application Disabled",
            Self::AccessForbidden => "The access is forbidden",
            Self::NoData => "Data is required",
            Self::DatetimeFormat => "Invalid DateTime Format: choose rfc3339 or unix",
            Self::GatewayTimeout => "Gateway Timeout",
            Self::TooManyConnections { connections_per_second } => {
                return format!(
                    "Rate limit violation of newly established connections. Allowed rate: \
                     {connections_per_second} connections per second"
                )
                .into();
            }
            Self::ParametersInQuery => "Input parameters should be provided in the body of this request",
            Self::OverrideNotAllowed { method } => {
                return format!(
                    "Given value of X-HTTP-Method-Override header is not allowed to override {method} method"
                )
                .into();
            }
            Self::OverrideOfOtherMethod => {
                "Only GET or POST methods can be overridden by the X-HTTP-Method-Override header"
            }
            Self::Bare(status) => status.canonical_reason().unwrap_or("Error"),
        };
        fixed.into()
    }

    fn more_info(&self) -> &'static str {
        if matches!(self, Self::AuthorizationMissing | Self::NotAuthorized) { AUTH_HELP } else { ERROR_HELP }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code(), self.message())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let body = wire::error::Envelope {
            code: self.code(),
            message: &self.message(),
            more_info: self.more_info(),
        };
        let status = self.status();
        enveloped(
            HttpResponse::build(status)
                .reason(reason(status))
                .insert_header((CONTENT_TYPE, "application/json"))
                .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
                .body(json::to_bytes(&body).unwrap_or_default()),
        )
    }
}

/// A refusal of the engine. What this facade never asks for (a client order id, a post-only or a trailing order, a
/// definition) can only be refused by a mistake of ours.
impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        match reject {
            Reject::UnknownAccount(_) => Self::UnknownAccount,
            Reject::AccountNotOpen { state: AccountState::Suspended, .. } => Self::AccountLocked,
            Reject::AccountNotOpen { state: AccountState::Open | AccountState::Closed, .. } => {
                Self::AccountNotTradable
            }
            Reject::UnknownInstrument(_) => Self::UnknownInstrument,
            Reject::UnknownOrder(_) | Reject::OrderClosed { .. } => Self::OrderNotFound,
            Reject::UnknownLot(_) => Self::TradeNotFound,
            Reject::NoPosition(_) => Self::PositionNotFound,
            Reject::TakeProfitOnWrongSide { given, reference } => {
                Self::InvalidTakeProfit { given, price: reference }
            }
            Reject::StopLossOnWrongSide { given, reference } => {
                Self::InvalidStopLoss { given, price: reference }
            }
            Reject::OrderStaged(_) | Reject::OrderNotStaged(_) => Self::AccessForbidden,
            Reject::NothingToReplace => Self::NoParameters,
            Reject::Combination(combination) => combination.into(),
            Reject::SizeNotPositive
            | Reject::QuantityTooPrecise { .. }
            | Reject::QuantityOffLot { .. }
            | Reject::QuantityNotAboveFilled { .. } => Self::Malformed("units"),
            Reject::QuantityAboveLot { .. } | Reject::QuantityAbovePosition { .. } => {
                Self::OutOfRange("units")
            }
            Reject::QuantityTooSmall { .. }
            | Reject::QuantityTooLarge { .. }
            | Reject::NotionalTooSmall { .. }
            | Reject::NotionalTooLarge { .. }
            | Reject::Overflow => Self::OutOfRange("units"),
            Reject::PriceTooPrecise { .. }
            | Reject::PriceOffTick { .. }
            | Reject::OffsetTooPrecise { .. } => Self::Precision,
            Reject::PriceTooLarge { .. } => Self::OutOfRange("price"),
            Reject::OffsetOutOfRange { .. } => Self::OutOfRange("trailingStop"),
            Reject::ExpiryInPast { .. } => Self::Malformed("expiry"),
            Reject::TooManyOpenOrders { .. } => Self::TooManyOrders,
            Reject::CapacityExhausted { what, .. } => what.into(),
            Reject::TradingHalted(_) | Reject::MarketClosed { .. } | Reject::NoLiquidity => Self::Halted,
            Reject::BeyondBound { upper: true, .. } => Self::UpperBound,
            Reject::BeyondBound { upper: false, .. } => Self::LowerBound,
            Reject::InsufficientFunds { .. } | Reject::InsufficientMargin { .. } => Self::InsufficientFunds,
            Reject::NoConversion { .. } | Reject::ContractExpired { .. } => Self::NotTradable,
            Reject::NotFillable { .. } => Self::InsufficientLiquidity,
            unasked @ (Reject::UnknownAsset(_)
            | Reject::AccountInUse { .. }
            | Reject::SettingOutOfRange { .. }
            | Reject::UnknownAssetCode
            | Reject::InvalidDefinition(_)
            | Reject::AnnotationsTooLarge
            | Reject::AlreadyExists { .. }
            | Reject::ExistsWithDifferent { .. }
            | Reject::CannotRestate(_)
            | Reject::UnknownList(_)
            | Reject::UnknownListItem(_)
            | Reject::ListNameTaken(_)
            | Reject::InstrumentListed(_)
            | Reject::TriggerReached { .. }
            | Reject::WouldTakeLiquidity { .. }
            | Reject::SelfMatch { .. }
            | Reject::ReleaseInPast { .. }
            | Reject::TradingNotHalted(_)) => {
                tracing::error!(reject = %unasked, "the engine refused what was never asked of it");
                Self::Internal
            }
        }
    }
}

fn wrong_side(exit: &str, given: Price, price: Price) -> String {
    let side = if given > price { "above" } else { "below" };
    format!("Invalid {exit} error: requested {exit} is {side} price {price}")
}

impl From<Combination> for ApiError {
    fn from(combination: Combination) -> Self {
        match combination {
            Combination::PriceWithoutLimit | Combination::TriggerWithoutStop => Self::Malformed("price"),
            Combination::CrossedBounds => Self::Malformed("lowerBound"),
            Combination::ImmediateReplacement => Self::Malformed("expiry"),
            Combination::PostOnlyWithoutLimit
            | Combination::PostOnlyImmediate
            | Combination::SuccessorOfTrigger
            | Combination::OffsetWithoutPip
            | Combination::ExitsOnReduceOnly
            | Combination::CrossedQuote
            | Combination::AuctionWithoutSessions
            | Combination::AuctionKind
            | Combination::AuctionWithRelease => {
                tracing::error!(?combination, "the engine refused what was never asked of it");
                Self::Internal
            }
        }
    }
}

impl From<Capacity> for ApiError {
    fn from(what: Capacity) -> Self {
        match what {
            Capacity::Lots => Self::TooManyTrades,
            Capacity::Accounts
            | Capacity::Assets
            | Capacity::Instruments
            | Capacity::Orders
            | Capacity::Replaces
            | Capacity::Calendars
            | Capacity::Lists
            | Capacity::ListItems => Self::Unavailable,
        }
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Rejected(reject) => {
                tracing::info!(%reject, "refused by the engine");
                reject.into()
            }
            SubmitError::Busy | SubmitError::ReadOnly => Self::Unavailable,
            SubmitError::Unavailable => {
                tracing::error!("the engine is not available");
                Self::Internal
            }
        }
    }
}

/// The limit of a body. The reader of forms answers for what passes it.
pub(crate) fn payload_config(limit: usize) -> web::PayloadConfig {
    web::PayloadConfig::new(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_the_recorded_one() {
        let error = ApiError::MethodNotAllowed;
        assert_eq!(error.to_string(), "7: Method not allowed");
        assert_eq!(error.more_info(), ERROR_HELP);
        assert_eq!(ApiError::NotAuthorized.more_info(), AUTH_HELP);
    }

    #[test]
    fn a_bare_status_has_a_code() {
        let code = |status| ApiError::from_status(status).code();
        assert_eq!(code(StatusCode::NOT_FOUND), 404);
        assert_eq!(code(StatusCode::METHOD_NOT_ALLOWED), 7);
        assert_eq!(code(StatusCode::SERVICE_UNAVAILABLE), 6);
        assert_eq!(code(StatusCode::BAD_GATEWAY), 54);
        assert_eq!(code(StatusCode::GATEWAY_TIMEOUT), 63);
        assert_eq!(code(StatusCode::NOT_IMPLEMENTED), 5);
    }

    #[test]
    fn what_the_engine_may_refuse_has_its_code() {
        let price = order_engine::Price::new(rust_decimal::Decimal::ONE).unwrap();
        let refused = |reject: Reject| ApiError::from(SubmitError::Rejected(reject)).code();
        assert_eq!(refused(Reject::BeyondBound { upper: true, bound: price, market: price }), 22);
        assert_eq!(refused(Reject::BeyondBound { upper: false, bound: price, market: price }), 23);
        assert_eq!(refused(Reject::TooManyOpenOrders { limit: 1 }), 16);
        assert_eq!(refused(Reject::CapacityExhausted { what: Capacity::Lots, limit: 1 }), 15);
        assert_eq!(refused(Reject::CapacityExhausted { what: Capacity::Orders, limit: 1 }), 6);
        assert_eq!(refused(Reject::AnnotationsTooLarge), 5);
        assert_eq!(ApiError::from(SubmitError::Busy).code(), 6);
        assert_eq!(ApiError::from(SubmitError::ReadOnly).code(), 6);
        assert_eq!(ApiError::from(SubmitError::Unavailable).code(), 5);
    }
}
