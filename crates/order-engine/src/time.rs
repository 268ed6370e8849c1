//! Points in time, as the engine sees them: nanoseconds since the Unix epoch, UTC.

use std::fmt;

use minicbor::{Decode, Encode};

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1970 to 2554.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] u64);

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

impl Timestamp {
    /// The epoch itself.
    pub const EPOCH: Self = Self(0);

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the epoch; saturates in the year 2554.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From seconds since the epoch; saturates in the year 2554.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whole microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0 / 1_000
    }

    /// Whole milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0 / NANOS_PER_SECOND
    }

    /// This time plus a number of nanoseconds; saturates in the year 2554.
    #[must_use]
    pub const fn plus_nanos(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// This time plus a number of seconds; saturates in the year 2554.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        self.plus_nanos(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// The first moment strictly after this one whose UTC time of day is `seconds_of_day` (0 to 86,399).
    #[must_use]
    pub const fn next_time_of_day(self, seconds_of_day: u32) -> Self {
        let day = self.as_seconds() / SECONDS_PER_DAY;
        let today = Self::from_seconds(day * SECONDS_PER_DAY + seconds_of_day as u64);
        if today.0 > self.0 { today } else { today.plus_seconds(SECONDS_PER_DAY) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.as_seconds(), self.0 % NANOS_PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_of_day_is_strictly_later() {
        let noon = Timestamp::from_seconds(12 * 3_600);
        assert_eq!(noon.next_time_of_day(12 * 3_600), Timestamp::from_seconds(36 * 3_600));
        assert_eq!(noon.next_time_of_day(13 * 3_600), Timestamp::from_seconds(13 * 3_600));
        assert_eq!(noon.next_time_of_day(0), Timestamp::from_seconds(24 * 3_600));
        let later = Timestamp::from_seconds(19_000 * 86_400 + 3_600);
        assert_eq!(later.next_time_of_day(7_200), later.plus_seconds(3_600));
    }
}
