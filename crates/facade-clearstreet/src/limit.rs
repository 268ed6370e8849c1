//! The rate limit: a fixed window of requests for each API key, on the engine's clock. Off unless configured.

use std::sync::{Mutex, PoisonError};

use order_engine::Timestamp;

use crate::config::RateLimit;

/// Counts the requests of each key.
#[derive(Debug)]
pub(crate) struct Limiter {
    rule: Option<RateLimit>,
    /// For each key the number of its window and the requests seen in it.
    windows: Mutex<Vec<(u64, u32)>>,
}

impl Limiter {
    pub(crate) fn new(rule: Option<RateLimit>, keys: usize) -> Self {
        Self { rule, windows: Mutex::new(vec![(0, 0); keys]) }
    }

    /// Counts a request of a key; when that is one too many, the seconds until the next window.
    pub(crate) fn admit(&self, key: usize, now: Timestamp) -> Result<(), u64> {
        let Some(rule) = self.rule else { return Ok(()) };
        let length = u64::from(rule.per_seconds.max(1));
        let current = now.as_seconds() / length;
        // The counters are whole after any panic: each is written in one assignment.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = windows.get_mut(key) else { return Ok(()) };
        let seen = if window.0 == current { window.1 } else { 0 };
        if seen >= rule.requests {
            return Err((current + 1) * length - now.as_seconds());
        }
        *window = (current, seen + 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gets_its_share_of_each_window() {
        let limiter = Limiter::new(Some(RateLimit { requests: 2, per_seconds: 10 }), 2);
        let at = Timestamp::from_seconds;
        assert_eq!(limiter.admit(0, at(103)), Ok(()));
        assert_eq!(limiter.admit(0, at(104)), Ok(()));
        assert_eq!(limiter.admit(0, at(104)), Err(6));
        assert_eq!(limiter.admit(1, at(104)), Ok(()), "another key has its own window");
        assert_eq!(limiter.admit(0, at(110)), Ok(()), "the next window starts empty");
    }

    #[test]
    fn without_a_rule_everything_passes() {
        let limiter = Limiter::new(None, 1);
        assert!((0..1000).all(|_| limiter.admit(0, Timestamp::EPOCH).is_ok()));
    }
}
