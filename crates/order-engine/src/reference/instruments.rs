//! Instruments: what can be traded, how its fills settle and what fires its triggers.

use minicbor::{Decode, Encode};

use super::{BasisPoints, Commission, Delivery, OptionContract};
use crate::ids::{AssetCode, AssetId, CalendarName, InstrumentId, Symbol};
use crate::number::{Amount, Price, Quantity};
use crate::session::WhileClosed;
use crate::time::Timestamp;

/// How a fill settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Settlement {
    /// The assets change hands at once; an account must own what it gives, and open orders hold what they need.
    #[n(0)]
    Spot,
    /// A share against cash; mechanics of [`Settlement::Spot`].
    #[n(1)]
    Security,
    /// A net position; profit in the account's currency; margin instead of full payment.
    #[n(2)]
    Margin {
        /// Part of the position's value that must be covered.
        #[n(0)]
        rate: BasisPoints,
    },
}

/// The market price that fires a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum TriggerSource {
    /// The best price of the other side: the ask for a buy, the bid for a sell.
    #[n(0)]
    #[default]
    OtherSide,
    /// The last trade.
    #[n(1)]
    LastTrade,
}

/// An instrument as configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct InstrumentDefinition {
    /// Canonical name, unique: `BTC-USD`, `TSLA`.
    #[n(0)]
    pub symbol: Symbol,
    /// Name for people, at most [`crate::limits::MAX_DISPLAY_NAME_LENGTH`] bytes.
    #[n(1)]
    pub name: Box<str>,
    /// What is traded.
    #[n(2)]
    pub base: AssetCode,
    /// What it is paid with.
    #[n(3)]
    pub quote: AssetCode,
    /// How fills settle.
    #[n(4)]
    pub settlement: Settlement,
    /// Smallest step of a price; its scale is the scale of prices.
    #[n(5)]
    pub tick: Price,
    /// Smallest step of a quantity, above zero; its scale is the scale of quantities.
    #[n(6)]
    pub lot: Quantity,
    /// Least quantity of an order.
    #[n(7)]
    pub minimum_quantity: Quantity,
    /// Greatest quantity of an order.
    #[n(8)]
    pub maximum_quantity: Quantity,
    /// Least value of an order in the quote asset.
    #[n(9)]
    pub minimum_notional: Amount,
    /// What a fill costs.
    #[n(10)]
    pub commission: Commission,
    /// When a DAY order ends where there is no calendar: seconds after midnight UTC (0 to 86,399).
    #[n(11)]
    pub day_ends_at: u32,
    /// What fires triggers.
    #[n(12)]
    #[cbor(default)]
    pub trigger_source: TriggerSource,
    /// The calendar of its sessions; without one it is always open.
    #[n(13)]
    pub calendar: Option<CalendarName>,
    /// What becomes of orders that come while it is closed or halted.
    #[n(14)]
    #[cbor(default)]
    pub while_closed: WhileClosed,
    /// What secures a short sale, proceeds included, as a part of its value: 15,000 are one and a half times the value
    /// (10,000 to [`crate::limits::MAX_SHORT_COLLATERAL`]). Nothing for an instrument that cannot be sold short. Only for
    /// a [`Settlement::Security`] that is no option and whose commission is taken in the quote asset.
    #[n(16)]
    pub short_sale: Option<BasisPoints>,
    /// What makes it an option; absent for everything else.
    #[n(19)]
    pub option: Option<Box<OptionContract>>,
    /// What a pip is, for distances in pips: a multiple of the tick, or nothing for an instrument without pips.
    #[n(24)]
    pub pip: Option<Price>,
}

impl InstrumentDefinition {
    /// Units of the quote asset that one of base costs at a price of one: the multiplier of an option, else 1.
    #[must_use]
    pub fn multiplier(&self) -> u32 {
        self.option.as_ref().map_or(1, |option| option.multiplier)
    }
}

/// An instrument of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Instrument {
    /// Number.
    #[n(0)]
    pub id: InstrumentId,
    /// What configuration said.
    #[n(1)]
    pub definition: InstrumentDefinition,
    /// Asset that is traded.
    #[n(2)]
    pub base: AssetId,
    /// Asset that it is paid with.
    #[n(3)]
    pub quote: AssetId,
    /// Of an option, the instrument that it is on.
    #[n(19)]
    pub underlier: Option<InstrumentId>,
}

impl Instrument {
    /// The canonical name.
    #[must_use]
    pub fn symbol(&self) -> &Symbol {
        &self.definition.symbol
    }

    /// Decimals of a price.
    #[must_use]
    pub fn price_scale(&self) -> u32 {
        self.definition.tick.decimal().scale()
    }

    /// Decimals of a quantity.
    #[must_use]
    pub fn quantity_scale(&self) -> u32 {
        self.definition.lot.decimal().scale()
    }

    /// Of a contract that is delivered, when the contracts that are left are settled.
    #[must_use]
    pub fn settles_at(&self) -> Option<Timestamp> {
        let option = self.definition.option.as_ref()?;
        match option.delivery {
            Delivery::None => None,
            Delivery::Physical => Some(option.expires_at),
        }
    }

    /// Whether positions are net and margined.
    #[must_use]
    pub fn is_margin(&self) -> bool {
        matches!(self.definition.settlement, Settlement::Margin { .. })
    }
}
