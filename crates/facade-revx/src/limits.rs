//! The vendor's rate limits: token buckets for each operation of each caller, a key for signed operations and an address
//! for public ones. Off unless configured.

use std::net::IpAddr;

use facade_kit::{Endpoint, RateLimiter, TokenBucket};
use order_engine::Timestamp;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 86_400 * SECOND;

const PUBLIC: &[TokenBucket] = &[TokenBucket::new(1, SECOND)];
const SIGNED: &[TokenBucket] =
    &[TokenBucket::new(100, SECOND / 100), TokenBucket::new(1_000, MINUTE / 1_000)];
const PLACE: &[TokenBucket] = &[TokenBucket::new(10, SECOND / 10), TokenBucket::new(1_000, DAY / 1_000)];
const REPLACE: &[TokenBucket] = &[TokenBucket::new(10, SECOND / 10)];

/// Whose buckets they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Payer {
    /// A key, by its place in the configuration.
    Key(usize),
    /// An address; none where the connection has none.
    Address(Option<IpAddr>),
}

/// An operation, as far as limits go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its place in the table of endpoints.
    index: usize,
    buckets: &'static [TokenBucket],
    /// Whether each day of the range that is asked for costs a token.
    pub(crate) costs_by_day: bool,
}

impl Operation {
    /// The operation of a method and a path pattern of the vendor; nothing for what is not served.
    pub(crate) fn find(endpoints: &[Endpoint], method: &str, pattern: &str) -> Option<Self> {
        let method = if method == "HEAD" { "GET" } else { method };
        let is_it = |endpoint: &Endpoint| endpoint.method == method && endpoint.path == pattern;
        let index = endpoints.iter().position(is_it)?;
        let endpoint = endpoints.get(index)?;
        let buckets = match (endpoint.needs_auth, method) {
            (false, _) => PUBLIC,
            (true, "POST") => PLACE,
            (true, "PUT") => REPLACE,
            (true, _) => SIGNED,
        };
        let costs_by_day = endpoint.needs_auth
            && (pattern.ends_with("/orders/historical")
                || pattern.ends_with("/{symbol}") && pattern.contains("/trades/"));
        Some(Self { index, buckets, costs_by_day })
    }
}

/// What has been used up, for each operation of each caller.
#[derive(Debug, Default)]
pub(crate) struct Limits(RateLimiter<(Payer, usize)>);

impl Limits {
    /// Takes tokens from all buckets of an operation, or from none.
    ///
    /// # Errors
    /// The milliseconds until there are enough tokens, one at least.
    pub(crate) fn take(
        &self,
        payer: Payer,
        operation: Operation,
        tokens: u64,
        now: Timestamp,
    ) -> Result<(), u64> {
        let taken = self.0.take((payer, operation.index), operation.buckets, tokens, now);
        taken.map_err(|wait| u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::ENDPOINTS;

    fn operation(method: &str, pattern: &str) -> Operation {
        Operation::find(ENDPOINTS, method, pattern).unwrap()
    }

    #[test]
    fn a_bucket_empties_and_refills() {
        let limits = Limits::default();
        let place = operation("POST", "/api/1.0/orders");
        let start = Timestamp::from_seconds(1_000);
        let take = |payer, at| limits.take(payer, place, 1, at);
        for _ in 0..10 {
            assert_eq!(take(Payer::Key(0), start), Ok(()));
        }
        assert_eq!(take(Payer::Key(0), start), Err(100));
        assert_eq!(take(Payer::Key(0), start.plus_nanos(1)), Err(100), "rounded up");
        assert_eq!(take(Payer::Key(1), start), Ok(()), "another key has its own bucket");
        assert_eq!(take(Payer::Key(0), start.plus_nanos(100_000_000)), Ok(()));
    }

    #[test]
    fn both_buckets_count_and_days_cost() {
        let limits = Limits::default();
        let historical = operation("GET", "/api/1.0/orders/historical");
        assert!(historical.costs_by_day);
        let at = |second: u64| Timestamp::from_seconds(1_000 + second);
        for second in 0..10 {
            assert_eq!(limits.take(Payer::Key(0), historical, 100, at(second)), Ok(()));
        }
        // The bucket of a second is full again, the bucket of a minute is not: 1000 were taken, 150 came back.
        assert_eq!(limits.take(Payer::Key(0), historical, 100, at(9)), Err(1_000));
        let refused = limits.take(Payer::Key(0), historical, 100, at(10));
        assert!(refused.is_ok(), "{refused:?}");
        assert!(limits.take(Payer::Key(0), historical, 100, at(11)).is_err());
    }

    #[test]
    fn every_endpoint_has_buckets() {
        for endpoint in ENDPOINTS {
            assert!(Operation::find(ENDPOINTS, endpoint.method, endpoint.path).is_some(), "{endpoint:?}");
        }
        assert!(Operation::find(ENDPOINTS, "HEAD", "/api/1.0/public/tickers").is_some());
        assert!(Operation::find(ENDPOINTS, "GET", "/api/1.0/candles/{symbol}").is_none());
        assert!(operation("GET", "/api/1.0/trades/all/{symbol}").costs_by_day);
        assert!(!operation("GET", "/api/1.0/public/trades/all").costs_by_day);
    }
}
