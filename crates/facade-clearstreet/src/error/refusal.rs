//! What the engine's rejects are called here. Total: a new reject does not compile until it has a name.

use std::collections::BTreeMap;

use facade_kit::decimal::shortest;
use order_engine::{
    AccountState, Amount, AssetId, Capacity, Combination, Order, Price, Quantity, Reject, ShortSaleFault,
    Side,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::ApiError;
use crate::naming::Listing;
use crate::{format, translate, wire};

pub(super) const INVALID_ARGUMENT: &str = "Client specified an invalid argument";
const FAILED_PRECONDITION: &str = "The system is not in a state required for the operation's execution";
const RISK_DOMAIN: &str = "com.clearstreet.oems.risk";
const AVAILABLE_SCALE: u32 = 4;

/// The order that a reject is about, in this dialect's words.
#[derive(Debug, Clone)]
pub(crate) struct RefusedOrder<'a> {
    /// Its id; of an order that was never recorded, the id that is only in the refusal.
    pub(crate) id: Uuid,
    pub(crate) account: i64,
    pub(crate) client_order_id: Option<&'a str>,
    pub(crate) side: Side,
    pub(crate) listing: &'a Listing,
}

/// A reject together with the order that it is about.
pub(crate) struct Refusal<'a>(pub(crate) &'a Reject, pub(crate) &'a RefusedOrder<'a>);

impl From<Refusal<'_>> for ApiError {
    fn from(Refusal(reject, order): Refusal<'_>) -> Self {
        match reject {
            Reject::UnknownAccount(_) => Self::Forbidden,
            Reject::UnknownInstrument(_) => {
                Self::Invalid(format!("Instrument not found: {}", order.listing.symbol))
            }
            Reject::UnknownOrder(_) => {
                Self::OrderNotFound { order: order.id.to_string(), account: order.account }
            }
            Reject::AlreadyExists { .. } | Reject::ExistsWithDifferent { .. } => {
                Self::Invalid(format!("Duplicate order id: {}", order.client_order_id.unwrap_or_default()))
            }
            Reject::OrderClosed { status, .. } => order.not_replaceable(translate::plain_status(*status)),
            Reject::OrderStaged(_) => order.not_replaceable(wire::OrderStatus::PendingNew),
            Reject::NothingToReplace => Self::Invalid("At least one field must be provided".to_owned()),
            Reject::Combination(fault) => Self::Invalid(combination(*fault).to_owned()),
            Reject::SizeNotPositive => Self::Invalid("Order quantity must be greater than zero".to_owned()),
            Reject::QuantityTooPrecise { .. } | Reject::QuantityOffLot { .. } => {
                let lot = order.listing.instrument.definition.lot;
                Self::Invalid(format!("Order quantity must be a multiple of {}", shortest(lot.decimal())))
            }
            Reject::QuantityTooSmall { minimum, .. } => quantity_must("be at least", *minimum),
            Reject::QuantityTooLarge { maximum, .. } => quantity_must("not exceed", *maximum),
            Reject::QuantityNotAboveFilled { filled, .. } => {
                quantity_must("be greater than the filled quantity", *filled)
            }
            Reject::PriceTooPrecise { given, .. } | Reject::PriceOffTick { given, .. } => {
                order.off_tick(*given)
            }
            Reject::OffsetTooPrecise { .. } => order.offset_off_tick(),
            Reject::OffsetOutOfRange { market } => {
                Self::Invalid(format!("The offset is out of range at a market price of {market}"))
            }
            Reject::PriceTooLarge { given, .. } => Self::unprocessable("price", &given.to_string()),
            Reject::NotionalTooSmall { minimum, .. } => {
                Self::Invalid(format!("Order value must be at least {minimum}"))
            }
            Reject::NotionalTooLarge { given, maximum } => {
                Self::Invalid(format!("Order value {given} exceeds the account's max_notional {maximum}"))
            }
            Reject::AccountNotOpen { state, .. } => Self::Invalid(not_open(*state).to_owned()),
            Reject::ContractExpired { .. } => {
                Self::Invalid(format!("Instrument {} has expired", order.listing.symbol))
            }
            Reject::ExpiryInPast { .. } => Self::Invalid("expires_at must be in the future".to_owned()),
            Reject::TooManyOpenOrders { limit } => {
                Self::Invalid(format!("The account has reached its limit of {limit} open orders"))
            }
            Reject::CapacityExhausted { .. } => Self::Exhausted,
            Reject::Overflow { .. } => Self::Invalid(INVALID_ARGUMENT.to_owned()),
            Reject::InsufficientFunds { asset, needed, available } => {
                order.short_of(*asset, *needed, *available)
            }
            Reject::InMarginCall { needed, available } | Reject::InsufficientMargin { needed, available } => {
                order.short_of_cash(*needed, *available)
            }
            Reject::TradingHalted(_) | Reject::MarketClosed { .. } => order.not_trading(reject),
            Reject::NoLiquidity => Self::Invalid(format!("No liquidity for {}", order.listing.symbol)),
            Reject::BeyondBound { bound, market, .. } => {
                Self::Invalid(format!("Market price {market} is beyond the price bound {bound}"))
            }
            Reject::ShortSaleForbidden(fault) => order.not_short(*fault),
            Reject::ShortSaleWhileLong { owned, .. } => short_while("shares held long", owned.decimal()),
            Reject::ShortSaleAgainstBuys { working } => short_while("open BUY orders", working.decimal()),
            Reject::ExceedsShort { working, short, .. } => beyond_short(*short, *working),
            Reject::NoConversion { .. } => Self::Invalid(FAILED_PRECONDITION.to_owned()),
            Reject::NotFillable { .. } => Self::Invalid("Order cannot be filled at once".to_owned()),
            Reject::WouldTakeLiquidity { best } => {
                Self::Invalid(format!("Order would take liquidity at {best}"))
            }
            Reject::SelfMatch { price, side, .. } => order.self_match(*price, *side),
            Reject::NoPosition(_) => Self::Invalid(format!("No open position in {}", order.listing.symbol)),
            Reject::QuantityAbovePosition { reducible, .. } => {
                quantity_must("not exceed the open position of", *reducible)
            }
            Reject::TakeProfitOnWrongSide { given, reference } => {
                wrong_side("Take profit", *given, *reference)
            }
            Reject::StopLossOnWrongSide { given, reference } => wrong_side("Stop loss", *given, *reference),
            Reject::AccountInUse { .. }
            | Reject::SettingOutOfRange { .. }
            | Reject::UnknownAsset(_)
            | Reject::UnknownLot(_)
            | Reject::QuantityAboveLot { .. }
            | Reject::TriggerReached { .. }
            | Reject::UnknownAssetCode
            | Reject::InvalidDefinition(_)
            | Reject::AnnotationsTooLarge { .. }
            | Reject::OrderNotStaged(_)
            | Reject::CannotRestate(_)
            | Reject::ReleaseInPast { .. }
            | Reject::TradingNotHalted(_)
            | Reject::UnknownList(_)
            | Reject::UnknownListItem(_)
            | Reject::ListNameTaken(_)
            | Reject::NotExercisable(_)
            | Reject::ExerciseExists(_)
            | Reject::UnknownExercise(_)
            | Reject::ExerciseEnded(_)
            | Reject::InstrumentListed(_) => Self::Internal("a reject of a command that is never sent"),
        }
    }
}

impl ApiError {
    /// What a reject of a change of settings is called. The values are looked at before the engine is asked.
    pub(crate) fn of_settings(reject: &Reject) -> Self {
        if let Reject::UnknownAccount(_) = reject {
            Self::NotFound
        } else if let Reject::SettingOutOfRange { .. } = reject {
            Self::unprocessable("max_notional", "out of range")
        } else {
            Self::Internal("a reject of a change of settings was not translated")
        }
    }

    /// What a reject of an exercise notice of a contract is called.
    pub(crate) fn of_instruction(reject: &Reject, contract: &Listing) -> Self {
        let symbol = &contract.symbol;
        if let Reject::ExerciseExists(_) = reject {
            Self::DuplicateInstruction
        } else if let Reject::UnknownExercise(_) = reject {
            Self::NotFound
        } else if let Reject::ExerciseEnded(_) = reject {
            Self::InstructionEnded
        } else if let Reject::NotExercisable(_) = reject {
            Self::ClearingUnavailable
        } else if let Reject::InsufficientFunds { asset, needed, available } = reject {
            let what = if *asset == contract.instrument.base {
                "Insufficient position"
            } else if *asset == contract.instrument.quote {
                "Insufficient buying power"
            } else {
                "Insufficient position in the underlier"
            };
            let [needed, available] = [needed, available].map(|amount| shortest(amount.decimal()));
            Self::Invalid(format!("{what}: required {needed}, available {available}"))
        } else if let Reject::NoPosition(_) = reject {
            Self::Invalid(format!("No open position in {symbol}"))
        } else if let Reject::ContractExpired { .. } = reject {
            Self::Invalid(format!("Instrument {symbol} has expired"))
        } else if let Reject::AccountNotOpen { state, .. } = reject {
            Self::Invalid(not_open(*state).to_owned())
        } else if let Reject::CapacityExhausted { what: Capacity::Exercises, limit } = reject {
            Self::Invalid(format!("The account has reached its limit of {limit} instructions"))
        } else if let Reject::CapacityExhausted { .. } = reject {
            Self::Exhausted
        } else if let Reject::Overflow { .. } = reject {
            Self::Invalid(INVALID_ARGUMENT.to_owned())
        } else {
            Self::Internal("a reject of an instruction was not translated")
        }
    }

    /// What a reject of a command about watchlists is called.
    pub(crate) fn of_list(reject: &Reject) -> Self {
        if let Reject::UnknownList(_) | Reject::UnknownListItem(_) = reject {
            Self::NotFound
        } else if let Reject::ListNameTaken(_) = reject {
            Self::WatchlistExists
        } else if let Reject::InstrumentListed(_) = reject {
            Self::WatchlistItemExists
        } else if let Reject::CapacityExhausted { what: Capacity::ListItems, limit } = reject {
            Self::Invalid(format!("Watchlist cannot exceed {limit} items"))
        } else if let Reject::CapacityExhausted { what: Capacity::Lists, limit } = reject {
            Self::Invalid(format!("There cannot be more than {limit} watchlists"))
        } else {
            Self::Internal("a reject of a command about lists was not translated")
        }
    }
}

const fn not_open(state: AccountState) -> &'static str {
    match state {
        AccountState::Open | AccountState::Suspended => "The account is inactive",
        AccountState::Closed => "The account is closed",
    }
}

fn quantity_must(rule: &str, limit: Quantity) -> ApiError {
    ApiError::Invalid(format!("Order quantity must {rule} {}", shortest(limit.decimal())))
}

fn short_while(what: &str, quantity: Decimal) -> ApiError {
    ApiError::Invalid(format!("SELL_SHORT is not allowed with {what}: {}", shortest(quantity)))
}

fn beyond_short(short: Quantity, working: Quantity) -> ApiError {
    let (short, working) = (shortest(short.decimal()), shortest(working.decimal()));
    ApiError::Invalid(format!(
        "Order quantity must not exceed the short position of {short}, of which open BUY orders cover {working}"
    ))
}

fn wrong_side(exit: &str, given: Price, reference: Price) -> ApiError {
    ApiError::Invalid(format!("{exit} {given} is on the wrong side of {reference}"))
}

const fn combination(fault: Combination) -> &'static str {
    match fault {
        Combination::AuctionWithoutSessions => {
            "time_in_force AT_THE_OPENING and AT_THE_CLOSE are not supported for an instrument without sessions"
        }
        Combination::AuctionKind => {
            "time_in_force AT_THE_OPENING and AT_THE_CLOSE are only supported for MARKET and LIMIT orders"
        }
        Combination::TriggerWithoutStop => "stop_price is not allowed once the order has been triggered",
        // Only said of orders whose kind is looked at before the engine is asked.
        Combination::PriceWithoutLimit
        | Combination::PostOnlyWithoutLimit
        | Combination::PostOnlyImmediate
        | Combination::CrossedBounds
        | Combination::ImmediateReplacement
        | Combination::SuccessorOfTrigger
        | Combination::AuctionWithRelease
        | Combination::OffsetWithoutPip
        | Combination::ExitsOnReduceOnly
        | Combination::CrossedQuote => INVALID_ARGUMENT,
    }
}

impl<'a> RefusedOrder<'a> {
    /// An order that is recorded.
    pub(crate) fn recorded(order: &'a Order, account: i64, listing: &'a Listing) -> Self {
        Self {
            id: facade_kit::order_uuid(order),
            account,
            client_order_id: order.client_order_id.as_ref().map(order_engine::ClientOrderId::as_str),
            side: order.side,
            listing,
        }
    }

    /// The refusal of a replacement by status.
    pub(crate) fn not_replaceable(&self, status: wire::OrderStatus) -> ApiError {
        ApiError::Invalid(format!("Order {} cannot be replaced in status {status}", self.id))
    }

    /// An order that its market does not admit.
    fn not_trading(&self, reject: &Reject) -> ApiError {
        let is_halted = matches!(reject, Reject::TradingHalted(_));
        let state = if is_halted { "halted" } else { "closed" };
        ApiError::Invalid(format!("The market for {} is {state}", self.listing.symbol))
    }

    /// A short sale that is not for this instrument or this account.
    fn not_short(&self, fault: ShortSaleFault) -> ApiError {
        ApiError::Invalid(match fault {
            ShortSaleFault::Instrument => format!("Instrument {} cannot be sold short", self.listing.symbol),
            ShortSaleFault::Account => format!("Account {} cannot sell short", self.account),
            // What closes or buys is never sent as a short sale.
            ShortSaleFault::Buy | ShortSaleFault::ReduceOnly => INVALID_ARGUMENT.to_owned(),
        })
    }

    fn off_tick(&self, given: Price) -> ApiError {
        let tick = self.listing.instrument.definition.tick;
        self.risk(
            "INVALID_TICK_SIZE",
            "Tick Size: price is not a multiple of the tick size",
            [("price", dollars(given)), ("tick_size", shortest(tick.decimal()))],
        )
    }

    /// A distance that is finer than prices are.
    fn offset_off_tick(&self) -> ApiError {
        let tick = self.listing.instrument.definition.tick;
        self.risk(
            "INVALID_TICK_SIZE",
            "Tick Size: offset is not a multiple of the tick size",
            [("tick_size", shortest(tick.decimal()))],
        )
    }

    fn self_match(&self, price: Price, side: Side) -> ApiError {
        let order = Self { side, ..self.clone() };
        order.risk("SELF_MATCH", "Self-Match: would cross own orders", [("price", dollars(price))])
    }

    /// Too little of an asset: buying power when it pays for the order, else the position that is to be sold.
    fn short_of(&self, asset: AssetId, needed: Amount, available: Amount) -> ApiError {
        if asset != self.listing.instrument.base {
            return self.short_of_cash(needed, available);
        }
        self.risk(
            "INSUFFICIENT_POSITION",
            "Position: required > available",
            [("available", shortest(available.decimal())), ("required", shortest(needed.decimal()))],
        )
    }

    fn short_of_cash(&self, needed: Amount, available: Amount) -> ApiError {
        let (needed, is_option) = (shortest(needed.decimal()), self.listing.option.is_some());
        self.risk(
            "BUYING_POWER",
            "Buying Power: required > available",
            [
                ("account_type", "cash".to_owned()),
                ("available", format::fixed(available, AVAILABLE_SCALE)),
                ("multiplier", "1".to_owned()),
                ("required_equity", if is_option { "0".to_owned() } else { needed.clone() }),
                ("required_options", if is_option { needed.clone() } else { "0".to_owned() }),
                ("required_total", needed),
            ],
        )
    }

    fn risk<const N: usize>(
        &self,
        reason: &'static str,
        description: &'static str,
        numbers: [(&'static str, String); N],
    ) -> ApiError {
        let side = match self.side {
            Side::Buy => "Buy",
            Side::Sell => "Sell",
        };
        let mut metadata = BTreeMap::from([
            ("account_id", self.account.to_string()),
            ("order_id", self.id.to_string()),
            ("side", side.to_owned()),
            ("symbol", self.listing.symbol.clone()),
        ]);
        metadata.extend(numbers);
        ApiError::Risk(Box::new([
            wire::Detail::Subject(wire::RiskSubject {
                description,
                subject: format!("order:{}", self.id),
                r#type: reason,
            }),
            wire::Detail::Reason(wire::RiskReason { domain: RISK_DOMAIN, metadata, reason }),
        ]))
    }
}

fn dollars(price: Price) -> String {
    format!("${}", shortest(price.decimal()))
}
