//! The calendar that ships with the development profile, against the rules by which the exchange makes it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use order_engine::{CalendarDefinition, Command, InstrumentDefinition, SessionKind, Timestamp};
use runtime::{Seed, SeedError};
use serde::Deserialize;
use time::macros::date;
use time::{Date, Duration, Month, Time, UtcOffset, Weekday};

const PROFILE: &str = include_str!("../../../config/development.toml");

#[derive(Deserialize)]
struct Profile {
    seed: Seed,
}

fn commands(profile: &str) -> Result<Vec<Command>, SeedError> {
    toml::from_str::<Profile>(profile).unwrap().seed.commands()
}

fn shipped() -> CalendarDefinition {
    let calendar =
        |command| if let Command::DefineCalendar(calendar) = command { Some(calendar) } else { None };
    commands(PROFILE).unwrap().into_iter().find_map(calendar).unwrap()
}

fn instrument(profile: &str, symbol: &str) -> InstrumentDefinition {
    let named = |command| {
        let Command::DefineInstrument(instrument) = command else { return None };
        (instrument.symbol.as_str() == symbol).then_some(instrument)
    };
    commands(profile).unwrap().into_iter().find_map(named).unwrap()
}

/// The first, second, ... of a weekday in a month.
fn nth(year: i32, month: Month, weekday: Weekday, number: u8) -> Date {
    let mut day = Date::from_calendar_date(year, month, 1).unwrap();
    while day.weekday() != weekday {
        day = day.next_day().unwrap();
    }
    day + Duration::weeks(i64::from(number) - 1)
}

fn last_monday_of_may(year: i32) -> Date {
    let mut day = Date::from_calendar_date(year, Month::May, 31).unwrap();
    while day.weekday() != Weekday::Monday {
        day = day.previous_day().unwrap();
    }
    day
}

/// Easter Sunday, by Oudin's form of the Gregorian computus.
fn easter(year: i32) -> Date {
    let (golden, century) = (year % 19, year / 100);
    let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let moon = epact - (epact / 28) * (1 - (29 / (epact + 1)) * ((21 - golden) / 11));
    let weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7;
    let month = 3 + (moon - weekday + 40) / 44;
    let day = moon - weekday + 28 - 31 * (month / 4);
    let month = Month::try_from(u8::try_from(month).unwrap()).unwrap();
    Date::from_calendar_date(year, month, u8::try_from(day).unwrap()).unwrap()
}

/// A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
fn observed(day: Date) -> Date {
    if day.weekday() == Weekday::Saturday {
        return day.previous_day().unwrap();
    }
    if day.weekday() == Weekday::Sunday { day.next_day().unwrap() } else { day }
}

fn is_holiday(day: Date) -> bool {
    let year = day.year();
    let on = |month, number| Date::from_calendar_date(year, month, number).unwrap();
    let new_year = on(Month::January, 1);
    // A new year that begins on a Saturday is not kept on the last day of the old one.
    let new_year = if new_year.weekday() == Weekday::Saturday { new_year } else { observed(new_year) };
    [
        new_year,
        nth(year, Month::January, Weekday::Monday, 3),
        nth(year, Month::February, Weekday::Monday, 3),
        easter(year) - Duration::days(2),
        last_monday_of_may(year),
        observed(on(Month::June, 19)),
        observed(on(Month::July, 4)),
        nth(year, Month::September, Weekday::Monday, 1),
        nth(year, Month::November, Weekday::Thursday, 4),
        observed(on(Month::December, 25)),
        // The day of mourning for a president.
        date!(2025 - 01 - 09),
    ]
    .contains(&day)
}

fn closes_early(day: Date) -> bool {
    let on = |month, number| Date::from_calendar_date(day.year(), month, number).unwrap();
    let after_thanksgiving = nth(day.year(), Month::November, Weekday::Thursday, 4) + Duration::DAY;
    [on(Month::July, 3), after_thanksgiving, on(Month::December, 24)].contains(&day)
}

fn offset(day: Date) -> UtcOffset {
    let summer = nth(day.year(), Month::March, Weekday::Sunday, 2)
        ..nth(day.year(), Month::November, Weekday::Sunday, 1);
    UtcOffset::from_hms(if summer.contains(&day) { -4 } else { -5 }, 0, 0).unwrap()
}

fn instant(day: Date, hours: u8, minutes: u8) -> Timestamp {
    let at = day.with_time(Time::from_hms(hours, minutes, 0).unwrap()).assume_offset(offset(day));
    Timestamp::from_seconds(u64::try_from(at.unix_timestamp()).unwrap())
}

#[test]
fn the_shipped_calendar_is_the_exchanges() {
    let calendar = shipped();
    let mut days = calendar.days.iter();
    let mut day = date!(2025 - 01 - 01);
    while day <= date!(2027 - 12 - 31) {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !is_weekend && !is_holiday(day) {
            let told = days.next().unwrap();
            let number = day.to_julian_day() - date!(1970 - 01 - 01).to_julian_day();
            assert_eq!(told.date, u32::try_from(number).unwrap(), "{day}");
            let close = if closes_early(day) { (13, 0) } else { (16, 0) };
            let mut expected = vec![
                (SessionKind::PreMarket, instant(day, 4, 0), instant(day, 9, 30)),
                (SessionKind::Regular, instant(day, 9, 30), instant(day, close.0, close.1)),
            ];
            if !closes_early(day) {
                expected.push((SessionKind::AfterHours, instant(day, 16, 0), instant(day, 20, 0)));
            }
            let sessions: Vec<_> =
                told.sessions.iter().map(|session| (session.kind, session.opens, session.closes)).collect();
            assert_eq!(sessions, expected, "{day}");
        }
        day = day.next_day().unwrap();
    }
    assert_eq!(days.next(), None);
}

#[test]
fn one_line_makes_the_profile_keep_its_hours() {
    assert_eq!(instrument(PROFILE, "TSLA").calendar, None);
    let kept = PROFILE.replace("keep_hours = false", "keep_hours = true");
    assert_eq!(instrument(&kept, "TSLA").calendar, Some(shipped().name));
    assert_eq!(instrument(&kept, "BTC-USD").calendar, None);
}

#[test]
fn slips_in_a_calendar_are_found() {
    for (right, wrong, complaint) in [
        ("\"2026-07-03\"", "\"2026-07-04\"", "2026-07-04 has no sessions anyway"),
        ("2026-11-27 = \"13:00\"", "2026-11-26 = \"13:00\"", "2026-11-26 has no sessions anyway"),
        (
            "from = \"2024-11-03T06:00:00Z\"",
            "from = \"2025-02-03T06:00:00Z\"",
            "no offset is given for 2025-01-02",
        ),
        ("calendar = \"us-equities\"", "calendar = \"uk-equities\"", "no [[calendar]] has that name"),
    ] {
        assert!(PROFILE.contains(right), "{right}");
        let error = commands(&PROFILE.replacen(right, wrong, 1)).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}
