//! Decimals as text. `rust_decimal` reads more than any vendor does (`+1`, `.5`, `1.`, `1_000`) and rounds what is too
//! long; here a text is a plain decimal or nothing.

use rust_decimal::Decimal;

/// Reads `-?digits[.digits]`, at most 28 digits, without sign `+`, exponent, blanks or separators.
#[must_use]
pub fn parse_plain(text: &str) -> Option<Decimal> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(whole) || !fraction.is_none_or(digits_only) {
        return None;
    }
    if whole.len() + fraction.map_or(0, str::len) > 28 {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// The shortest plain text: no trailing zeros, `0` for zero.
#[must_use]
pub fn shortest(value: Decimal) -> String {
    value.normalize().to_string()
}

/// Plain text with at least `scale` decimals, and more when the value has more.
#[must_use]
pub fn at_least(value: Decimal, scale: u32) -> String {
    let mut value = value.normalize();
    if value.scale() < scale {
        value.rescale(scale);
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_only() {
        for text in ["0", "1.10", "-0.5", "1234567890.123456789"] {
            assert_eq!(parse_plain(text).map(|value| value.to_string()).as_deref(), Some(text));
        }
        for text in ["", "-", "+1", ".5", "1.", "1e3", "1_000", " 1", "1 ", "0x1", "NaN", "--1", "1.2.3"] {
            assert_eq!(parse_plain(text), None, "{text}");
        }
        assert_eq!(parse_plain("12345678901234567890123456789"), None);
    }

    #[test]
    fn padding() {
        assert_eq!(at_least("120000".parse().unwrap(), 2), "120000.00");
        assert_eq!(at_least("0.123".parse().unwrap(), 2), "0.123");
        assert_eq!(shortest("10.500".parse().unwrap()), "10.5");
        assert_eq!(shortest("0.00".parse().unwrap()), "0");
    }
}
