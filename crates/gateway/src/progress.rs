//! A line on the terminal that says how far a long start has come.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use runtime::StartProgress;

/// A start that is done within this time is not worth a line.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes at most.
const PACE: Duration = Duration::from_millis(200);

/// One line of standard error that is written over and over. Where that is no terminal nothing is written.
#[derive(Debug, Default)]
pub(crate) struct ProgressLine {
    shown_at: Option<Duration>,
}

impl ProgressLine {
    /// Shows how far it has come, once it has taken long enough.
    pub(crate) fn show(&mut self, progress: &StartProgress) {
        if self.is_time(progress.elapsed, || io::stderr().is_terminal()) {
            self.shown_at = Some(progress.elapsed);
            // Nobody misses a line of progress that cannot be written.
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{}", line(progress));
        }
    }

    fn is_time(&self, elapsed: Duration, is_terminal: impl FnOnce() -> bool) -> bool {
        match self.shown_at {
            None => elapsed >= PATIENCE && is_terminal(),
            Some(shown) => elapsed >= shown + PACE,
        }
    }

    /// Takes the line away again.
    pub(crate) fn end(&self) {
        if self.shown_at.is_some() {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

fn line(progress: &StartProgress) -> String {
    let StartProgress { done, total, .. } = progress;
    let percent = done.saturating_mul(100) / total.max(&1);
    let left =
        progress.left().map(|left| format!(", about {} s left", left.as_secs() + 1)).unwrap_or_default();
    format!("replaying the log: {percent} % of {total} batches{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_much_is_done_and_how_long_the_rest_takes() {
        let progress = |done| StartProgress { done, total: 400, elapsed: Duration::from_secs(3) };
        assert_eq!(line(&progress(100)), "replaying the log: 25 % of 400 batches, about 10 s left");
        assert_eq!(line(&progress(0)), "replaying the log: 0 % of 400 batches");
    }

    #[test]
    fn the_line_comes_after_a_second_on_a_terminal_only_and_changes_five_times_a_second() {
        let millis = Duration::from_millis;
        let fresh = ProgressLine::default();
        assert!(!fresh.is_time(millis(999), || true) && fresh.is_time(millis(1_000), || true));
        assert!(!fresh.is_time(millis(60_000), || false));
        let shown = ProgressLine { shown_at: Some(millis(1_000)) };
        assert!(!shown.is_time(millis(1_199), || true) && shown.is_time(millis(1_200), || true));
    }
}
