//! Values of arguments: their syntax, and whether they fit the instrument.

use facade_kit::decimal::parse_plain;
use order_engine::{Instrument, Price, PriceBound, Quantity, Side, Timestamp};
use rust_decimal::Decimal;

use crate::access::number;
use crate::error::ApiError;
use crate::times::TimeFormat;

/// A value that must be there.
///
/// # Errors
/// Code 2.
pub(super) fn required<'text>(
    value: Option<&'text String>,
    name: &'static str,
) -> Result<&'text str, ApiError> {
    value.map(String::as_str).ok_or(ApiError::Missing(name))
}

/// A positive integer.
///
/// # Errors
/// Code 1.
pub(super) fn units(text: &str) -> Result<u64, ApiError> {
    number(text).filter(|units| *units > 0).ok_or(ApiError::Malformed("units"))
}

/// `buy` or `sell`.
///
/// # Errors
/// Code 1.
pub(super) fn side(text: &str) -> Result<Side, ApiError> {
    match text {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        _ => Err(ApiError::Malformed("side")),
    }
}

/// A price above zero.
///
/// # Errors
/// Code 1.
pub(super) fn price(text: &str, name: &'static str) -> Result<Price, ApiError> {
    optional_price(text, name)?.ok_or(ApiError::Malformed(name))
}

/// A price, or nothing for zero.
///
/// # Errors
/// Code 1.
pub(super) fn optional_price(text: &str, name: &'static str) -> Result<Option<Price>, ApiError> {
    let value = parse_plain(text).ok_or(ApiError::Malformed(name))?;
    if value.is_zero() {
        return Ok(None);
    }
    Price::new(value).map(Some).map_err(|_| ApiError::Malformed(name))
}

/// A time in the future.
///
/// # Errors
/// Code 1.
pub(super) fn expiry(text: &str, times: TimeFormat, now: Timestamp) -> Result<Timestamp, ApiError> {
    times.parse(text).filter(|expiry| *expiry > now).ok_or(ApiError::Malformed("expiry"))
}

/// A price that fits the instrument. Zeros at its end that the instrument does not have are cut.
///
/// # Errors
/// Code 18.
pub(super) fn precise(price: Price, instrument: &Instrument) -> Result<Price, ApiError> {
    let value = price.decimal();
    if !(value % instrument.definition.tick.decimal()).is_zero() {
        return Err(ApiError::Precision);
    }
    if value.scale() <= instrument.price_scale() {
        return Ok(price);
    }
    Price::new(value.normalize()).map_err(|_| ApiError::Precision)
}

/// Bounds that fit the instrument.
///
/// # Errors
/// Code 18.
pub(super) fn precise_bound(bound: PriceBound, instrument: &Instrument) -> Result<PriceBound, ApiError> {
    let precise = |price: Option<Price>| price.map(|price| precise(price, instrument)).transpose();
    Ok(PriceBound { lower: precise(bound.lower)?, upper: precise(bound.upper)? })
}

/// A quantity within the instrument's limit.
///
/// # Errors
/// Code 36.
pub(super) fn within_limit(units: u64, instrument: &Instrument) -> Result<Quantity, ApiError> {
    let quantity = Quantity::new(Decimal::from(units)).map_err(|_| ApiError::Malformed("units"))?;
    if quantity > instrument.definition.maximum_quantity {
        return Err(ApiError::OutOfRange("units"));
    }
    Ok(quantity)
}
