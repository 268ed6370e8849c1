//! What the engine refuses, in the vendor's words.

use order_engine::{AccountState, Capacity, Combination, Reject};
use runtime::SubmitError;

use super::ApiError;

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
            // Said of what another dialect sold short: of its orders, and of buying it back.
            | Reject::ShortSaleWhileLong { .. }
            | Reject::ShortSaleAgainstBuys { .. }
            | Reject::ExceedsShort { .. }
            | Reject::Overflow { .. } => Self::OutOfRange("units"),
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
            Reject::InMarginCall { .. } => Self::MarginCall,
            Reject::InsufficientFunds { .. } | Reject::InsufficientMargin { .. } => Self::InsufficientFunds,
            Reject::NoConversion { .. } | Reject::ContractExpired { .. } | Reject::ShortSaleForbidden(_) => {
                Self::NotTradable
            }
            Reject::NotFillable { .. } => Self::InsufficientLiquidity,
            unasked @ (Reject::UnknownAsset(_)
            | Reject::AccountInUse { .. }
            | Reject::SettingOutOfRange { .. }
            | Reject::UnknownAssetCode
            | Reject::InvalidDefinition(_)
            | Reject::AnnotationsTooLarge { .. }
            | Reject::AlreadyExists { .. }
            | Reject::ExistsWithDifferent { .. }
            | Reject::CannotRestate(_)
            | Reject::UnknownList(_)
            | Reject::UnknownListItem(_)
            | Reject::ListNameTaken(_)
            | Reject::InstrumentListed(_)
            | Reject::NotExercisable(_)
            | Reject::ExerciseExists(_)
            | Reject::UnknownExercise(_)
            | Reject::ExerciseEnded(_)
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

/// What does not go together in a request.
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

/// What the engine has no room for.
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
            | Capacity::ListItems
            | Capacity::Exercises => Self::Unavailable,
        }
    }
}

/// Why no command was carried out.
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

#[cfg(test)]
mod tests {
    use order_engine::AnnotationPart;

    use super::*;

    #[test]
    fn what_the_engine_may_refuse_has_its_code() {
        let price = order_engine::Price::new(rust_decimal::Decimal::ONE).unwrap();
        let refused = |reject: Reject| ApiError::from(SubmitError::Rejected(reject)).code();
        assert_eq!(refused(Reject::BeyondBound { upper: true, bound: price, market: price }), 22);
        assert_eq!(refused(Reject::BeyondBound { upper: false, bound: price, market: price }), 23);
        assert_eq!(refused(Reject::TooManyOpenOrders { limit: 1 }), 16);
        assert_eq!(refused(Reject::CapacityExhausted { what: Capacity::Lots, limit: 1 }), 15);
        assert_eq!(refused(Reject::CapacityExhausted { what: Capacity::Orders, limit: 1 }), 6);
        assert_eq!(refused(Reject::AnnotationsTooLarge { part: AnnotationPart::Count, limit: 48 }), 5);
        assert_eq!(ApiError::from(SubmitError::Busy).code(), 6);
        assert_eq!(ApiError::from(SubmitError::ReadOnly).code(), 6);
        assert_eq!(ApiError::from(SubmitError::Unavailable).code(), 5);
    }
}
