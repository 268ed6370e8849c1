//! What the sequencer and the handles share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use order_engine::Event;
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::views::Views;

/// One for each runtime.
pub(crate) struct Shared {
    pub(crate) views: Views,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: broadcast::Sender<Arc<[Event]>>,
    /// Batches in the journal, which is also the sequence of the last one.
    batches: AtomicU64,
    queue: Queue,
    healthy: AtomicBool,
}

/// Counts the requests that wait. The channel itself is not bounded, since only an unbounded one discards what waits
/// when its receiver goes, and a request that is discarded tells its caller so.
struct Queue {
    waiting: AtomicUsize,
    limit: usize,
}

impl Shared {
    pub(crate) fn new(clock: Arc<dyn Clock>, queue: usize, event_backlog: usize) -> Self {
        Self {
            views: Views::default(),
            clock,
            events: broadcast::Sender::new(event_backlog.max(1)),
            batches: AtomicU64::new(0),
            queue: Queue { waiting: AtomicUsize::new(0), limit: queue },
            healthy: AtomicBool::new(true),
        }
    }

    /// Takes a place in the queue, if one is free.
    pub(crate) fn enter_queue(&self) -> bool {
        let taken = self.queue.waiting.fetch_add(1, Ordering::Relaxed);
        let free = taken < self.queue.limit;
        if !free {
            self.leave_queue();
        }
        free
    }

    /// Takes a place in the queue even when none is free.
    pub(crate) fn enter_queue_regardless(&self) {
        self.queue.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives a place in the queue back.
    pub(crate) fn leave_queue(&self) {
        self.queue.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether commands are taken.
    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Acquire)
    }

    /// From now on no command is taken.
    pub(crate) fn fail(&self) {
        self.healthy.store(false, Ordering::Release);
    }

    pub(crate) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Acquire)
    }

    pub(crate) fn set_batches(&self, batches: u64) {
        self.batches.store(batches, Ordering::Release);
    }
}
