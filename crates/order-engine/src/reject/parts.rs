//! What a refusal names beside its numbers: the part of an order, the limit, the setting or the fault.

use minicbor::{Decode, Encode};

/// A part of an order, named in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum OrderField {
    /// Instrument.
    #[n(0)]
    Instrument,
    /// Side.
    #[n(1)]
    Side,
    /// Kind or its prices.
    #[n(2)]
    Kind,
    /// Size.
    #[n(3)]
    Size,
    /// Time in force.
    #[n(4)]
    TimeInForce,
    /// Price bound.
    #[n(5)]
    PriceBound,
    /// Anything else.
    #[n(6)]
    Other,
}

/// Parts of an order that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Combination {
    /// A post-only order that is not a limit order.
    #[n(0)]
    PostOnlyWithoutLimit,
    /// A post-only order that may not rest.
    #[n(1)]
    PostOnlyImmediate,
    /// A limit price for an order that has none.
    #[n(2)]
    PriceWithoutLimit,
    /// A lower bound above the upper bound.
    #[n(3)]
    CrossedBounds,
    /// A change to a time in force that may not rest.
    #[n(4)]
    ImmediateReplacement,
    /// A trigger price for an order that has none, or that has fired.
    #[n(6)]
    TriggerWithoutStop,
    /// A successor of an order that waits for its trigger.
    #[n(8)]
    SuccessorOfTrigger,
    /// A quote whose bid is not below its ask.
    #[n(5)]
    CrossedQuote,
    /// An order for the open or the close of an instrument that has no sessions.
    #[n(15)]
    AuctionWithoutSessions,
    /// An order for the open or the close that is neither a market nor a limit order.
    #[n(16)]
    AuctionKind,
    /// An order for the open or the close that is to be released at some other instant.
    #[n(17)]
    AuctionWithRelease,
    /// A distance in pips for an instrument without pips.
    #[n(10)]
    OffsetWithoutPip,
    /// Exits of an order that may only reduce a position, and so opens no lot.
    #[n(11)]
    ExitsOnReduceOnly,
}

/// What has reached its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Capacity {
    /// Accounts.
    #[n(0)]
    Accounts,
    /// Assets.
    #[n(1)]
    Assets,
    /// Instruments.
    #[n(2)]
    Instruments,
    /// Orders remembered by the state.
    #[n(3)]
    Orders,
    /// Replacements of one order.
    #[n(4)]
    Replaces,
    /// Open lots of one position.
    #[n(5)]
    Lots,
    /// Instrument lists of one account.
    #[n(10)]
    Lists,
    /// Instruments of one list.
    #[n(11)]
    ListItems,
    /// Exercise notices of one account that stand.
    #[n(12)]
    Exercises,
    /// Trading calendars.
    #[n(8)]
    Calendars,
}

/// What is wrong with a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum DefinitionFault {
    /// The name is taken.
    #[n(0)]
    Taken,
    /// A scale is out of range, or price and quantity together are more precise than the ledger.
    #[n(1)]
    Scale,
    /// One part is out of its range, or does not fit the others.
    #[n(2)]
    Range(#[n(0)] DefinitionPart),
    /// The name for people is too long.
    #[n(93)]
    Name,
    /// An option is on an instrument that is not defined, or is an option itself.
    #[n(70)]
    Underlier,
    /// The days of a calendar are out of order, overlap or are too many, or differ from those known so far.
    #[n(10)]
    Days,
    /// An instrument names a calendar that is not defined.
    #[n(11)]
    Calendar,
}

/// A part of an instrument's definition, named in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum DefinitionPart {
    /// A lot is zero.
    #[n(0)]
    Lot,
    /// The least quantity is above the greatest.
    #[n(1)]
    MinimumQuantity,
    /// The greatest quantity is no multiple of the lot, or more than [`MAX_ORDER_UNITS`](crate::limits::MAX_ORDER_UNITS).
    #[n(2)]
    MaximumQuantity,
    /// The least value is below zero.
    #[n(3)]
    MinimumNotional,
    /// A rate is above one, or commission has more decimals than the ledger.
    #[n(4)]
    Commission,
    /// The day ends 24 hours or more after it begins.
    #[n(5)]
    DayEnd,
    /// The pip is no multiple of the tick.
    #[n(6)]
    Pip,
    /// Short sales of something else than shares with commission in money, or against less than their value, or more than
    /// [`MAX_SHORT_COLLATERAL`](crate::limits::MAX_SHORT_COLLATERAL).
    #[n(7)]
    ShortSale,
    /// Base and quote are the same asset.
    #[n(8)]
    Assets,
    /// The multiplier of a contract is zero, or above [`MAX_CONTRACT_MULTIPLIER`](crate::limits::MAX_CONTRACT_MULTIPLIER).
    #[n(9)]
    Multiplier,
    /// A contract is not settled as a security.
    #[n(10)]
    Settlement,
    /// The underlier of a contract cannot change hands at the strike.
    #[n(11)]
    Delivery,
}

/// A number that has an end, named in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum Number {
    /// A quantity in the instrument's decimals.
    #[n(0)]
    Quantity,
    /// A distance of prices in the instrument's decimals.
    #[n(1)]
    Distance,
    /// Price times quantity.
    #[n(2)]
    #[default]
    Value,
    /// What comes from outside, or goes there, in one adjustment.
    #[n(3)]
    Adjustment,
    /// A sum of amounts.
    #[n(4)]
    Sum,
}

/// What of texts passes a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum AnnotationPart {
    /// How many there are.
    #[n(0)]
    #[default]
    Count,
    /// The bytes of a key.
    #[n(1)]
    Key,
    /// The bytes of a text.
    #[n(2)]
    Text,
}

/// A setting of an account, named in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum AccountSetting {
    /// Name, counted in bytes.
    #[n(0)]
    Name,
    /// Least margin rate, in basis points.
    #[n(1)]
    MarginRate,
    /// Closeout level, in basis points.
    #[n(2)]
    Closeout,
    /// Greatest value of an order.
    #[n(3)]
    MaxOrderNotional,
}

/// Why an order cannot be a short sale, whatever the account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ShortSaleFault {
    /// It buys.
    #[n(0)]
    Buy,
    /// It may only reduce a position, and a short sale opens one.
    #[n(1)]
    ReduceOnly,
    /// The instrument cannot be sold short.
    #[n(2)]
    Instrument,
    /// The account may not sell short.
    #[n(3)]
    Account,
}
