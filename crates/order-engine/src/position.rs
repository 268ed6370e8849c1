//! Balances, positions and lots, as anyone may read them.

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;

use crate::exits::LotExits;
use crate::ids::{AccountId, AssetId, InstrumentId, LotId};
use crate::number::{Amount, Price, Quantity};
use crate::order::Side;
use crate::time::Timestamp;

/// What an account has of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Balance {
    /// Asset.
    #[n(0)]
    pub asset: AssetId,
    /// Everything, what is held included. Below zero for the house, and for an asset that the account is short of.
    #[n(1)]
    pub total: Amount,
    /// What open orders hold back, and the collateral of short positions; zero or more.
    #[n(2)]
    pub held: Amount,
}

impl Balance {
    /// What is free: total less held.
    #[must_use]
    pub fn available(&self) -> Amount {
        Amount::from_units(self.total.units().saturating_sub(self.held.units()))
    }
}

/// An opening fill that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Lot {
    /// Number: that of the opening fill.
    #[n(0)]
    pub id: LotId,
    /// Side that opened it.
    #[n(1)]
    pub side: Side,
    /// Quantity still open.
    #[n(2)]
    pub quantity: Quantity,
    /// Price of the opening fill.
    #[n(3)]
    pub price: Price,
    /// When it was opened.
    #[n(4)]
    pub opened_at: Timestamp,
    /// What closes it by itself.
    #[n(5)]
    pub exits: LotExits,
}

/// What an account has of one instrument: the sum of its lots, which all have one side.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Position {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
    /// Side of the lots.
    #[n(1)]
    pub side: Side,
    /// Sum of the lots.
    #[n(2)]
    pub quantity: Quantity,
    /// Sum of price times quantity, times the multiplier of an option, over the lots.
    #[n(3)]
    pub cost: Amount,
    /// Profit realized in this instrument since the account was opened, in the quote asset.
    #[n(4)]
    pub realized: Amount,
    /// Open lots, oldest first. Empty when the position is flat.
    #[n(5)]
    pub lots: Vec<Lot>,
    /// What a unit of base costs at a price of one: the multiplier of an option, else 1.
    #[n(6)]
    pub multiplier: u32,
    /// What secures a short position where assets change hands, in the quote asset; what open orders that cover it have
    /// claimed is not counted. Zero for every other position.
    #[n(7)]
    #[cbor(default)]
    pub collateral: Amount,
    /// What of such a position open orders cover.
    #[n(8)]
    #[cbor(default)]
    pub covered: Quantity,
}

impl Position {
    /// Average opening price; nothing when flat.
    #[must_use]
    pub fn average_price(&self) -> Option<Decimal> {
        let value = self.cost.decimal().checked_div(self.quantity.decimal())?;
        value.checked_div(Decimal::from(self.multiplier)).map(|price| price.normalize())
    }
}

/// Everything that an account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// Account.
    pub account: AccountId,
    /// Balances in the order of asset ids; every asset that the account ever had.
    pub balances: Vec<Balance>,
    /// Positions in the order of instrument ids; every instrument that the account ever traded.
    pub positions: Vec<Position>,
    /// Profit realized by margin positions since the account was opened, in the account's currency.
    pub realized: Amount,
}

impl Holdings {
    /// The balance of one asset; zero when the account never had any.
    #[must_use]
    pub fn balance(&self, asset: AssetId) -> Balance {
        let none = Balance { asset, total: Amount::ZERO, held: Amount::ZERO };
        self.balances.iter().find(|balance| balance.asset == asset).copied().unwrap_or(none)
    }

    /// The open position in one instrument.
    #[must_use]
    pub fn position(&self, instrument: InstrumentId) -> Option<&Position> {
        self.positions
            .iter()
            .find(|position| position.instrument == instrument && !position.quantity.is_zero())
    }
}
