//! New York time by its rule: summer time from 2:00 on the second Sunday of March to 2:00 on the first Sunday of
//! November. That is the rule since 2007; it is applied to every year.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, Weekday};

/// The zone's name.
pub(crate) const ZONE: &str = "America/New_York";

const STANDARD_HOURS: i8 = -5;
const SUMMER_HOURS: i8 = -4;
/// When the clocks change, on the UTC clock: 2:00 by the time that ends.
const SUMMER_BEGINS_UTC: u8 = 7;
const SUMMER_ENDS_UTC: u8 = 6;

/// The time in New York at an instant.
pub(crate) fn local(at: OffsetDateTime) -> OffsetDateTime {
    let utc = at.to_offset(UtcOffset::UTC);
    let (date, hour) = (utc.date(), utc.hour());
    let (begins, ends) = (summer_begins(date.year()), summer_ends(date.year()));
    let has_begun = (date, hour) >= (begins, SUMMER_BEGINS_UTC);
    let has_ended = (date, hour) >= (ends, SUMMER_ENDS_UTC);
    utc.to_offset(offset(has_begun && !has_ended))
}

/// The instant of a time of day in New York. On a day when the clocks change, times from 3:00 on.
pub(crate) fn daytime(date: Date, time: Time) -> OffsetDateTime {
    let is_summer = (summer_begins(date.year())..summer_ends(date.year())).contains(&date);
    PrimitiveDateTime::new(date, time).assume_offset(offset(is_summer))
}

/// The first instant of a day in New York. The clocks change after it, so it has the offset of the day before.
pub(crate) fn midnight(date: Date) -> OffsetDateTime {
    let is_summer = date > summer_begins(date.year()) && date <= summer_ends(date.year());
    PrimitiveDateTime::new(date, Time::MIDNIGHT).assume_offset(offset(is_summer))
}

fn offset(is_summer: bool) -> UtcOffset {
    let hours = if is_summer { SUMMER_HOURS } else { STANDARD_HOURS };
    UtcOffset::from_hms(hours, 0, 0).unwrap_or(UtcOffset::UTC)
}

fn summer_begins(year: i32) -> Date {
    sunday(year, Month::March, 2)
}

fn summer_ends(year: i32) -> Date {
    sunday(year, Month::November, 1)
}

/// The first, second, ... Sunday of a month.
fn sunday(year: i32, month: Month, number: u8) -> Date {
    let mut day = Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN);
    while day.weekday() != Weekday::Sunday {
        day = day.next_day().unwrap_or(Date::MAX);
    }
    day.saturating_add(time::Duration::weeks(i64::from(number) - 1))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime, time};

    use super::*;

    #[test]
    fn clocks_change_on_sundays_at_two() {
        for (utc, there) in [
            (datetime!(2026-03-08 06:59:59 UTC), datetime!(2026-03-08 01:59:59 -5)),
            (datetime!(2026-03-08 07:00:00 UTC), datetime!(2026-03-08 03:00:00 -4)),
            (datetime!(2026-11-01 05:59:59 UTC), datetime!(2026-11-01 01:59:59 -4)),
            (datetime!(2026-11-01 06:00:00 UTC), datetime!(2026-11-01 01:00:00 -5)),
            (datetime!(2025-03-09 07:00:00 UTC), datetime!(2025-03-09 03:00:00 -4)),
            (datetime!(2025-11-02 06:00:00 UTC), datetime!(2025-11-02 01:00:00 -5)),
            (datetime!(2024-03-10 07:00:00 UTC), datetime!(2024-03-10 03:00:00 -4)),
            (datetime!(2026-01-01 04:59:59 UTC), datetime!(2025-12-31 23:59:59 -5)),
        ] {
            let shown = local(utc);
            assert_eq!((shown, shown.offset()), (there, there.offset()), "{utc}");
        }
    }

    #[test]
    fn times_of_day_have_the_offset_of_the_day() {
        for (day, offset) in [
            (date!(2026 - 03 - 07), -5),
            (date!(2026 - 03 - 08), -4),
            (date!(2026 - 10 - 31), -4),
            (date!(2026 - 11 - 01), -5),
        ] {
            let begin = midnight(day);
            assert_eq!((local(begin), local(begin).offset()), (begin, begin.offset()));
            let open = daytime(day, time!(09:30));
            assert_eq!(open.offset().whole_hours(), offset, "{day}");
            assert_eq!(local(open), open);
            assert_eq!(local(open).offset(), open.offset());
        }
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        assert_eq!(daytime(Date::MAX, time!(20:00)).offset().whole_hours(), -5);
        assert_eq!(daytime(Date::MIN, time!(20:00)).offset().whole_hours(), -5);
    }
}
