//! Scalars as this dialect writes and reads them: decimals as plain text, times with nine digits of fraction.

use facade_kit::{decimal, time::from_calendar, time::rfc3339};
use order_engine::{Amount, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

const MONEY_SCALE: u32 = 2;
const AVERAGE_MAX_SCALE: u32 = 6;

/// `2025-10-31T13:30:00.000000000Z`.
pub(crate) fn instant(at: Timestamp) -> String {
    rfc3339(at, 9)
}

/// `2025-10-31`.
pub(crate) fn date(at: Timestamp) -> String {
    rfc3339(at, 0).split('T').next().unwrap_or_default().to_owned()
}

/// A day of the calendar, `2025-10-31`.
pub(crate) fn day(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// A local time with its offset from UTC and no fraction: `2025-10-15T09:30:00-04:00`.
pub(crate) fn local(at: OffsetDateTime) -> String {
    let (hours, minutes, _) = at.offset().as_hms();
    let sign = if at.offset().is_negative() { '-' } else { '+' };
    format!(
        "{}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        day(at.date()),
        at.hour(),
        at.minute(),
        at.second(),
        hours.unsigned_abs(),
        minutes.unsigned_abs()
    )
}

/// A quantity that the engine computed (filled, left, held), with at least the decimals of the ordered quantity.
pub(crate) fn quantity(value: Decimal, like: Decimal) -> String {
    if value.is_zero() { "0".to_owned() } else { decimal::at_least(value, like.scale()) }
}

/// A computed average price: two to six decimals, half to even.
pub(crate) fn average(value: Decimal) -> String {
    let rounded = value.round_dp_with_strategy(AVERAGE_MAX_SCALE, RoundingStrategy::MidpointNearestEven);
    decimal::at_least(rounded, MONEY_SCALE)
}

/// A total of money: two decimals, half to even.
pub(crate) fn money(value: Decimal) -> String {
    let mut rounded = value.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointNearestEven);
    rounded.rescale(MONEY_SCALE);
    if rounded.is_zero() { "0.00".to_owned() } else { rounded.to_string() }
}

/// An amount with exactly so many decimals, half to even.
pub(crate) fn fixed(value: Amount, scale: u32) -> String {
    let mut rounded = value.decimal().round_dp_with_strategy(scale, RoundingStrategy::MidpointNearestEven);
    rounded.rescale(scale);
    rounded.to_string()
}

/// An RFC 3339 date and time.
pub(crate) fn parse_instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// The engine's time of a calendar time; what is before 1970 or after 2554 becomes that end of the range.
pub(crate) fn saturated(at: OffsetDateTime) -> Timestamp {
    let before = at < OffsetDateTime::UNIX_EPOCH;
    from_calendar(at).unwrap_or(if before { Timestamp::EPOCH } else { Timestamp::from_nanos(u64::MAX) })
}

/// A date `YYYY-MM-DD` or an RFC 3339 date and time. A bare date stands for its first moment, or as the end of a range
/// for its last.
pub(crate) fn parse_bound(text: &str, is_end: bool) -> Option<Timestamp> {
    if let Ok(day) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
        let time = if is_end { Time::MAX } else { Time::MIDNIGHT };
        return Some(saturated(day.with_time(time).assume_utc()));
    }
    parse_instant(text).map(saturated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn averages_have_two_to_six_decimals() {
        for (value, text) in
            [("47.95", "47.95"), ("50", "50.00"), ("1.1234565", "1.123456"), ("0.1230000", "0.123")]
        {
            assert_eq!(average(number(value)), text);
        }
    }

    #[test]
    fn money_has_two_decimals() {
        for (value, text) in [("-9000", "-9000.00"), ("1.005", "1.00"), ("1.015", "1.02"), ("-0.001", "0.00")]
        {
            assert_eq!(money(number(value)), text);
        }
    }

    #[test]
    fn computed_quantities_look_like_the_ordered_one() {
        assert_eq!(quantity(number("5.0000"), number("10")), "5");
        assert_eq!(quantity(number("5"), number("10.50")), "5.00");
        assert_eq!(quantity(number("0.25"), number("1")), "0.25");
        assert_eq!(quantity(number("0.00"), number("10.50")), "0");
    }

    #[test]
    fn bounds_are_dates_or_times() {
        let nanos = |text, is_end| parse_bound(text, is_end).map(Timestamp::as_nanos);
        assert_eq!(nanos("1970-01-02", false), Some(86_400_000_000_000));
        assert_eq!(nanos("1970-01-01", true), Some(86_399_999_999_999));
        assert_eq!(nanos("1970-01-01T01:00:00.5+01:00", false), Some(500_000_000));
        assert_eq!(nanos("1969-12-31T23:00:00Z", false), Some(0));
        assert_eq!(nanos("123", false), None);
        assert_eq!(nanos("2025-04-24T14:30:00 00:00", false), None);
    }
}
