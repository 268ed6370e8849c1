//! How many streams a token has. One more than allowed is let in, and the oldest has to go; so has one whose session is
//! opened again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::auth::Caller;

/// Why a stream has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eviction {
    /// 60: the token has too many.
    TooMany,
    /// 64: its session was opened again.
    SessionTaken,
}

/// The streams of all tokens.
#[derive(Debug)]
pub(super) struct Seats {
    per_token: usize,
    /// For each token its streams, oldest first.
    taken: Mutex<BTreeMap<Caller, Vec<Taken>>>,
}

#[derive(Debug)]
struct Taken {
    session: Option<String>,
    evict: oneshot::Sender<Eviction>,
}

/// The place of one stream; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    caller: Caller,
    /// Says when the stream has to go.
    pub(super) evicted: oneshot::Receiver<Eviction>,
}

impl Seats {
    pub(super) fn new(per_token: usize) -> Self {
        Self { per_token, taken: Mutex::default() }
    }

    /// Takes a seat, and tells the streams that have to go for it.
    pub(super) fn take(self: Arc<Self>, caller: Caller, session: Option<String>) -> Seat {
        let (evict, evicted) = oneshot::channel();
        self.with(caller, |taken| {
            let same = taken.iter().position(|other| session.is_some() && other.session == session);
            if let Some(place) = same {
                tell(taken.remove(place), Eviction::SessionTaken);
            }
            while taken.len() >= self.per_token {
                tell(taken.remove(0), Eviction::TooMany);
            }
            taken.push(Taken { session, evict });
        });
        Seat { seats: self, caller, evicted }
    }

    fn with(&self, caller: Caller, change: impl FnOnce(&mut Vec<Taken>)) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        change(taken.entry(caller).or_default());
    }
}

/// A stream that is gone in the same moment needs no telling.
fn tell(stream: Taken, why: Eviction) {
    let _ = stream.evict.send(why);
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.evicted.close();
        self.seats.with(self.caller, |taken| taken.retain(|stream| !stream.evict.is_closed()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Caller = Caller { credential: 0 };
    const BOB: Caller = Caller { credential: 1 };

    fn told(seat: &mut Seat) -> Option<Eviction> {
        seat.evicted.try_recv().ok()
    }

    #[test]
    fn the_oldest_of_a_token_has_to_go() {
        let seats = Arc::new(Seats::new(2));
        let take = |caller| Arc::clone(&seats).take(caller, None);
        let [mut first, mut second, mut other] = [ANN, ANN, BOB].map(take);
        let mut third = take(ANN);
        assert_eq!(told(&mut first), Some(Eviction::TooMany));
        assert_eq!([&mut second, &mut third, &mut other].map(told), [None; 3]);
    }

    #[test]
    fn a_seat_that_is_given_back_is_free() {
        let seats = Arc::new(Seats::new(2));
        let take = || Arc::clone(&seats).take(ANN, None);
        let mut first = take();
        drop(take());
        let mut third = take();
        assert_eq!([&mut first, &mut third].map(told), [None; 2]);
    }

    #[test]
    fn a_session_is_opened_once() {
        let seats = Arc::new(Seats::new(2));
        let take = |caller, session: &str| Arc::clone(&seats).take(caller, Some(session.to_owned()));
        let mut first = take(ANN, "a");
        let mut other_token = take(BOB, "a");
        let mut other_session = take(ANN, "b");
        let mut again = take(ANN, "a");
        assert_eq!(told(&mut first), Some(Eviction::SessionTaken));
        assert_eq!([&mut other_token, &mut other_session, &mut again].map(told), [None; 3]);
    }
}
