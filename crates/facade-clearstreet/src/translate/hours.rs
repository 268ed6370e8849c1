//! The hours of a market on one day, as they are seen at an instant.

use time::{Date, Duration, OffsetDateTime};

use crate::calendar::{Calendar, Session};
use crate::wire::{self, MarketType, SessionType};
use crate::{format, new_york};

/// The hours of a market on a day; by default the day that it is in New York.
pub(crate) fn market_hours(
    calendar: &Calendar,
    market: MarketType,
    day: Option<Date>,
    now: OffsetDateTime,
) -> wire::MarketHours {
    let now = new_york::local(now).replace_nanosecond(0).unwrap_or(now);
    let day = day.unwrap_or_else(|| now.date());
    let sessions = calendar.sessions(market, day);
    let current = sessions.iter().find(|session| session.is_open(now));
    wire::MarketHours {
        current_time: format::local(now),
        date: format::day(day),
        market,
        market_name: match market {
            MarketType::UsEquities => "US Equities",
            MarketType::UsOptions => "US Options",
        },
        next_sessions: shown(&calendar.next_sessions(market, day), None),
        status: wire::MarketStatus {
            current_session: current.map(|session| session.kind),
            day_type: calendar.day_type(day),
            is_open: current.is_some(),
        },
        timezone: new_york::ZONE,
        today_sessions: shown(&sessions, Some(now)),
    }
}

/// Sessions, with what is left until they open or close where there is an instant to count from.
fn shown(sessions: &[Session], now: Option<OffsetDateTime>) -> wire::Sessions {
    let mut told = wire::Sessions::default();
    for session in sessions {
        let place = match session.kind {
            SessionType::PreMarket => &mut told.pre_market,
            SessionType::Regular => &mut told.regular,
            SessionType::AfterHours => &mut told.after_hours,
        };
        let is_ahead = |now: &OffsetDateTime| *now < session.opens;
        *place = Some(wire::Session {
            close: format::local(session.closes),
            open: format::local(session.opens),
            time_until_close: now
                .filter(|now| session.is_open(*now))
                .map(|now| duration(session.closes - now)),
            time_until_open: now.filter(is_ahead).map(|now| duration(session.opens - now)),
        });
    }
    told
}

/// A positive duration in ISO 8601, of hours, minutes and seconds: `PT1H29M15S`.
fn duration(left: Duration) -> String {
    let parts =
        [(left.whole_hours(), 'H'), (left.whole_minutes() % 60, 'M'), (left.whole_seconds() % 60, 'S')];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count != 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    format!("PT{}", parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_calendar_can_be_asked_for() {
        for text in ["0000-01-01", "0001-01-01", "9999-12-31"] {
            let day = crate::calendar::parse_date(text);
            assert!(day.is_some(), "{text}");
            let calendar = Calendar::default();
            let told = market_hours(&calendar, MarketType::UsEquities, day, OffsetDateTime::UNIX_EPOCH);
            assert_eq!((told.date.as_str(), told.status.is_open), (text, false));
        }
        for text in ["-0001-01-01", "+2026-01-01", "2026-1-1", "2026-02-30", "20260101", ""] {
            assert_eq!(crate::calendar::parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn durations_leave_out_what_is_nothing() {
        for (seconds, text) in [(5355, "PT1H29M15S"), (7200, "PT2H"), (90, "PT1M30S"), (176_401, "PT49H1S")] {
            assert_eq!(duration(Duration::seconds(seconds)), text);
        }
    }
}
