//! Option contracts: what makes an instrument an option on another one.

use minicbor::{Decode, Encode};

use crate::ids::Symbol;
use crate::number::Price;
use crate::time::Timestamp;

/// Which way an option goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum OptionRight {
    /// The right to buy the underlier at the strike.
    #[n(0)]
    Call,
    /// The right to sell the underlier at the strike.
    #[n(1)]
    Put,
}

/// When an option may be exercised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ExerciseStyle {
    /// At any time until it expires.
    #[n(0)]
    American,
    /// On its last day.
    #[n(1)]
    European,
}

/// What becomes of contracts that are exercised or that expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum Delivery {
    /// Nothing: they cannot be exercised, and stay with their owners when they have expired.
    #[n(0)]
    #[default]
    None,
    /// The underlier changes hands at the strike. What is worth something at the expiry is exercised by itself.
    #[n(1)]
    Physical,
}

/// What makes an instrument an option on another one. Its base is the contract itself: whoever owns a unit of it owns
/// one contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct OptionContract {
    /// Canonical name of the instrument that it is on.
    #[n(0)]
    pub underlier: Symbol,
    /// Which way it goes.
    #[n(1)]
    pub right: OptionRight,
    /// What a unit of the underlier is bought or sold for.
    #[n(2)]
    pub strike: Price,
    /// Units of the underlier in one contract (1 to 1,000,000). Prices are for one unit, so a contract costs as many
    /// times its price.
    #[n(3)]
    pub multiplier: u32,
    /// When it expires. Trading ends, and open orders end with it.
    #[n(4)]
    pub expires_at: Timestamp,
    /// When it may be exercised.
    #[n(5)]
    pub style: ExerciseStyle,
    /// What becomes of contracts that are exercised or that expire.
    #[n(6)]
    #[cbor(default)]
    pub delivery: Delivery,
}
