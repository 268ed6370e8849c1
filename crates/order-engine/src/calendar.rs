//! Trading calendars: which sessions there are, as data. A calendar is a list of trading days with the instants at which
//! their sessions open and close; zones, summer time and holidays were settled by whoever wrote the list.

use minicbor::{Decode, Encode};

use crate::ids::{CalendarId, CalendarName};
use crate::limits;
use crate::time::Timestamp;

/// What a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum SessionKind {
    /// Before the regular session, for orders that ask for extended hours.
    #[n(0)]
    PreMarket,
    /// For all orders.
    #[n(1)]
    Regular,
    /// After the regular session, for orders that ask for extended hours.
    #[n(2)]
    AfterHours,
}

/// A session: open from its opening, the instant included, until its closing, the instant not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Session {
    /// What it is.
    #[n(0)]
    pub kind: SessionKind,
    /// First instant.
    #[n(1)]
    pub opens: Timestamp,
    /// First instant after it, later than the opening.
    #[n(2)]
    pub closes: Timestamp,
}

/// A day with its sessions. A DAY order lives for one of these, wherever midnight may fall.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct TradingDay {
    /// The day's date where the market is, as the number of days since 1970-01-01.
    #[n(0)]
    pub date: u32,
    /// Its sessions in their order, without overlap; at least one.
    #[n(1)]
    pub sessions: Vec<Session>,
}

/// A calendar as configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct CalendarDefinition {
    /// Canonical name, unique: `us-equities`.
    #[n(0)]
    pub name: CalendarName,
    /// Days in their order, without overlap; at least one. What is between and beyond their sessions is closed.
    #[n(1)]
    pub days: Vec<TradingDay>,
}

/// A calendar of the state.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Calendar {
    /// Number.
    #[n(0)]
    pub id: CalendarId,
    /// What configuration said.
    #[n(1)]
    pub definition: CalendarDefinition,
}

impl TradingDay {
    /// When its last session closes; the last regular one, unless extended hours count.
    #[must_use]
    pub fn closes(&self, extended: bool) -> Option<Timestamp> {
        let counts = |session: &&Session| extended || session.kind == SessionKind::Regular;
        self.sessions.iter().rfind(counts).map(|session| session.closes)
    }

    /// When its first regular session opens.
    #[must_use]
    pub fn opens(&self) -> Option<Timestamp> {
        let is_regular = |session: &&Session| session.kind == SessionKind::Regular;
        self.sessions.iter().find(is_regular).map(|session| session.opens)
    }
}

impl CalendarDefinition {
    /// Whether its days and sessions are in order, do not overlap, and are not too many.
    pub(crate) fn is_in_order(&self) -> bool {
        let (mut last_date, mut last_close) = (None, Timestamp::EPOCH);
        let mut is_in_order = |day: &TradingDay| {
            let follows = last_date.is_none_or(|last| day.date > last);
            last_date = Some(day.date);
            let fits = !day.sessions.is_empty() && day.sessions.len() <= limits::MAX_SESSIONS_PER_DAY;
            follows
                && fits
                && day.sessions.iter().all(|session| {
                    let follows = session.opens >= last_close && session.closes > session.opens;
                    last_close = session.closes;
                    follows
                })
        };
        !self.days.is_empty()
            && self.days.len() <= limits::MAX_DAYS_PER_CALENDAR
            && self.days.iter().all(&mut is_in_order)
    }
}

impl Calendar {
    /// The days that are not over at an instant.
    fn days_from(&self, at: Timestamp) -> &[TradingDay] {
        let days = &self.definition.days;
        let over = days.partition_point(|day| day.closes(true).is_none_or(|closes| closes <= at));
        days.get(over..).unwrap_or_default()
    }

    /// The sessions that are not over at an instant, in their order.
    fn sessions_from(&self, at: Timestamp) -> impl Iterator<Item = &Session> {
        let sessions = self.days_from(at).iter().flat_map(|day| &day.sessions);
        sessions.skip_while(move |session| session.closes <= at)
    }

    /// The session that is open at an instant.
    #[must_use]
    pub fn session(&self, at: Timestamp) -> Option<&Session> {
        self.sessions_from(at).next().filter(|session| session.opens <= at)
    }

    /// The first instant after this one at which a session opens or closes.
    #[must_use]
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let session = self.sessions_from(after).next()?;
        Some(if session.opens > after { session.opens } else { session.closes })
    }

    /// When the next session begins in which an order may trade, strictly after an instant.
    #[must_use]
    pub fn next_session(&self, after: Timestamp, extended: bool) -> Option<Timestamp> {
        let counts = |session: &&Session| extended || session.kind == SessionKind::Regular;
        let later = self.sessions_from(after).filter(counts).find(|session| session.opens > after);
        later.map(|session| session.opens)
    }

    /// When the day of a DAY order ends that may trade from an instant on: the first end of a day after that instant.
    #[must_use]
    pub fn day_end(&self, from: Timestamp, extended: bool) -> Option<Timestamp> {
        let ends = self.days_from(from).iter().filter_map(|day| day.closes(extended));
        ends.into_iter().find(|end| *end > from)
    }

    /// The next opening of a day's regular trading, strictly after an instant, with the end of that regular trading.
    #[must_use]
    pub fn next_opening(&self, after: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let spans = self.days_from(after).iter().filter_map(|day| Some((day.opens()?, day.closes(false)?)));
        spans.into_iter().find(|(opens, _)| *opens > after)
    }

    /// The day of a date, given as the number of days since 1970-01-01; nothing for a day without sessions.
    #[must_use]
    pub fn day(&self, date: u32) -> Option<&TradingDay> {
        let days = &self.definition.days;
        days.binary_search_by_key(&date, |day| day.date).ok().and_then(|found| days.get(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn session(kind: SessionKind, opens: u64, closes: u64) -> Session {
        Session { kind, opens: at(opens), closes: at(closes) }
    }

    /// Two days: 10 to 20 before, 20 to 40 and 50 to 60 regular, 60 to 70 after; the second one regular alone, 120 to 140.
    fn calendar() -> Calendar {
        use SessionKind::{AfterHours, PreMarket, Regular};
        let first = vec![
            session(PreMarket, 10, 20),
            session(Regular, 20, 40),
            session(Regular, 50, 60),
            session(AfterHours, 60, 70),
        ];
        let days = vec![
            TradingDay { date: 0, sessions: first },
            TradingDay { date: 3, sessions: vec![session(Regular, 120, 140)] },
        ];
        let definition = CalendarDefinition { name: CalendarName::new("two-days").unwrap(), days };
        assert!(definition.is_in_order());
        Calendar { id: CalendarId::new(0), definition }
    }

    #[test]
    fn a_session_is_open_from_its_opening_until_before_its_closing() {
        let calendar = calendar();
        let kind = |seconds| calendar.session(at(seconds)).map(|session| session.kind);
        assert_eq!(
            (kind(9), kind(10), kind(19)),
            (None, Some(SessionKind::PreMarket), Some(SessionKind::PreMarket))
        );
        assert_eq!(
            (kind(20), kind(39), kind(40), kind(49)),
            (Some(SessionKind::Regular), Some(SessionKind::Regular), None, None)
        );
        assert_eq!((kind(60), kind(70), kind(140)), (Some(SessionKind::AfterHours), None, None));
    }

    #[test]
    fn changes_openings_and_ends_are_found() {
        let calendar = calendar();
        let changes: Vec<_> =
            std::iter::successors(calendar.next_change(at(0)), |at| calendar.next_change(*at)).collect();
        assert_eq!(changes, [10, 20, 40, 50, 60, 70, 120, 140].map(at));
        for (after, extended, expected) in [
            (0, false, Some(20)),
            (0, true, Some(10)),
            (20, false, Some(50)),
            (60, false, Some(120)),
            (120, true, None),
        ] {
            assert_eq!(calendar.next_session(at(after), extended), expected.map(at), "after {after}");
        }
        for (from, extended, expected) in [
            (0, false, Some(60)),
            (30, true, Some(70)),
            (60, false, Some(140)),
            (60, true, Some(70)),
            (140, true, None),
        ] {
            assert_eq!(calendar.day_end(at(from), extended), expected.map(at), "from {from}");
        }
        assert_eq!(calendar.next_opening(at(0)), Some((at(20), at(60))));
        assert_eq!(calendar.next_opening(at(20)), Some((at(120), at(140))));
        assert_eq!((calendar.day(3).map(|day| day.date), calendar.day(1)), (Some(3), None));
    }

    #[test]
    fn what_overlaps_or_goes_backwards_is_not_in_order() {
        let days = |days: Vec<TradingDay>| CalendarDefinition { days, ..calendar().definition };
        let day = |date, sessions: Vec<Session>| TradingDay { date, sessions };
        let regular = |opens, closes| session(SessionKind::Regular, opens, closes);
        for wrong in [
            days(vec![]),
            days(vec![day(1, vec![])]),
            days(vec![day(1, vec![regular(10, 10)])]),
            days(vec![day(1, vec![regular(10, 20), regular(19, 30)])]),
            days(vec![day(1, vec![regular(10, 20)]), day(1, vec![regular(30, 40)])]),
            days(vec![day(1, vec![regular(10, 20)]), day(2, vec![regular(15, 40)])]),
            days(vec![day(1, (0..9).map(|n| regular(n, n + 1)).collect())]),
        ] {
            assert!(!wrong.is_in_order(), "{wrong:?}");
        }
    }
}
