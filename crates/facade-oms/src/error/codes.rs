//! The error code of every reject.
//!
//! The vendor publishes no list for this API; the words are those of its front-end API, which passes this API's
//! refusals on. Two are ours, because nothing there says so: `TotalValue.Minimum`, made like `TotalValue.Maximum`, and
//! `StopPrice`, made like `LimitPrice`.

use order_engine::{AssetId, Combination, OrderField, Price, Reject};

/// What an order is that is refused, as far as the code depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Subject {
    /// The asset that it sells when it sells, which tells a lack of holdings from a lack of cash.
    pub(crate) base: Option<AssetId>,
    /// Its trigger price, which tells a wrong trigger from a wrong limit.
    pub(crate) trigger: Option<Price>,
}

/// The code of a reject.
pub(crate) fn code(reject: &Reject, subject: Subject) -> String {
    let word = match reject {
        Reject::UnknownAccount(_) | Reject::AccountNotOpen { .. } | Reject::AccountInUse { .. } => "Account",
        Reject::UnknownAsset(_) | Reject::UnknownAssetCode | Reject::NoConversion { .. } => "Currency",
        Reject::UnknownInstrument(_) => "Symbol",
        Reject::UnknownOrder(_) => "Order",
        Reject::InvalidDefinition(_)
        | Reject::AnnotationsTooLarge { .. }
        | Reject::AlreadyExists { .. }
        | Reject::ExistsWithDifferent { .. }
        | Reject::SettingOutOfRange { .. }
        | Reject::NothingToReplace
        | Reject::ReleaseInPast { .. }
        | Reject::UnknownList(_)
        | Reject::UnknownListItem(_)
        | Reject::ListNameTaken(_)
        | Reject::NotExercisable(_)
        | Reject::ExerciseExists(_)
        | Reject::UnknownExercise(_)
        | Reject::ExerciseEnded(_)
        | Reject::InstrumentListed(_) => "Details",
        Reject::OrderClosed { .. } | Reject::OrderStaged(_) | Reject::OrderNotStaged(_) => "Order.Status",
        Reject::CannotRestate(field) => field_code(*field),
        Reject::Combination(combination) => combination_code(*combination),
        Reject::NoPosition(_)
        | Reject::UnknownLot(_)
        | Reject::SizeNotPositive
        | Reject::QuantityTooPrecise { .. }
        | Reject::QuantityOffLot { .. }
        | Reject::QuantityNotAboveFilled { .. } => "TotalQuantity",
        Reject::QuantityTooSmall { minimum, .. } => return format!("TotalQuantity.Minimum {minimum}"),
        Reject::QuantityTooLarge { maximum, .. } => return format!("TotalQuantity.Maximum {maximum}"),
        Reject::QuantityAboveLot { open, .. } => return format!("TotalQuantity.Maximum {open}"),
        Reject::QuantityAbovePosition { reducible, .. } => {
            return format!("TotalQuantity.Holdings {reducible}");
        }
        Reject::NotFillable { fillable, .. } => return format!("TotalQuantity.Maximum {fillable}"),
        Reject::PriceTooPrecise { given, .. }
        | Reject::PriceOffTick { given, .. }
        | Reject::PriceTooLarge { given, .. }
            if Some(*given) == subject.trigger =>
        {
            "StopPrice"
        }
        Reject::OffsetTooPrecise { .. }
        | Reject::OffsetOutOfRange { .. }
        | Reject::TakeProfitOnWrongSide { .. }
        | Reject::StopLossOnWrongSide { .. }
        | Reject::TriggerReached { .. } => "StopPrice",
        Reject::PriceTooPrecise { .. }
        | Reject::PriceOffTick { .. }
        | Reject::PriceTooLarge { .. }
        | Reject::WouldTakeLiquidity { .. } => "LimitPrice",
        Reject::BeyondBound { .. } => "LimitPrice.Distance",
        Reject::NotionalTooSmall { minimum, .. } => return format!("TotalValue.Minimum {minimum}"),
        Reject::NotionalTooLarge { maximum, .. } => return format!("TotalValue.Maximum {maximum}"),
        Reject::ShortSaleForbidden(_) => "Side",
        Reject::ShortSaleWhileLong { owned, .. } => return format!("TotalQuantity.Holdings {owned}"),
        Reject::ExceedsShort { working, short, .. } => {
            return format!("TotalQuantity.Maximum {}", (short.decimal() - working.decimal()).normalize());
        }
        Reject::ExpiryInPast { .. } => "ExpiryDate",
        Reject::TooManyOpenOrders { .. } => "Side.Maximum",
        Reject::CapacityExhausted { .. } => "Limited",
        Reject::Overflow { .. } => "TotalValue.Maximum",
        Reject::NoLiquidity
        | Reject::ContractExpired { .. }
        | Reject::MarketClosed { .. }
        | Reject::TradingHalted(_)
        | Reject::TradingNotHalted(_) => "Symbol.Status",
        Reject::InsufficientFunds { asset, available, .. } if Some(*asset) == subject.base => {
            return format!("TotalQuantity.Holdings {available}");
        }
        Reject::InsufficientFunds { .. }
        | Reject::InMarginCall { .. }
        | Reject::InsufficientMargin { .. } => "TotalValue.Balance",
        Reject::SelfMatch { .. } | Reject::ShortSaleAgainstBuys { .. } => "Operation",
    };
    word.to_owned()
}

const fn field_code(field: OrderField) -> &'static str {
    match field {
        OrderField::Instrument => "Symbol",
        OrderField::Side => "Side",
        OrderField::Kind => "OrderType",
        OrderField::Size => "TotalQuantity",
        OrderField::TimeInForce => "Validity",
        OrderField::PriceBound => "Values",
        OrderField::Other => "Order.Status",
    }
}

const fn combination_code(combination: Combination) -> &'static str {
    match combination {
        Combination::PostOnlyWithoutLimit | Combination::AuctionKind => "OrderType",
        Combination::PostOnlyImmediate
        | Combination::ImmediateReplacement
        | Combination::AuctionWithRelease => "Validity",
        Combination::AuctionWithoutSessions => "Validity.Symbol",
        Combination::PriceWithoutLimit => "LimitPrice.Given",
        Combination::TriggerWithoutStop => "StopPrice.Given",
        Combination::OffsetWithoutPip => "StopPrice",
        Combination::SuccessorOfTrigger | Combination::ExitsOnReduceOnly => "Operation",
        Combination::CrossedBounds | Combination::CrossedQuote => "LimitPrice",
    }
}
