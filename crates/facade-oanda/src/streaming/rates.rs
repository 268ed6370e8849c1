//! One stream of prices.
//!
//! An event says that a price may have changed; the price itself is read from the market as it is then. Several changes
//! between two writes are thus one tick, with the newest price, and no price is told after a newer one.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::Stream;
use order_engine::{Change, Event, InstrumentId, Price};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::seats::{Eviction, Seat};
use crate::json;
use crate::state::State;
use crate::times::TimeFormat;
use crate::wire::Number;
use crate::wire::stream::{Disconnect, Heartbeat, Message, Tick};

const DISCONNECT_HELP: &str = "http://developer.oanda.com/docs/v1/troubleshooting";

/// Why a stream breaks off without a word. The connection is then closed in the middle of the body, so that no client
/// takes it for an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// The reader did not keep up.
    #[error("the reader fell behind")]
    TooSlow,
    /// A message could not be written.
    #[error("a message could not be written")]
    Unwritable,
}

/// A stream and what it has told so far.
pub(super) struct Rates {
    state: Arc<State>,
    seat: Seat,
    times: TimeFormat,
    instruments: Vec<Subscribed>,
    events: Receiver<Arc<[Event]>>,
    heartbeat: Interval,
    stage: Stage,
}

struct Subscribed {
    id: InstrumentId,
    told: Option<(Price, Price)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was told yet.
    Opening,
    Following,
    /// The last word was said.
    Closed,
}

/// What a stream waits for.
enum Step {
    Evicted(Eviction),
    Events(Result<Arc<[Event]>, RecvError>),
    Heartbeat,
}

impl Rates {
    /// The events are followed before the first prices are read, so that none falls between.
    pub(super) fn new(
        state: Arc<State>,
        seat: Seat,
        instruments: Vec<InstrumentId>,
        times: TimeFormat,
    ) -> Self {
        let period = Duration::from_millis(u64::from(state.stream.heartbeat_millis.get()));
        let mut heartbeat = interval_at(Instant::now() + period, period);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            events: state.engine.subscribe(),
            seat,
            times,
            instruments: instruments.into_iter().map(|id| Subscribed { id, told: None }).collect(),
            heartbeat,
            stage: Stage::Opening,
            state,
        }
    }

    /// The lines, one or more whole ones at a time.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Broken>> {
        futures_util::stream::unfold(self, |mut rates| async move {
            let lines = rates.next().await?;
            if lines.is_err() {
                rates.stage = Stage::Closed;
            }
            Some((lines, rates))
        })
    }

    /// The next lines; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        if self.stage == Stage::Opening {
            self.stage = Stage::Following;
            let snapshot = self.ticks(|_| true);
            if !snapshot.is_empty() {
                return Some(written(&snapshot));
            }
        }
        while self.stage == Stage::Following {
            let step = tokio::select! {
                biased;
                Ok(why) = &mut self.seat.evicted => Step::Evicted(why),
                events = self.events.recv() => Step::Events(events),
                _ = self.heartbeat.tick() => Step::Heartbeat,
            };
            let messages = match step {
                Step::Evicted(why) => {
                    self.stage = Stage::Closed;
                    vec![Message::Disconnect(disconnect(why))]
                }
                Step::Events(Ok(events)) => self.follow(&events),
                Step::Events(Err(RecvError::Lagged(_))) => return Some(Err(Broken::TooSlow)),
                Step::Events(Err(RecvError::Closed)) => return None,
                // An engine that takes no commands any more has no new prices; the client shall look for another.
                Step::Heartbeat if !self.state.engine.is_healthy() => return None,
                Step::Heartbeat => self.beat(),
            };
            // An empty chunk would end the body.
            if !messages.is_empty() {
                return Some(written(&messages));
            }
        }
        None
    }

    /// A sign of life, after whatever no event told of: the engine tells none to somebody who began to follow while it
    /// was at work.
    fn beat(&mut self) -> Vec<Message> {
        let mut messages = self.ticks(|_| true);
        let time = self.times.micros(self.state.engine.now());
        messages.push(Message::Heartbeat(Heartbeat { time }));
        messages
    }

    /// What is to be told of a batch of events. Instruments of a state that was emptied are not those of the new one:
    /// the stream then ends.
    fn follow(&mut self, events: &[Event]) -> Vec<Message> {
        if events.iter().any(|event| matches!(event.change, Change::StateReset)) {
            self.stage = Stage::Closed;
            return Vec::new();
        }
        let quoted: Vec<InstrumentId> = events.iter().filter_map(quoted).collect();
        self.ticks(|id| quoted.contains(&id))
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

/// The instrument whose quote an event changes.
fn quoted(event: &Event) -> Option<InstrumentId> {
    if let Change::QuoteUpdated { instrument, .. } = event.change { Some(instrument) } else { None }
}

fn written(messages: &[Message]) -> Result<Bytes, Broken> {
    let mut lines = Vec::with_capacity(128 * messages.len());
    for message in messages {
        json::add_line(&mut lines, message).map_err(|error| {
            tracing::error!(%error, "a message could not be written");
            Broken::Unwritable
        })?;
    }
    Ok(lines.into())
}

/// Two blanks after the colon of the second text are the vendor's.
const fn disconnect(why: Eviction) -> Disconnect {
    let (code, message) = match why {
        Eviction::TooMany => {
            (60, "Access Token connection limit exceeded: This connection will now be disconnected")
        }
        Eviction::SessionTaken => (
            64,
            concat!(
                "Session has been disconnected by a new connection:  ",
                "This connection will now be disconnected"
            ),
        ),
    };
    Disconnect { code, message, more_info: DISCONNECT_HELP }
}

#[cfg(test)]
mod tests {
    use facade_kit::MountPoint;
    use futures_util::StreamExt as _;

    use super::super::seats::Seats;
    use super::*;
    use crate::auth::Caller;
    use crate::config::Config;

    #[test]
    fn a_reader_that_falls_behind_is_cut_off() {
        let engine = testkit::engine();
        let state = Arc::new(State::new(Config::development(), engine.handle(), MountPoint::root()));
        let seat = Arc::new(Seats::new(1)).take(Caller { credential: 0 }, None);
        let euro = engine.instrument("EUR-USD");
        let system = actix_web::rt::System::new();
        let rates = system.block_on(async { Rates::new(state, seat, vec![euro], TimeFormat::Rfc3339) });
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
