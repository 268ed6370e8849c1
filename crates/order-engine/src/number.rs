//! Prices, quantities and amounts. Exact: no floats, every operation checked.
//!
//! At the edges a number is a decimal that keeps the scale it came with, so that `48.00` can be told from `48`.
//! The ledger counts in a fixed unit of ten to the minus [`LEDGER_SCALE`]; an instrument's scales are chosen so that
//! price times quantity is always a whole number of that unit.

use std::cmp::Ordering;
use std::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rust_decimal::Decimal;

use crate::limits::LEDGER_SCALE;

/// Why a number is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Zero or less, where more is needed.
    #[error("the number is not positive")]
    NotPositive,
    /// Less than zero.
    #[error("the number is negative")]
    Negative,
    /// More decimals than can be kept.
    #[error("the number has too many decimals")]
    TooPrecise,
    /// Too large to be kept.
    #[error("the number is too large")]
    TooLarge,
}

/// A price in quote currency for one unit of base: above zero, with the scale it was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(Decimal);

/// A number of units of base: zero or more, with the scale it was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(Decimal);

/// A signed difference between two prices, with the scale it was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PriceDifference(Decimal);

impl PriceDifference {
    /// No difference.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Wraps a decimal.
    #[must_use]
    pub const fn new(value: Decimal) -> Self {
        Self(value)
    }

    /// The decimal, with the scale it was given in.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl Price {
    /// Checks and wraps a decimal.
    ///
    /// # Errors
    /// [`NumberError::NotPositive`] for zero and below.
    pub fn new(value: Decimal) -> Result<Self, NumberError> {
        if value.is_sign_negative() || value.is_zero() {
            return Err(NumberError::NotPositive);
        }
        Ok(Self(value))
    }

    /// The decimal, with the scale it was given in.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Checks and wraps a decimal.
    ///
    /// # Errors
    /// [`NumberError::Negative`] below zero.
    pub fn new(value: Decimal) -> Result<Self, NumberError> {
        if value.is_sign_negative() && !value.is_zero() {
            return Err(NumberError::Negative);
        }
        Ok(Self(value))
    }

    /// The decimal, with the scale it was given in.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

/// A signed amount of one asset, a whole number of ledger units (ten to the minus twelve).
///
/// It is kept as bytes, because a number of 128 bits would align all that contains it to sixteen bytes: orders would
/// be larger, and slower to allocate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Amount([u8; 16]);

const UNITS_PER_ONE: i128 = 10_i128.pow(LEDGER_SCALE);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self::from_units(0);

    /// From ledger units.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units.to_ne_bytes())
    }

    /// In ledger units.
    #[must_use]
    pub const fn units(self) -> i128 {
        i128::from_ne_bytes(self.0)
    }

    /// From a decimal.
    ///
    /// # Errors
    /// [`NumberError::TooPrecise`] when the decimal has more than twelve significant decimals,
    /// [`NumberError::TooLarge`] when it does not fit.
    pub fn from_decimal(value: Decimal) -> Result<Self, NumberError> {
        let value = value.normalize();
        let missing = LEDGER_SCALE.checked_sub(value.scale()).ok_or(NumberError::TooPrecise)?;
        value.mantissa().checked_mul(10_i128.pow(missing)).map(Self::from_units).ok_or(NumberError::TooLarge)
    }

    /// As a decimal without trailing zeros.
    ///
    /// # Errors
    /// [`NumberError::TooLarge`] beyond 28 digits.
    pub fn try_decimal(self) -> Result<Decimal, NumberError> {
        let (mut mantissa, mut scale) = (self.units(), LEDGER_SCALE);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| NumberError::TooLarge)
    }

    /// As a decimal without trailing zeros; amounts beyond 28 digits, which no limit of the engine allows, are
    /// capped at the largest decimal.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        self.try_decimal().unwrap_or(if self.is_negative() { Decimal::MIN } else { Decimal::MAX })
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.units().checked_add(other.units()) {
            Some(sum) => Some(Self::from_units(sum)),
            None => None,
        }
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.units().checked_sub(other.units()) {
            Some(difference) => Some(Self::from_units(difference)),
            None => None,
        }
    }

    /// The amount with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self::from_units(-self.units())
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.units() == 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.units() < 0
    }

    /// Cut towards zero to `scale` decimals (at most twelve).
    #[must_use]
    pub const fn truncated(self, scale: u32) -> Self {
        let unit = 10_i128.pow(LEDGER_SCALE.saturating_sub(scale));
        Self::from_units(self.units() - self.units() % unit)
    }

    /// Rounded half away from zero to `scale` decimals (at most twelve).
    #[must_use]
    pub const fn rounded_half_up(self, scale: u32) -> Self {
        let unit = 10_i128.pow(LEDGER_SCALE.saturating_sub(scale));
        let half = if self.is_negative() { -(unit / 2) } else { unit / 2 };
        let shifted = self.units().saturating_add(half);
        Self::from_units(shifted - shifted % unit)
    }

    /// One whole unit of the asset.
    pub const ONE: Self = Self::from_units(UNITS_PER_ONE);
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        self.units().cmp(&other.units())
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Amount").field(&self.units()).finish()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for PriceDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

/// Sixteen bytes: the decimal's flags and mantissa, so that the scale survives.
fn encode_decimal<W: encode::Write>(
    value: Decimal,
    e: &mut Encoder<W>,
) -> Result<(), encode::Error<W::Error>> {
    e.bytes(&value.serialize())?;
    Ok(())
}

fn sixteen_bytes(d: &mut Decoder<'_>) -> Result<[u8; 16], decode::Error> {
    d.bytes()?.try_into().map_err(|_| decode::Error::message("a number is sixteen bytes"))
}

macro_rules! decimal_codec {
    ($name:ident) => {
        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), encode::Error<W::Error>> {
                encode_decimal(self.0, e)
            }
        }

        impl<C> Decode<'_, C> for $name {
            fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
                Self::new(Decimal::deserialize(sixteen_bytes(d)?)).map_err(decode::Error::custom)
            }
        }
    };
}

decimal_codec!(Price);
decimal_codec!(Quantity);

impl<C> Encode<C> for PriceDifference {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        encode_decimal(self.0, e)
    }
}

impl<C> Decode<'_, C> for PriceDifference {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        Ok(Self(Decimal::deserialize(sixteen_bytes(d)?)))
    }
}

impl<C> Encode<C> for Amount {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.units().to_be_bytes())?;
        Ok(())
    }
}

impl<C> Decode<'_, C> for Amount {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        Ok(Self::from_units(i128::from_be_bytes(sixteen_bytes(d)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::from_decimal(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn amounts_round_as_named() {
        assert_eq!(amount("4.3164").rounded_half_up(2), amount("4.32"));
        assert_eq!(amount("4.315").rounded_half_up(2), amount("4.32"));
        assert_eq!(amount("-4.315").rounded_half_up(2), amount("-4.32"));
        assert_eq!(amount("0.6366467").truncated(6), amount("0.636646"));
        assert_eq!(amount("-0.6366467").truncated(6), amount("-0.636646"));
    }

    #[test]
    fn amounts_are_ordered_as_numbers() {
        let ascending = [i128::MIN, -256, -255, -1, 0, 1, 255, 256, i128::MAX].map(Amount::from_units);
        assert!(ascending.is_sorted_by(|one, next| one < next));
        assert_eq!(format!("{:?}", Amount::from_units(-256)), "Amount(-256)");
    }

    #[test]
    fn amounts_refuse_what_they_cannot_keep() {
        assert_eq!(Amount::from_decimal("0.0000000000001".parse().unwrap()), Err(NumberError::TooPrecise));
        assert_eq!(Amount::from_decimal(Decimal::MAX), Err(NumberError::TooLarge));
        assert_eq!(amount("1.10").decimal().to_string(), "1.1");
    }

    #[test]
    fn prices_keep_their_scale() {
        assert_eq!(Price::new("48.00".parse().unwrap()).unwrap().to_string(), "48.00");
        assert_eq!(Price::new(Decimal::ZERO), Err(NumberError::NotPositive));
        assert_eq!(Quantity::new("-1".parse().unwrap()), Err(NumberError::Negative));
    }
}
