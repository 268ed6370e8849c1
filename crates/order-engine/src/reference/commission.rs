//! Commission: what a fill costs, and in what.

use minicbor::{Decode, Encode};

use super::BasisPoints;

/// The asset in which commission is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ChargedIn {
    /// In what the account receives: base for a buy, quote for a sell.
    #[n(0)]
    Received,
    /// In the quote asset on both sides.
    #[n(1)]
    Quote,
}

/// How a computed commission is cut to its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Rounding {
    /// Towards zero.
    #[n(0)]
    Truncate,
    /// Half away from zero.
    #[n(1)]
    HalfUp,
}

/// What a fill costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Commission {
    /// Rate for the resting side.
    #[n(0)]
    pub maker: BasisPoints,
    /// Rate for the aggressing side.
    #[n(1)]
    pub taker: BasisPoints,
    /// Asset of the charge.
    #[n(2)]
    pub charged_in: ChargedIn,
    /// Cut of the charge.
    #[n(3)]
    pub rounding: Rounding,
    /// Decimals of the charge (0 to 12).
    #[n(4)]
    pub scale: u32,
}

impl Commission {
    /// No commission.
    pub const NONE: Self = Self {
        maker: BasisPoints::new(0),
        taker: BasisPoints::new(0),
        charged_in: ChargedIn::Quote,
        rounding: Rounding::HalfUp,
        scale: 2,
    };
}
