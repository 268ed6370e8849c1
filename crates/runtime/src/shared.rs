//! What the sequencer and the handles share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use order_engine::Event;
use tokio::sync::{broadcast, watch};

use crate::clock::Clock;
use crate::companions::Companions;
use crate::condition::ConditionCell;
use crate::snapshot::Folder;
use crate::views::Views;

/// One for each runtime.
pub(crate) struct Shared {
    pub(crate) views: Arc<Views>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) companions: Companions,
    /// The feed; nothing once it has ended.
    events: ArcSwapOption<broadcast::Sender<Arc<[Event]>>>,
    feed_ended: watch::Sender<bool>,
    /// Batches in the journal, which is also the sequence of the last one.
    batches: AtomicU64,
    queue: Queue,
    pub(crate) condition: ConditionCell,
    /// Where snapshots are kept, where any are.
    pub(crate) snapshots: Option<Folder>,
}

/// Counts the requests that wait. The channel itself is not bounded, since only an unbounded one discards what waits
/// when its receiver goes, and a request that is discarded tells its caller so.
struct Queue {
    waiting: AtomicUsize,
    limit: usize,
}

impl Shared {
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        queue: usize,
        event_backlog: usize,
        snapshots: Option<Folder>,
    ) -> Self {
        Self {
            views: Arc::default(),
            clock,
            companions: Companions::default(),
            events: ArcSwapOption::from_pointee(broadcast::Sender::new(event_backlog.max(1))),
            feed_ended: watch::Sender::new(false),
            batches: AtomicU64::new(0),
            queue: Queue { waiting: AtomicUsize::new(0), limit: queue },
            condition: ConditionCell::new(),
            snapshots,
        }
    }

    /// A place in the feed. Of a feed that has ended it learns just that.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<[Event]>> {
        match &*self.events.load() {
            Some(events) => events.subscribe(),
            None => broadcast::channel(1).1,
        }
    }

    /// Whether anyone follows.
    pub(crate) fn is_followed(&self) -> bool {
        self.events.load().as_ref().is_some_and(|events| events.receiver_count() > 0)
    }

    /// Tells those who follow. Nobody may be following any more.
    pub(crate) fn tell(&self, events: Arc<[Event]>) {
        if let Some(feed) = &*self.events.load() {
            let _ = feed.send(events);
        }
    }

    /// Ends the feed.
    pub(crate) fn end_feed(&self) {
        self.events.store(None);
        self.feed_ended.send_replace(true);
    }

    /// Waits for the end of the feed.
    pub(crate) async fn feed_ended(&self) {
        // The sender is beside the receiver, so the wait ends with the feed and not before.
        let _ = self.feed_ended.subscribe().wait_for(|ended| *ended).await;
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

    pub(crate) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Acquire)
    }

    pub(crate) fn set_batches(&self, batches: u64) {
        self.batches.store(batches, Ordering::Release);
    }
}
