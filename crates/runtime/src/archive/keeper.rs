//! The thread that writes the archive, and the sequencer's side of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use order_engine::Order;

use super::{ArchiveError, Archived, Store};
use crate::views::Views;

/// The file in a data directory.
const FILE_NAME: &str = "archive.redb";
/// Batches that may wait to be written. Beyond it the sequencer waits: memory is bounded, and nothing is lost.
const WAITING_BATCHES: usize = 256;
/// Orders that are written together, unless one batch has more.
const TOGETHER: usize = 4_096;
/// Groups that are written before they are made durable together. Until then the log could give them again.
const DURABLE_EVERY: u32 = 64;
/// How long until a write that failed is tried again.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the thread is asked to do.
enum Request {
    Add { batch: u64, orders: Vec<Arc<Order>> },
    Empty { batch: u64, done: Sender<()> },
    Settle { through: u64, done: Sender<bool> },
}

/// Whoever hands orders over.
#[derive(Clone)]
pub(crate) struct Handover {
    requests: Sender<Request>,
    /// Batches through this one are in the archive already.
    known: u64,
}

impl Handover {
    /// Orders left the state with a batch. Waits while too much waits to be written.
    pub(crate) fn add(&self, batch: u64, orders: Vec<Arc<Order>>) {
        if !orders.is_empty() {
            // The thread lasts as long as anyone can hand over.
            let _ = self.requests.send(Request::Add { batch, orders });
        }
    }

    /// A batch emptied the state, and the archive with it. Waits until it is empty.
    pub(crate) fn empty(&self, batch: u64) {
        if batch > self.known {
            let (done, wait) = crossbeam_channel::bounded(1);
            let _ = self.requests.send(Request::Empty { batch, done });
            let _ = wait.recv();
        }
    }

    /// Waits until all that was handed over is durable. False when that is not possible.
    pub(crate) fn settle(&self, through: u64) -> bool {
        let (done, wait) = crossbeam_channel::bounded(1);
        let _ = self.requests.send(Request::Settle { through, done });
        wait.recv().unwrap_or(false)
    }
}

/// The archive at work. Dropping it makes everything durable.
pub(crate) struct Archive {
    handover: Handover,
    thread: Option<JoinHandle<()>>,
    stopping: Arc<AtomicBool>,
}

impl Archive {
    /// Opens the archive of a data directory whose log ends with a batch, and makes it go no further than the log. One that
    /// cannot be cut back, since it was emptied by a batch that the log no longer has, is set aside.
    pub(crate) fn open(data: &Path, last: u64, views: &Arc<Views>) -> Result<Self, ArchiveError> {
        let path = data.join(FILE_NAME);
        let mut store = Store::open(&path)?;
        if store.emptied()? > last {
            drop(store);
            let aside = data.join(format!("{FILE_NAME}.beyond-{last}"));
            std::fs::rename(&path, &aside)?;
            tracing::warn!(kept_as = %aside.display(), "the archive was emptied by a batch that the log does not have");
            store = Store::open(&path)?;
        }
        store.cut_after(last)?;
        let store = Arc::new(store);
        views.past.open(Arc::clone(&store));
        Self::start(store, Arc::clone(views))
    }

    /// Through which batch everything was there when it was opened.
    pub(crate) const fn known(&self) -> u64 {
        self.handover.known
    }

    /// Starts the thread. What it has written it takes out of the views.
    fn start(store: Arc<Store>, views: Arc<Views>) -> Result<Self, ArchiveError> {
        let known = store.through()?;
        let (requests, received) = crossbeam_channel::bounded(WAITING_BATCHES);
        let stopping = Arc::new(AtomicBool::new(false));
        let writer = Writer { store, views, known, received, groups: 0, stopping: Arc::clone(&stopping) };
        let thread = std::thread::Builder::new().name("archive".to_owned()).spawn(move || writer.run())?;
        Ok(Self { handover: Handover { requests, known }, thread: Some(thread), stopping })
    }

    /// The side that hands over. Copies of it must be gone before this is.
    pub(crate) const fn handover(&self) -> &Handover {
        &self.handover
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // The thread ends when nobody can hand over any more.
        self.handover.requests = crossbeam_channel::bounded(0).0;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Writer {
    store: Arc<Store>,
    views: Arc<Views>,
    known: u64,
    received: Receiver<Request>,
    groups: u32,
    stopping: Arc<AtomicBool>,
}

impl Writer {
    fn run(mut self) {
        let mut next = None;
        while let Some(request) = next.take().or_else(|| self.received.recv().ok()) {
            match request {
                Request::Add { batch, orders } => next = self.add(batch, orders),
                Request::Empty { batch, done } => {
                    self.insist(|writer| writer.store.empty(batch));
                    drop(done);
                }
                Request::Settle { through, done } => {
                    let settled = self.insist(|writer| writer.store.settle(through));
                    let _ = done.send(settled);
                }
            }
        }
        let through = self.store.through().unwrap_or_default();
        self.insist(|writer| writer.store.settle(through));
    }

    /// Writes orders, with those that wait behind them. Returns what waits behind those.
    fn add(&mut self, batch: u64, orders: Vec<Arc<Order>>) -> Option<Request> {
        let mut group = vec![(batch, orders)];
        let mut count = group.iter().map(|(_, orders)| orders.len()).sum::<usize>();
        let mut next = None;
        while count < TOGETHER
            && let Ok(request) = self.received.try_recv()
        {
            if let Request::Add { batch, orders } = request {
                count += orders.len();
                group.push((batch, orders));
            } else {
                next = Some(request);
                break;
            }
        }
        // What a replay hands over once more is there, with what came after it.
        let new: Vec<(u64, Vec<Archived>)> = group
            .iter()
            .filter(|(batch, _)| *batch > self.known)
            .map(|(batch, orders)| (*batch, orders.iter().map(|order| self.whole(order)).collect()))
            .collect();
        self.groups += 1;
        let is_durable = self.groups.is_multiple_of(DURABLE_EVERY);
        if self.insist(|writer| writer.store.add(&new, is_durable)) {
            group.iter().flat_map(|(_, orders)| orders).for_each(|order| self.views.forget(order));
        }
        next
    }

    fn whole(&self, order: &Arc<Order>) -> Archived {
        Archived { order: Arc::clone(order), executions: self.views.executions_here(order.id) }
    }

    /// Tries until it works. Gives up only when the process stops: the log still has it all.
    fn insist(&self, act: impl Fn(&Self) -> Result<(), ArchiveError>) -> bool {
        loop {
            match act(self) {
                Ok(()) => return true,
                Err(error) => {
                    tracing::error!(%error, "closed orders stay in memory until they can be written");
                }
            }
            if self.stopping.load(Ordering::Acquire) {
                return false;
            }
            std::thread::sleep(PATIENCE);
        }
    }
}
