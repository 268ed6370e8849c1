//! Fixed-point numbers inside the book: prices in units of the instrument's price scale, quantities in units of its
//! quantity scale, and the bridge to the numbers at the edges.

use std::ops::RangeInclusive;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::limits;
use crate::number::{Amount, Price, PriceDifference, Quantity};
use crate::reference::{BasisPoints, InstrumentDefinition, Pips, Rounding};
use crate::reject::{Combination, Number, Reject};

/// A price as a whole number of ten to the minus the instrument's price scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(i64);

/// A quantity as a whole number of ten to the minus the instrument's quantity scale; zero or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lots(i64);

impl Ticks {
    /// Wraps a whole number of price units.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The whole number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl Lots {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Wraps a whole number of quantity units.
    ///
    /// # Panics
    /// Below zero.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        assert!(units >= 0, "Invariant: a quantity is not negative");
        Self(units)
    }

    /// The whole number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Panics
    /// When it does not fit; the limits of the edges keep sums far from there.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        let (sum, overflows) = self.0.overflowing_add(other.0);
        assert!(!overflows, "Invariant: sums of quantities fit");
        Self(sum)
    }

    /// The difference.
    ///
    /// # Panics
    /// When the other is larger.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        assert!(self.0 >= other.0, "Invariant: no more is taken than is there");
        Self(self.0 - other.0)
    }
}

/// Largest whole number of units of a price or a quantity.
pub(crate) const MAX_UNITS: i64 = 1_000_000_000_000_000_000;
/// Largest value of one order in ledger units: ten to the eighteenth of the quote asset.
const MAX_NOTIONAL_UNITS: i128 = 10_i128.pow(18 + limits::LEDGER_SCALE);

/// The scales of one instrument, ready for arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scales {
    price_scale: u32,
    quantity_scale: u32,
    tick_units: i64,
    lot_units: i64,
    multiplier: u32,
    /// Ledger units of one price unit times one quantity unit, an option's multiplier included.
    notional_factor: i128,
    /// Greatest product of price units and quantity units whose value fits.
    most_product: i128,
    /// Ledger units of one quantity unit.
    quantity_factor: i128,
    /// Price units of one pip, for an instrument that has pips.
    pip_units: Option<i64>,
}

impl Scales {
    /// The scales of a definition; nothing when price and quantity together are more precise than the ledger, or the
    /// steps do not fit.
    #[must_use]
    pub fn of(definition: &InstrumentDefinition) -> Option<Self> {
        let (price_scale, quantity_scale) =
            (definition.tick.decimal().scale(), definition.lot.decimal().scale());
        let notional_decimals = limits::LEDGER_SCALE.checked_sub(price_scale.checked_add(quantity_scale)?)?;
        let quantity_decimals = limits::LEDGER_SCALE.checked_sub(quantity_scale)?;
        let pip_units = match definition.pip {
            Some(pip) => Some(units_of(pip.decimal(), price_scale)?),
            None => None,
        };
        let notional_factor = 10_i128.pow(notional_decimals) * i128::from(definition.multiplier());
        Some(Self {
            price_scale,
            quantity_scale,
            pip_units,
            tick_units: units_of(definition.tick.decimal(), price_scale)?,
            lot_units: units_of(definition.lot.decimal(), quantity_scale)?,
            multiplier: definition.multiplier(),
            notional_factor,
            // A multiplier of nothing is refused elsewhere.
            most_product: MAX_NOTIONAL_UNITS.checked_div(notional_factor).unwrap_or_default(),
            quantity_factor: 10_i128.pow(quantity_decimals),
        })
    }

    /// Steps of one unit.
    #[cfg(test)]
    pub(crate) const fn decimal(price_scale: u32, quantity_scale: u32) -> Self {
        Self {
            price_scale,
            quantity_scale,
            pip_units: None,
            tick_units: 1,
            lot_units: 1,
            multiplier: 1,
            notional_factor: 10_i128.pow(limits::LEDGER_SCALE - price_scale - quantity_scale),
            most_product: MAX_NOTIONAL_UNITS
                / 10_i128.pow(limits::LEDGER_SCALE - price_scale - quantity_scale),
            quantity_factor: 10_i128.pow(limits::LEDGER_SCALE - quantity_scale),
        }
    }

    /// Units of the quote asset that one of base costs at a price of one: the multiplier of an option, else 1.
    #[must_use]
    pub const fn multiplier(&self) -> u32 {
        self.multiplier
    }

    /// A price in the book's units.
    ///
    /// # Errors
    /// Too precise, too large, or no multiple of the tick.
    pub fn ticks(&self, price: Price) -> Result<Ticks, Reject> {
        if is_finer(price.decimal(), self.price_scale) {
            return Err(Reject::PriceTooPrecise { given: price, scale: self.price_scale });
        }
        let units = units_of(price.decimal(), self.price_scale).ok_or_else(|| self.price_too_large(price))?;
        if !is_multiple(units, self.tick_units) {
            return Err(Reject::PriceOffTick { given: price, tick: self.price(Ticks(self.tick_units)) });
        }
        Ok(Ticks(units))
    }

    /// The greatest price in the book's units that is not above a value, whether on a tick or not; nothing when there is
    /// none above zero.
    pub(crate) fn ticks_below(&self, value: Decimal) -> Option<Ticks> {
        let units = units_of(value.trunc_with_scale(self.price_scale), self.price_scale)?;
        (units > 0).then_some(Ticks(units))
    }

    /// A quantity in the book's units.
    ///
    /// # Errors
    /// Zero, too precise, too large, or no multiple of the lot.
    pub fn lots(&self, quantity: Quantity) -> Result<Lots, Reject> {
        if quantity.is_zero() {
            return Err(Reject::SizeNotPositive);
        }
        if is_finer(quantity.decimal(), self.quantity_scale) {
            return Err(Reject::QuantityTooPrecise { given: quantity, scale: self.quantity_scale });
        }
        let units = units_of(quantity.decimal(), self.quantity_scale).ok_or_else(|| self.too_much())?;
        if !is_multiple(units, self.lot_units) {
            return Err(Reject::QuantityOffLot { given: quantity, lot: self.quantity(Lots(self.lot_units)) });
        }
        Ok(Lots(units))
    }

    /// That a quantity is more than is kept.
    pub(crate) fn too_much(&self) -> Reject {
        Reject::Overflow { what: Number::Quantity, maximum: self.base_amount(Lots(MAX_UNITS)) }
    }

    /// That a distance is more than prices have.
    fn too_far(&self) -> Reject {
        let units = i128::from(MAX_UNITS) * 10_i128.pow(limits::LEDGER_SCALE - self.price_scale);
        Reject::Overflow { what: Number::Distance, maximum: Amount::from_units(units) }
    }

    fn price_too_large(&self, given: Price) -> Reject {
        Reject::PriceTooLarge { given, maximum: self.price(self.price_range().1) }
    }

    /// The quantities between the least and the greatest of a definition.
    pub(crate) fn quantities_of(&self, definition: &InstrumentDefinition) -> RangeInclusive<Lots> {
        // The greatest is whole lots, the least need not be.
        let least = definition.minimum_quantity.decimal();
        let least = least.round_dp_with_strategy(self.quantity_scale, RoundingStrategy::AwayFromZero);
        let known = |quantity| units_of(quantity, self.quantity_scale).map_or(Lots(MAX_UNITS), Lots);
        known(least)..=known(definition.maximum_quantity.decimal())
    }

    /// A difference of prices in the book's units.
    ///
    /// # Errors
    /// More decimals than the instrument's prices, or too large.
    pub(crate) fn difference(&self, difference: PriceDifference) -> Result<i64, Reject> {
        if is_finer(difference.decimal(), self.price_scale) {
            return Err(Reject::OffsetTooPrecise { scale: self.price_scale, given: difference });
        }
        units_of(difference.decimal(), self.price_scale).ok_or_else(|| self.too_far())
    }

    /// Whether distances can be given in pips.
    pub(crate) const fn has_pips(&self) -> bool {
        self.pip_units.is_some()
    }

    /// A distance in pips in the book's units.
    ///
    /// # Errors
    /// No pip, more decimals than the instrument's prices, too large, or no multiple of the tick.
    pub(crate) fn pips(&self, pips: Pips) -> Result<i64, Reject> {
        let pip = self.pip_units.ok_or(Reject::Combination(Combination::OffsetWithoutPip))?;
        let tenths = pip.checked_mul(i64::from(pips.tenths())).filter(|units| *units <= MAX_UNITS);
        let tenths = tenths.ok_or_else(|| self.too_far())?;
        if tenths % 10 != 0 {
            let given =
                PriceDifference::new(Decimal::from_i128_with_scale(tenths.into(), self.price_scale + 1));
            return Err(Reject::OffsetTooPrecise { scale: self.price_scale, given });
        }
        let distance = tenths / 10;
        if distance % self.tick_units != 0 {
            let (given, tick) = (self.price(Ticks(distance)), self.price(Ticks(self.tick_units)));
            return Err(Reject::PriceOffTick { given, tick });
        }
        Ok(distance)
    }

    /// The nearest prices to both ends of the range that prices have.
    pub(crate) const fn price_range(&self) -> (Ticks, Ticks) {
        (Ticks(self.tick_units), Ticks(MAX_UNITS - MAX_UNITS % self.tick_units))
    }

    /// A quantity of base that an amount of it comes to, in whole lots.
    pub(crate) fn whole_lots(&self, amount: Amount) -> Lots {
        let units = (amount.units() / self.quantity_factor).clamp(0, i128::from(MAX_UNITS));
        let units = i64::try_from(units).unwrap_or(MAX_UNITS);
        Lots(units - units % self.lot_units)
    }

    /// The book's units of a quantity that the engine itself has written.
    pub(crate) fn known_lots(&self, quantity: Quantity) -> Lots {
        match units_of(quantity.decimal(), self.quantity_scale) {
            Some(units) => Lots(units),
            None => unreachable!("Invariant: quantities of the state fit their instrument"),
        }
    }

    /// The book's units of a price that the engine itself has written.
    pub(crate) fn known_ticks(&self, price: Price) -> Ticks {
        match units_of(price.decimal(), self.price_scale) {
            Some(units) => Ticks(units),
            None => unreachable!("Invariant: prices of the state fit their instrument"),
        }
    }

    /// A price at the edge, with the instrument's scale.
    #[must_use]
    pub fn price(&self, ticks: Ticks) -> Price {
        match Price::new(Decimal::new(ticks.0, self.price_scale)) {
            Ok(price) => price,
            Err(error) => unreachable!("Invariant: prices in the book are positive: {error}"),
        }
    }

    /// Half of a sum of two prices, exact.
    pub(crate) fn middle(&self, sum: i64) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(sum) * 5, self.price_scale + 1)
    }

    /// A quantity at the edge, without trailing zeros.
    #[must_use]
    pub fn quantity(&self, lots: Lots) -> Quantity {
        let (mut units, mut scale) = (lots.0, self.quantity_scale);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        match Quantity::new(Decimal::new(units, scale)) {
            Ok(quantity) => quantity,
            Err(error) => unreachable!("Invariant: quantities in the book are not negative: {error}"),
        }
    }

    /// Price times quantity, and times the multiplier of an option; exact.
    ///
    /// # Errors
    /// [`Reject::Overflow`] above ten to the eighteenth.
    pub fn notional(&self, price: Ticks, quantity: Lots) -> Result<Amount, Reject> {
        // Two factors of 64 bits always fit, and what is not above the greatest product fits with its factor, too.
        let product = i128::from(price.0) * i128::from(quantity.0);
        if product > self.most_product {
            let maximum = Amount::from_units(MAX_NOTIONAL_UNITS);
            return Err(Reject::Overflow { what: Number::Value, maximum });
        }
        Ok(Amount::from_units(product * self.notional_factor))
    }

    /// The greatest quantity, in whole lots, that an amount pays for at a price.
    #[must_use]
    pub fn affordable(&self, amount: Amount, price: Ticks) -> Lots {
        let unit_value = i128::from(price.0) * self.notional_factor;
        let units = if unit_value > 0 { amount.units() / unit_value } else { 0 };
        let units = i64::try_from(units.clamp(0, i128::from(MAX_UNITS))).unwrap_or(MAX_UNITS);
        Lots(units - units % self.lot_units)
    }

    /// A part of a price, in hundredths of a percent, in price units, rounded to the nearest tick; half a tick up.
    pub(crate) fn part_of_price(&self, price: Ticks, rate: BasisPoints) -> i64 {
        let (tick, exact) = (i128::from(self.tick_units), i128::from(price.0) * i128::from(rate.get()));
        let step = tick * 10_000;
        let ticks = (exact + step / 2) / step;
        i64::try_from(ticks * tick).unwrap_or(MAX_UNITS)
    }

    /// A quantity as an amount of the base asset.
    #[must_use]
    pub fn base_amount(&self, quantity: Lots) -> Amount {
        Amount::from_units(i128::from(quantity.0) * self.quantity_factor)
    }
}

/// Whether units are whole steps. Most steps are one unit, for which nothing has to be divided.
const fn is_multiple(units: i64, step: i64) -> bool {
    step == 1 || units % step == 0
}

/// Whether a decimal has digits beyond `scale`.
fn is_finer(value: Decimal, scale: u32) -> bool {
    value.scale() > scale && value.normalize().scale() > scale
}

/// Powers of ten that fit 64 bits.
const POWERS_OF_TEN: [u64; 20] = {
    let mut powers = [1; 20];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// A decimal as a whole number of ten to the minus `scale`; nothing when it is finer or too large.
fn units_of(value: Decimal, scale: u32) -> Option<i64> {
    // Trailing zeros matter only to what looks too fine.
    let value = if value.scale() > scale { value.normalize() } else { value };
    let parts = value.unpack();
    if parts.hi != 0 {
        return None;
    }
    let mantissa = u64::from(parts.mid) << 32 | u64::from(parts.lo);
    let power = POWERS_OF_TEN.get(usize::try_from(scale.checked_sub(parts.scale)?).ok()?)?;
    let units = i64::try_from(mantissa.checked_mul(*power)?).ok().filter(|units| *units <= MAX_UNITS)?;
    Some(if parts.negative { -units } else { units })
}

/// A part of an amount, in hundredths of a percent, cut to `scale` decimals.
#[must_use]
pub(crate) fn part(amount: Amount, basis_points: u32, rounding: Rounding, scale: u32) -> Amount {
    if basis_points == 0 {
        return Amount::ZERO;
    }
    let scaled = amount.units().saturating_mul(i128::from(basis_points));
    // The division itself cuts below the twelfth decimal, which no scale keeps.
    let exact = Amount::from_units(scaled / 10_000);
    match rounding {
        Rounding::Truncate => exact.truncated(scale),
        Rounding::HalfUp => exact.rounded_half_up(scale),
    }
}
