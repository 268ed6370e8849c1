//! `TimestampWithTimeZone`: a text in ISO 8601, extended or basic, or the object form.

use serde::Serializer;
use serde_json::Value;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::binary::{Element, Given, put_bytes, put_number, read_fields};
use super::shape::{Names, Shape};

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A point in time: nanoseconds since the Unix epoch, before it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i128);

impl Moment {
    /// Reads `2025-01-01T00:00:00.5+10:00`, `20250101T000000Z`, or a date alone, which is its midnight in UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text.as_bytes());
        let year = rest.digits(4)?;
        let extended = rest.skip(b'-');
        let month = rest.digits(2)?;
        if extended && !rest.skip(b'-') {
            return None;
        }
        let day = rest.digits(2)?;
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date =
            Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
        if rest.is_empty() {
            return Some(Self::at(date.midnight(), UtcOffset::UTC));
        }
        if !rest.skip(b'T') {
            return None;
        }
        let time = rest.time(extended)?;
        let offset = rest.offset()?;
        rest.is_empty().then(|| Self::at(PrimitiveDateTime::new(date, time), offset))
    }

    fn at(local: PrimitiveDateTime, offset: UtcOffset) -> Self {
        Self(local.assume_offset(offset).unix_timestamp_nanos())
    }

    /// Whether it is one of the forms of "no time at all": the zero of the vendor's platform, or the epoch.
    pub(crate) const fn is_zero(self) -> bool {
        /// Midnight of January 1st of the year 1.
        const YEAR_ONE: i128 = -62_135_596_800 * NANOS_PER_SECOND;
        (self.0 >= 0 && self.0 < NANOS_PER_SECOND)
            || (self.0 >= YEAR_ONE && self.0 < YEAR_ONE + NANOS_PER_SECOND)
    }

    /// `2025-06-27T00:15:30.5+00:00`: always in UTC, the fraction without trailing zeros.
    pub(crate) fn text(self) -> String {
        let at = OffsetDateTime::from_unix_timestamp_nanos(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let fraction = match at.nanosecond() {
            0 => String::new(),
            nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
        };
        let (hour, minute, second) = at.to_hms();
        format!(
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00",
            at.year(),
            u8::from(at.month()),
            at.day(),
        )
    }
}

impl Shape for Moment {
    fn write<S: Serializer>(&self, _: Names, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }

    fn read(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(&text),
            Value::Object(members) => from_parts(members),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        }
    }
}

/// A message: seconds and nanoseconds since 1970, always in UTC. What is before has no seconds and is 1970.
impl Element for Moment {
    fn put(&self, number: u32, to: &mut Vec<u8>) {
        let since = self.0.max(0);
        let mut parts = Vec::new();
        for (field, value) in [(SECONDS, since / NANOS_PER_SECOND), (NANOSECONDS, since % NANOS_PER_SECOND)] {
            if let Some(value) = u64::try_from(value).ok().filter(|value| *value > 0) {
                put_number(field, value, &mut parts);
            }
        }
        put_bytes(number, &parts, to);
    }

    fn take(given: Given<'_>, _: Option<Self>) -> Option<Self> {
        let (mut seconds, mut nanos) = (0, 0);
        read_fields(given.bytes()?, |number, given| {
            match number {
                SECONDS => seconds = given.number()?,
                NANOSECONDS => nanos = given.number()?,
                TZ_OFFSET => given.number().map(|_| ())?,
                _ => {}
            }
            Some(())
        })?;
        of_parts(seconds, nanos)
    }
}

/// Numbers of the fields.
const SECONDS: u32 = 1;
const NANOSECONDS: u32 = 2;
const TZ_OFFSET: u32 = 3;

/// The object form. The offset is for display only.
fn from_parts(members: serde_json::Map<String, Value>) -> Option<Moment> {
    let (mut seconds, mut nanos) = (0_u64, 0_u64);
    for (name, value) in members {
        match name.as_str() {
            _ if value.is_null() => {}
            "Seconds" => {
                seconds = match value.as_str() {
                    Some(text) => text.parse().ok()?,
                    None => value.as_u64()?,
                }
            }
            "Nanoseconds" => nanos = value.as_u64()?,
            "TzOffset" => value.as_i64().map(|_| ())?,
            _ => return None,
        }
    }
    of_parts(seconds, nanos)
}

fn of_parts(seconds: u64, nanos: u64) -> Option<Moment> {
    let nanos = i128::from(nanos);
    let last = PrimitiveDateTime::MAX.assume_utc().unix_timestamp_nanos();
    Some(i128::from(seconds) * NANOS_PER_SECOND + nanos)
        .filter(|total| nanos < NANOS_PER_SECOND && *total <= last)
        .map(Moment)
}

/// What of a text is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
        found
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        if !taken.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(taken.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    fn time(&mut self, extended: bool) -> Option<Time> {
        let mut parts = [0_u8; 3];
        for (place, part) in parts.iter_mut().enumerate() {
            if extended && place > 0 && !self.skip(b':') {
                return None;
            }
            *part = u8::try_from(self.digits(2)?).ok()?;
        }
        let [hour, minute, second] = parts;
        Time::from_hms_nano(hour, minute, second, self.fraction()?).ok()
    }

    /// One to nine digits after a point or a comma, or nothing.
    fn fraction(&mut self) -> Option<u32> {
        if !self.skip(b'.') && !self.skip(b',') {
            return Some(0);
        }
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let missing = u32::try_from(9 - count).ok()?;
        self.digits(count).map(|fraction| fraction * 10_u32.pow(missing))
    }

    /// `Z`, `+hh:mm`, `+hhmm` or `+hh`. A plus that was not encoded arrives from a query as a blank.
    fn offset(&mut self) -> Option<UtcOffset> {
        if self.skip(b'Z') {
            return Some(UtcOffset::UTC);
        }
        let sign = match self.0.first()? {
            b'+' | b' ' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = self.0.get(1..)?;
        let hours = i8::try_from(self.digits(2)?).ok().filter(|hours| *hours < 24)?;
        let minutes = if self.skip(b':') || !self.is_empty() { self.digits(2)? } else { 0 };
        let minutes = i8::try_from(minutes).ok().filter(|minutes| *minutes < 60)?;
        UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form() {
        let forms = [
            ("2025-06-27T00:15:30.1234567+00:00", "2025-06-27T00:15:30.1234567+00:00"),
            ("2025-06-27T00:16:02.500Z", "2025-06-27T00:16:02.5+00:00"),
            ("2025-06-27T10:16:02+10:00", "2025-06-27T00:16:02+00:00"),
            ("2025-06-26T19:46:02-0430", "2025-06-27T00:16:02+00:00"),
            ("2025-06-27T00:16:02 00:00", "2025-06-27T00:16:02+00:00"),
            ("20250101T000000Z", "2025-01-01T00:00:00+00:00"),
            ("20250101T000000.25+01", "2024-12-31T23:00:00.25+00:00"),
            ("2025-01-01", "2025-01-01T00:00:00+00:00"),
            ("20250101", "2025-01-01T00:00:00+00:00"),
            ("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00"),
        ];
        for (given, text) in forms {
            assert_eq!(Moment::parse(given).map(Moment::text).as_deref(), Some(text), "{given}");
        }
    }

    #[test]
    fn what_is_no_moment_is_not_read() {
        let wrong = [
            "",
            "now",
            "2025",
            "2025-13-01",
            "2025-02-30",
            "2025-0101",
            "2025-01-01T00:00:00",
            "2025-01-01T00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00:00.Z",
            "2025-01-01T00:00:00.1234567890Z",
            "2025-01-01T00:00:00+25:00",
            "2025-01-01T00:00:00Zx",
            "2025-01-01t00:00:00Z",
        ];
        for text in wrong {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_object_form_is_read() {
        let read = |json: &str| Moment::read(serde_json::from_str(json).unwrap()).map(Moment::text);
        let whole = r#"{"Seconds":"1751000000","Nanoseconds":500000000,"TzOffset":600}"#;
        assert_eq!(read(whole).as_deref(), Some("2025-06-27T04:53:20.5+00:00"));
        assert_eq!(read("{}").as_deref(), Some("1970-01-01T00:00:00+00:00"));
        assert_eq!(read(r#"{"Seconds":-1}"#), None);
        assert_eq!(read(r#"{"Seconds":"18446744073709551615"}"#), None);
    }

    #[test]
    fn no_time_at_all_has_several_forms() {
        for text in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00.5Z"] {
            assert!(Moment::parse(text).unwrap().is_zero(), "{text}");
        }
        assert!(!Moment::parse("1970-01-01T00:00:01Z").unwrap().is_zero());
    }
}
