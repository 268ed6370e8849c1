//! One stream: what follows the engine's events, and writes lines when the connection can take them.
//!
//! Nothing is kept for a reader but its place in the engine's backlog of events. What is told of them is a [`Tale`]'s
//! matter.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use actix_web::web::Bytes;
use facade_kit::Hangup;
use futures_util::Stream;
use order_engine::{Change, Event};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::seats::{Eviction, Seat, eviction};
use super::watch::{Watch, Watchman};
use crate::json;
use crate::state::State;
use crate::wire::stream::{Disconnect, Message};

const DISCONNECT_HELP: &str = "http://developer.oanda.com/docs/v1/troubleshooting";

/// What a stream tells.
pub(super) trait Tale {
    /// The first messages.
    fn opening(&mut self) -> Vec<Message>;
    /// What is to be told of some events.
    fn follow(&mut self, events: &[Event]) -> Vec<Message>;
    /// A sign of life.
    fn beat(&mut self) -> Vec<Message>;
}

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

/// A stream and how far it is.
pub(super) struct Feed<T> {
    state: Arc<State>,
    seat: Seat,
    tale: T,
    events: Receiver<Arc<[Event]>>,
    heartbeat: Interval,
    stage: Stage,
    /// Nothing where the connection cannot be cut.
    watch: Option<Watch>,
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

impl<T: Tale + 'static> Feed<T> {
    /// The events are followed before anything is read for the opening, so that none falls between.
    pub(super) fn new(
        state: Arc<State>,
        seat: Seat,
        tale: T,
        heartbeat_millis: u32,
        hangup: Option<Hangup>,
    ) -> Self {
        let period = Duration::from_millis(u64::from(heartbeat_millis));
        let mut heartbeat = interval_at(Instant::now() + period, period);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let events = state.engine.subscribe();
        let most_behind = state.stream.max_behind.get();
        let watch = hangup.map(|hangup| {
            Watch::begin(Watchman { hangup, most_behind }, events.resubscribe(), seat.evicted.clone())
        });
        Self { events, seat, tale, heartbeat, stage: Stage::Opening, watch, state }
    }

    /// The answer that does not end.
    pub(super) fn response(self) -> HttpResponse {
        HttpResponse::build(StatusCode::OK)
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .streaming(self.into_stream())
    }

    /// The lines, one or more whole ones at a time.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Broken>> {
        futures_util::stream::unfold(self, |mut feed| async move {
            let lines = feed.next().await?;
            if lines.is_err() {
                feed.stage = Stage::Closed;
            }
            Some((lines, feed))
        })
    }

    /// The next lines; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        if self.stage == Stage::Opening {
            self.stage = Stage::Following;
            let opening = self.tale.opening();
            if !opening.is_empty() {
                return Some(written(&opening));
            }
        }
        while self.stage == Stage::Following {
            let step = tokio::select! {
                biased;
                Some(why) = eviction(&mut self.seat.evicted) => Step::Evicted(why),
                events = self.events.recv() => Step::Events(events),
                _ = self.heartbeat.tick() => Step::Heartbeat,
            };
            let messages = match step {
                Step::Evicted(why) => {
                    self.stage = Stage::Closed;
                    vec![Message::Disconnect(disconnect(why))]
                }
                Step::Events(Ok(events)) => {
                    self.watch.iter().for_each(Watch::note_taken);
                    self.follow(&events)
                }
                Step::Events(Err(RecvError::Lagged(_))) => return Some(Err(Broken::TooSlow)),
                Step::Events(Err(RecvError::Closed)) => return None,
                // An engine that takes no commands any more has nothing new to tell; the client shall look for another.
                Step::Heartbeat if !self.state.engine.is_healthy() => return None,
                Step::Heartbeat => self.tale.beat(),
            };
            // An empty chunk would end the body.
            if !messages.is_empty() {
                return Some(written(&messages));
            }
        }
        None
    }

    /// What is to be told of a batch of events. Accounts and instruments of a state that was emptied are not those of the
    /// new one: the stream then ends.
    fn follow(&mut self, events: &[Event]) -> Vec<Message> {
        if events.iter().any(|event| matches!(event.change, Change::StateReset)) {
            self.stage = Stage::Closed;
            return Vec::new();
        }
        self.tale.follow(events)
    }
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
