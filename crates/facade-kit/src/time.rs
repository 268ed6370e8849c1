//! Bridges between the engine's time and calendar time. How a vendor writes a time is the facade's matter.

use order_engine::Timestamp;
use time::OffsetDateTime;

/// The calendar time, UTC.
#[must_use]
pub fn to_utc(at: Timestamp) -> OffsetDateTime {
    // A u64 of nanoseconds ends in the year 2554, well inside the calendar.
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.as_nanos())).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The engine's time; nothing before 1970 or after 2554.
#[must_use]
pub fn from_calendar(at: OffsetDateTime) -> Option<Timestamp> {
    u64::try_from(at.unix_timestamp_nanos()).ok().map(Timestamp::from_nanos)
}

/// RFC 3339 in UTC with `Z` and exactly `digits` digits of fraction (0 to 9); further digits are cut.
#[must_use]
pub fn rfc3339(at: Timestamp, digits: usize) -> String {
    let utc = to_utc(at);
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        utc.year(),
        u8::from(utc.month()),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second()
    );
    if digits > 0 {
        let fraction = format!("{:09}", utc.nanosecond());
        text.push('.');
        text.push_str(fraction.get(..digits).unwrap_or(&fraction));
    }
    text.push('Z');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_the_digits_asked_for() {
        let at = Timestamp::from_nanos(1_761_917_400_123_456_789);
        assert_eq!(rfc3339(at, 0), "2025-10-31T13:30:00Z");
        assert_eq!(rfc3339(at, 6), "2025-10-31T13:30:00.123456Z");
        assert_eq!(rfc3339(at, 9), "2025-10-31T13:30:00.123456789Z");
        assert_eq!(from_calendar(to_utc(at)), Some(at));
    }
}
