//! The days and hours of the United States' exchanges, in New York time: those of the engine's calendar, and the usual ones of
//! weekdays beyond its days.

use std::sync::Arc;

use order_engine::{Reference, SessionKind, Timestamp, TradingDay};
use time::macros::{format_description, time};
use time::{Date, OffsetDateTime, Time, Weekday};

use crate::new_york;
use crate::wire::{DayType, MarketType, SessionType};

/// The calendar that configuration gives the engine for these exchanges.
const NAME: &str = "us-equities";

/// What is known of the exchanges' days.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar(Option<Arc<order_engine::Calendar>>);

/// A session of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) kind: SessionType,
    pub(crate) opens: OffsetDateTime,
    pub(crate) closes: OffsetDateTime,
}

impl Session {
    /// Whether an instant is within.
    pub(crate) fn is_open(&self, at: OffsetDateTime) -> bool {
        (self.opens..self.closes).contains(&at)
    }
}

const PRE_MARKET_OPENS: Time = time!(04:00);
const OPENS: Time = time!(09:30);
const CLOSES: Time = time!(16:00);
const AFTER_HOURS_CLOSES: Time = time!(20:00);

/// Days that are looked at for the next one with trading.
const LOOK_AHEAD_DAYS: usize = 366;

/// The Julian day of 1970-01-01.
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// What the calendar says of a day.
enum Known<'a> {
    /// Nothing: it is beyond its days.
    Nothing,
    /// There is no trading.
    Closed,
    /// The day's sessions.
    Open(&'a TradingDay),
}

impl Calendar {
    /// The engine's calendar, if it has one for these exchanges.
    pub(crate) fn of(reference: &Reference) -> Self {
        Self(reference.calendar_by_name(NAME).cloned())
    }

    /// A calendar speaks for whole years: those of its first and of its last day, and all between them.
    fn known(&self, day: Date) -> Known<'_> {
        let days = self.0.as_ref().map(|calendar| &calendar.definition.days);
        let Some((first, last)) = days.and_then(|days| Some((days.first()?, days.last()?))) else {
            return Known::Nothing;
        };
        let years = year(first.date)..=year(last.date);
        let number = u32::try_from(day.to_julian_day() - EPOCH_JULIAN_DAY);
        match (&self.0, number) {
            (Some(calendar), Ok(number)) if years.contains(&Some(day.year())) => {
                calendar.day(number).map_or(Known::Closed, Known::Open)
            }
            (Some(_) | None, Ok(_) | Err(_)) => Known::Nothing,
        }
    }

    /// What kind of day it is.
    pub(crate) fn day_type(&self, day: Date) -> DayType {
        if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return DayType::Weekend;
        }
        match self.known(day) {
            Known::Nothing => DayType::TradingDay,
            Known::Closed => DayType::Holiday,
            Known::Open(known) => {
                let usual = new_york::daytime(day, CLOSES);
                let closes = known.closes(false).map(local);
                if closes.is_some_and(|closes| closes < usual) {
                    DayType::EarlyClose
                } else {
                    DayType::TradingDay
                }
            }
        }
    }

    /// The sessions of a day, in their order. Options have the regular one alone.
    pub(crate) fn sessions(&self, market: MarketType, day: Date) -> Vec<Session> {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let mut sessions: Vec<Session> = match self.known(day) {
            Known::Closed => Vec::new(),
            Known::Nothing if is_weekend => Vec::new(),
            Known::Nothing => usual_sessions(day),
            Known::Open(known) => known.sessions.iter().map(session).collect(),
        };
        sessions.retain(|session| market == MarketType::UsEquities || session.kind == SessionType::Regular);
        sessions
    }

    /// The sessions of the next day that has any; none when every day of a year is a holiday.
    pub(crate) fn next_sessions(&self, market: MarketType, after: Date) -> Vec<Session> {
        let days = std::iter::successors(after.next_day(), |day| day.next_day()).take(LOOK_AHEAD_DAYS);
        days.map(|day| self.sessions(market, day)).find(|sessions| !sessions.is_empty()).unwrap_or_default()
    }
}

/// The year of a day that is counted from 1970-01-01.
fn year(date: u32) -> Option<i32> {
    let julian = i32::try_from(date).ok()?.checked_add(EPOCH_JULIAN_DAY)?;
    Date::from_julian_day(julian).ok().map(Date::year)
}

fn usual_sessions(day: Date) -> Vec<Session> {
    let session = |kind, opens, closes| Session {
        kind,
        opens: new_york::daytime(day, opens),
        closes: new_york::daytime(day, closes),
    };
    vec![
        session(SessionType::PreMarket, PRE_MARKET_OPENS, OPENS),
        session(SessionType::Regular, OPENS, CLOSES),
        session(SessionType::AfterHours, CLOSES, AFTER_HOURS_CLOSES),
    ]
}

fn session(session: &order_engine::Session) -> Session {
    let kind = match session.kind {
        SessionKind::PreMarket => SessionType::PreMarket,
        SessionKind::Regular => SessionType::Regular,
        SessionKind::AfterHours => SessionType::AfterHours,
    };
    Session { kind, opens: local(session.opens), closes: local(session.closes) }
}

fn local(at: Timestamp) -> OffsetDateTime {
    new_york::local(facade_kit::time::to_utc(at))
}

/// Reads `YYYY-MM-DD`, without a sign.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let has_sign = !text.starts_with(|first: char| first.is_ascii_digit());
    if has_sign { None } else { Date::parse(text, format_description!("[year]-[month]-[day]")).ok() }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn shipped() -> Calendar {
        let engine = testkit::engine();
        engine.define_calendars();
        Calendar::of(&engine.handle().views().reference())
    }

    #[test]
    fn the_engines_calendar_counts_in_its_years_and_the_usual_week_beyond() {
        for (day, told, sessions) in [
            (date!(2024 - 12 - 25), DayType::TradingDay, 3),
            (date!(2025 - 01 - 01), DayType::Holiday, 0),
            (date!(2026 - 07 - 03), DayType::Holiday, 0),
            (date!(2026 - 07 - 04), DayType::Weekend, 0),
            (date!(2026 - 11 - 27), DayType::EarlyClose, 2),
            (date!(2027 - 12 - 31), DayType::TradingDay, 3),
            (date!(2028 - 01 - 01), DayType::Weekend, 0),
            (date!(2028 - 12 - 25), DayType::TradingDay, 3),
        ] {
            let calendar = shipped();
            let count = calendar.sessions(MarketType::UsEquities, day).len();
            assert_eq!((calendar.day_type(day), count), (told, sessions), "{day}");
        }
    }

    #[test]
    fn the_next_day_with_sessions_is_found() {
        let friday = date!(2026 - 07 - 02);
        let next = shipped().next_sessions(MarketType::UsOptions, friday);
        assert_eq!(
            next.iter().map(|session| session.opens.date()).collect::<Vec<_>>(),
            [date!(2026 - 07 - 06)]
        );
        assert_eq!(Calendar::default().next_sessions(MarketType::UsEquities, Date::MAX), []);
    }
}
