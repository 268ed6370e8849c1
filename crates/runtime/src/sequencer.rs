//! The one thread that changes the engine: it takes what waits, makes it durable, applies it, publishes what came of
//! it and answers the callers, in this order.
//!
//! Under load it works on two batches at once: while a batch that is durable is applied, the log writer's thread makes
//! the next one durable. A batch is applied, and its callers are answered, only once it is durable and all before it
//! were applied.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use journal::JournalError;
use order_engine::{Applied, Engine, Event, Timestamp};

use crate::answers::Question;
use crate::archive::{self, Archive};
use crate::batch::Origin;
use crate::collect::{Collection, Taken};
use crate::condition::Condition;
use crate::handle::{Request, SubmitError};
use crate::log_writer::{LogWriter, Logged};
use crate::options::Options;
use crate::past::clarified;
use crate::publish::Publisher;
use crate::shared::Shared;
use crate::snapshot::builder::Snapshots;
use crate::state::{Departed, State};

/// The number of this node among those that write one log.
const NODE: u64 = 0;

/// The longest wait for something that is due: a clock that was set, or a machine that slept, is noticed within it.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The time between two attempts to get a journal that refused a batch to take batches again.
const HEAL_PAUSE: Duration = Duration::from_millis(100);

/// The state machine with all that is around it.
pub(crate) struct Sequencer {
    engine: Engine,
    log: LogWriter,
    publisher: Publisher,
    shared: Arc<Shared>,
    requests: Receiver<Request>,
    options: Options,
    /// The last counter of each node; a batch that is logged twice is applied once.
    counters: BTreeMap<u64, u64>,
    snapshots: Option<Snapshots>,
    /// After the snapshots, which hand over to it too.
    archive: Option<Archive>,
    /// The batch that was applied last, by its number in the journal.
    applied: u64,
    /// The command that is being applied: the number of its batch, and its place in that from zero.
    at_work_on: Option<(u64, usize)>,
    /// A request that did not fit into the batch before.
    carried: Option<Request>,
    /// When the journal refused a batch, and when it is asked again.
    heal_at: Option<Instant>,
    stopping: bool,
}

/// A batch on its way through the log.
#[derive(Default)]
struct Proposed {
    batch: Collection,
    at: Timestamp,
    counter: u64,
}

/// The batches that are worked on: one that is applied, and the next. Their buffers are used again and again.
#[derive(Default)]
struct UnderWay {
    current: Proposed,
    next: Proposed,
}

impl Sequencer {
    pub(crate) fn new(
        log: LogWriter,
        shared: Arc<Shared>,
        requests: Receiver<Request>,
        options: Options,
        state: State,
        snapshots: Option<Snapshots>,
        archive: Option<Archive>,
    ) -> Self {
        let State { engine, publisher, counters } = state;
        let applied = shared.batches();
        Self {
            engine,
            log,
            publisher,
            shared,
            requests,
            options,
            counters,
            snapshots,
            archive,
            applied,
            at_work_on: None,
            carried: None,
            heal_at: None,
            stopping: false,
        }
    }

    /// Publishes all that was touched.
    fn publish_state(&mut self) {
        self.publisher.touched(self.engine.take_touched());
        self.publisher.flush(&self.shared.views, &self.engine);
        self.shared.set_batches(self.applied);
    }

    /// Works until it is stopped, until nobody can ask any more, or until the journal fails.
    pub(crate) fn run(mut self) -> Result<(), JournalError> {
        let mut under_way = UnderWay::default();
        let ended = catch_unwind(AssertUnwindSafe(|| self.work(&mut under_way)));
        // Before the first caller learns that its answer will not come, which is when the batches are dropped.
        self.shared.condition.set(match &ended {
            Ok(Ok(())) => Condition::Stopped,
            Ok(Err(error)) => {
                tracing::error!(%error, "the journal failed; nothing more is taken, and the process has to stop");
                Condition::Undurable { why: error.to_string().into() }
            }
            Err(_) => {
                let why = self.place_of_panic();
                tracing::error!("{why}; nothing more is taken, and what was published can still be read");
                Condition::Broken { why: why.into() }
            }
        });
        drop(under_way);
        if let Some(archive) = &self.archive {
            // A snapshot that is being made waits for the archive, and this thread is about to wait for both.
            archive.stop_insisting();
        }
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn place_of_panic(&self) -> String {
        match self.at_work_on {
            Some((sequence, place)) => format!(
                "the engine broke an invariant at command {place} of batch {sequence}, which is in the journal: the \
                 next start will say so and name what helps"
            ),
            None => "the engine broke an invariant".to_owned(),
        }
    }

    fn work(&mut self, under_way: &mut UnderWay) -> Result<(), JournalError> {
        while !self.stopping {
            let Some(first) = self.wait()? else { break };
            self.collect(&mut under_way.current.batch, Some(first));
            self.carry_out(under_way)?;
        }
        match self.log.close() {
            // All that was answered is where it has to be. The next start finds no note of the end, as after a crash.
            Err(error) if error.can_heal() => {
                tracing::warn!(%error, "the journal's end could not be noted");
                Ok(())
            }
            closed => closed,
        }
    }

    /// Logs and applies the current batch, and whatever came in the meantime.
    fn carry_out(&mut self, under_way: &mut UnderWay) -> Result<(), JournalError> {
        let UnderWay { current, next } = under_way;
        if !current.batch.has_commands() {
            self.finish(current, Vec::new());
            return Ok(());
        }
        let record = self.propose(current);
        let mut logged = self.log.append(record);
        loop {
            let Some(sequence) = self.settle(current, &mut logged)? else {
                self.finish(current, logged.record);
                return Ok(());
            };
            self.collect(&mut next.batch, None);
            let goes_on = next.batch.has_commands();
            // A snapshot is of all that is in the journal, so the next batch waits until it is begun.
            let overlaps = !self.wants_snapshot(current, logged.record.len()) && goes_on;
            if overlaps {
                self.begin(next);
            }
            self.apply(current, sequence);
            self.finish(current, logged.record);
            if !goes_on {
                self.finish(next, Vec::new());
                return Ok(());
            }
            if !overlaps {
                self.begin(next);
            }
            std::mem::swap(current, next);
            logged = self.log.wait();
        }
    }

    /// Has the log writer's thread append a batch.
    fn begin(&mut self, batch: &mut Proposed) {
        let record = self.propose(batch);
        self.log.begin(record);
    }

    /// Counts a batch that was logged, and says whether a snapshot is to be made after it.
    fn wants_snapshot(&mut self, logged: &Proposed, bytes: usize) -> bool {
        let is_due = self.snapshots.as_mut().is_some_and(|snapshots| {
            snapshots.count(logged.batch.commands.len(), bytes);
            snapshots.is_due()
        });
        is_due || logged.batch.questions.iter().any(Question::is_for_snapshot)
    }

    /// Puts a batch together from whatever waits.
    fn collect(&mut self, batch: &mut Collection, first: Option<Request>) {
        self.look_at_archive();
        let refusing = self.heal_at.map(|_| SubmitError::ReadOnly);
        let mut next = first.or_else(|| self.next_waiting());
        while let Some(request) = next {
            match batch.take(request, &self.options, refusing.as_ref()) {
                Taken::In => next = self.next_waiting(),
                Taken::Complete => break,
                Taken::TooMuch(request) => {
                    self.carried = Some(*request);
                    break;
                }
                Taken::Stop => {
                    self.stopping = true;
                    break;
                }
            }
        }
    }

    /// A request that waits already. Nothing is taken after the request to stop.
    fn next_waiting(&mut self) -> Option<Request> {
        if self.stopping {
            return None;
        }
        let received = || self.requests.try_recv().ok().inspect(|_| self.shared.leave_queue());
        self.carried.take().or_else(received)
    }

    /// Waits for a request, or for something that happens by itself.
    fn wait(&mut self) -> Result<Option<Request>, JournalError> {
        if let Some(request) = self.carried.take() {
            return Ok(Some(request));
        }
        loop {
            let received = match (self.time_until_healing(), self.time_until_due()) {
                (Some(Duration::ZERO), _) => {
                    self.heal()?;
                    continue;
                }
                (Some(wait), _) => self.requests.recv_timeout(wait),
                (None, None) => self.requests.recv().map_err(RecvTimeoutError::from),
                (None, Some(Duration::ZERO)) => return Ok(Some(Request::Tick)),
                (None, Some(wait)) => self.requests.recv_timeout(wait.min(LONGEST_WAIT)),
            };
            match received {
                Ok(request) => {
                    self.shared.leave_queue();
                    return Ok(Some(request));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    /// How long until something happens by itself; nothing when nothing will, or when time stands still.
    fn time_until_due(&self) -> Option<Duration> {
        let due = self.engine.next_due().filter(|_| self.shared.clock.runs())?;
        let left = due.as_nanos().saturating_sub(self.shared.clock.now().as_nanos());
        Some(Duration::from_nanos(left))
    }

    fn time_until_healing(&self) -> Option<Duration> {
        Some(self.heal_at?.saturating_duration_since(Instant::now()))
    }

    /// While closed orders cannot be written to the archive and too many wait for that, no commands are taken: memory is
    /// bounded, and nothing is lost.
    fn look_at_archive(&mut self) {
        if self.heal_at.is_some() {
            return;
        }
        if let Some(why) = self.stuck_archive() {
            tracing::error!(%why, "the archive cannot be written; commands are refused until it can");
            self.shared.condition.set(Condition::ReadOnly { why: why.as_str().into() });
            self.heal_at = Some(Instant::now() + HEAL_PAUSE);
        }
    }

    fn stuck_archive(&self) -> Option<Arc<String>> {
        self.archive.as_ref().and_then(|archive| archive.handover().stuck())
    }

    /// Asks a journal that refused a batch whether it takes batches again.
    fn heal(&mut self) -> Result<(), JournalError> {
        if let Some(why) = self.stuck_archive() {
            self.shared.condition.set(Condition::ReadOnly { why: why.as_str().into() });
            self.heal_at = Some(Instant::now() + HEAL_PAUSE);
            return Ok(());
        }
        match self.log.heal() {
            Ok(()) => {
                self.heal_at = None;
                tracing::info!("the journal can be written again");
                self.shared.condition.set(Condition::Working);
            }
            Err(error) if error.can_heal() => self.refuse_for_now(&error),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Health turns red before the first caller learns of it.
    fn refuse_for_now(&mut self, error: &JournalError) {
        if self.heal_at.is_none() {
            tracing::error!(%error, "the journal cannot be written; commands are refused until it can");
        }
        self.shared.condition.set(Condition::ReadOnly { why: error.to_string().into() });
        self.heal_at = Some(Instant::now() + HEAL_PAUSE);
    }

    /// The record of a batch.
    fn propose(&self, batch: &mut Proposed) -> Vec<u8> {
        batch.at = self.shared.clock.now();
        batch.counter = self.counters.get(&NODE).copied().unwrap_or_default() + 1;
        batch.batch.record(Origin { node: NODE, counter: batch.counter, proposed: batch.at })
    }

    /// The number of a batch that is durable. Of one that the journal refused, the callers are told so.
    fn settle(&mut self, proposed: &mut Proposed, logged: &mut Logged) -> Result<Option<u64>, JournalError> {
        let refused = match std::mem::replace(&mut logged.sequence, Err(JournalError::Failed)) {
            Ok(sequence) => {
                self.counters.insert(NODE, proposed.counter);
                return Ok(Some(sequence));
            }
            Err(error @ JournalError::TooLarge { .. }) => {
                tracing::error!(%error, "a batch was not taken");
                SubmitError::Unavailable
            }
            Err(error) if error.can_heal() => {
                self.refuse_for_now(&error);
                if error.is_refusal() { SubmitError::ReadOnly } else { SubmitError::Unavailable }
            }
            Err(error) => return Err(error),
        };
        for reply in proposed.batch.replies.drain(..) {
            reply.refuse(&refused);
        }
        Ok(None)
    }

    /// Applies commands that are durable, and publishes before it answers, so that a caller reads its own write.
    fn apply(&mut self, proposed: &mut Proposed, sequence: u64) {
        let views = &self.shared.views;
        let now = self.engine.now().max(proposed.at);
        let Collection { commands, replies, .. } = &mut proposed.batch;
        let mut applied = Vec::with_capacity(commands.len());
        let mut departed = Departed::default();
        for (place, command) in commands.iter().enumerate() {
            self.at_work_on = Some((sequence, place));
            self.engine.look_ahead(commands, place);
            let mut one = self.engine.apply(now, command);
            departed.note(command, std::mem::take(&mut one.archived));
            one.result = one.result.map_err(|reject| clarified(views, command, reject));
            self.publisher.events(views, &one.due);
            if let Ok(outcome) = &one.result {
                self.publisher.events(views, &outcome.events);
            }
            applied.push(one);
        }
        commands.clear();
        self.at_work_on = None;
        self.applied = sequence;
        self.publish_state();
        archive::depart(self.archive.as_ref(), &self.shared.views, sequence, departed);
        self.feed(&applied);
        let mut results = applied.into_iter().map(|one| one.result);
        for reply in replies.drain(..) {
            reply.answer(&mut results);
        }
    }

    /// Answers the questions that came with a batch, has a snapshot made when it is time, and makes the buffers ready.
    fn finish(&mut self, finished: &mut Proposed, record: Vec<u8>) {
        let batch = &mut finished.batch;
        if !batch.questions.is_empty() {
            let now = self.shared.clock.now().max(self.engine.now());
            for question in batch.questions.drain(..) {
                match question {
                    Question::Check { command, reply } => drop(reply.send(self.engine.check(now, &command))),
                    Question::StateHash { reply } => drop(reply.send(self.engine.state_hash())),
                    Question::Snapshot { reply } => {
                        // Where none are made, or one is being made, the reply is dropped, which says so.
                        if let (Some(snapshots), Some(journal)) = (&mut self.snapshots, self.log.journal()) {
                            snapshots.make(journal, &self.engine, Some(reply));
                        }
                    }
                }
            }
        }
        if let (Some(snapshots), Some(journal)) = (&mut self.snapshots, self.log.journal())
            && snapshots.is_due()
        {
            snapshots.make(journal, &self.engine, None);
        }
        batch.clear(record);
    }

    /// Tells those who follow. Whoever begins to follow only now sees the batch in the views.
    fn feed(&self, applied: &[Applied]) {
        if !self.shared.is_followed() {
            return;
        }
        let events: Vec<Event> = applied
            .iter()
            .flat_map(|one| one.due.iter().chain(one.result.iter().flat_map(|outcome| &outcome.events)))
            .cloned()
            .collect();
        if !events.is_empty() {
            self.shared.tell(events.into());
        }
    }
}
