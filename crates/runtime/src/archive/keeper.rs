//! The thread that writes the archive, and the sequencer's side of it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use journal::Disk;
use order_engine::Order;

use super::{ArchiveError, Archived, Store};
use crate::snapshot::Folder;
use crate::views::Views;

/// The file in a data directory.
const FILE_NAME: &str = "archive.redb";
/// Batches that may wait to be written. Beyond it the sequencer waits: memory is bounded, and nothing is lost.
const WAITING_BATCHES: usize = 256;
/// Batches that may wait while the archive cannot be written, before commands are refused. What is under way still fits.
const STUCK_BATCHES: usize = WAITING_BATCHES / 2;
/// Orders that are written together, unless one batch has more.
const TOGETHER: usize = 4_096;
/// Orders that are written before they are made durable together. Until then they stay in memory too: a store that fails
/// forgets what was not durable, and gets it again.
const SETTLED_TOGETHER: usize = 16_384;
/// How long orders that were written wait at most until they are made durable.
const LULL: Duration = Duration::from_millis(500);
/// How long until a write that failed is tried again.
const PATIENCE: Duration = Duration::from_millis(100);

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
    /// What keeps the archive from being written at this moment.
    trouble: Arc<ArcSwapOption<String>>,
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

impl Handover {
    /// Why nothing more should be handed over for now, if the archive cannot be written and much waits for it already.
    pub(crate) fn stuck(&self) -> Option<Arc<String>> {
        self.trouble.load_full().filter(|_| self.requests.len() >= STUCK_BATCHES)
    }
}

/// The archive at work. Dropping it makes everything durable.
pub(crate) struct Archive {
    handover: Handover,
    thread: Option<JoinHandle<()>>,
    stopping: Arc<AtomicBool>,
}

impl Archive {
    /// Opens the archive beside a folder of snapshots and a log that ends with a batch, and makes it go no further than
    /// the log. One that is damaged, or that cannot be cut back since it was emptied by a batch that the log no longer has,
    /// is set aside: what it held the log may still have, and a start finds out.
    pub(crate) fn open(folder: &Folder, last: u64, views: &Arc<Views>) -> Result<Self, ArchiveError> {
        let (disk, data) = (folder.disk(), folder.data());
        let path = data.join(FILE_NAME);
        let opened = Store::open(Arc::clone(disk), &path).and_then(|store| Ok((store.emptied()?, store)));
        let aside = match &opened {
            Ok((emptied, _)) if *emptied <= last => None,
            Ok(_) => Some(format!("beyond-{last}")),
            Err(error) if error.is_damage() => Some("damaged".to_owned()),
            Err(_) => None,
        };
        let store = if let Some(ending) = aside {
            let why = opened.err();
            let aside = free_name(&**disk, data, &ending)?;
            disk.rename(&path, &aside)?;
            tracing::warn!(
                kept_as = %aside.display(), damage = ?why,
                "the archive is damaged, or was emptied by a batch that the log does not have; it begins anew"
            );
            Store::open(Arc::clone(disk), &path)?
        } else {
            opened?.1
        };
        store.cut_after(last)?;
        let store = Arc::new(store);
        views.past.open(Arc::clone(&store));
        Self::start(store, Arc::clone(views))
    }

    /// Through which batch everything was there when it was opened.
    pub(crate) const fn known(&self) -> u64 {
        self.handover.known
    }

    /// Starts the thread. What it has made durable it takes out of the views.
    fn start(store: Arc<Store>, views: Arc<Views>) -> Result<Self, ArchiveError> {
        let known = store.through()?;
        let (requests, received) = crossbeam_channel::bounded(WAITING_BATCHES);
        let stopping = Arc::new(AtomicBool::new(false));
        let handover = Handover { requests, known, trouble: Arc::default() };
        let writer = Writer {
            store,
            views,
            known,
            received,
            unsettled: Vec::new(),
            trouble: Arc::clone(&handover.trouble),
            stopping: Arc::clone(&stopping),
        };
        let thread = std::thread::Builder::new().name("archive".to_owned()).spawn(move || writer.run())?;
        Ok(Self { handover, thread: Some(thread), stopping })
    }

    /// From now on nothing that fails is tried again: the process stops, and the log still has it all.
    pub(crate) fn stop_insisting(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// The side that hands over. Copies of it must be gone before this is.
    pub(crate) const fn handover(&self) -> &Handover {
        &self.handover
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.stop_insisting();
        // The thread ends when nobody can hand over any more.
        self.handover.requests = crossbeam_channel::bounded(0).0;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A name for an archive that is set aside, which nothing has yet.
fn free_name(disk: &dyn Disk, data: &Path, ending: &str) -> io::Result<PathBuf> {
    let taken = disk.list(data)?;
    let names = std::iter::once(String::new()).chain((2_u64..).map(|number| format!("-{number}")));
    let mut free =
        names.map(|number| format!("{FILE_NAME}.{ending}{number}")).filter(|name| !taken.contains(name));
    Ok(data.join(free.next().unwrap_or_default()))
}

/// Orders with the number of the batch that they left with.
type Group = (u64, Vec<Arc<Order>>);

struct Writer {
    store: Arc<Store>,
    views: Arc<Views>,
    known: u64,
    received: Receiver<Request>,
    /// What was written and is not durable yet.
    unsettled: Vec<Group>,
    trouble: Arc<ArcSwapOption<String>>,
    stopping: Arc<AtomicBool>,
}

impl Writer {
    fn run(mut self) {
        let mut next = None;
        while let Some(request) = next.take().or_else(|| self.receive()) {
            match request {
                Request::Add { batch, orders } => next = self.add(batch, orders),
                Request::Empty { batch, done } => {
                    self.insist(|store| store.empty(batch));
                    self.unsettled.clear();
                    drop(done);
                }
                Request::Settle { through, done } => {
                    // Whoever waits is told that it does not work, and may ask again.
                    let settled = self.attempt(|store| store.settle(through)).is_ok();
                    self.settled(settled);
                    let _ = done.send(settled);
                }
            }
        }
        self.settle_own();
    }

    /// The next request. What was written is made durable when none comes.
    fn receive(&mut self) -> Option<Request> {
        while !self.unsettled.is_empty() {
            match self.received.recv_timeout(LULL) {
                Ok(request) => return Some(request),
                Err(RecvTimeoutError::Timeout) => self.settle_own(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        self.received.recv().ok()
    }

    /// Writes orders, with those that wait behind them. Returns what waits behind those.
    fn add(&mut self, batch: u64, orders: Vec<Arc<Order>>) -> Option<Request> {
        let mut group = vec![(batch, orders)];
        let mut count = count(&group);
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
        // What a replay hands over once more is there for good, with what came after it.
        let known = self.known;
        group.retain(|(batch, orders)| {
            let is_new = *batch > known;
            if !is_new {
                for order in orders {
                    self.views.forget(order);
                }
            }
            is_new
        });
        let new = self.whole(&group);
        if self.insist(|store| store.add(&new, false)) {
            self.unsettled.append(&mut group);
        }
        if self::count(&self.unsettled) >= SETTLED_TOGETHER {
            self.settle_own();
        }
        next
    }

    /// Makes everything that was written durable.
    fn settle_own(&mut self) {
        let through = self.unsettled.last().map_or(0, |(batch, _)| *batch);
        let settled = self.insist(|store| store.settle(through));
        self.settled(settled);
    }

    /// What is durable is taken out of the views.
    fn settled(&mut self, is_settled: bool) {
        if is_settled {
            for order in self.unsettled.drain(..).flat_map(|(_, orders)| orders) {
                self.views.forget(&order);
            }
        }
    }

    fn whole(&self, groups: &[Group]) -> Vec<(u64, Vec<Archived>)> {
        let whole = |order: &Arc<Order>| Archived {
            order: Arc::clone(order),
            executions: self.views.executions_here(order.id),
        };
        groups.iter().map(|(batch, orders)| (*batch, orders.iter().map(whole).collect())).collect()
    }

    /// Tries until it works. Gives up only when the process stops: the log still has it all.
    fn insist(&self, act: impl Fn(&Store) -> Result<(), ArchiveError>) -> bool {
        loop {
            match self.attempt(&act) {
                Ok(()) => {
                    if self.trouble.swap(None).is_some() {
                        tracing::info!("closed orders can be written again");
                    }
                    return true;
                }
                Err(error) => {
                    if self.trouble.swap(Some(Arc::new(error.to_string()))).is_none() {
                        tracing::error!(%error, "closed orders stay in memory until they can be written");
                    }
                }
            }
            if self.stopping.load(Ordering::Acquire) {
                return false;
            }
            std::thread::sleep(PATIENCE);
        }
    }

    /// Tries, and once more. A store that failed once fails for ever, and does not know any more what was not durable: it is
    /// opened anew, and gets that again.
    fn attempt(&self, act: impl Fn(&Store) -> Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        act(&self.store).or_else(|error| {
            tracing::debug!(%error, "the archive is opened anew");
            self.store.reopen()?;
            self.store.add(&self.whole(&self.unsettled), true)?;
            act(&self.store)
        })
    }
}

fn count(groups: &[Group]) -> usize {
    groups.iter().map(|(_, orders)| orders.len()).sum()
}
