//! Where a full history ends: at four in the afternoon, New York, of the last day of trading.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use order_engine::Timestamp;

const CLOSE_HOUR: i8 = 16;

/// The last close of trading up to now.
pub(crate) fn last_close(now: Timestamp) -> Timestamp {
    // Without a calendar, which is compiled in, nothing would be left out.
    find(now).unwrap_or(now)
}

fn find(now: Timestamp) -> Option<Timestamp> {
    let zone = TimeZone::get("America/New_York").ok()?;
    let instant = jiff::Timestamp::from_nanosecond(i128::from(now.as_nanos())).ok()?;
    let mut day = instant.to_zoned(zone.clone()).date();
    loop {
        let close = close_of(day, &zone)?;
        let is_trading_day = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if is_trading_day && close <= now {
            return Some(close);
        }
        day = day.yesterday().ok()?;
    }
}

fn close_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let close = day.at(CLOSE_HOUR, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
    u64::try_from(close.as_nanosecond()).ok().map(Timestamp::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::times::TimeFormat;

    #[test]
    fn a_history_ends_at_the_last_close() {
        let at = |text: &str| TimeFormat::Rfc3339.parse(text).unwrap();
        // 2026-01-05 is a Monday.
        assert_eq!(last_close(at("2026-01-05T20:59:59Z")), at("2026-01-02T21:00:00Z"));
        assert_eq!(last_close(at("2026-01-05T21:00:00Z")), at("2026-01-05T21:00:00Z"));
        assert_eq!(last_close(at("2026-07-11T12:00:00Z")), at("2026-07-10T20:00:00Z"));
    }
}
