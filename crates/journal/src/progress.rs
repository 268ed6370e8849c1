//! How far a journal has come, told to those who follow it from other threads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Shared by a journal and its followers.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    /// The last batch whose append has succeeded.
    through: u64,
    ended: bool,
}

impl Progress {
    pub(crate) fn new(through: u64) -> Self {
        Self { state: Mutex::new(State { through, ended: false }), moved: Condvar::new() }
    }

    /// Batches were appended.
    pub(crate) fn advance(&self, through: u64) {
        self.lock().through = through;
        self.moved.notify_all();
    }

    /// Nothing will be appended any more.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.moved.notify_all();
    }

    /// The last batch whose append has succeeded.
    pub(crate) fn through(&self) -> u64 {
        self.lock().through
    }

    /// Waits for a batch to be there, and says whether it is. It does not wait for what will never come.
    pub(crate) fn wait_for(&self, sequence: u64, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        while state.through < sequence && !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.moved.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.through >= sequence
    }

    /// The state is two plain values, which are whole even when a holder of the lock panicked.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
