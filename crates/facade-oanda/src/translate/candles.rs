//! The request for candles, and its answer. The order of checks is 8 to 12 of [`crate::error`].

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use order_engine::{Candle, CandleHistory, QuoteCandle, Timestamp};

use super::Dialect;
use super::granularity::{Alignment, Granularity};
use crate::access::number;
use crate::error::ApiError;
use crate::params::Params;
use crate::times::TimeFormat;
use crate::wire::Number;
use crate::wire::candles::{BidAskCandle, Candle as WireCandle, MidpointCandle};

const DEFAULT_COUNT: usize = 500;
/// Most candles of an answer.
pub(crate) const MAX_COUNT: usize = 5_000;

/// Which prices a candle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    BidAsk,
    Midpoint,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    granularity: Granularity,
    /// The vendor's name of the granularity.
    pub(crate) name: &'static str,
    alignment: Alignment,
    format: Format,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    count: usize,
    include_first: bool,
}

impl Wanted {
    /// Reads everything but the instrument.
    ///
    /// # Errors
    /// Codes 1, 36, 45 and 47.
    pub(crate) fn read(query: &Params, times: TimeFormat) -> Result<Self, ApiError> {
        let (granularity, name) = Granularity::named(query.get("granularity").unwrap_or("S5"))
            .ok_or(ApiError::Malformed("granularity"))?;
        let format = match query.get("candleFormat").unwrap_or("bidask") {
            "bidask" => Format::BidAsk,
            "midpoint" => Format::Midpoint,
            _ => return Err(ApiError::Malformed("candleFormat")),
        };
        let alignment = alignment(query)?;
        let include_first = query.get("includeFirst").map(|text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ApiError::Malformed("includeFirst")),
        });
        let include_first = include_first.transpose()?;
        // One client sends milliseconds whatever format it asks for.
        let read = |text| times.parse(text).or_else(|| TimeFormat::Unix.parse(text));
        let time = |name| query.get(name).map(|text| read(text).ok_or(ApiError::Timestamp(name))).transpose();
        let (start, end) = (time("start")?, time("end")?);
        let count =
            query.get("count").map(|text| number(text).ok_or(ApiError::Malformed("count"))).transpose()?;

        if include_first.is_some() && start.is_none() {
            return Err(ApiError::Conflict { argument: "includeFirst", with: "if [start] is not specified" });
        }
        if count.is_some() && start.is_some() && end.is_some() {
            return Err(ApiError::Conflict { argument: "count", with: "if [start] and [end] are specified" });
        }
        if let (Some(start), Some(end)) = (start, end) {
            let seconds =
                end.as_seconds().checked_sub(start.as_seconds()).ok_or(ApiError::Malformed("start"))?;
            if seconds.div_ceil(granularity.seconds()) > MAX_COUNT as u64 {
                return Err(ApiError::TooManyCandles);
            }
        }
        let count = match count {
            None if start.is_some() && end.is_some() => MAX_COUNT,
            None => DEFAULT_COUNT,
            Some(0) => return Err(ApiError::OutOfRange("count")),
            Some(count) => usize::try_from(count)
                .ok()
                .filter(|count| *count <= MAX_COUNT)
                .ok_or(ApiError::TooManyCandles)?,
        };
        let include_first = include_first.unwrap_or(true);
        Ok(Self { granularity, name, alignment, format, start, end, count, include_first })
    }

    /// The candles of a history. Only quotes make candles here.
    pub(crate) fn candles(
        &self,
        dialect: &Dialect<'_>,
        history: &CandleHistory,
        now: Timestamp,
    ) -> Vec<WireCandle> {
        let slot = |at| self.alignment.slot(self.granularity, at);
        let from = self.start.map(|start| {
            let covering = slot(start);
            if self.include_first { covering.start } else { covering.end }
        });
        let until = self.end.unwrap_or(Timestamp::from_nanos(u64::MAX));
        let row = self.alignment.row(self.granularity, now);
        let mut all = history.read(row, from.unwrap_or(Timestamp::EPOCH), until, slot);
        all.retain(|candle| candle.quotes.is_some());
        let surplus = all.len().saturating_sub(self.count);
        let wanted = if self.start.is_some() { 0..all.len() - surplus } else { surplus..all.len() };
        let wanted = all.get(wanted).unwrap_or_default();
        wanted.iter().filter_map(|candle| Some(self.candle(dialect, candle, candle.quotes?, now))).collect()
    }

    fn candle(
        &self,
        dialect: &Dialect<'_>,
        candle: &Candle,
        quotes: QuoteCandle,
        now: Timestamp,
    ) -> WireCandle {
        let QuoteCandle { bid, ask, mid, quotes } = quotes;
        let time = dialect.times.micros(candle.slot.start);
        let complete = candle.slot.end <= now;
        match self.format {
            Format::BidAsk => WireCandle::BidAsk(BidAskCandle {
                time,
                open_bid: Number(bid.open.decimal()),
                open_ask: Number(ask.open.decimal()),
                high_bid: Number(bid.high.decimal()),
                high_ask: Number(ask.high.decimal()),
                low_bid: Number(bid.low.decimal()),
                low_ask: Number(ask.low.decimal()),
                close_bid: Number(bid.close.decimal()),
                close_ask: Number(ask.close.decimal()),
                volume: quotes,
                complete,
            }),
            Format::Midpoint => WireCandle::Midpoint(MidpointCandle {
                time,
                open_mid: Number(mid.open),
                high_mid: Number(mid.high),
                low_mid: Number(mid.low),
                close_mid: Number(mid.close),
                volume: quotes,
                complete,
            }),
        }
    }
}

fn alignment(query: &Params) -> Result<Alignment, ApiError> {
    let hour = match query.get("dailyAlignment") {
        None => 17,
        Some(text) => {
            let hour = number(text).ok_or(ApiError::Malformed("dailyAlignment"))?;
            let hour = i8::try_from(hour).ok().filter(|hour| *hour < 24);
            hour.ok_or(ApiError::OutOfRange("dailyAlignment"))?
        }
    };
    let zone = TimeZone::get(query.get("alignmentTimezone").unwrap_or("America/New_York"))
        .map_err(|_| ApiError::Malformed("alignmentTimezone"))?;
    let weekday = match query.get("weeklyAlignment").unwrap_or("Friday") {
        "Monday" => Weekday::Monday,
        "Tuesday" => Weekday::Tuesday,
        "Wednesday" => Weekday::Wednesday,
        "Thursday" => Weekday::Thursday,
        "Friday" => Weekday::Friday,
        "Saturday" => Weekday::Saturday,
        "Sunday" => Weekday::Sunday,
        _ => return Err(ApiError::Malformed("weeklyAlignment")),
    };
    Ok(Alignment::new(zone, hour, weekday))
}
