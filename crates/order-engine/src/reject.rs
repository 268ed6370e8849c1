//! Why a command is refused. One taxonomy for everyone, in order of precedence: of several reasons against an order the
//! first in this list is the answer. Each carries the numbers that decided. A refused command changes nothing.
//!
//! Some reasons have a second place, where an order is looked at for something else of the kind: `ExpiryInPast` of a staging comes
//! before `ReleaseInPast`, `BeyondBound` of an order's own limit before its end, the size and the value of what depends on the
//! market after `NoLiquidity`, and `NoConversion` for a greatest value before `NotionalTooLarge`. `Overflow` comes where the
//! number is needed. Of several prices the limit is looked at first, then the bound, the trigger, the distances and the exits.
//!
//! The list is long because it is one list: what comes before what is read off it from top to bottom.

mod parts;

use minicbor::{Decode, Encode};

use crate::ids::{AccountId, AssetId, ExerciseId, InstrumentId, ListId, ListItemId, LotId, OrderId};
use crate::number::{Amount, Price, PriceDifference, Quantity};
use crate::order::{OrderStatus, Side};
use crate::settings::AccountState;
use crate::time::Timestamp;

pub use parts::{
    AccountSetting, AnnotationPart, Capacity, Combination, DefinitionFault, DefinitionPart, Number,
    OrderField, ShortSaleFault,
};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum Reject {
    /// No such account.
    #[n(0)]
    #[error("account {0} is unknown")]
    UnknownAccount(#[n(0)] AccountId),
    /// The account takes no new orders and no new terms.
    #[n(60)]
    #[error("account {account} is not open: {state:?}")]
    AccountNotOpen {
        /// The account.
        #[n(0)]
        account: AccountId,
        /// Its state.
        #[n(1)]
        state: AccountState,
    },
    /// No such asset.
    #[n(1)]
    #[error("asset {0} is unknown")]
    UnknownAsset(#[n(0)] AssetId),
    /// An instrument names an asset that is not defined, or an account a currency that is not.
    #[n(2)]
    #[error("the definition names an unknown asset")]
    UnknownAssetCode,
    /// No such instrument list, or it belongs to another account.
    #[n(70)]
    #[error("instrument list {0} is unknown")]
    UnknownList(#[n(0)] ListId),
    /// No such instrument.
    #[n(3)]
    #[error("instrument {0} is unknown")]
    UnknownInstrument(#[n(0)] InstrumentId),
    /// No such order, or it belongs to another account.
    #[n(4)]
    #[error("order {0} is unknown")]
    UnknownOrder(#[n(0)] OrderId),
    /// A setting is out of its range.
    #[n(62)]
    #[error("the setting {setting:?} must be from {minimum} to {maximum}")]
    SettingOutOfRange {
        /// Which.
        #[n(0)]
        setting: AccountSetting,
        /// Least value.
        #[n(1)]
        minimum: u64,
        /// Greatest value.
        #[n(2)]
        maximum: u64,
    },
    /// The account has something that can still trade, and cannot be closed.
    #[n(61)]
    #[error("the account has {orders} open orders and {positions} open positions")]
    AccountInUse {
        /// Open orders.
        #[n(0)]
        orders: u64,
        /// Open margin positions and short positions.
        #[n(1)]
        positions: u64,
    },
    /// The list has no such item.
    #[n(71)]
    #[error("list item {0} is unknown")]
    UnknownListItem(#[n(0)] ListItemId),
    /// The account has a list of this name.
    #[n(72)]
    #[error("list {0} has this name")]
    ListNameTaken(#[n(0)] ListId),
    /// The list has the instrument.
    #[n(73)]
    #[error("the list has this instrument as item {0}")]
    InstrumentListed(#[n(0)] ListItemId),
    /// Nothing of this kind can be exercised: it is no contract, or nobody delivers.
    #[n(75)]
    #[error("instrument {0} cannot be exercised")]
    NotExercisable(#[n(0)] InstrumentId),
    /// The account has a notice with this client id.
    #[n(76)]
    #[error("exercise notice {0} has this client id")]
    ExerciseExists(#[n(0)] ExerciseId),
    /// No such exercise notice, or it belongs to another account.
    #[n(77)]
    #[error("exercise notice {0} is unknown")]
    UnknownExercise(#[n(0)] ExerciseId),
    /// The notice was carried out, refused or canceled before.
    #[n(78)]
    #[error("exercise notice {0} does not stand any more")]
    ExerciseEnded(#[n(0)] ExerciseId),
    /// A definition cannot be taken.
    #[n(5)]
    #[error("the definition is refused: {0:?}")]
    InvalidDefinition(#[n(0)] DefinitionFault),
    /// The texts of an order pass their limits.
    #[n(6)]
    #[error("the annotations are too large: {part:?} is limited to {limit}")]
    AnnotationsTooLarge {
        /// What of them.
        #[n(0)]
        #[cbor(default)]
        part: AnnotationPart,
        /// The limit.
        #[n(1)]
        #[cbor(default)]
        limit: u64,
    },
    /// The client order id is taken by an order with the same terms.
    #[n(7)]
    #[error("the client order id was used for order {order} with the same terms")]
    AlreadyExists {
        /// That order.
        #[n(0)]
        order: OrderId,
    },
    /// The client order id is taken by an order with other terms.
    #[n(8)]
    #[error("the client order id was used for order {order} with other terms: {field:?}")]
    ExistsWithDifferent {
        /// That order.
        #[n(0)]
        order: OrderId,
        /// The first part that differs.
        #[n(1)]
        field: OrderField,
    },
    /// No open lot has this number, or it belongs to another account.
    #[n(40)]
    #[error("lot {0} is unknown or closed")]
    UnknownLot(#[n(0)] LotId),
    /// The account has no position in the instrument.
    #[n(41)]
    #[error("there is no position in instrument {0}")]
    NoPosition(#[n(0)] InstrumentId),
    /// The order is closed.
    #[n(9)]
    #[error("order {order} is closed: {status:?}")]
    OrderClosed {
        /// The order.
        #[n(0)]
        order: OrderId,
        /// Its status.
        #[n(1)]
        status: OrderStatus,
    },
    /// The order is not on the book yet.
    #[n(10)]
    #[error("order {0} is staged")]
    OrderStaged(#[n(0)] OrderId),
    /// The order is on the book already.
    #[n(11)]
    #[error("order {0} is not staged")]
    OrderNotStaged(#[n(0)] OrderId),
    /// Nothing to change was named.
    #[n(12)]
    #[error("no change is named")]
    NothingToReplace,
    /// Fills cannot be restated, nor can a closed order be put back on the book.
    #[n(13)]
    #[error("the order cannot be restated: {0:?}")]
    CannotRestate(#[n(0)] OrderField),
    /// The order would be released before it comes.
    #[n(52)]
    #[error("the release {release_at} is not after {now}")]
    ReleaseInPast {
        /// As ordered.
        #[n(0)]
        release_at: Timestamp,
        /// The engine's time.
        #[n(1)]
        now: Timestamp,
    },
    /// Parts do not go together.
    #[n(14)]
    #[error("the parts of the order do not go together: {0:?}")]
    Combination(#[n(0)] Combination),
    /// The quantity or the amount is zero.
    #[n(15)]
    #[error("the size is not positive")]
    SizeNotPositive,
    /// The quantity has more decimals than the instrument.
    #[n(16)]
    #[error("quantity {given} has more than {scale} decimals")]
    QuantityTooPrecise {
        /// As ordered.
        #[n(0)]
        given: Quantity,
        /// Allowed decimals.
        #[n(1)]
        scale: u32,
    },
    /// The quantity is no multiple of the lot.
    #[n(17)]
    #[error("quantity {given} is not a multiple of {lot}")]
    QuantityOffLot {
        /// As ordered.
        #[n(0)]
        given: Quantity,
        /// The lot.
        #[n(1)]
        lot: Quantity,
    },
    /// A price has more decimals than the instrument.
    #[n(21)]
    #[error("price {given} has more than {scale} decimals")]
    PriceTooPrecise {
        /// As ordered.
        #[n(0)]
        given: Price,
        /// Allowed decimals.
        #[n(1)]
        scale: u32,
    },
    /// An offset has more decimals than the instrument's prices.
    #[n(38)]
    #[error("the offset {given} has more than {scale} decimals")]
    OffsetTooPrecise {
        /// Allowed decimals.
        #[n(0)]
        scale: u32,
        /// As ordered, as a difference of prices.
        #[n(1)]
        #[cbor(default)]
        given: PriceDifference,
    },
    /// A price is no multiple of the tick.
    #[n(22)]
    #[error("price {given} is not a multiple of {tick}")]
    PriceOffTick {
        /// As ordered.
        #[n(0)]
        given: Price,
        /// The tick.
        #[n(1)]
        tick: Price,
    },
    /// A price is too large to be kept.
    #[n(23)]
    #[error("price {given} is above {maximum}, the greatest that is kept")]
    PriceTooLarge {
        /// As ordered.
        #[n(0)]
        given: Price,
        /// Greatest price.
        #[n(1)]
        maximum: Price,
    },
    /// The quantity is below the minimum.
    #[n(18)]
    #[error("quantity {given} is below {minimum}")]
    QuantityTooSmall {
        /// As ordered.
        #[n(0)]
        given: Quantity,
        /// Least quantity.
        #[n(1)]
        minimum: Quantity,
    },
    /// The quantity is above the maximum.
    #[n(19)]
    #[error("quantity {given} is above {maximum}")]
    QuantityTooLarge {
        /// As ordered.
        #[n(0)]
        given: Quantity,
        /// Greatest quantity.
        #[n(1)]
        maximum: Quantity,
    },
    /// The new quantity is not above what is filled.
    #[n(20)]
    #[error("quantity {given} is not above the filled {filled}")]
    QuantityNotAboveFilled {
        /// As asked.
        #[n(0)]
        given: Quantity,
        /// Already filled.
        #[n(1)]
        filled: Quantity,
    },
    /// More is to be closed than the lot has.
    #[n(42)]
    #[error("quantity {given} is above the lot's {open}")]
    QuantityAboveLot {
        /// As asked.
        #[n(0)]
        given: Quantity,
        /// What is open of the lot.
        #[n(1)]
        open: Quantity,
    },
    /// The value is below the minimum.
    #[n(24)]
    #[error("value {given} is below {minimum}")]
    NotionalTooSmall {
        /// Price times quantity, or the quote amount asked for.
        #[n(0)]
        given: Amount,
        /// Least value.
        #[n(1)]
        minimum: Amount,
    },
    /// The contract that the order is for has expired.
    #[n(74)]
    #[error("the contract expired at {expired_at}")]
    ContractExpired {
        /// When trading in it ended.
        #[n(0)]
        expired_at: Timestamp,
    },
    /// The order would expire before it starts.
    #[n(25)]
    #[error("the expiry {expiry} is not after {now}")]
    ExpiryInPast {
        /// As ordered.
        #[n(0)]
        expiry: Timestamp,
        /// The engine's time.
        #[n(1)]
        now: Timestamp,
    },
    /// The account has as many open orders as it may.
    #[n(26)]
    #[error("the account has {limit} open orders")]
    TooManyOpenOrders {
        /// The limit.
        #[n(0)]
        limit: u64,
    },
    /// A limit of the state is reached.
    #[n(27)]
    #[error("{what:?} are at their limit of {limit}")]
    CapacityExhausted {
        /// Of what.
        #[n(0)]
        what: Capacity,
        /// The limit.
        #[n(1)]
        limit: u64,
    },
    /// A number does not fit.
    #[n(28)]
    #[error("{what:?} is above {maximum}")]
    Overflow {
        /// Which.
        #[n(0)]
        #[cbor(default)]
        what: Number,
        /// The greatest that is kept.
        #[n(1)]
        #[cbor(default)]
        maximum: Amount,
    },
    /// Trading in the instrument is halted.
    #[n(51)]
    #[error("trading in instrument {0} is halted")]
    TradingHalted(#[n(0)] InstrumentId),
    /// Trading in the instrument is not halted.
    #[n(53)]
    #[error("trading in instrument {0} is not halted")]
    TradingNotHalted(#[n(0)] InstrumentId),
    /// No session is open in which the order may trade.
    #[n(50)]
    #[error("the market of instrument {instrument} is closed")]
    MarketClosed {
        /// The instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// When the next session begins in which the order may trade; nothing when none is known.
        #[n(1)]
        opens_at: Option<Timestamp>,
    },
    /// There is nothing on the other side of the book.
    #[n(29)]
    #[error("there is no liquidity")]
    NoLiquidity,
    /// The distance of a trailing order takes its trigger or its limit out of the range of prices.
    #[n(37)]
    #[error("the offset takes the trigger out of range at a market price of {market}")]
    OffsetOutOfRange {
        /// The price from which the distance is measured.
        #[n(0)]
        market: Price,
    },
    /// A take profit would close at once: it is not on the profitable side of the price.
    #[n(44)]
    #[error("take profit {given} is on the wrong side of {reference}")]
    TakeProfitOnWrongSide {
        /// As asked.
        #[n(0)]
        given: Price,
        /// The order's limit or trigger, or else the market price of the closing side.
        #[n(1)]
        reference: Price,
    },
    /// A stop loss would close at once: it is not on the losing side of the price.
    #[n(45)]
    #[error("stop loss {given} is on the wrong side of {reference}")]
    StopLossOnWrongSide {
        /// As asked.
        #[n(0)]
        given: Price,
        /// The order's limit or trigger, or else the market price of the closing side.
        #[n(1)]
        reference: Price,
    },
    /// The best price of the other side is outside the order's price bound.
    #[n(30)]
    #[error("market price {market} is beyond the bound {bound}")]
    BeyondBound {
        /// Whether it is the upper bound.
        #[n(0)]
        upper: bool,
        /// The bound.
        #[n(1)]
        bound: Price,
        /// The best price of the other side.
        #[n(2)]
        market: Price,
    },
    /// A reduce-only order is larger than what it may reduce.
    #[n(43)]
    #[error("quantity {given} is above {reducible}, which is what there is to reduce")]
    QuantityAbovePosition {
        /// As ordered.
        #[n(0)]
        given: Quantity,
        /// The position on the other side.
        #[n(1)]
        reducible: Quantity,
    },
    /// The order cannot be a short sale.
    #[n(64)]
    #[error("the order cannot be a short sale: {0:?}")]
    ShortSaleForbidden(#[n(0)] ShortSaleFault),
    /// The account owns what it wants to sell short.
    #[n(65)]
    #[error("{owned} of asset {asset} are owned, which come before a short sale")]
    ShortSaleWhileLong {
        /// Asset.
        #[n(0)]
        asset: AssetId,
        /// Owned, or open in lots that were bought.
        #[n(1)]
        owned: Amount,
    },
    /// The account buys what it wants to sell short.
    #[n(66)]
    #[error("open orders buy {working}, against which a short sale would go")]
    ShortSaleAgainstBuys {
        /// What is left of the account's open buys in the instrument.
        #[n(0)]
        working: Quantity,
    },
    /// The account is short, or is selling short, and the order would buy more than there is to cover.
    #[n(67)]
    #[error("{ordered} is above what there is to cover: {short} are short, and open orders cover {working}")]
    ExceedsShort {
        /// As ordered.
        #[n(0)]
        ordered: Quantity,
        /// What is left of the account's other open buys in the instrument.
        #[n(1)]
        working: Quantity,
        /// What is short.
        #[n(2)]
        short: Quantity,
    },
    /// No quote says what the quote asset is worth in the account's currency.
    #[n(33)]
    #[error("asset {asset} cannot be valued in the account's currency")]
    NoConversion {
        /// The asset to value.
        #[n(0)]
        asset: AssetId,
    },
    /// The account does not own enough.
    #[n(31)]
    #[error("{needed} of asset {asset} are needed and {available} are free")]
    InsufficientFunds {
        /// Asset.
        #[n(0)]
        asset: AssetId,
        /// Needed.
        #[n(1)]
        needed: Amount,
        /// Free.
        #[n(2)]
        available: Amount,
    },
    /// The account is in margin call: it cannot cover the margin of what is open already.
    #[n(85)]
    #[error("the account is in margin call: margin {needed} is needed and {available} is free")]
    InMarginCall {
        /// Needed, in the account's currency.
        #[n(0)]
        needed: Amount,
        /// Free, in the account's currency; less than zero.
        #[n(1)]
        available: Amount,
    },
    /// The account cannot cover the margin.
    #[n(32)]
    #[error("margin {needed} is needed and {available} is free")]
    InsufficientMargin {
        /// Needed, in the account's currency.
        #[n(0)]
        needed: Amount,
        /// Free, in the account's currency.
        #[n(1)]
        available: Amount,
    },
    /// A fill-or-kill order cannot be filled whole.
    #[n(34)]
    #[error("only {fillable} of {ordered} can be filled")]
    NotFillable {
        /// As ordered.
        #[n(0)]
        ordered: Quantity,
        /// What the book has within the order's prices.
        #[n(1)]
        fillable: Quantity,
    },
    /// A post-only order would trade.
    #[n(35)]
    #[error("the order would trade at {best}")]
    WouldTakeLiquidity {
        /// Best price of the other side.
        #[n(0)]
        best: Price,
    },
    /// The order would trade with an order of its own account.
    #[n(36)]
    #[error("the order would trade with order {order} of the same account at {price}")]
    SelfMatch {
        /// The resting order.
        #[n(0)]
        order: OrderId,
        /// Its price.
        #[n(1)]
        price: Price,
        /// Side of the incoming order.
        #[n(2)]
        side: Side,
    },
    /// The value is above what the account allows.
    #[n(63)]
    #[error("value {given} is above the account's {maximum}")]
    NotionalTooLarge {
        /// Value of the order in the account's currency, at mid.
        #[n(0)]
        given: Amount,
        /// Greatest value.
        #[n(1)]
        maximum: Amount,
    },
    /// An operator's trigger would fire at once.
    #[n(46)]
    #[error("trigger {trigger} is reached by the market price {market}")]
    TriggerReached {
        /// As asked.
        #[n(0)]
        trigger: Price,
        /// The market price that would fire it.
        #[n(1)]
        market: Price,
    },
}

impl Reject {
    /// Amounts whose sum does not fit.
    pub(crate) const SUM_OVERFLOW: Self =
        Self::Overflow { what: Number::Sum, maximum: Amount::from_units(i128::MAX) };

    /// Whether it is the state of the market that forbids the order, so that it may be recorded as rejected.
    #[must_use]
    pub const fn is_market_refusal(&self) -> bool {
        matches!(
            self,
            Self::TradingHalted(_)
                | Self::MarketClosed { .. }
                | Self::NoLiquidity
                | Self::BeyondBound { .. }
                | Self::NotFillable { .. }
                | Self::WouldTakeLiquidity { .. }
                | Self::SelfMatch { .. }
        )
    }
}
