//! Measures that definitions are given in: basis points and pips.

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;

use crate::number::Price;

/// Hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct BasisPoints(#[n(0)] u32);

impl BasisPoints {
    /// From hundredths of a percent.
    #[must_use]
    pub const fn new(hundredths_of_a_percent: u32) -> Self {
        Self(hundredths_of_a_percent)
    }

    /// In hundredths of a percent.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// As a fraction: 500 basis points are 0.05.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        Decimal::new(i64::from(self.0), 4).normalize()
    }
}

/// A distance in pips, with one decimal. What a pip is, is the instrument's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Pips(#[n(0)] u32);

impl Pips {
    /// From tenths of a pip.
    #[must_use]
    pub const fn from_tenths(tenths: u32) -> Self {
        Self(tenths)
    }

    /// From a decimal; nothing for one below zero, with more than one decimal, or too large to be kept.
    #[must_use]
    pub fn from_decimal(pips: Decimal) -> Option<Self> {
        let tenths = pips.checked_mul(Decimal::TEN)?.normalize();
        if tenths.scale() > 0 { None } else { u32::try_from(tenths.mantissa()).ok().map(Self) }
    }

    /// In tenths of a pip.
    #[must_use]
    pub const fn tenths(self) -> u32 {
        self.0
    }

    /// As a decimal without trailing zeros: 505 tenths are 50.5.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(i64::from(self.0), 1).normalize()
    }

    /// As a difference of prices, when a pip is this much; nothing when that does not fit.
    #[must_use]
    pub fn distance(self, pip: Price) -> Option<Decimal> {
        self.decimal().checked_mul(pip.decimal()).map(|distance| distance.normalize())
    }
}
