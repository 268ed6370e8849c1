//! Every refusal of the facade, and the only writer of the vendor's error envelope.
//!
//! The order of checks. The first that fails is the answer.
//!
//! 1. `Authorization`: 3 none, 8 malformed, 4 unknown token. OPTIONS needs none.
//! 2. The rate limit: 53.
//! 3. The method override: 67 on a method that has none, 66 for a value that is not allowed.
//! 4. The route: 404 for an unknown path, 7 for a wrong method.
//! 5. `X-Accept-Datetime-Format`: 62. Then the query itself: 40 when it cannot be decoded, 1 when an argument comes twice.
//! 6. The body of a POST or PATCH: 42 its type, 65 parameters in the query instead, 61 no parameters at all, 1 when an
//!    argument comes twice.
//! 7. Ids in the path: 52. The account: 32 when unknown, 4 when it is somebody else's. The order of the path: 11 when
//!    there is none, 30 when it is another account's; the trade: 12; the position: 14.
//! 8. Missing arguments: 2, in the order `instrument, units, side, type, price, expiry`.
//! 9. The syntax of values: 1. A PATCH without any known argument: 35. Arguments that exclude each other: 47.
//! 10. The instrument: 9 in an order, 46 elsewhere.
//! 11. The precision of prices: 18.
//! 12. Ranges: 36.
//! 13. What the engine has to say, as it ranks it: the account's state, 25 and 26; 24 for a market that is halted or closed or
//!     that nobody makes; the sides of exits, 34 and 33; 22 and 23 for the bounds.
//! 14. Counts of open trades and orders: 15, 16.
//! 15. The money, 20 and 19, and a market that has too little, 17.

pub(crate) mod codes;
mod refused;

use std::borrow::Cow;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError, web};
use facade_kit::enveloped;
use order_engine::Price;

use crate::json;
use crate::reply::reason;
use crate::translate::candles::MAX_COUNT as MAX_CANDLES;
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
    /// 20: the account has less than what is open needs.
    MarginCall,
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
        match self {
            Self::Malformed(_) => 1,
            Self::Missing(_) => 2,
            Self::AuthorizationMissing => 3,
            Self::NotAuthorized => 4,
            Self::Internal => 5,
            Self::Unavailable => 6,
            Self::MethodNotAllowed => 7,
            Self::AuthorizationMalformed => 8,
            Self::UnknownInstrument => 9,
            Self::OrderNotFound => 11,
            Self::TradeNotFound => 12,
            Self::TransactionNotFound => 13,
            Self::PositionNotFound => 14,
            Self::TooManyTrades => 15,
            Self::TooManyOrders => 16,
            Self::InsufficientLiquidity => 17,
            Self::Precision => 18,
            Self::InsufficientFunds => 19,
            Self::MarginCall => 20,
            Self::UpperBound => 22,
            Self::LowerBound => 23,
            Self::Halted => 24,
            Self::AccountNotTradable => 25,
            Self::AccountLocked => 26,
            Self::OutOfTurn => 28,
            Self::ForeignOrder => 30,
            Self::UnknownAccount => 32,
            Self::InvalidStopLoss { .. } => 33,
            Self::InvalidTakeProfit { .. } => 34,
            Self::NoParameters => 35,
            Self::OutOfRange(_) | Self::TooManyCandles => 36,
            Self::NotTradable => 37,
            Self::MalformedQuery(_) => 40,
            Self::ContentType(_) => 42,
            Self::Timestamp(_) => 45,
            Self::InvalidInstrument(_) => 46,
            Self::Conflict { .. } => 47,
            Self::ResourceIdentifier(_) => 52,
            Self::RateLimited { .. } => 53,
            Self::BadGateway => 54,
            Self::InvalidUsername => 55,
            Self::TooManyInstruments => 56,
            Self::Disabled => 58,
            Self::AccessForbidden => 59,
            Self::NoData => 61,
            Self::DatetimeFormat => 62,
            Self::GatewayTimeout => 63,
            Self::ParametersInQuery => 65,
            Self::OverrideNotAllowed { .. } => 66,
            Self::OverrideOfOtherMethod => 67,
            Self::TooManyConnections { .. } => 68,
            Self::Bare(status) => status.as_u16(),
        }
    }

    fn status(&self) -> StatusCode {
        if let Self::Bare(status) = self {
            return *status;
        }
        let known = codes::of(self.code()).and_then(|published| published.status);
        known
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The vendor's text: as it was published, and what varies of it.
    fn message(&self) -> Cow<'static, str> {
        let text = codes::of(self.code()).map_or("", |published| published.text);
        match self {
            Self::Bare(status) => status.canonical_reason().unwrap_or("Error").into(),
            Self::Malformed(argument) | Self::OutOfRange(argument) | Self::ResourceIdentifier(argument) => {
                format!("{text}{argument}").into()
            }
            Self::Missing(argument) => format!("{text}: {argument}").into(),
            Self::TooManyCandles => {
                format!("{text}Resulting candle count is larger than maximum allowed: {MAX_CANDLES}").into()
            }
            Self::InvalidStopLoss { given, price } | Self::InvalidTakeProfit { given, price } => {
                let side = if given > price { "above" } else { "below" };
                format!("{text}{side} price {price}").into()
            }
            Self::MalformedQuery(given) | Self::ContentType(given) => format!("{text}'{given}'").into(),
            Self::Timestamp(argument) => format!("{text}[{argument}] parameter").into(),
            Self::InvalidInstrument(name) => format!("{text}{name} is not a valid instrument").into(),
            Self::Conflict { argument, with } => {
                format!("{text}[{argument}] cannot be specified {with}.").into()
            }
            Self::RateLimited { allowed, unit } => format!("{text} {allowed} {unit}").into(),
            Self::TooManyConnections { connections_per_second } => {
                format!("{text}{connections_per_second} connections per second").into()
            }
            Self::OverrideNotAllowed { method } => format!("{text}{method} method").into(),
            Self::AuthorizationMissing
            | Self::NotAuthorized
            | Self::Internal
            | Self::Unavailable
            | Self::MethodNotAllowed
            | Self::AuthorizationMalformed
            | Self::UnknownInstrument
            | Self::OrderNotFound
            | Self::TradeNotFound
            | Self::TransactionNotFound
            | Self::PositionNotFound
            | Self::TooManyTrades
            | Self::TooManyOrders
            | Self::MarginCall
            | Self::InsufficientLiquidity
            | Self::Precision
            | Self::InsufficientFunds
            | Self::UpperBound
            | Self::LowerBound
            | Self::Halted
            | Self::AccountNotTradable
            | Self::AccountLocked
            | Self::OutOfTurn
            | Self::ForeignOrder
            | Self::UnknownAccount
            | Self::NoParameters
            | Self::NotTradable
            | Self::BadGateway
            | Self::InvalidUsername
            | Self::TooManyInstruments
            | Self::Disabled
            | Self::AccessForbidden
            | Self::NoData
            | Self::DatetimeFormat
            | Self::GatewayTimeout
            | Self::ParametersInQuery
            | Self::OverrideOfOtherMethod => text.into(),
        }
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
}
