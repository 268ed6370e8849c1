//! `BigNumber`: every price, quantity and amount. A JSON number that keeps its scale; read from a number, a text, or the
//! object form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade_kit::decimal::parse_plain;
use rust_decimal::Decimal;
use serde::Serializer;
use serde_json::Value;

use super::binary::{Element, Given, put_bytes, put_number, read_fields};
use super::shape::{Names, Shape};

/// A decimal of at most 28 digits and 28 decimals, with the scale it was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BigNumber(pub(crate) Decimal);

impl Shape for BigNumber {
    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        rust_decimal::serde::arbitrary_precision::serialize(&self.0, to)
    }

    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => from_text(&number.to_string()),
            Value::String(text) => from_text(&text),
            Value::Object(members) => from_parts(members),
            Value::Null | Value::Bool(_) | Value::Array(_) => None,
        }
    }
}

/// A message: scale, sign, and the digits without zeros at their end, so that zero has none.
impl Element for BigNumber {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        let mut parts = Vec::new();
        let (scale, digits) = (self.0.scale(), self.0.mantissa().unsigned_abs().to_le_bytes());
        if scale > 0 {
            put_number(SCALE, u64::from(scale), &mut parts);
        }
        if self.0.is_sign_negative() {
            put_number(IS_NEGATIVE, 1, &mut parts);
        }
        let used = used(&digits);
        if !used.is_empty() {
            put_bytes(VALUE, used, &mut parts);
        }
        put_bytes(number, &parts, to);
    }

    fn take(given: Given<'_>, _: Option<Self>) -> Option<Self> {
        let (mut scale, mut negative, mut digits) = (0, false, 0);
        read_fields(given.bytes()?, |number, given| {
            match number {
                SCALE => scale = u32::try_from(given.number()?).ok()?,
                IS_NEGATIVE => negative = given.number()? != 0,
                VALUE => digits = little_endian(given.bytes()?)?,
                _ => {}
            }
            Some(())
        })?;
        of_parts(scale, negative, digits)
    }
}

/// Numbers of the fields.
const SCALE: u32 = 1;
const IS_NEGATIVE: u32 = 2;
const VALUE: u32 = 3;

/// A JSON number: plain, or with an exponent.
fn from_text(text: &str) -> Option<BigNumber> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return parse_plain(text).map(BigNumber);
    };
    let mantissa = parse_plain(mantissa)?;
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.unsigned_abs() <= 28)?;
    let scale = i32::try_from(mantissa.scale()).ok()?.checked_sub(exponent)?;
    let (digits, scale) = match u32::try_from(scale) {
        Ok(scale) => (mantissa.mantissa(), scale),
        Err(_) => (mantissa.mantissa().checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0),
    };
    Decimal::try_from_i128_with_scale(digits, scale).ok().map(BigNumber)
}

/// The object form: unsigned little-endian digits, sign and scale.
fn from_parts(members: serde_json::Map<String, Value>) -> Option<BigNumber> {
    let (mut scale, mut negative, mut digits) = (0_u32, false, 0_i128);
    for (name, value) in members {
        match name.as_str() {
            _ if value.is_null() => {}
            "Scale" => scale = u32::try_from(value.as_u64()?).ok()?,
            "IsNegative" => negative = value.as_bool()?,
            "Value" => digits = little_endian(&STANDARD.decode(value.as_str()?).ok()?)?,
            _ => return None,
        }
    }
    of_parts(scale, negative, digits)
}

fn of_parts(scale: u32, negative: bool, digits: i128) -> Option<BigNumber> {
    let signed = if negative { -digits } else { digits };
    Decimal::try_from_i128_with_scale(signed, scale).ok().map(BigNumber)
}

fn used(bytes: &[u8]) -> &[u8] {
    let count = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.get(..count).unwrap_or_default()
}

fn little_endian(bytes: &[u8]) -> Option<i128> {
    let used = used(bytes);
    let mut wide = [0_u8; 16];
    wide.get_mut(..used.len())?.copy_from_slice(used);
    i128::try_from(u128::from_le_bytes(wide)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::shape::Written;

    fn read(json: &str) -> Option<String> {
        BigNumber::read(serde_json::from_str(json).unwrap()).map(|number| number.0.to_string())
    }

    #[test]
    fn numbers_are_read_in_every_form() {
        let forms = [
            ("12.34", "12.34"),
            ("10.00", "10.00"),
            ("1e2", "100"),
            ("1.5E-1", "0.15"),
            ("\"12.340\"", "12.340"),
            (r#"{"Scale":2,"IsNegative":false,"Value":"0gQ="}"#, "12.34"),
            (r#"{"Value":"ZA=="}"#, "100"),
            (r#"{"Scale":2,"IsNegative":true,"Value":"0gQAAAAAAAAAAAAAAAAAAAAAAAA="}"#, "-12.34"),
            ("{}", "0"),
        ];
        for (json, text) in forms {
            assert_eq!(read(json).as_deref(), Some(text), "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        let too_wide = format!(r#"{{"Value":"{}"}}"#, STANDARD.encode([255_u8; 17]));
        for json in ["true", "[]", "\"\"", "\"+1\"", "\"1e\"", "1e99", r#"{"Amount":1}"#, &too_wide] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn numbers_keep_their_scale_when_written() {
        let number = BigNumber("10.00".parse().unwrap());
        assert_eq!(serde_json::to_string(&Written(&number, Names::Full)).unwrap(), "10.00");
    }
}
