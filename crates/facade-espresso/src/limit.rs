//! The rate limit: a token bucket for each API key, on the engine's clock. Off unless configured.

use std::sync::atomic::{AtomicU64, Ordering};

use order_engine::Timestamp;

use crate::config::RateLimit;
use crate::error::ApiError;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// One bucket for each key, kept as the instant at which it will be full again.
#[derive(Debug)]
pub(crate) struct Limiter {
    rule: Option<RateLimit>,
    full_at: Vec<AtomicU64>,
}

impl Limiter {
    pub(crate) fn new(rule: Option<RateLimit>, keys: usize) -> Self {
        Self { rule, full_at: (0..keys).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Takes one token of a key.
    ///
    /// # Errors
    /// Code 4290 when there is none left.
    pub(crate) fn take(&self, key: usize, now: Timestamp) -> Result<(), ApiError> {
        let (Some(rule), Some(bucket)) = (self.rule, self.full_at.get(key)) else { return Ok(()) };
        let interval = NANOS_PER_SECOND / u64::from(rule.per_second.get());
        let slack = interval * u64::from(rule.burst.get() - 1);
        let now = now.as_nanos();
        let spend = |full_at: u64| {
            let start = full_at.max(now);
            (start - now <= slack).then(|| start.saturating_add(interval))
        };
        match bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(()),
            Err(_) => Err(ApiError::RateLimited),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_burst_then_the_refill() {
        let five = NonZeroU32::new(5).unwrap();
        let limiter = Limiter::new(Some(RateLimit { per_second: five, burst: five }), 2);
        let start = Timestamp::from_seconds(1_000);
        for _ in 0..5 {
            assert_eq!(limiter.take(0, start), Ok(()));
        }
        assert_eq!(limiter.take(0, start), Err(ApiError::RateLimited));
        assert_eq!(limiter.take(1, start), Ok(()), "another key has its own bucket");
        let later = start.plus_nanos(NANOS_PER_SECOND / 5);
        assert_eq!(limiter.take(0, later), Ok(()));
        assert_eq!(limiter.take(0, later), Err(ApiError::RateLimited));
    }

    #[test]
    fn without_a_rule_everything_passes() {
        let limiter = Limiter::new(None, 1);
        assert!((0..100).all(|_| limiter.take(0, Timestamp::EPOCH).is_ok()));
    }
}
