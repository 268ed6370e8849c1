//! How many streams a token has. One more than allowed is let in, and the oldest has to go; so has one whose session is
//! opened again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::auth::Caller;

/// Why a stream has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eviction {
    /// 60: the token has too many.
    TooMany,
    /// 64: its session was opened again.
    SessionTaken,
}

/// The streams of all tokens.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    taken: Mutex<Table>,
}

/// For each token its streams, oldest first. A token without streams is not there.
#[derive(Debug, Default)]
struct Table {
    streams: BTreeMap<Caller, Vec<Taken>>,
    /// Seats that were ever taken.
    count: u64,
}

/// What becomes of one stream more than there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// The oldest has to go.
    Evict,
    /// It is refused.
    Refuse,
}

#[derive(Debug)]
struct Taken {
    number: u64,
    session: Option<String>,
    evict: watch::Sender<Option<Eviction>>,
}

/// The place of one stream; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    caller: Caller,
    number: u64,
    /// Says when the stream has to go.
    pub(crate) evicted: watch::Receiver<Option<Eviction>>,
}

/// Waits until a stream has to go; nothing when its seat is gone.
pub(crate) async fn eviction(evicted: &mut watch::Receiver<Option<Eviction>>) -> Option<Eviction> {
    evicted.wait_for(Option::is_some).await.ok().and_then(|why| *why)
}

impl Seats {
    /// Takes a seat of `most`, and tells the streams that have to go for it. Nothing when it is refused.
    pub(crate) fn take(
        self: Arc<Self>,
        caller: Caller,
        session: Option<String>,
        most: usize,
        when_full: WhenFull,
    ) -> Option<Seat> {
        let (evict, evicted) = watch::channel(None);
        let number = self.with(caller, |taken, number| {
            let same = taken.iter().position(|other| session.is_some() && other.session == session);
            if let Some(place) = same {
                tell(&taken.remove(place), Eviction::SessionTaken);
            }
            if taken.len() >= most && when_full == WhenFull::Refuse {
                return None;
            }
            let surplus = (taken.len() + 1).saturating_sub(most).min(taken.len());
            taken.drain(..surplus).for_each(|stream| tell(&stream, Eviction::TooMany));
            taken.push(Taken { number, session, evict });
            Some(number)
        })?;
        Some(Seat { seats: self, caller, number, evicted })
    }

    /// Changes the streams of a caller, with a number that none had so far.
    fn with<T>(&self, caller: Caller, change: impl FnOnce(&mut Vec<Taken>, u64) -> T) -> T {
        let mut table = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        table.count += 1;
        let number = table.count;
        let taken = table.streams.entry(caller).or_default();
        let result = change(taken, number);
        if taken.is_empty() {
            table.streams.remove(&caller);
        }
        result
    }
}

/// A stream that is gone in the same moment needs no telling.
fn tell(stream: &Taken, why: Eviction) {
    let _ = stream.evict.send(Some(why));
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.with(self.caller, |taken, _| taken.retain(|stream| stream.number != self.number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Caller = Caller::Token(0);
    const BOB: Caller = Caller::Token(1);

    fn sit(seats: &Arc<Seats>, caller: Caller, session: Option<&str>) -> Seat {
        Arc::clone(seats).take(caller, session.map(str::to_owned), 2, WhenFull::Evict).unwrap()
    }

    fn told(seat: &mut Seat) -> Option<Eviction> {
        *seat.evicted.borrow()
    }

    #[test]
    fn the_oldest_of_a_token_has_to_go() {
        let seats = Arc::new(Seats::default());
        let take = |caller| sit(&seats, caller, None);
        let [mut first, mut second, mut other] = [ANN, ANN, BOB].map(take);
        let mut third = take(ANN);
        assert_eq!(told(&mut first), Some(Eviction::TooMany));
        assert_eq!([&mut second, &mut third, &mut other].map(told), [None; 3]);
    }

    #[test]
    fn a_seat_that_is_given_back_is_free() {
        let seats = Arc::new(Seats::default());
        let take = || sit(&seats, ANN, None);
        let mut first = take();
        drop(take());
        let mut third = take();
        assert_eq!([&mut first, &mut third].map(told), [None; 2]);
    }

    #[test]
    fn a_session_is_opened_once() {
        let seats = Arc::new(Seats::default());
        let take = |caller, session| sit(&seats, caller, Some(session));
        let mut first = take(ANN, "a");
        let mut other_token = take(BOB, "a");
        let mut other_session = take(ANN, "b");
        let mut again = take(ANN, "a");
        assert_eq!(told(&mut first), Some(Eviction::SessionTaken));
        assert_eq!([&mut other_token, &mut other_session, &mut again].map(told), [None; 3]);
    }

    #[test]
    fn where_none_has_to_go_one_more_is_refused() {
        let seats = Arc::new(Seats::default());
        let take = || Arc::clone(&seats).take(ANN, None, 1, WhenFull::Refuse);
        let mut first = take().unwrap();
        assert!(take().is_none());
        assert_eq!(told(&mut first), None);
        drop(first);
        assert!(take().is_some());
        assert!(seats.taken.lock().unwrap().streams.is_empty());
    }
}
