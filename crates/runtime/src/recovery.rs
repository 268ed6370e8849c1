//! Finding the state again: the newest snapshot that can be read, and then the rest of the log.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::Builder;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use journal::{Batches, Journal, JournalError};

use crate::archive::{self, Archive};
use crate::batch::Batch;
use crate::snapshot::{BEYOND, DAMAGED, Folder, Orders};
use crate::start::StartError;
use crate::state::State;
use crate::views::Views;

/// Batches that may wait between the thread that reads the log and the one that applies it.
const WAITING: usize = 8;
/// How many batches go by between two reports.
const REPORT_EVERY: u64 = 256;

/// How far a start has come with replaying the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartProgress {
    /// Batches that were replayed.
    pub done: u64,
    /// Batches that are to be replayed.
    pub total: u64,
    /// How long it has taken.
    pub elapsed: Duration,
}

impl StartProgress {
    /// How long the rest will take if it goes on like this; nothing before anything is done.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let done = u32::try_from(self.done.min(u64::from(u32::MAX))).ok().filter(|done| *done > 0)?;
        let rest = u32::try_from(self.total.saturating_sub(self.done)).unwrap_or(u32::MAX);
        Some((self.elapsed / done).saturating_mul(rest))
    }
}

/// A state that was found again.
pub(crate) struct Recovered {
    pub(crate) state: State,
    /// The snapshot that it was built upon; zero for none.
    pub(crate) snapshot: u64,
}

/// Builds the state that a log leads to. Views are empty before, and show all but what [`State::publish`] puts there
/// after.
pub(crate) fn recover(
    journal: &dyn Journal,
    folder: Option<&Folder>,
    archive: Option<&Archive>,
    views: &Views,
    watch: &mut dyn FnMut(&StartProgress),
) -> Result<Recovered, StartError> {
    let last = journal.last_sequence();
    let mut unusable = String::new();
    let (mut state, snapshot) = match folder {
        Some(folder) => {
            let archived = archive.map_or(u64::MAX, Archive::known);
            from_snapshot(folder, last, archived, views, &mut unusable)?
        }
        None => (State::default(), 0),
    };
    if snapshot == 0 {
        state.publisher.withhold_orders();
    }
    if snapshot < last {
        let logged = journal.read_from(snapshot + 1).map_err(|error| {
            let JournalError::NotKept { first, .. } = error else { return StartError::Journal(error) };
            if snapshot > 0 {
                // Writing into a text does not fail.
                let _ = write!(unusable, "the newest that can be read ends with batch {snapshot}; ");
            }
            let snapshots = folder.map(|folder| folder.path().to_owned()).unwrap_or_default();
            StartError::Uncovered { first, snapshots, found: unusable }
        })?;
        replay(logged, last - snapshot, &mut state, archive, views, watch)?;
    }
    Ok(Recovered { state, snapshot })
}

/// The newest snapshot that can be used, or an empty state. What cannot is set aside, never deleted.
fn from_snapshot(
    folder: &Folder,
    last: u64,
    archived: u64,
    views: &Views,
    unusable: &mut String,
) -> Result<(State, u64), StartError> {
    let snapshots = folder.list()?;
    if let Some((snapshot, _)) = snapshots.first().filter(|_| last == 0) {
        return Err(StartError::LogLost { snapshot: *snapshot });
    }
    for (sequence, path) in snapshots {
        if sequence > last {
            let kept_as = folder.set_aside(sequence, BEYOND)?;
            tracing::warn!(
                snapshot = sequence, last, kept_as = %kept_as.display(),
                "a snapshot covers batches that the log does not have; it is not used"
            );
            continue;
        }
        if sequence > archived {
            // Closed orders that the snapshot has no more are to be read from the archive, and are not there.
            tracing::warn!(
                sequence,
                archived,
                "the archive of closed orders does not go as far as a snapshot"
            );
            let _ = write!(unusable, "the archive ends before {}; ", path.display());
            continue;
        }
        let started = Instant::now();
        match folder.read(sequence, views, Orders::Shown) {
            Ok(loaded) => {
                let took_ms = started.elapsed().as_millis();
                tracing::info!(sequence, bytes = loaded.note.bytes, took_ms, "a snapshot was read");
                return Ok((loaded.state, sequence));
            }
            Err(error) => {
                views.clear();
                tracing::warn!(%error, "a snapshot cannot be used; trying what is older");
                if error.is_damage() {
                    folder.set_aside(sequence, DAMAGED)?;
                }
                // Writing into a text does not fail.
                let _ = write!(unusable, "{error}; ");
            }
        }
    }
    Ok((State::default(), 0))
}

/// Applies batches of the log.
fn replay(
    logged: Batches,
    total: u64,
    state: &mut State,
    archive: Option<&Archive>,
    views: &Views,
    watch: &mut dyn FnMut(&StartProgress),
) -> Result<(), StartError> {
    let started = Instant::now();
    let (mut done, mut commands) = (0_u64, 0_usize);
    std::thread::scope(|scope| {
        // One thread reads, checks and decodes while this one applies. An error travels the same way as the batches.
        let (decoded, to_apply) = bounded(WAITING);
        let reading = move || {
            for record in logged {
                let batch = record.map_err(StartError::from).and_then(|record| decode(&record));
                let is_last = batch.is_err();
                if decoded.send(batch).is_err() || is_last {
                    return;
                }
            }
        };
        Builder::new().name("log-reader".to_owned()).spawn_scoped(scope, reading)?;
        for batch in to_apply {
            let (sequence, batch) = batch?;
            let departed = unbroken(sequence, |place| state.replay(views, &batch, place))?;
            archive::depart(archive, views, sequence, departed);
            done += 1;
            commands += batch.commands.len();
            if done.is_multiple_of(REPORT_EVERY) {
                watch(&StartProgress { done, total, elapsed: started.elapsed() });
            }
        }
        Ok::<_, StartError>(())
    })?;
    watch(&StartProgress { done, total, elapsed: started.elapsed() });
    let took_ms = started.elapsed().as_millis();
    tracing::info!(batches = done, commands, took_ms, "the log was replayed");
    Ok(())
}

fn decode(record: &journal::Batch) -> Result<(u64, Batch), StartError> {
    let fail = |source| StartError::Batch { sequence: record.sequence, source };
    Batch::decode(&record.payload).map(|batch| (record.sequence, batch)).map_err(fail)
}

/// Replays, and turns a panic into an error that says where it was: a process that ends without a word, and ends again at
/// every start, helps nobody. The state is thrown away then, so it does not matter how the panic left it.
fn unbroken<T>(sequence: u64, replay: impl FnOnce(&mut usize) -> T) -> Result<T, StartError> {
    let mut command = 0;
    catch_unwind(AssertUnwindSafe(|| replay(&mut command))).map_err(|panic| {
        let text =
            panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        let panic = text.unwrap_or("it did not say why").to_owned();
        StartError::Poisoned { sequence, command, panic }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_breaks_the_engine_is_named() {
        let error = unbroken::<()>(17, |place| {
            *place = 3;
            panic!("Invariant: {} is not {}", 1, 2);
        });
        let error = error.unwrap_err();
        assert!(matches!(error, StartError::Poisoned { sequence: 17, command: 3, .. }));
        let text = error.to_string();
        assert!(text.contains("command 3 of batch 17") && text.contains("Invariant: 1 is not 2"), "{text}");
        assert!(unbroken(18, |_| {}).is_ok());
    }

    #[test]
    fn what_is_left_is_estimated_from_what_was_done() {
        let progress = |done, total| StartProgress { done, total, elapsed: Duration::from_secs(3) };
        assert_eq!(progress(10, 30).left(), Some(Duration::from_secs(6)));
        assert_eq!(progress(30, 30).left(), Some(Duration::ZERO));
        assert_eq!(progress(0, 30).left(), None);
    }
}
