//! The thread that makes snapshots, and the sequencer's side of it.
//!
//! The sequencer does nothing but count, and now and then hands over what is to be read of the log. The thread reads
//! the snapshot before, replays what came since, looks whether that came to where the engine at work had been, writes
//! the file and reads it back. While it works there is a second state in memory; when it is done there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::Sender;
use journal::{Batches, Journal, Retire};
use order_engine::{Engine, EventId, Timestamp};
use tokio::sync::oneshot;

use super::folder::DAMAGED;
use super::{Folder, Orders, SnapshotError, SnapshotNote, SnapshotPolicy};
use crate::archive::Handover;
use crate::batch::Batch;
use crate::state::State;
use crate::views::Views;

/// Who asked for a snapshot, when somebody did.
pub(crate) type Reply = oneshot::Sender<Result<SnapshotNote, Arc<SnapshotError>>>;

/// A snapshot to be made.
struct Job {
    /// The last batch that it covers.
    through: u64,
    /// Where the engine at work was then.
    reached: Reached,
    /// The snapshot to begin from; zero for none.
    base: u64,
    /// What was logged after that one.
    logged: Batches,
    /// What lets go of the beginning of the log once snapshots cover it.
    log: Box<dyn Retire>,
    reply: Option<Reply>,
}

/// What is compared of two states that should be the same.
#[derive(Debug, PartialEq, Eq)]
struct Reached {
    now: Timestamp,
    last_event: Option<EventId>,
}

impl Reached {
    fn of(engine: &Engine) -> Self {
        Self { now: engine.now(), last_event: engine.last_event() }
    }
}

/// What the thread tells the sequencer.
#[derive(Debug, Default)]
struct Progress {
    /// The newest snapshot that can be built upon; zero for none.
    covered: AtomicU64,
    is_busy: AtomicBool,
}

/// The sequencer's side.
pub(crate) struct Snapshots {
    policy: SnapshotPolicy,
    progress: Arc<Progress>,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    commands: u64,
    bytes: u64,
}

impl Snapshots {
    /// Starts the thread. `covered` is the snapshot that the state was started from, zero for none.
    ///
    /// # Errors
    /// Those of starting a thread.
    pub(crate) fn start(
        folder: Folder,
        policy: SnapshotPolicy,
        covered: u64,
        archive: Option<Handover>,
    ) -> std::io::Result<Self> {
        let progress =
            Arc::new(Progress { covered: AtomicU64::new(covered), is_busy: AtomicBool::new(false) });
        let (jobs, received) = crossbeam_channel::bounded::<Job>(1);
        let told = Arc::clone(&progress);
        let work = move || {
            for job in received {
                work_off(&folder, &told, archive.as_ref(), job);
            }
        };
        let thread = std::thread::Builder::new().name("snapshots".to_owned()).spawn(work)?;
        Ok(Self { policy, progress, jobs: Some(jobs), thread: Some(thread), commands: 0, bytes: 0 })
    }

    /// Counts what was logged.
    pub(crate) fn count(&mut self, commands: usize, bytes: usize) {
        self.commands = self.commands.saturating_add(commands as u64);
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// Whether it is time for a snapshot, and none is being made.
    pub(crate) fn is_due(&self) -> bool {
        let is_due = self.commands >= self.policy.every_commands || self.bytes >= self.policy.every_bytes;
        is_due && !self.progress.is_busy.load(Ordering::Acquire)
    }

    /// Has a snapshot made now, of a state to which all of the journal is applied. While one is being made, the answer is a refusal: it does not come.
    pub(crate) fn make(&mut self, journal: &dyn Journal, engine: &Engine, reply: Option<Reply>) {
        let Some(jobs) = &self.jobs else { return };
        if self.progress.is_busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let base = self.progress.covered.load(Ordering::Acquire);
        let (through, reached) = (journal.last_sequence(), Reached::of(engine));
        match journal.read_from(base + 1) {
            Ok(logged) => {
                (self.commands, self.bytes) = (0, 0);
                // The thread takes jobs until this side is gone, and it had none.
                let _ = jobs.send(Job { through, reached, base, logged, log: journal.retirer(), reply });
            }
            Err(error) => {
                self.progress.is_busy.store(false, Ordering::Release);
                (self.commands, self.bytes) = (0, 0);
                tracing::error!(%error, "the log cannot be read for a snapshot");
                if let Some(reply) = reply {
                    let _ = reply.send(Err(Arc::new(SnapshotError::Log(error.to_string()))));
                }
            }
        }
    }
}

impl Drop for Snapshots {
    /// What is being made is finished, so that a stop leaves nothing half done.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn work_off(folder: &Folder, progress: &Progress, archive: Option<&Handover>, job: Job) {
    let Job { through, reached, base, logged, mut log, reply } = job;
    let made = make(folder, through, &reached, base, logged, archive);
    if made.as_ref().is_ok_and(|note| note.sequence > base) {
        retire(folder, base, &mut *log);
    }
    // The directory is free before anybody is told.
    drop(log);
    match &made {
        Ok(note) => progress.covered.store(note.sequence, Ordering::Release),
        Err(error) => {
            tracing::error!(%error, through, "there is no new snapshot; the log is kept");
            if error.is_damage() {
                // The next one does not build upon what this one could not.
                let _ = folder.set_aside(base, DAMAGED);
                let older = folder.list().unwrap_or_default().first().map_or(0, |(sequence, _)| *sequence);
                progress.covered.store(older, Ordering::Release);
            }
        }
    }
    progress.is_busy.store(false, Ordering::Release);
    if let Some(reply) = reply {
        let _ = reply.send(made.map_err(Arc::new));
    }
}

fn make(
    folder: &Folder,
    through: u64,
    reached: &Reached,
    base: u64,
    logged: Batches,
    archive: Option<&Handover>,
) -> Result<SnapshotNote, SnapshotError> {
    let started = Instant::now();
    let views = Views::default();
    let mut state =
        if base == 0 { State::default() } else { folder.read(base, &views, Orders::Withheld)?.state };
    // A snapshot has them from the engine.
    state.publisher.withhold_orders();
    if base == through
        && base > 0
        && let Some(note) = folder.notes()?.into_iter().find(|note| note.sequence == base)
    {
        return Ok(note);
    }
    for record in logged {
        let record = record.map_err(|error| SnapshotError::Log(error.to_string()))?;
        if record.sequence > through {
            break;
        }
        let batch = Batch::decode(&record.payload).map_err(|error| SnapshotError::Log(error.to_string()))?;
        let departed = state.replay(&views, &batch, &mut 0);
        departed.orders.iter().for_each(|order| views.forget(order));
    }
    if Reached::of(&state.engine) != *reached {
        return Err(SnapshotError::Diverged { sequence: through });
    }
    state.publish_all_but_orders(&views);
    let replayed_ms = started.elapsed().as_millis();
    // What the state has forgotten is in the archive for good before the log may be forgotten.
    if archive.is_some_and(|archive| !archive.settle(through)) {
        return Err(SnapshotError::Archive { sequence: through });
    }
    let note = folder.publish(through, state, views)?;
    let took_ms = started.elapsed().as_millis();
    tracing::info!(sequence = through, bytes = note.bytes, replayed_ms, took_ms, "a snapshot was made");
    Ok(note)
}

/// Removes the snapshots that are superfluous now, and the log that the older of those that are left covers. Should the
/// newest not be readable, what follows the older one is still in the log. The older one was read a moment ago: it is
/// what the newest was built upon. One of which that cannot be said covers nothing.
fn retire(folder: &Folder, base: u64, log: &mut dyn Retire) {
    match folder.prune() {
        Ok(Some(covered)) if covered == base => match log.retire(covered + 1) {
            Ok(first) => tracing::debug!(first, covered, "the log begins after what two snapshots cover"),
            Err(error) => {
                tracing::warn!(%error, covered, "the log that snapshots cover cannot be removed; it is tried again");
            }
        },
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "superfluous snapshots cannot be removed; it is tried again"),
    }
}
