//! What a stream of prices tells: the prices as they are, and then each change, in the order of events.
//!
//! The prices at the beginning are read while the engine is at work. They say up to which event they are right; what is
//! told of events up to that one is in them already.

use std::sync::Arc;

use order_engine::{Change, Event, EventId, InstrumentId, Price, Quote};

use super::feed::Tale;
use crate::state::State;
use crate::times::TimeFormat;
use crate::wire::Number;
use crate::wire::stream::{Heartbeat, Message, Tick};

/// Prices of some instruments, and what was told of them so far.
pub(super) struct Rates {
    state: Arc<State>,
    times: TimeFormat,
    instruments: Vec<Subscribed>,
}

struct Subscribed {
    id: InstrumentId,
    told: Option<(Price, Price)>,
    /// The last event that the first price told of.
    as_of: EventId,
}

impl Rates {
    pub(super) fn new(state: Arc<State>, instruments: Vec<InstrumentId>, times: TimeFormat) -> Self {
        let unknown = |id| Subscribed { id, told: None, as_of: EventId::new(0) };
        Self { state, times, instruments: instruments.into_iter().map(unknown).collect() }
    }
}

impl Subscribed {
    /// A price, unless it is the one that was told last.
    fn tick(&mut self, state: &State, times: TimeFormat, quote: &Quote) -> Option<Message> {
        let reference = state.engine.views().reference();
        let instrument = reference.instrument(self.id)?;
        let price = (quote.bid, quote.ask);
        if self.told.replace(price) == Some(price) {
            return None;
        }
        Some(Message::Tick(Tick {
            instrument: state.names.name(instrument),
            time: times.micros(quote.at),
            bid: Number(quote.bid.decimal()),
            ask: Number(quote.ask.decimal()),
        }))
    }
}

impl Tale for Rates {
    fn opening(&mut self) -> Vec<Message> {
        let Self { state, times, instruments } = self;
        let views = state.engine.views();
        let first = |subscribed: &mut Subscribed| {
            let market = views.market(subscribed.id)?;
            subscribed.as_of = market.as_of;
            subscribed.tick(state, *times, &market.quote?)
        };
        instruments.iter_mut().filter_map(first).collect()
    }

    fn follow(&mut self, events: &[Event]) -> Vec<Message> {
        let Self { state, times, instruments } = self;
        let change = |event: &Event| {
            let Change::QuoteUpdated { instrument, quote } = &event.change else { return None };
            let is_news =
                |subscribed: &&mut Subscribed| subscribed.id == *instrument && subscribed.as_of < event.id;
            instruments.iter_mut().find(is_news)?.tick(state, *times, quote)
        };
        events.iter().filter_map(change).collect()
    }

    fn beat(&mut self) -> Vec<Message> {
        let time = self.times.micros(self.state.engine.now());
        vec![Message::Heartbeat(Heartbeat { time })]
    }
}

#[cfg(test)]
mod tests {
    use facade_kit::{IdSource, MountPoint};
    use futures_util::StreamExt as _;

    use super::super::feed::{Broken, Feed};
    use super::super::seats::{Seats, WhenFull};
    use super::*;
    use crate::auth::Caller;
    use crate::config::Config;

    #[test]
    fn a_reader_that_falls_behind_is_cut_off() {
        let engine = testkit::engine();
        let (config, ids) = (Config::development(), IdSource::counted());
        let state = Arc::new(State::new(config, engine.handle(), ids, MountPoint::root()));
        let seat = Arc::new(Seats::default()).take(Caller::Token(0), None, 1, WhenFull::Evict).unwrap();
        let euro = engine.instrument("EUR-USD");
        let system = actix_web::rt::System::new();
        let rates = Rates::new(Arc::clone(&state), vec![euro], TimeFormat::Rfc3339);
        let rates = system.block_on(async { Feed::new(state, seat, rates, 5_000, None) });
        let mut lines = Box::pin(rates.into_stream());
        let mut next = || system.block_on(lines.next());

        assert_eq!(next().map(|snapshot| snapshot.is_ok()), Some(true));
        engine.quote("EUR-USD", "1.10000", "1.10010", "1", "1");
        engine.quote("EUR-USD", "1.20000", "1.20010", "1", "1");
        for bid in ["1.1", "1.2"] {
            let tick = next().unwrap().unwrap();
            let text = std::str::from_utf8(&tick).unwrap();
            assert!(text.lines().count() == 1 && text.contains(&format!("\"bid\":{bid},")), "{text}");
        }
        for _ in 0..=runtime::Options::in_memory().event_backlog {
            engine.quote("EUR-USD", "1.30000", "1.30010", "1", "1");
        }
        assert_eq!(next(), Some(Err(Broken::TooSlow)));
        assert_eq!(next(), None);
    }
}
