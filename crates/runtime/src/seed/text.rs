//! Values of a seed that are written as text and checked while they are read.

use std::fmt;
use std::marker::PhantomData;

use order_engine::{AccountCode, Amount, AssetCode, CalendarName, Price, Quantity, Symbol, Timestamp};
use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time, UtcOffset};

/// A value that is read from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<T>(pub(super) T);

/// What can be read from a text.
pub(super) trait Parse: Sized {
    /// What a reader should have written.
    const EXPECTED: &'static str;

    /// The value, or what is wrong with the text.
    fn parse(text: &str) -> Result<Self, String>;
}

impl<'de, T: Parse> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Parse> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let explain = |fault| E::custom(format_args!("{text:?} is not {}: {fault}", T::EXPECTED));
        T::parse(text).map(Text).map_err(explain)
    }
}

macro_rules! parse_id {
    ($name:ident, $expected:literal) => {
        impl Parse for $name {
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, String> {
                Self::new(text).map_err(|fault| fault.to_string())
            }
        }
    };
}

parse_id!(AssetCode, "an asset code such as \"USD\"");
parse_id!(Symbol, "a symbol such as \"BTC-USD\"");
parse_id!(CalendarName, "a calendar's name such as \"us-equities\"");
parse_id!(AccountCode, "an account code such as \"demo\"");

macro_rules! parse_number {
    ($name:ident, $new:ident, $expected:literal) => {
        impl Parse for $name {
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, String> {
                Self::$new(decimal(text)?).map_err(|fault| fault.to_string())
            }
        }
    };
}

parse_number!(Price, new, "a price in quotes such as \"0.01\"");
parse_number!(Quantity, new, "a quantity in quotes such as \"0.01\"");
parse_number!(Amount, from_decimal, "an amount in quotes such as \"1000.00\"");

impl Parse for Timestamp {
    const EXPECTED: &'static str = "a time such as \"2027-12-17T21:00:00Z\"";

    fn parse(text: &str) -> Result<Self, String> {
        instant(OffsetDateTime::parse(text, &Rfc3339).map_err(|fault| fault.to_string())?)
    }
}

/// The engine's time of a time in any offset.
pub(super) fn instant(at: OffsetDateTime) -> Result<Timestamp, String> {
    let nanos = u64::try_from(at.unix_timestamp_nanos()).map_err(|_| "it is out of range".to_owned())?;
    Ok(Timestamp::from_nanos(nanos))
}

macro_rules! parse_time {
    ($name:ty, $format:expr, $expected:literal) => {
        impl Parse for $name {
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, String> {
                Self::parse(text, $format).map_err(|fault| fault.to_string())
            }
        }
    };
}

parse_time!(OffsetDateTime, &Rfc3339, "a time such as \"2026-03-08T07:00:00Z\"");
parse_time!(Date, format_description!("[year]-[month]-[day]"), "a date such as \"2026-07-03\"");
parse_time!(Time, format_description!("[hour]:[minute]"), "a time of day such as \"09:30\"");
parse_time!(
    UtcOffset,
    format_description!("[offset_hour sign:mandatory]:[offset_minute]"),
    "an offset from UTC such as \"-05:00\""
);

/// Digits with at most one point between them and an optional minus, nothing lost: the decimal's own parser would
/// also take `1_000` and `.5`.
fn decimal(text: &str) -> Result<Decimal, String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if !digits(whole) || !digits(fraction) {
        return Err("digits with at most one decimal point are needed".to_owned());
    }
    Decimal::from_str_exact(text).map_err(|fault| fault.to_string())
}

/// A time of day in UTC, written `21:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeOfDay(u32);

impl TimeOfDay {
    /// Seconds after midnight.
    pub(super) const fn seconds(self) -> u32 {
        self.0
    }
}

impl Parse for TimeOfDay {
    const EXPECTED: &'static str = "a time of day in UTC such as \"21:00\"";

    fn parse(text: &str) -> Result<Self, String> {
        let two_digits = |part: &str, below: u32| {
            let number =
                (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(part)?;
            number.parse().ok().filter(|number| *number < below)
        };
        let parts = text.split_once(':').and_then(|(hours, minutes)| {
            let hours: u32 = two_digits(hours, 24)?;
            Some(Self((hours * 60 + two_digits(minutes, 60)?) * 60))
        });
        parts.ok_or_else(|| "hours and minutes of two digits each are needed".to_owned())
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| text.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(decimal("-12.50").unwrap().to_string(), "-12.50");
        for text in ["", ".5", "1.", "1_000", "+1", "1e3", "1.2.3", " 1", "--1", "-"] {
            assert!(decimal(text).is_err(), "{text:?} is not a number of a seed");
        }
    }

    #[test]
    fn numbers_lose_no_digit() {
        assert!(decimal("0.12345678901234567890123456789").is_err());
    }

    #[test]
    fn times_of_day_are_hours_and_minutes() {
        assert_eq!(TimeOfDay::parse("21:30").unwrap().seconds(), 77_400);
        assert_eq!(TimeOfDay::parse("00:00").unwrap().seconds(), 0);
        for text in ["24:00", "12:60", "1:00", "12", "12:00:00", "+1:00", "12:+1"] {
            assert!(TimeOfDay::parse(text).is_err(), "{text:?} is not a time of day");
        }
    }
}
