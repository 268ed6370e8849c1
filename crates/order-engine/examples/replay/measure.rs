//! Time for an operation: the median of some runs, and the percentiles of single operations.

use std::time::{Duration, Instant};

use crate::books::{Clock, Subject, Totals};
use crate::ops::Operation;

/// Runs of which the median counts.
const RUNS: usize = 3;

/// One run without looking at single operations.
pub(crate) fn run<S: Subject>(stream: &[Operation]) -> (Duration, Totals) {
    let mut subject = S::new(stream);
    let start = Instant::now();
    subject.apply_all(stream, &mut ());
    (start.elapsed(), subject.totals())
}

/// Runs that were made in turn with those of others.
#[derive(Default)]
pub(crate) struct Runs(Vec<Duration>);

impl Runs {
    /// As many as there are to be.
    pub(crate) const fn all() -> std::ops::Range<usize> {
        0..RUNS
    }

    /// Makes one more, whose totals have to be those of everybody else.
    pub(crate) fn add<S: Subject>(&mut self, stream: &[Operation], expected: &mut Option<Totals>) {
        let (elapsed, totals) = run::<S>(stream);
        assert_eq!(*expected.get_or_insert(totals), totals, "all have the same trades");
        self.0.push(elapsed);
    }

    /// Tenths of a nanosecond for an operation, in the median run.
    pub(crate) fn tenths(mut self, operations: usize) -> u128 {
        self.0.sort_unstable();
        self.0[self.0.len() / 2].as_nanos() * 10 / operations as u128
    }
}

/// Percentiles of single operations in nanoseconds, the clock's own cost included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Percentiles {
    pub(crate) p50: u128,
    pub(crate) p99: u128,
    pub(crate) p999: u128,
}

impl Percentiles {
    /// Of the operations after the first `skipped`, which come alone.
    pub(crate) fn alone<S: Subject>(stream: &[Operation], skipped: usize) -> Self {
        let mut subject = S::new(stream);
        let (before, counted) = stream.split_at(skipped);
        subject.apply_all(before, &mut ());
        let mut watch = Watch::start(counted.len());
        for operation in counted {
            subject.apply(operation);
            watch.operation();
        }
        watch.percentiles()
    }

    /// Of the operations after the first `skipped`, which come together. What is done for some of them at first counts for
    /// each in equal parts.
    pub(crate) fn together<S: Subject>(stream: &[Operation], skipped: usize) -> Self {
        let mut subject = S::new(stream);
        let (before, counted) = stream.split_at(skipped);
        subject.apply_all(before, &mut ());
        let mut watch = Watch::start(counted.len());
        subject.apply_all(counted, &mut watch);
        watch.percentiles()
    }
}

/// Takes the time of single operations.
struct Watch {
    last: Instant,
    /// What each of the operations that come next has had its share in.
    share: Duration,
    times: Vec<u128>,
}

impl Watch {
    fn start(operations: usize) -> Self {
        Self { times: Vec::with_capacity(operations), share: Duration::ZERO, last: Instant::now() }
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.last, now))
    }

    fn percentiles(mut self) -> Percentiles {
        self.times.sort_unstable();
        let rank = |rank: usize| self.times[(self.times.len() * rank / 1_000).min(self.times.len() - 1)];
        Percentiles { p50: rank(500), p99: rank(990), p999: rank(999) }
    }
}

impl Clock for Watch {
    fn shared(&mut self, operations: usize) {
        self.share = self.lap() / u32::try_from(operations).unwrap();
    }

    fn operation(&mut self) {
        let time = self.lap() + self.share;
        self.times.push(time.as_nanos());
    }
}
