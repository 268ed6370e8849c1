//! What the queries of lists ask for: filters, ranges of dates, and where a page starts.
//!
//! Lists show the newest first. A cursor is the time and the id of the last row of a page, in base64, and the engine's
//! ids grow with time, so that a page starts below the number in that id.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade_kit::{UuidKind, kind_uuid, order_uuid, parse_kind_uuid};
use order_engine::{InstrumentId, Order, Timestamp};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::orders::is_on_side;
use super::pairs::Pairs;
use super::{waiting, words};
use crate::error::ApiError;
use crate::query::Query;
use crate::wire;
use crate::wire::orders::{OrderState, OrderType};

const DAY_MS: u64 = 86_400_000;
/// Longest page of active orders.
const ACTIVE_PAGE: usize = 300;
/// Longest page of everything else.
const PAGE: usize = 1_900;

const ACTIVE_STATES: [OrderState; 3] = [OrderState::PendingNew, OrderState::New, OrderState::PartiallyFilled];
const ACTIVE_TYPES: [OrderType; 4] =
    [OrderType::Limit, OrderType::Conditional, OrderType::Tpsl, OrderType::Twap];
const CLOSED_STATES: [OrderState; 4] =
    [OrderState::Filled, OrderState::Cancelled, OrderState::Rejected, OrderState::Replaced];
const CLOSED_TYPES: [OrderType; 5] =
    [OrderType::Market, OrderType::Limit, OrderType::Conditional, OrderType::Tpsl, OrderType::Twap];

/// A part of a list that fits into one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    /// Rows with smaller numbers only.
    pub(crate) before: Option<u64>,
    /// Most rows.
    pub(crate) limit: usize,
}

/// What a list of orders shows.
#[derive(Debug, Clone)]
pub(crate) struct OrderFilter {
    instruments: Option<Vec<InstrumentId>>,
    states: Vec<OrderState>,
    types: Vec<OrderType>,
    side: Option<wire::Side>,
    pub(crate) slice: Slice,
}

impl OrderFilter {
    /// The query of active orders.
    pub(crate) fn active(query: &Query, pairs: &Pairs) -> Result<Self, ApiError> {
        Ok(Self {
            instruments: instruments(query, pairs)?,
            states: words_of(query, "order_states", &ACTIVE_STATES)?,
            types: words_of(query, "order_types", &ACTIVE_TYPES)?,
            side: query
                .one("side")?
                .map(|word| words::parse(word).ok_or(ApiError::BadRequest))
                .transpose()?,
            slice: slice(query, UuidKind::Order, ACTIVE_PAGE)?,
        })
    }

    /// The query of historical orders.
    pub(crate) fn historical(query: &Query, pairs: &Pairs) -> Result<Self, ApiError> {
        Ok(Self {
            instruments: instruments(query, pairs)?,
            states: words_of(query, "order_states", &CLOSED_STATES)?,
            types: words_of(query, "order_types", &CLOSED_TYPES)?,
            side: None,
            slice: slice(query, UuidKind::Order, PAGE)?,
        })
    }

    /// Whether an order is asked for, its date not considered.
    pub(crate) fn admits(&self, order: &Order) -> bool {
        self.instruments.as_ref().is_none_or(|list| list.contains(&order.instrument))
            && self.states.contains(&words::state(order.status))
            && self.types.contains(&waiting::order_type(order))
            && self.side.is_none_or(|side| is_on_side(order, side))
    }
}

/// The query of trades: a range, and a page of it.
pub(crate) fn trades_of_account(query: &Query, now: Timestamp) -> Result<(DateRange, Slice), ApiError> {
    Ok((DateRange::of_account(query, now)?, slice(query, UuidKind::Execution, PAGE)?))
}

/// The query of everyone's trades, by a known caller.
pub(crate) fn trades_of_all(query: &Query, now: Timestamp) -> Result<(DateRange, Slice), ApiError> {
    Ok((DateRange::of_account(query, now)?, slice(query, UuidKind::Trade, PAGE)?))
}

/// The query of everyone's trades, by anyone.
pub(crate) fn public_trades(query: &Query, now: Timestamp) -> Result<(DateRange, Slice), ApiError> {
    Ok((DateRange::of_public(query, now)?, slice(query, UuidKind::Trade, PAGE)?))
}

/// The instruments of `symbols`, and of `symbol`, which one client sends instead.
pub(crate) fn instruments(query: &Query, pairs: &Pairs) -> Result<Option<Vec<InstrumentId>>, ApiError> {
    let mut names = query.list("symbols");
    names.extend(query.list("symbol"));
    let found: Result<Vec<_>, _> =
        names.into_iter().map(|name| pairs.find(name).map(|pair| pair.instrument.id)).collect();
    found.map(|list| (!list.is_empty()).then_some(list))
}

/// The region that is asked for.
pub(crate) fn region(query: &Query) -> Result<wire::Region, ApiError> {
    let word = query.one("region")?.map(|word| words::parse(word).ok_or(ApiError::BadRequest));
    Ok(word.transpose()?.unwrap_or(wire::Region::Eea))
}

fn words_of<T: DeserializeOwned + PartialEq + Copy>(
    query: &Query,
    key: &str,
    known: &[T],
) -> Result<Vec<T>, ApiError> {
    let known_word = |word: &str| words::parse(word).filter(|word| known.contains(word));
    let given: Option<Vec<T>> = query.list(key).into_iter().map(known_word).collect();
    let given = given.ok_or(ApiError::BadRequest)?;
    Ok(if given.is_empty() { known.to_vec() } else { given })
}

fn slice(query: &Query, kind: UuidKind, maximum: usize) -> Result<Slice, ApiError> {
    let before = query.one("cursor")?.map(|text| parse_cursor(kind, text).ok_or(ApiError::BadRequest));
    Ok(Slice { before: before.transpose()?, limit: query.limit(maximum)? })
}

/// From one instant to another, both included, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateRange {
    start_ms: u64,
    end_ms: u64,
}

impl DateRange {
    /// Up to 30 days, a week unless both ends are given.
    pub(crate) fn of_account(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        Self::read(query, now, 7, 30)
    }

    /// Up to a day.
    fn of_public(query: &Query, now: Timestamp) -> Result<Self, ApiError> {
        Self::read(query, now, 1, 1)
    }

    fn read(query: &Query, now: Timestamp, usual_days: u64, most_days: u64) -> Result<Self, ApiError> {
        let usual_ms = usual_days * DAY_MS;
        let (start, end) = (query.millis("start_date")?, query.millis("end_date")?);
        let end_ms = end
            .unwrap_or_else(|| start.map_or_else(|| now.as_millis(), |start| start.saturating_add(usual_ms)));
        let start_ms = start.unwrap_or_else(|| end_ms.saturating_sub(usual_ms));
        if start_ms > end_ms {
            return Err(ApiError::RangeReversed);
        }
        if end_ms - start_ms > most_days * DAY_MS {
            return Err(ApiError::RangeTooLong { days: most_days });
        }
        Ok(Self { start_ms, end_ms })
    }

    /// Days that have begun within the range, one at least.
    pub(crate) const fn days(&self) -> u64 {
        let days = (self.end_ms - self.start_ms).div_ceil(DAY_MS);
        if days == 0 { 1 } else { days }
    }

    pub(crate) const fn starts_after(&self, at: Timestamp) -> bool {
        self.start_ms > at.as_millis()
    }

    pub(crate) const fn ends_before(&self, at: Timestamp) -> bool {
        self.end_ms < at.as_millis()
    }
}

/// The cursor after an order.
pub(crate) fn order_cursor(order: &Order) -> String {
    cursor(order.created_at, order_uuid(order))
}

/// The cursor after a row that is numbered otherwise.
pub(crate) fn numbered_cursor(kind: UuidKind, at: Timestamp, number: u64) -> String {
    cursor(at, kind_uuid(kind, at, number))
}

fn cursor(at: Timestamp, id: Uuid) -> String {
    STANDARD.encode(format!("date={};id={id}", at.as_millis()))
}

fn parse_cursor(kind: UuidKind, text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    let (date, id) = std::str::from_utf8(&bytes).ok()?.strip_prefix("date=")?.split_once(";id=")?;
    let (date, id) = (date.parse::<u64>().ok()?, Uuid::try_parse(id).ok()?);
    let number = parse_kind_uuid(kind, id)?;
    (kind_uuid(kind, Timestamp::from_millis(date), number) == id).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_785_313_433_816);

    fn range(text: &str) -> Result<(u64, u64), ApiError> {
        let range = DateRange::of_account(&Query::parse(text).unwrap(), NOW)?;
        Ok((range.start_ms, range.end_ms))
    }

    #[test]
    fn ranges_fill_in_what_is_not_given() {
        let now = NOW.as_millis();
        assert_eq!(range(""), Ok((now - 7 * DAY_MS, now)));
        assert_eq!(range("start_date=1000"), Ok((1000, 1000 + 7 * DAY_MS)));
        assert_eq!(range("end_date=1000"), Ok((0, 1000)));
        assert_eq!(range("start_date=1000&end_date=1000"), Ok((1000, 1000)));
        let month = 30 * DAY_MS;
        assert_eq!(range(&format!("start_date=0&end_date={month}")), Ok((0, month)));
        assert_eq!(
            range(&format!("start_date=0&end_date={}", month + 1)),
            Err(ApiError::RangeTooLong { days: 30 })
        );
        assert_eq!(range("start_date=2&end_date=1"), Err(ApiError::RangeReversed));
        assert_eq!(range("start_date=yesterday"), Err(ApiError::BadRequest));
    }

    #[test]
    fn a_cursor_gives_its_number_back_and_no_other_text_is_one() {
        let cursor = numbered_cursor(UuidKind::Trade, NOW, 42);
        assert_eq!(parse_cursor(UuidKind::Trade, &cursor), Some(42));
        assert_eq!(parse_cursor(UuidKind::Order, &cursor), None);
        let decoded = String::from_utf8(STANDARD.decode(&cursor).unwrap()).unwrap();
        assert!(decoded.starts_with("date=1785313433816;id="), "{decoded}");
        let forged = STANDARD.encode(decoded.replace("date=1785313433816", "date=1785313433817"));
        for text in ["", "x", "ZGF0ZT0x", forged.as_str()] {
            assert_eq!(parse_cursor(UuidKind::Trade, text), None, "{text}");
        }
    }
}
