//! Single words, both ways. Every match is total: an unknown word is nobody's default.

use order_engine::{Order, OrderStatus, Reject, Side, StatusReason, TimeInForce};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

use super::waiting;
use crate::wire;
use crate::wire::orders::{LiveType, OrderState, OrderType};

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
        // What is suspended has not been taken off the book, and the vendor has no other word for that.
        OrderStatus::New | OrderStatus::Suspended => OrderState::New,
        OrderStatus::PartiallyFilled => OrderState::PartiallyFilled,
        OrderStatus::Filled => OrderState::Filled,
        OrderStatus::Canceled | OrderStatus::Expired => OrderState::Cancelled,
        OrderStatus::Rejected => OrderState::Rejected,
        OrderStatus::Replaced => OrderState::Replaced,
    }
}

/// Everything that rests or waits is good till cancelled here. A market order never rests.
pub(crate) fn time_in_force(order: &Order) -> wire::orders::TimeInForce {
    match (waiting::order_type(order), order.time_in_force) {
        (OrderType::Conditional | OrderType::Tpsl | OrderType::Twap, _)
        | (OrderType::Limit, TimeInForce::Gtc | TimeInForce::Day | TimeInForce::Gtd(_)) => {
            wire::orders::TimeInForce::Gtc
        }
        (OrderType::Market | OrderType::Limit, TimeInForce::Fok) => wire::orders::TimeInForce::Fok,
        (OrderType::Market, TimeInForce::Gtc | TimeInForce::Day | TimeInForce::Gtd(_))
        | (
            OrderType::Market | OrderType::Limit,
            TimeInForce::Ioc | TimeInForce::AtOpen | TimeInForce::AtClose,
        ) => wire::orders::TimeInForce::Ioc,
    }
}

pub(crate) const fn live_type(live_type: LiveType) -> &'static str {
    match live_type {
        LiveType::Market => "market",
        LiveType::Limit => "limit",
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
        | StatusReason::Restated
        | StatusReason::NothingToReduce
        | StatusReason::MarginCloseout
        | StatusReason::Unfunded => None,
    }
}

/// The exchange's word for a reject.
pub(crate) const fn reject_reason(reject: &Reject) -> &'static str {
    match reject {
        Reject::MarketClosed { .. } => "EXCHANGE_CLOSED",
        Reject::TradingHalted(_) => "DISABLED_CURRENCY_PAIR",
        Reject::NoLiquidity | Reject::NotFillable { .. } => "NOT_ENOUGH_LIQUIDITY",
        Reject::BeyondBound { .. } => "PRICE_LIMIT_PROTECTION",
        Reject::WouldTakeLiquidity { .. } => "POST_ONLY_IMMEDIATE_MATCH",
        Reject::SelfMatch { .. } => "SELF_MATCHING_PROTECTION",
        Reject::InsufficientFunds { .. }
        | Reject::InMarginCall { .. }
        | Reject::InsufficientMargin { .. }
        | Reject::ShortSaleWhileLong { .. }
        | Reject::ShortSaleAgainstBuys { .. }
        | Reject::ExceedsShort { .. } => "NOT_ENOUGH_BALANCE",
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
        | Reject::QuantityAboveLot { .. }
        | Reject::QuantityAbovePosition { .. }
        | Reject::NoPosition(_)
        | Reject::NotionalTooSmall { .. }
        | Reject::NotionalTooLarge { .. }
        | Reject::Overflow { .. } => "INVALID_QTY",
        Reject::PriceTooPrecise { .. }
        | Reject::PriceOffTick { .. }
        | Reject::PriceTooLarge { .. }
        | Reject::OffsetTooPrecise { .. }
        | Reject::OffsetOutOfRange { .. }
        | Reject::TakeProfitOnWrongSide { .. }
        | Reject::StopLossOnWrongSide { .. }
        | Reject::TriggerReached { .. } => "INVALID_PRICE",
        Reject::UnknownOrder(_) | Reject::UnknownLot(_) => "PREV_ORDER_NOT_FOUND",
        Reject::OrderClosed { .. }
        | Reject::OrderStaged(_)
        | Reject::OrderNotStaged(_)
        | Reject::NothingToReplace
        | Reject::CannotRestate(_) => "NOT_REPLACEABLE",
        Reject::ExpiryInPast { .. } | Reject::ReleaseInPast { .. } | Reject::ContractExpired { .. } => {
            "TOO_OLD"
        }
        Reject::UnknownAccount(_)
        | Reject::AccountNotOpen { .. }
        | Reject::AccountInUse { .. }
        | Reject::SettingOutOfRange { .. }
        | Reject::UnknownList(_)
        | Reject::UnknownListItem(_)
        | Reject::ListNameTaken(_)
        | Reject::NotExercisable(_)
        | Reject::ExerciseExists(_)
        | Reject::UnknownExercise(_)
        | Reject::ExerciseEnded(_)
        | Reject::InstrumentListed(_)
        | Reject::InvalidDefinition(_)
        | Reject::AnnotationsTooLarge { .. }
        | Reject::Combination(_)
        | Reject::ShortSaleForbidden(_)
        | Reject::TradingNotHalted(_)
        | Reject::TooManyOpenOrders { .. }
        | Reject::CapacityExhausted { .. } => "INVALID_ORDER_TYPE",
    }
}
