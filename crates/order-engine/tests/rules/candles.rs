//! Candles: what they show is what a tape of all quotes and trades shows, whatever the length of a candle.

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{
    Bar, Candle, CandleRow, Change, Engine, Event, InstrumentId, Price, Side, Size, Slot, Timestamp, TradeId,
};
use rust_decimal::Decimal;

use crate::support::*;

/// Something that happened in a market.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Quote { bid: Decimal, ask: Decimal },
    Trade { price: Decimal, quantity: Decimal },
}

/// Everything that happened in all markets, in order.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    marks: Vec<(InstrumentId, Timestamp, Mark)>,
    trades: BTreeSet<TradeId>,
}

impl Tape {
    pub(crate) fn record(&mut self, event: &Event) {
        if let Change::QuoteUpdated { instrument, quote } = &event.change {
            let mark = Mark::Quote { bid: quote.bid.decimal(), ask: quote.ask.decimal() };
            self.marks.push((*instrument, event.at, mark));
        }
        if let Some(execution) = event.change.execution()
            && self.trades.insert(execution.trade)
        {
            let (price, quantity) = (execution.price.decimal(), execution.quantity.decimal());
            self.marks.push((execution.instrument, event.at, Mark::Trade { price, quantity }));
        }
    }

    /// The candles of an instrument, by their start, counted from all marks anew.
    fn candles(&self, instrument: InstrumentId, seconds: u64) -> BTreeMap<u64, Expected> {
        let mut candles: BTreeMap<u64, Expected> = BTreeMap::new();
        for (_, at, mark) in self.marks.iter().filter(|(of, _, _)| *of == instrument) {
            let candle = candles.entry(at.as_seconds() / seconds * seconds).or_default();
            match mark {
                Mark::Quote { bid, ask } => {
                    candle.bids.push(*bid);
                    candle.asks.push(*ask);
                    candle.mids.push((bid + ask) / Decimal::TWO);
                }
                Mark::Trade { price, quantity } => {
                    candle.prices.push(*price);
                    candle.volume += quantity;
                }
            }
        }
        candles
    }

    pub(crate) fn assert_shown_by(&self, engine: &Engine) {
        for instrument in [BTC_USD, ADA_USD, EUR_USD, USD_JPY] {
            for seconds in [5, 10, 60, 120, 900, 3_600, 86_400] {
                let row = CandleRow::dividing(seconds).unwrap();
                let shown = all(engine, instrument, row, seconds);
                let shown: BTreeMap<u64, Expected> = shown
                    .iter()
                    .map(|candle| (candle.slot.start.as_seconds(), Expected::of(candle)))
                    .collect();
                let mut expected = self.candles(instrument, seconds);
                expected.values_mut().for_each(Expected::reduce);
                assert_eq!(shown, expected, "candles of {seconds} s of instrument {instrument}");
            }
        }
    }
}

fn all(engine: &Engine, instrument: InstrumentId, row: CandleRow, seconds: u64) -> Vec<Candle> {
    let history = engine.candles(instrument).unwrap();
    history.read(row, Timestamp::EPOCH, Timestamp::from_nanos(u64::MAX), |at| Slot::of_length(seconds, at))
}

/// All numbers of a candle; reduced to first, highest, lowest, last and their number.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    bids: Vec<Decimal>,
    asks: Vec<Decimal>,
    mids: Vec<Decimal>,
    prices: Vec<Decimal>,
    volume: Decimal,
}

impl Expected {
    fn reduce(&mut self) {
        for numbers in [&mut self.bids, &mut self.asks, &mut self.mids, &mut self.prices] {
            let count = Decimal::from(numbers.len());
            if let (Some(open), Some(close)) = (numbers.first().copied(), numbers.last().copied()) {
                let (high, low) = (*numbers.iter().max().unwrap(), *numbers.iter().min().unwrap());
                *numbers = vec![open, high, low, close, count];
            }
        }
    }

    fn of(candle: &Candle) -> Self {
        fn row<T>(bar: Bar<T>, number: impl Fn(T) -> Decimal, count: u64) -> Vec<Decimal> {
            let Bar { open, high, low, close } = bar;
            [open, high, low, close].map(number).into_iter().chain([Decimal::from(count)]).collect()
        }
        let quotes = candle.quotes;
        let trades = candle.trades;
        let of_quotes = |bar: fn(order_engine::QuoteCandle) -> Bar<Price>| {
            quotes.map(|quotes| row(bar(quotes), Price::decimal, quotes.quotes)).unwrap_or_default()
        };
        Self {
            bids: of_quotes(|quotes| quotes.bid),
            asks: of_quotes(|quotes| quotes.ask),
            mids: quotes.map(|quotes| row(quotes.mid, |mid| mid, quotes.quotes)).unwrap_or_default(),
            prices: trades.map(|trades| row(trades.price, Price::decimal, trades.trades)).unwrap_or_default(),
            volume: trades.map(|trades| trades.volume.decimal()).unwrap_or_default(),
        }
    }
}

#[test]
fn candles_show_what_the_tape_shows() {
    let mut world = World::new();
    for step in 0..400_u64 {
        let cents = 10_000 + (step * step) % 97;
        let at = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
        world.run(quote(BTC_USD, &at(cents), &at(cents + 2), "1")).unwrap();
        if step % 3 == 0 {
            let side = if step % 2 == 0 { Side::Buy } else { Side::Sell };
            world.place(market(ALICE, side, Size::Base(quantity("0.05")))).unwrap();
        }
        world.wait_seconds(1 + (step * 7) % 90);
    }
    world.tape.assert_shown_by(&world.engine);
}

#[test]
fn the_range_takes_the_first_slot_and_leaves_the_last() {
    let mut world = World::new();
    for cents in ["100.00", "101.00", "102.00"] {
        world.run(quote(BTC_USD, cents, "103.00", "1")).unwrap();
        world.wait_seconds(5);
    }
    let history = world.engine.candles(BTC_USD).unwrap();
    let (from, until) = (START.plus_seconds(5), START.plus_seconds(10));
    let slot = |at| Slot::of_length(5, at);
    let candles = history.read(CandleRow::FiveSeconds, from, until, slot);
    assert_eq!(
        candles.iter().map(|candle| candle.slot).collect::<Vec<_>>(),
        [Slot { start: from, end: until }]
    );
    assert_eq!(candles[0].quotes.unwrap().bid.close, price("101.00"));
    assert!(candles[0].trades.is_none());
}

#[test]
fn a_market_that_nothing_happened_in_has_no_candles() {
    let world = World::new();
    assert_eq!(all(&world.engine, BTC_USD, CandleRow::Minute, 60), []);
    assert!(world.engine.candles(InstrumentId::new(99)).is_none());
}

#[test]
fn only_whole_stretches_are_put_together() {
    assert_eq!(CandleRow::dividing(5), Some(CandleRow::FiveSeconds));
    assert_eq!(CandleRow::dividing(90), Some(CandleRow::FiveSeconds));
    assert_eq!(CandleRow::dividing(120), Some(CandleRow::Minute));
    assert_eq!(CandleRow::dividing(2_700), Some(CandleRow::QuarterHour));
    assert_eq!(CandleRow::dividing(86_400), Some(CandleRow::Hour));
    assert_eq!(CandleRow::dividing(7), None);
    assert_eq!(CandleRow::dividing(0), None);
}
