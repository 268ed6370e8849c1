//! What callers have taken of the vendor's limits. All mounts of an engine share it, so that nobody has twice as much by
//! calling at two places.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use facade_kit::{RateLimiter, TokenBucket};
use order_engine::{AccountId, Timestamp};

use crate::auth::Caller;
use crate::config::RateLimit;
use crate::error::ApiError;
use crate::streaming::seats::Seats;

/// Connections that are remembered; the one not used for longest is forgotten first.
const MAX_CONNECTIONS: usize = 4_096;
/// Seconds between two lists of transactions that ask for a number of them, and between two full histories.
const SECONDS_BETWEEN_LISTS: u32 = 60;

/// What is taken, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    requests: RateLimiter<Caller>,
    connections: RateLimiter<Caller>,
    lists: RateLimiter<(AccountId, Costly)>,
    known: Mutex<Connections>,
    /// Streams of prices.
    pub(crate) rates: Arc<Seats>,
    /// Streams of events.
    pub(crate) events: Arc<Seats>,
}

/// Lists that an account may ask for now and then only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Costly {
    /// Transactions with `count`.
    Transactions,
    /// The full history.
    History,
}

/// Open connections by their other end, with the number of their last request.
#[derive(Debug, Default)]
struct Connections {
    requests: u64,
    last: BTreeMap<SocketAddr, u64>,
}

impl Connections {
    /// Whether this is the first request of a connection. A port that is used again looks like the connection before.
    fn is_new(&mut self, peer: SocketAddr) -> bool {
        self.requests += 1;
        if self.last.insert(peer, self.requests).is_some() {
            return false;
        }
        if self.last.len() > MAX_CONNECTIONS
            && let Some(idle) = self.last.iter().min_by_key(|(_, request)| **request).map(|(peer, _)| *peer)
        {
            self.last.remove(&idle);
        }
        true
    }
}

impl Taken {
    /// Takes one request of a caller.
    ///
    /// # Errors
    /// Code 68 when the connection is one too many of late, 53 when the request is.
    pub(crate) fn request(
        &self,
        limit: &RateLimit,
        caller: Caller,
        peer: Option<SocketAddr>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let is_new =
            peer.is_some_and(|peer| self.known.lock().unwrap_or_else(PoisonError::into_inner).is_new(peer));
        let rate = limit.connections_per_second;
        if is_new {
            let bucket = TokenBucket::per_second(rate, rate);
            let taken = self.connections.take(caller, &[bucket], 1, now);
            taken.map_err(|_| ApiError::TooManyConnections { connections_per_second: rate.get() })?;
        }
        let bucket = TokenBucket::per_second(limit.requests_per_second, limit.burst);
        let taken = self.requests.take(caller, &[bucket], 1, now);
        taken.map_err(|_| ApiError::RateLimited {
            allowed: limit.requests_per_second.get(),
            unit: "requests per second",
        })
    }

    /// Takes one costly list of an account.
    ///
    /// # Errors
    /// Code 53.
    pub(crate) fn list(&self, account: AccountId, list: Costly, now: Timestamp) -> Result<(), ApiError> {
        const NANOS: u64 = 1_000_000_000;
        let bucket = TokenBucket::new(1, u64::from(SECONDS_BETWEEN_LISTS) * NANOS);
        let taken = self.lists.take((account, list), &[bucket], 1, now);
        taken.map_err(|_| ApiError::RateLimited { allowed: 1, unit: "requests per minute" })
    }
}

/// The vendor's rate of new connections.
pub(crate) const fn two() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_new_once() {
        let mut connections = Connections::default();
        let peer = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert!(connections.is_new(peer(1)));
        assert!(connections.is_new(peer(2)));
        assert!(!connections.is_new(peer(1)));
        for port in 3..=u16::try_from(MAX_CONNECTIONS + 1).unwrap() {
            assert!(connections.is_new(peer(port)));
        }
        assert_eq!(connections.last.len(), MAX_CONNECTIONS);
        assert!(!connections.is_new(peer(1)), "it was used later than the second");
        assert!(connections.is_new(peer(2)), "it was forgotten");
    }
}
