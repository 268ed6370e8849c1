//! The rate limit for each token: so many requests a second on average, and a burst.

use std::sync::atomic::{AtomicU64, Ordering};

use order_engine::Timestamp;

use crate::config::RateLimit;
use crate::error::ApiError;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// One bucket for each token, kept as the instant at which the bucket will be full again.
#[derive(Debug)]
pub(crate) struct Throttle {
    requests_per_second: u32,
    /// Time that one request uses up.
    interval: u64,
    /// How far ahead the full instant may lie before a request.
    slack: u64,
    full_at: Vec<AtomicU64>,
}

impl Throttle {
    pub(crate) fn new(limit: RateLimit, tokens: usize) -> Self {
        let interval = NANOS_PER_SECOND / u64::from(limit.requests_per_second.get());
        Self {
            requests_per_second: limit.requests_per_second.get(),
            interval,
            slack: interval * u64::from(limit.burst.get() - 1),
            full_at: (0..tokens).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Takes one request of a token.
    ///
    /// # Errors
    /// Code 53 when there is none left.
    pub(crate) fn take(&self, token: usize, now: Timestamp) -> Result<(), ApiError> {
        let now = now.as_nanos();
        let take = |full_at: u64| {
            let start = full_at.max(now);
            (start - now <= self.slack).then(|| start + self.interval)
        };
        let Some(bucket) = self.full_at.get(token) else { return Ok(()) };
        match bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => Err(ApiError::RateLimited { requests_per_second: self.requests_per_second }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_burst_then_the_average() {
        let two = NonZeroU32::new(2).unwrap();
        let throttle = Throttle::new(RateLimit { requests_per_second: two, burst: two }, 2);
        let start = Timestamp::from_seconds(1_000);
        assert!(throttle.take(0, start).is_ok());
        assert!(throttle.take(0, start).is_ok());
        assert_eq!(throttle.take(0, start).unwrap_err().code(), 53);
        assert!(throttle.take(1, start).is_ok(), "another token has its own bucket");
        let later = start.plus_nanos(NANOS_PER_SECOND / 2);
        assert!(throttle.take(0, later).is_ok());
        assert_eq!(throttle.take(0, later).unwrap_err().code(), 53);
    }
}
