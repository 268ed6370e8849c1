//! The days and hours of the United States' exchanges, in New York time. They are told, not kept: an order trades at any
//! hour, see `docs/facades/clearstreet.md#market-hours`.

use serde::Deserialize;
use time::macros::{format_description, time};
use time::{Date, OffsetDateTime, Time, Weekday};

use crate::new_york;
use crate::wire::{DayType, MarketType, SessionType};

/// Days on which there is no trading or less of it. Weekends need not be named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// Days without trading.
    #[serde(deserialize_with = "dates")]
    pub holidays: Vec<Date>,
    /// Days that end at 13:00.
    #[serde(deserialize_with = "dates")]
    pub early_closes: Vec<Date>,
}

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
const CLOSES_EARLY: Time = time!(13:00);
const AFTER_HOURS_CLOSES: Time = time!(20:00);

/// Days that are looked at for the next one with trading.
const LOOK_AHEAD_DAYS: usize = 366;

impl Calendar {
    /// What kind of day it is.
    pub(crate) fn day_type(&self, day: Date) -> DayType {
        match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => DayType::Weekend,
            Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
                if self.holidays.contains(&day) {
                    DayType::Holiday
                } else if self.early_closes.contains(&day) {
                    DayType::EarlyClose
                } else {
                    DayType::TradingDay
                }
            }
        }
    }

    /// The sessions of a day, in their order. Options have the regular one alone.
    pub(crate) fn sessions(&self, market: MarketType, day: Date) -> Vec<Session> {
        let closes = match self.day_type(day) {
            DayType::TradingDay => CLOSES,
            DayType::EarlyClose => CLOSES_EARLY,
            DayType::Holiday | DayType::Weekend => return Vec::new(),
        };
        let session = |kind, opens, closes| Session {
            kind,
            opens: new_york::daytime(day, opens),
            closes: new_york::daytime(day, closes),
        };
        let regular = session(SessionType::Regular, OPENS, closes);
        match market {
            MarketType::UsOptions => vec![regular],
            MarketType::UsEquities => {
                let pre_market = session(SessionType::PreMarket, PRE_MARKET_OPENS, OPENS);
                let after_hours = session(SessionType::AfterHours, CLOSES, AFTER_HOURS_CLOSES);
                let has_after_hours = closes == CLOSES;
                [pre_market, regular].into_iter().chain(has_after_hours.then_some(after_hours)).collect()
            }
        }
    }

    /// The sessions of the next day that has any; none when every day of a year is a holiday.
    pub(crate) fn next_sessions(&self, market: MarketType, after: Date) -> Vec<Session> {
        let days = std::iter::successors(after.next_day(), |day| day.next_day()).take(LOOK_AHEAD_DAYS);
        days.map(|day| self.sessions(market, day)).find(|sessions| !sessions.is_empty()).unwrap_or_default()
    }
}

/// The days of the New York exchanges that are announced: 2025 to 2027.
impl Default for Calendar {
    fn default() -> Self {
        use time::macros::date;
        Self {
            holidays: vec![
                date!(2025 - 01 - 01),
                date!(2025 - 01 - 09),
                date!(2025 - 01 - 20),
                date!(2025 - 02 - 17),
                date!(2025 - 04 - 18),
                date!(2025 - 05 - 26),
                date!(2025 - 06 - 19),
                date!(2025 - 07 - 04),
                date!(2025 - 09 - 01),
                date!(2025 - 11 - 27),
                date!(2025 - 12 - 25),
                date!(2026 - 01 - 01),
                date!(2026 - 01 - 19),
                date!(2026 - 02 - 16),
                date!(2026 - 04 - 03),
                date!(2026 - 05 - 25),
                date!(2026 - 06 - 19),
                date!(2026 - 07 - 03),
                date!(2026 - 09 - 07),
                date!(2026 - 11 - 26),
                date!(2026 - 12 - 25),
                date!(2027 - 01 - 01),
                date!(2027 - 01 - 18),
                date!(2027 - 02 - 15),
                date!(2027 - 03 - 26),
                date!(2027 - 05 - 31),
                date!(2027 - 06 - 18),
                date!(2027 - 07 - 05),
                date!(2027 - 09 - 06),
                date!(2027 - 11 - 25),
                date!(2027 - 12 - 24),
            ],
            early_closes: vec![
                date!(2025 - 07 - 03),
                date!(2025 - 11 - 28),
                date!(2025 - 12 - 24),
                date!(2026 - 11 - 27),
                date!(2026 - 12 - 24),
                date!(2027 - 11 - 26),
            ],
        }
    }
}

/// Reads `YYYY-MM-DD`, without a sign.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let has_sign = !text.starts_with(|first: char| first.is_ascii_digit());
    if has_sign { None } else { Date::parse(text, format_description!("[year]-[month]-[day]")).ok() }
}

fn dates<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
    let day = |text: String| {
        parse_date(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no date YYYY-MM-DD")))
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(day).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn announced_days_are_weekdays() {
        let Calendar { holidays, early_closes } = Calendar::default();
        for day in holidays.iter().chain(&early_closes) {
            assert!(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday), "{day}");
        }
        assert!(early_closes.iter().all(|day| !holidays.contains(day)));
    }

    #[test]
    fn a_year_of_holidays_has_no_next_day() {
        let start = date!(2026 - 01 - 01);
        let mut calendar = Calendar { holidays: Vec::new(), early_closes: Vec::new() };
        assert_eq!(calendar.next_sessions(MarketType::UsEquities, start).len(), 3);
        calendar.holidays = std::iter::successors(Some(start), |day| day.next_day()).take(400).collect();
        assert_eq!(calendar.next_sessions(MarketType::UsEquities, start), []);
        assert_eq!(calendar.next_sessions(MarketType::UsEquities, Date::MAX), []);
    }
}
