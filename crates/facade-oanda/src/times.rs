//! Times as the vendor writes and reads them.

use facade_kit::time::{from_calendar, rfc3339};
use order_engine::Timestamp;
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::error::ApiError;

/// The format that `X-Accept-Datetime-Format` chooses, for both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TimeFormat {
    /// `2018-01-08T18:26:31.000000Z`.
    #[default]
    Rfc3339,
    /// Microseconds since the epoch, as text. Read as seconds, milliseconds or microseconds, by size.
    Unix,
}

/// Numbers above this are no seconds but milliseconds.
const LARGEST_SECONDS: u64 = 100_000_000_000;
/// Numbers above this are no milliseconds but microseconds.
const LARGEST_MILLIS: u64 = 100_000_000_000_000;

impl TimeFormat {
    /// The format of a header's value.
    ///
    /// # Errors
    /// Code 62 for anything but `RFC3339` and `UNIX`, in any case.
    pub(crate) fn named(name: &str) -> Result<Self, ApiError> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("rfc3339") {
            Ok(Self::Rfc3339)
        } else if name.eq_ignore_ascii_case("unix") {
            Ok(Self::Unix)
        } else {
            Err(ApiError::DatetimeFormat)
        }
    }

    /// A time to the microsecond, as prices have it.
    pub(crate) fn micros(self, at: Timestamp) -> String {
        match self {
            Self::Rfc3339 => rfc3339(at, 6),
            Self::Unix => at.as_micros().to_string(),
        }
    }

    /// A time to the second, as orders, trades and transactions have it; the fraction is written as zeros.
    pub(crate) fn seconds(self, at: Timestamp) -> String {
        self.micros(whole_seconds(at))
    }

    /// Reads a time, to the second.
    pub(crate) fn parse(self, text: &str) -> Option<Timestamp> {
        let at = match self {
            Self::Rfc3339 => calendar(text),
            Self::Unix => number(text).or_else(|| calendar(text)),
        };
        at.map(whole_seconds)
    }
}

/// A time without its fraction of a second.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.as_seconds())
}

/// Digits, with a fraction that is dropped.
fn number(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    let nanos_per_unit = match number {
        0..=LARGEST_SECONDS => 1_000_000_000,
        number if number <= LARGEST_MILLIS => 1_000_000,
        _ => 1_000,
    };
    number.checked_mul(nanos_per_unit).map(Timestamp::from_nanos)
}

/// `YYYY-MM-DD`, `T` or a blank, `HH:MM:SS`, any fraction, and `Z`, an offset or nothing, which means UTC.
fn calendar(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (year, month, day) = three(date, '-', [4, 2, 2])?;
    let (hour, minute, second) = three(clock, ':', [2, 2, 2])?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
        None => rest,
    };
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
    let narrow = |number: u16| u8::try_from(number).ok();
    let clock = Time::from_hms(narrow(hour)?, narrow(minute)?, narrow(second)?).ok()?;
    from_calendar(PrimitiveDateTime::new(date, clock).assume_offset(offset(zone)?))
}

fn offset(zone: &str) -> Option<UtcOffset> {
    if zone.is_empty() || zone == "Z" {
        return Some(UtcOffset::UTC);
    }
    let (sign, digits) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (None, Some(digits)) => (-1, digits),
        (None, None) => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let part = |text: &str| fixed_digits(text, 2).and_then(|number| i8::try_from(number).ok());
    UtcOffset::from_hms(sign * part(hours)?, sign * part(minutes)?, 0).ok()
}

fn three(text: &str, separator: char, widths: [usize; 3]) -> Option<(u16, u16, u16)> {
    let mut parts = text.split(separator);
    let [first, second, third] = widths.map(|width| parts.next().and_then(|part| fixed_digits(part, width)));
    if parts.next().is_some() {
        return None;
    }
    Some((first?, second?, third?))
}

fn fixed_digits(text: &str, width: usize) -> Option<u16> {
    (text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_to_the_second(seconds in 0_u64..9_000_000_000, nanos in 0_u64..1_000_000_000) {
            let at = Timestamp::from_seconds(seconds).plus_nanos(nanos);
            for format in [TimeFormat::Rfc3339, TimeFormat::Unix] {
                // A number of microseconds is told from one of seconds by its size: not in the first three years.
                if format == TimeFormat::Rfc3339 || at.as_micros() > LARGEST_MILLIS {
                    prop_assert_eq!(format.parse(&format.micros(at)), Some(Timestamp::from_seconds(seconds)));
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let read = TimeFormat::Unix.parse(&text);
            prop_assert!(read.is_none_or(|at| at == whole_seconds(at)));
        }
    }

    #[test]
    fn all_forms_that_clients_send_are_read() {
        let at = |text: &str| TimeFormat::Rfc3339.parse(text).map(Timestamp::as_seconds);
        assert_eq!(at("2013-04-01T00:00:00Z"), Some(1_364_774_400));
        assert_eq!(at("2030-01-08T19:26:42.123456Z"), Some(1_894_130_802));
        assert_eq!(at("2018-01-08T19:26:42+00:00"), Some(1_515_439_602));
        assert_eq!(at("2018-01-08T19:26:42-01:30"), Some(1_515_439_602 + 5_400));
        assert_eq!(at("2030-01-01T01:02:03"), Some(1_893_459_723));
        assert_eq!(at("2030-01-01T01:02:03.5"), Some(1_893_459_723));
        assert_eq!(at("2030-01-01 01:02:03"), Some(1_893_459_723));
        for text in [
            "",
            "1893456000",
            "2030-13-01T00:00:00Z",
            "2030-01-01T25:00:00Z",
            "2030-01-01",
            "2030-1-01T00:00:00Z",
            "2030-01-01T00:00:00.Z",
            "2030-01-01T00:00:00X",
            "2030-01-01T00:00:00+1:00",
            "1969-12-31T23:59:59Z",
            "2030-01-0éT00:00:00Z",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn unix_times_go_both_ways() {
        let format = TimeFormat::named("unix").unwrap();
        for text in
            ["1893456000", "1893456000.75", "1893456000000", "1893456000000000", "2030-01-01T00:00:00Z"]
        {
            assert_eq!(format.parse(text), Some(Timestamp::from_seconds(1_893_456_000)), "{text}");
        }
        assert_eq!(format.micros(Timestamp::from_nanos(1_378_493_950_000_001_999)), "1378493950000001");
        assert_eq!(format.seconds(Timestamp::from_nanos(1_378_493_950_900_000_000)), "1378493950000000");
        assert_eq!(TimeFormat::named("iso").unwrap_err().code(), 62);
    }

    #[test]
    fn calendar_times_have_six_digits() {
        let at = Timestamp::from_nanos(1_515_435_991_648_747_999);
        assert_eq!(TimeFormat::Rfc3339.seconds(at), "2018-01-08T18:26:31.000000Z");
        assert_eq!(TimeFormat::Rfc3339.micros(at), "2018-01-08T18:26:31.648747Z");
    }
}
