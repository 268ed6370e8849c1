//! Single words, both ways. Every match is total: an unknown word is nobody's default.

use order_engine::{OrderKind, OrderStatus, Reject, Side, StatusReason, TimeInForce};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

use crate::wire;
use crate::wire::orders::{OrderState, OrderType};

/// A word that a wire enum knows.
pub(crate) fn parse<T: DeserializeOwned>(word: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(word)).ok()
}

pub(crate) const fn side(side: Side) -> wire::Side {
    match side {
        Side::Buy => wire::Side::Buy,
        Side::Sell => wire::Side::Sell,
    }
}

pub(crate) const fn core_side(side: wire::Side) -> Side {
    match side {
        wire::Side::Buy => Side::Buy,
        wire::Side::Sell => Side::Sell,
    }
}

/// An expired order is a cancelled one here.
pub(crate) const fn state(status: OrderStatus) -> OrderState {
    match status {
        OrderStatus::PendingNew => OrderState::PendingNew,
        OrderStatus::New => OrderState::New,
        OrderStatus::PartiallyFilled => OrderState::PartiallyFilled,
        OrderStatus::Filled => OrderState::Filled,
        OrderStatus::Canceled | OrderStatus::Expired => OrderState::Cancelled,
        OrderStatus::Rejected => OrderState::Rejected,
        OrderStatus::Replaced => OrderState::Replaced,
    }
}

/// A market order whose remainder rests is a limit order here.
pub(crate) const fn order_type(kind: OrderKind) -> OrderType {
    match kind {
        OrderKind::Market => OrderType::Market,
        OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => OrderType::Limit,
    }
}

/// Everything that rests is good till cancelled here. A market order never rests.
pub(crate) const fn time_in_force(kind: OrderKind, time_in_force: TimeInForce) -> wire::orders::TimeInForce {
    match (kind, time_in_force) {
        (_, TimeInForce::Fok) => wire::orders::TimeInForce::Fok,
        (_, TimeInForce::Ioc) | (OrderKind::Market, _) => wire::orders::TimeInForce::Ioc,
        (
            OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. },
            TimeInForce::Gtc | TimeInForce::Day | TimeInForce::Gtd(_),
        ) => wire::orders::TimeInForce::Gtc,
    }
}

/// Why a recorded order was refused, in the words of the exchange.
pub(crate) const fn reason(reason: &StatusReason) -> Option<&'static str> {
    match reason {
        StatusReason::Refused(reject) => Some(reject_reason(reject)),
        StatusReason::CanceledByOwner
        | StatusReason::NotFilledAtOnce
        | StatusReason::TimeInForceEnded
        | StatusReason::StagingEnded
        | StatusReason::Restated => None,
    }
}

/// The exchange's word for a reject.
pub(crate) const fn reject_reason(reject: &Reject) -> &'static str {
    match reject {
        Reject::NoLiquidity | Reject::NotFillable { .. } => "NOT_ENOUGH_LIQUIDITY",
        Reject::BeyondBound { .. } => "PRICE_LIMIT_PROTECTION",
        Reject::WouldTakeLiquidity { .. } => "POST_ONLY_IMMEDIATE_MATCH",
        Reject::SelfMatch { .. } => "SELF_MATCHING_PROTECTION",
        Reject::InsufficientFunds { .. } | Reject::InsufficientMargin { .. } => "NOT_ENOUGH_BALANCE",
        Reject::UnknownAsset(_)
        | Reject::UnknownAssetCode
        | Reject::UnknownInstrument(_)
        | Reject::NoConversion { .. } => "INVALID_CURRENCY_PAIR",
        Reject::AlreadyExists { .. } | Reject::ExistsWithDifferent { .. } => "DUPLICATE",
        Reject::SizeNotPositive
        | Reject::QuantityTooPrecise { .. }
        | Reject::QuantityOffLot { .. }
        | Reject::QuantityTooSmall { .. }
        | Reject::QuantityTooLarge { .. }
        | Reject::QuantityNotAboveFilled { .. }
        | Reject::NotionalTooSmall { .. }
        | Reject::Overflow => "INVALID_QTY",
        Reject::PriceTooPrecise { .. } | Reject::PriceOffTick { .. } | Reject::PriceTooLarge { .. } => {
            "INVALID_PRICE"
        }
        Reject::UnknownOrder(_) => "PREV_ORDER_NOT_FOUND",
        Reject::OrderClosed { .. }
        | Reject::OrderStaged(_)
        | Reject::OrderNotStaged(_)
        | Reject::NothingToReplace
        | Reject::CannotRestate(_) => "NOT_REPLACEABLE",
        Reject::ExpiryInPast { .. } => "TOO_OLD",
        Reject::UnknownAccount(_)
        | Reject::InvalidDefinition(_)
        | Reject::AnnotationsTooLarge
        | Reject::Combination(_)
        | Reject::TooManyOpenOrders { .. }
        | Reject::CapacityExhausted { .. } => "INVALID_ORDER_TYPE",
    }
}
