//! How long a candle is, and where one begins.
//!
//! Up to an hour candles begin at multiples of their length since the epoch, which is the top of the minute and of the
//! hour. Longer ones follow a calendar: a day begins at an hour of some time zone, the hours within it are counted from
//! there, a week begins on the first day of its name, and a month on its first.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use order_engine::{CandleRow, Slot, Timestamp};

/// Length of a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granularity {
    /// Seconds, up to an hour.
    Fixed(u64),
    /// Hours of a day, more than one.
    Hours(u64),
    Day,
    Week,
    Month,
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Time zones change their clocks twice a year at most; half a year from now the other clock is in force.
const HALF_A_YEAR: u64 = 182 * DAY;

/// All of them, by the vendor's names.
const NAMES: [(&str, Granularity); 21] = [
    ("S5", Granularity::Fixed(5)),
    ("S10", Granularity::Fixed(10)),
    ("S15", Granularity::Fixed(15)),
    ("S30", Granularity::Fixed(30)),
    ("M1", Granularity::Fixed(60)),
    ("M2", Granularity::Fixed(120)),
    ("M3", Granularity::Fixed(180)),
    ("M5", Granularity::Fixed(300)),
    ("M10", Granularity::Fixed(600)),
    ("M15", Granularity::Fixed(900)),
    ("M30", Granularity::Fixed(1_800)),
    ("H1", Granularity::Fixed(HOUR)),
    ("H2", Granularity::Hours(2)),
    ("H3", Granularity::Hours(3)),
    ("H4", Granularity::Hours(4)),
    ("H6", Granularity::Hours(6)),
    ("H8", Granularity::Hours(8)),
    ("H12", Granularity::Hours(12)),
    ("D", Granularity::Day),
    ("W", Granularity::Week),
    ("M", Granularity::Month),
];

impl Granularity {
    /// A granularity and its name, as the vendor writes it.
    pub(crate) fn named(name: &str) -> Option<(Self, &'static str)> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(known, granularity)| (*granularity, *known))
    }

    /// Usual length in seconds.
    pub(crate) const fn seconds(self) -> u64 {
        match self {
            Self::Fixed(seconds) => seconds,
            Self::Hours(hours) => hours * HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
        }
    }
}

/// Where days and weeks begin.
#[derive(Debug, Clone)]
pub(crate) struct Alignment {
    zone: TimeZone,
    hour: i8,
    weekday: Weekday,
}

impl Alignment {
    /// A day that begins at an hour, 0 to 23, of a zone, and a week that begins on a day.
    pub(crate) const fn new(zone: TimeZone, hour: i8, weekday: Weekday) -> Self {
        Self { zone, hour, weekday }
    }

    /// The slot that an instant falls into.
    pub(crate) fn slot(&self, granularity: Granularity, at: Timestamp) -> Slot {
        let fixed = || Slot::of_length(granularity.seconds(), at);
        match granularity {
            Granularity::Fixed(_) => fixed(),
            // Beyond the calendar's last year, which no engine sees, lengths are counted from the epoch.
            Granularity::Hours(hours) => self.hours(hours, at).unwrap_or_else(fixed),
            Granularity::Day => self.days(at, Some, |first| first.tomorrow().ok()).unwrap_or_else(fixed),
            Granularity::Week => self.weeks(at).unwrap_or_else(fixed),
            Granularity::Month => self
                .days(at, |day| Some(day.first_of_month()), |first| first.last_of_month().tomorrow().ok())
                .unwrap_or_else(fixed),
        }
    }

    /// The coarsest of the engine's rows that slots can be put together from.
    pub(crate) fn row(&self, granularity: Granularity, now: Timestamp) -> CandleRow {
        let seconds = match granularity {
            Granularity::Fixed(seconds) => seconds,
            Granularity::Hours(_) | Granularity::Day | Granularity::Week | Granularity::Month => {
                let earlier = Timestamp::from_seconds(now.as_seconds().saturating_sub(HALF_A_YEAR));
                let is_on_the_hour = |at| self.slot(granularity, at).start.as_seconds().is_multiple_of(HOUR);
                if is_on_the_hour(now) && is_on_the_hour(earlier) {
                    CandleRow::Hour.seconds()
                } else {
                    CandleRow::QuarterHour.seconds()
                }
            }
        };
        CandleRow::dividing(seconds).unwrap_or(CandleRow::FiveSeconds)
    }

    fn hours(&self, hours: u64, at: Timestamp) -> Option<Slot> {
        let day = self.slot(Granularity::Day, at);
        let length = hours * HOUR;
        let into = at.as_seconds().checked_sub(day.start.as_seconds())?;
        let start = day.start.plus_seconds(into - into % length);
        // A day on which clocks are changed ends within a slot.
        Some(Slot { start, end: start.plus_seconds(length).min(day.end) })
    }

    fn weeks(&self, at: Timestamp) -> Option<Slot> {
        let first = |day: Date| {
            let since = day.weekday().since(self.weekday);
            day.checked_sub(jiff::Span::new().days(i64::from(since))).ok()
        };
        self.days(at, first, |first| first.checked_add(jiff::Span::new().days(7)).ok())
    }

    /// The slot of days that an instant falls into, from the first day of it until the first of the next.
    fn days(
        &self,
        at: Timestamp,
        first: impl Fn(Date) -> Option<Date>,
        next: impl Fn(Date) -> Option<Date>,
    ) -> Option<Slot> {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(at.as_nanos())).ok()?;
        let today = instant.to_zoned(self.zone.clone()).date();
        let day = if self.start_of(today)? <= at { today } else { today.yesterday().ok()? };
        let first = first(day)?;
        Some(Slot { start: self.start_of(first)?, end: self.start_of(next(first)?)? })
    }

    /// When a day begins. An hour that a change of clocks skips is the one after it.
    fn start_of(&self, day: Date) -> Option<Timestamp> {
        let start = day.at(self.hour, 0, 0, 0).to_zoned(self.zone.clone()).ok()?.timestamp();
        u64::try_from(start.as_nanosecond()).ok().map(Timestamp::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use facade_kit::time::rfc3339;
    use proptest::prelude::*;

    use super::*;
    use crate::times::TimeFormat;

    fn zone(name: &str, hour: i8) -> Alignment {
        Alignment::new(TimeZone::get(name).unwrap(), hour, Weekday::Friday)
    }

    fn at(text: &str) -> Timestamp {
        TimeFormat::Rfc3339.parse(text).unwrap()
    }

    fn slot(alignment: &Alignment, name: &str, instant: &str) -> String {
        let Slot { start, end } = alignment.slot(Granularity::named(name).unwrap().0, at(instant));
        format!("{} {}", rfc3339(start, 0), rfc3339(end, 0))
    }

    #[test]
    fn days_begin_in_new_york_in_the_afternoon() {
        let new_york = zone("America/New_York", 17);
        let slot = |name, instant| slot(&new_york, name, instant);
        assert_eq!(slot("M5", "2014-07-02T04:07:59Z"), "2014-07-02T04:05:00Z 2014-07-02T04:10:00Z");
        assert_eq!(slot("H1", "2014-07-02T04:07:59Z"), "2014-07-02T04:00:00Z 2014-07-02T05:00:00Z");
        assert_eq!(slot("D", "2014-07-02T04:00:00Z"), "2014-07-01T21:00:00Z 2014-07-02T21:00:00Z");
        assert_eq!(slot("D", "2014-07-02T21:00:00Z"), "2014-07-02T21:00:00Z 2014-07-03T21:00:00Z");
        assert_eq!(slot("D", "2014-01-02T21:59:59Z"), "2014-01-01T22:00:00Z 2014-01-02T22:00:00Z");
        assert_eq!(slot("H4", "2014-07-02T04:00:00Z"), "2014-07-02T01:00:00Z 2014-07-02T05:00:00Z");
        // 2014-07-04 is a Friday.
        assert_eq!(slot("W", "2014-07-02T04:00:00Z"), "2014-06-27T21:00:00Z 2014-07-04T21:00:00Z");
        assert_eq!(slot("W", "2014-07-04T21:00:00Z"), "2014-07-04T21:00:00Z 2014-07-11T21:00:00Z");
        assert_eq!(slot("M", "2014-07-02T04:00:00Z"), "2014-07-01T21:00:00Z 2014-08-01T21:00:00Z");
        assert_eq!(slot("M", "2014-07-01T20:00:00Z"), "2014-06-01T21:00:00Z 2014-07-01T21:00:00Z");
    }

    #[test]
    fn a_day_of_changing_clocks_is_shorter_or_longer() {
        let new_york = zone("America/New_York", 0);
        let slot = |name, instant| slot(&new_york, name, instant);
        assert_eq!(slot("D", "2014-03-09T12:00:00Z"), "2014-03-09T05:00:00Z 2014-03-10T04:00:00Z");
        assert_eq!(slot("H12", "2014-03-10T03:00:00Z"), "2014-03-09T17:00:00Z 2014-03-10T04:00:00Z");
        assert_eq!(slot("D", "2014-11-02T12:00:00Z"), "2014-11-02T04:00:00Z 2014-11-03T05:00:00Z");
        assert_eq!(slot("H12", "2014-11-03T04:30:00Z"), "2014-11-03T04:00:00Z 2014-11-03T05:00:00Z");
    }

    #[test]
    fn rows_fit_the_zone() {
        let row = |zone: &Alignment, name| {
            zone.row(Granularity::named(name).unwrap().0, at("2014-07-02T04:00:00Z"))
        };
        assert_eq!(row(&zone("GMT0", 0), "S30"), CandleRow::FiveSeconds);
        assert_eq!(row(&zone("GMT0", 0), "M10"), CandleRow::Minute);
        assert_eq!(row(&zone("GMT0", 0), "H1"), CandleRow::Hour);
        assert_eq!(row(&zone("America/New_York", 17), "W"), CandleRow::Hour);
        assert_eq!(row(&zone("Asia/Kathmandu", 17), "D"), CandleRow::QuarterHour);
        assert_eq!(row(&zone("Australia/Lord_Howe", 17), "H2"), CandleRow::QuarterHour);
    }

    #[test]
    fn names_are_the_vendors() {
        for (name, granularity) in NAMES {
            assert_eq!(Granularity::named(name), Some((granularity, name)));
        }
        for name in ["s5", "M4", "M6", "S1", "D1", " D"] {
            assert_eq!(Granularity::named(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn slots_follow_each_other(seconds in 0_u64..8_000_000_000, which in 0..21_usize, hour in 0_i8..24, zone in 0..4_usize) {
            let zones = ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"];
            let alignment = self::zone(zones[zone], hour);
            let granularity = NAMES[which].1;
            let at = Timestamp::from_seconds(seconds + 40 * DAY);
            let slot = alignment.slot(granularity, at);
            prop_assert!(slot.contains(at));
            let before = Timestamp::from_nanos(slot.start.as_nanos() - 1);
            prop_assert_eq!(alignment.slot(granularity, before).end, slot.start);
            prop_assert_eq!(alignment.slot(granularity, slot.end).start, slot.end);
        }
    }
}
