//! What a stream of prices tells.
//!
//! An event says that a price may have changed; the price itself is read from the market as it is then. Several changes
//! between two writes are thus one tick, with the newest price, and no price is told after a newer one.

use std::sync::Arc;

use order_engine::{Change, Event, InstrumentId, Price};

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
}

impl Rates {
    pub(super) fn new(state: Arc<State>, instruments: Vec<InstrumentId>, times: TimeFormat) -> Self {
        let instruments = instruments.into_iter().map(|id| Subscribed { id, told: None }).collect();
        Self { state, times, instruments }
    }

    /// The prices, of some instruments, that are not those that were told last.
    fn ticks(&mut self, is_wanted: impl Fn(InstrumentId) -> bool) -> Vec<Message> {
        let views = self.state.engine.views();
        let reference = views.reference();
        let mut ticks = Vec::new();
        for subscribed in self.instruments.iter_mut().filter(|subscribed| is_wanted(subscribed.id)) {
            let market = views.market(subscribed.id);
            let Some(quote) = market.and_then(|market| market.quote) else { continue };
            let Some(instrument) = reference.instrument(subscribed.id) else { continue };
            if subscribed.told.replace((quote.bid, quote.ask)) == Some((quote.bid, quote.ask)) {
                continue;
            }
            ticks.push(Message::Tick(Tick {
                instrument: self.state.names.name(instrument),
                time: self.times.micros(quote.at),
                bid: Number(quote.bid.decimal()),
                ask: Number(quote.ask.decimal()),
            }));
        }
        ticks
    }
}

impl Tale for Rates {
    fn opening(&mut self) -> Vec<Message> {
        self.ticks(|_| true)
    }

    fn follow(&mut self, events: &[Event]) -> Vec<Message> {
        let quoted: Vec<InstrumentId> = events.iter().filter_map(quoted).collect();
        self.ticks(|id| quoted.contains(&id))
    }

    /// After whatever no event told of: the engine tells none to somebody who began to follow while it was at work.
    fn beat(&mut self) -> Vec<Message> {
        let mut messages = self.ticks(|_| true);
        let time = self.times.micros(self.state.engine.now());
        messages.push(Message::Heartbeat(Heartbeat { time }));
        messages
    }
}

/// The instrument whose quote an event changes.
fn quoted(event: &Event) -> Option<InstrumentId> {
    if let Change::QuoteUpdated { instrument, .. } = event.change { Some(instrument) } else { None }
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
        let rates = system.block_on(async { Feed::new(state, seat, rates, 5_000) });
        let mut lines = Box::pin(rates.into_stream());
        let mut next = || system.block_on(lines.next());

        assert_eq!(next().map(|snapshot| snapshot.is_ok()), Some(true));
        engine.quote("EUR-USD", "1.10000", "1.10010", "1", "1");
        engine.quote("EUR-USD", "1.20000", "1.20010", "1", "1");
        let tick = next().unwrap().unwrap();
        assert_eq!(tick.split(|byte| *byte == b'\n').count(), 2, "two changes are one tick: {tick:?}");
        for _ in 0..=runtime::Options::in_memory().event_backlog {
            engine.quote("EUR-USD", "1.30000", "1.30010", "1", "1");
        }
        assert_eq!(next(), Some(Err(Broken::TooSlow)));
        assert_eq!(next(), None);
    }
}
