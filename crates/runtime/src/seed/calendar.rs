//! Trading calendars of a seed: what a market does on which days, written in its own time, and the clock changes that
//! turn that into instants. Nothing here knows zones or their rules: which offset holds from when is data, too.

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{CalendarDefinition, CalendarName, Command, Session, SessionKind, TradingDay};
use serde::Deserialize;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, Weekday};

use super::SeedError;
use super::text::{Text, instant};

/// A calendar: the days from `from` until `until` that fall on its weekdays and are no holidays, each with the same
/// sessions, but for those that close early.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarEntry {
    pub(super) name: Text<CalendarName>,
    from: Text<Date>,
    until: Text<Date>,
    weekdays: BTreeSet<WeekdayName>,
    /// Which offset from UTC holds from when.
    offsets: Vec<OffsetEntry>,
    sessions: Vec<SessionEntry>,
    #[serde(default)]
    holidays: BTreeSet<Text<Date>>,
    /// When the regular session closes on days that close early. Such a day has no session after that.
    #[serde(default)]
    early_closes: BTreeMap<Text<Date>, Text<Time>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OffsetEntry {
    /// The first instant at which it holds.
    from: Text<OffsetDateTime>,
    offset: Text<UtcOffset>,
}

/// A session in the market's time. One that closes at or before its opening closes on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionEntry {
    kind: SessionKindName,
    opens: Text<Time>,
    closes: Text<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SessionKindName {
    PreMarket,
    Regular,
    AfterHours,
}

impl SessionKindName {
    const fn kind(self) -> SessionKind {
        match self {
            Self::PreMarket => SessionKind::PreMarket,
            Self::Regular => SessionKind::Regular,
            Self::AfterHours => SessionKind::AfterHours,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WeekdayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl WeekdayName {
    const fn of(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// The Julian day of 1970-01-01.
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

impl CalendarEntry {
    pub(super) fn command(&self) -> Result<Command, SeedError> {
        self.refuse_misplaced_days()?;
        let days = std::iter::successors(Some(self.from.0), |day| day.next_day())
            .take_while(|day| *day <= self.until.0)
            .filter(|day| self.has_sessions(*day));
        let days = days.map(|day| self.trading_day(day)).collect::<Result<_, _>>()?;
        Ok(Command::DefineCalendar(CalendarDefinition { name: self.name.0.clone(), days }))
    }

    fn has_sessions(&self, day: Date) -> bool {
        self.weekdays.contains(&WeekdayName::of(day.weekday())) && !self.holidays.contains(&Text(day))
    }

    /// A holiday or an early close on a day that has no sessions anyway is most likely a slip.
    fn refuse_misplaced_days(&self) -> Result<(), SeedError> {
        let is_misplaced = |day: &Date, is_holiday: bool| {
            let is_workday = self.weekdays.contains(&WeekdayName::of(day.weekday()));
            let within = (self.from.0..=self.until.0).contains(day);
            !is_workday || !within || (!is_holiday && self.holidays.contains(&Text(*day)))
        };
        let holidays = self.holidays.iter().map(|day| (day.0, true));
        let mut named = holidays.chain(self.early_closes.keys().map(|day| (day.0, false)));
        match named.find(|(day, is_holiday)| is_misplaced(day, *is_holiday)) {
            Some((day, _)) => Err(self.fault(format!("{day} has no sessions anyway, or is not within it"))),
            None => Ok(()),
        }
    }

    fn trading_day(&self, day: Date) -> Result<TradingDay, SeedError> {
        let early = self.early_closes.get(&Text(day)).map(|close| close.0);
        let mut sessions = Vec::new();
        for entry in &self.sessions {
            let (kind, opens) = (entry.kind.kind(), entry.opens.0);
            let closes = early.filter(|_| kind == SessionKind::Regular).unwrap_or(entry.closes.0);
            if early.is_some_and(|early| opens >= early) {
                continue;
            }
            let closes_on = if closes > opens { Some(day) } else { day.next_day() };
            let closes_on = closes_on.ok_or_else(|| self.fault(format!("{day} is too late")))?;
            let (opens, closes) = (self.moment(day, opens)?, self.moment(closes_on, closes)?);
            let late = |_| self.fault(format!("{day} is out of range"));
            let (opens, closes) = (instant(opens).map_err(late)?, instant(closes).map_err(late)?);
            sessions.push(Session { kind, opens, closes });
        }
        let date = u32::try_from(day.to_julian_day() - EPOCH_JULIAN_DAY);
        let date = date.map_err(|_| self.fault(format!("{day} is before 1970")))?;
        Ok(TradingDay { date, sessions })
    }

    /// The instant of a time of day. A time that the clocks skip or repeat is read by the offset before the change.
    fn moment(&self, day: Date, time: Time) -> Result<OffsetDateTime, SeedError> {
        let local = PrimitiveDateTime::new(day, time);
        let holds = |entry: &&OffsetEntry| local.assume_offset(entry.offset.0) >= entry.from.0;
        let entry = self.offsets.iter().rfind(holds);
        let entry = entry.ok_or_else(|| self.fault(format!("no offset is given for {day}")))?;
        Ok(local.assume_offset(entry.offset.0))
    }

    fn fault(&self, fault: String) -> SeedError {
        SeedError::Calendar { name: self.name.0.clone(), fault }
    }
}
