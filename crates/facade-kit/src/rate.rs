//! Rate limits by token buckets, on the clock that the caller names.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use order_engine::Timestamp;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Keys remembered before those with full buckets are dropped, which are as good as unknown.
const MANY: usize = 10_000;

/// So many tokens at most, and how fast they come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    capacity: u64,
    nanos_per_token: u64,
}

impl TokenBucket {
    /// A bucket that gets a token back every so many nanoseconds.
    #[must_use]
    pub const fn new(capacity: u64, nanos_per_token: u64) -> Self {
        Self { capacity, nanos_per_token }
    }

    /// A bucket of `burst` tokens that gets `rate` of them back each second.
    #[must_use]
    pub fn per_second(rate: NonZeroU32, burst: NonZeroU32) -> Self {
        Self::new(u64::from(burst.get()), NANOS_PER_SECOND / u64::from(rate.get()))
    }

    /// Time in which an empty bucket fills.
    const fn depth(self) -> u64 {
        self.capacity.saturating_mul(self.nanos_per_token)
    }

    /// When the bucket will be full again once tokens are taken; more than it holds cost all of it.
    fn full_after(self, full_at: u64, tokens: u64, now: u64) -> u64 {
        let price = tokens.min(self.capacity).saturating_mul(self.nanos_per_token);
        full_at.max(now).saturating_add(price)
    }
}

/// The buckets of many callers, each kept as the instant at which it will be full again.
#[derive(Debug)]
pub struct RateLimiter<K>(Mutex<BTreeMap<K, Vec<u64>>>);

impl<K> Default for RateLimiter<K> {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }
}

impl<K: Ord> RateLimiter<K> {
    /// Takes tokens from all buckets of a key, or from none. A key has the same buckets each time; those of a new key are
    /// full.
    ///
    /// # Errors
    /// The time until there are enough tokens.
    pub fn take(&self, key: K, buckets: &[TokenBucket], tokens: u64, now: Timestamp) -> Result<(), Duration> {
        let now = now.as_nanos();
        // Every value in the map is whole at any time, so that a panic elsewhere leaves nothing half done.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = known.get(&key).map_or(&[][..], Vec::as_slice);
        let mut next = Vec::with_capacity(buckets.len());
        let mut wait = 0;
        for (number, bucket) in buckets.iter().enumerate() {
            let full_at = full_at.get(number).copied().unwrap_or(now);
            let after = bucket.full_after(full_at, tokens, now);
            wait = wait.max(after.saturating_sub(now.saturating_add(bucket.depth())));
            next.push(after);
        }
        if wait > 0 {
            return Err(Duration::from_nanos(wait));
        }
        if known.len() > MANY {
            known.retain(|_, full_at| full_at.iter().any(|full_at| *full_at > now));
        }
        known.insert(key, next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_000);

    fn rule(rate: u32, burst: u32) -> TokenBucket {
        TokenBucket::per_second(NonZeroU32::new(rate).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    #[test]
    fn a_burst_then_the_refill() {
        let limiter = RateLimiter::default();
        let take = |key: u8, at| limiter.take(key, &[rule(5, 2)], 1, at);
        assert_eq!((take(0, START), take(0, START)), (Ok(()), Ok(())));
        assert_eq!(take(0, START), Err(Duration::from_millis(200)));
        assert_eq!(take(1, START), Ok(()), "another key has its own bucket");
        assert_eq!(take(0, START.plus_nanos(1)), Err(Duration::from_nanos(199_999_999)));
        assert_eq!(take(0, START.plus_nanos(200_000_000)), Ok(()));
        assert!(take(0, START.plus_nanos(200_000_000)).is_err());
    }

    #[test]
    fn a_refusal_takes_from_no_bucket() {
        let limiter = RateLimiter::default();
        let (wide, narrow) = (rule(1, 4), rule(1, 1));
        let both = |at| limiter.take((), &[wide, narrow], 1, at);
        assert_eq!(both(START), Ok(()));
        for _ in 0..9 {
            assert_eq!(both(START), Err(Duration::from_secs(1)));
        }
        assert_eq!(both(START.plus_seconds(1)), Ok(()));
    }

    #[test]
    fn more_tokens_than_a_bucket_holds_cost_all_of_it() {
        let limiter = RateLimiter::default();
        let take = |at| limiter.take((), &[rule(1, 3)], 100, at);
        assert_eq!(take(START), Ok(()));
        assert_eq!(take(START.plus_seconds(2)), Err(Duration::from_secs(1)));
        assert_eq!(take(START.plus_seconds(3)), Ok(()));
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let limiter = RateLimiter::default();
        let now = |key: u64| START.plus_seconds(key);
        for key in 0..30_000 {
            assert_eq!(limiter.take(key, &[rule(1, 1)], 1, now(key)), Ok(()));
        }
        let known = limiter.0.into_inner().unwrap();
        assert!(known.len() <= MANY + 1, "{} keys", known.len());
    }
}
