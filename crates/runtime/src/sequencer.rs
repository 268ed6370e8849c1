//! The one thread that changes the engine: it takes what waits, makes it durable, applies it, publishes what came of
//! it and answers the callers, in this order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use journal::{Journal, JournalError};
use order_engine::{Applied, Command, Engine, Event, Outcome, Reject, Timestamp};
use tokio::sync::oneshot;

use crate::batch::{BatchWriter, Origin};
use crate::handle::Request;
use crate::options::Options;
use crate::publish::Publisher;
use crate::shared::Shared;
use crate::snapshot::builder::{Reply as SnapshotReply, Snapshots};
use crate::state::State;

/// The number of this node among those that write one log.
const NODE: u64 = 0;

/// The longest wait for something that is due: a clock that was set, or a machine that slept, is noticed within it.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Who waits for what came of some commands of the batch, in the order of the commands.
enum Reply {
    /// Nobody: time passed by itself.
    Nobody,
    One(oneshot::Sender<Result<Outcome, Reject>>),
    All(usize, oneshot::Sender<Vec<Result<Outcome, Reject>>>),
}

/// Who waits for what can be seen after the batch.
enum Question {
    Check { command: Box<Command>, reply: oneshot::Sender<Result<(), Reject>> },
    StateHash { reply: oneshot::Sender<[u8; 32]> },
    Snapshot { reply: SnapshotReply },
}

/// The state machine with all that is around it.
pub(crate) struct Sequencer {
    engine: Engine,
    journal: Box<dyn Journal>,
    publisher: Publisher,
    shared: Arc<Shared>,
    requests: Receiver<Request>,
    options: Options,
    /// The last counter of each node; a batch that is logged twice is applied once.
    counters: BTreeMap<u64, u64>,
    snapshots: Option<Snapshots>,
    writer: BatchWriter,
    commands: Vec<Command>,
    replies: Vec<Reply>,
    questions: Vec<Question>,
    /// A request that did not fit into the batch before.
    carried: Option<Request>,
    stopping: bool,
}

impl Sequencer {
    pub(crate) fn new(
        journal: Box<dyn Journal>,
        shared: Arc<Shared>,
        requests: Receiver<Request>,
        options: Options,
        state: State,
        snapshots: Option<Snapshots>,
    ) -> Self {
        let State { engine, publisher, counters } = state;
        Self {
            engine,
            journal,
            publisher,
            shared,
            requests,
            options,
            counters,
            snapshots,
            writer: BatchWriter::default(),
            commands: Vec::new(),
            replies: Vec::new(),
            questions: Vec::new(),
            carried: None,
            stopping: false,
        }
    }

    /// Publishes all that was touched.
    pub(crate) fn publish_state(&mut self) {
        self.publisher.touched(self.engine.take_touched());
        self.publisher.flush(&self.shared.views, &self.engine);
        self.shared.set_batches(self.journal.last_sequence());
    }

    /// Works until it is stopped, until nobody can ask any more, or until the journal fails.
    pub(crate) fn run(mut self) -> Result<(), JournalError> {
        while !self.stopping && self.collect() {
            self.carry_out()?;
        }
        self.journal.close()
    }

    /// Puts the next batch together from whatever waits. False when there will be no more.
    fn collect(&mut self) -> bool {
        self.writer.clear();
        let Some(first) = self.wait() else { return false };
        let mut next = Some(first);
        while let Some(request) = next {
            if !self.take(request) {
                break;
            }
            next = self.requests.try_recv().ok().inspect(|_| self.shared.leave_queue());
        }
        true
    }

    /// Waits for a request, or for something that happens by itself.
    fn wait(&mut self) -> Option<Request> {
        if let Some(request) = self.carried.take() {
            return Some(request);
        }
        loop {
            let received = match self.time_until_due() {
                None => self.requests.recv().map_err(RecvTimeoutError::from),
                Some(Duration::ZERO) => return Some(Request::Tick),
                Some(wait) => self.requests.recv_timeout(wait.min(LONGEST_WAIT)),
            };
            match received {
                Ok(request) => {
                    self.shared.leave_queue();
                    return Some(request);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// How long until something happens by itself; nothing when nothing will, or when time stands still.
    fn time_until_due(&self) -> Option<Duration> {
        let due = self.engine.next_due().filter(|_| self.shared.clock.runs())?;
        let left = due.as_nanos().saturating_sub(self.shared.clock.now().as_nanos());
        Some(Duration::from_nanos(left))
    }

    /// Takes a request into the batch. False when the batch is complete.
    fn take(&mut self, request: Request) -> bool {
        match request {
            Request::Submit { command, reply } => {
                if !self.write(std::slice::from_ref(&command)) {
                    self.carried = Some(Request::Submit { command, reply });
                    return false;
                }
                self.commands.push(command);
                self.replies.push(Reply::One(reply));
            }
            Request::SubmitAll { commands, reply } => {
                if !self.write(&commands) {
                    self.carried = Some(Request::SubmitAll { commands, reply });
                    return false;
                }
                self.replies.push(Reply::All(commands.len(), reply));
                self.commands.extend(commands);
            }
            Request::Tick => {
                self.write(&[Command::Tick]);
                self.commands.push(Command::Tick);
                self.replies.push(Reply::Nobody);
            }
            Request::Check { command, reply } => self.questions.push(Question::Check { command, reply }),
            Request::StateHash { reply } => self.questions.push(Question::StateHash { reply }),
            Request::Snapshot { reply } => self.questions.push(Question::Snapshot { reply }),
            Request::Stop => self.stopping = true,
        }
        !self.stopping && self.questions.len() < self.options.max_batch_commands
    }

    /// Writes commands into the batch's record, unless they would take it over its caps. A first request always fits.
    fn write(&mut self, commands: &[Command]) -> bool {
        let before = self.writer.mark();
        for command in commands {
            self.writer.push(command);
        }
        let fits = self.commands.len() + commands.len() <= self.options.max_batch_commands
            && self.writer.bytes() <= self.options.max_batch_bytes;
        if !fits && !self.commands.is_empty() {
            self.writer.back_to(before);
            return false;
        }
        true
    }

    /// Logs and applies the batch, and answers all who wait.
    fn carry_out(&mut self) -> Result<(), JournalError> {
        if !self.commands.is_empty() {
            let proposed = self.shared.clock.now();
            match self.log(proposed) {
                Ok(()) => {
                    let (commands, bytes) = (self.commands.len(), self.writer.bytes());
                    self.apply(proposed.max(self.engine.now()));
                    if let Some(snapshots) = &mut self.snapshots {
                        snapshots.count(&*self.journal, &self.engine, commands, bytes);
                    }
                }
                Err(error @ JournalError::TooLarge { .. }) => {
                    tracing::error!(%error, "a batch was not taken");
                    self.commands.clear();
                    self.replies.clear();
                }
                Err(error) => return Err(error),
            }
        }
        self.answer_questions();
        Ok(())
    }

    fn log(&mut self, proposed: Timestamp) -> Result<(), JournalError> {
        let counter = self.counters.get(&NODE).copied().unwrap_or_default() + 1;
        let record = self.writer.finish(Origin { node: NODE, counter, proposed });
        self.journal.append(&[record])?;
        self.counters.insert(NODE, counter);
        Ok(())
    }

    /// Applies commands that are durable, and publishes before it answers, so that a caller reads its own write.
    fn apply(&mut self, now: Timestamp) {
        let views = &self.shared.views;
        let mut applied = Vec::with_capacity(self.commands.len());
        for command in self.commands.drain(..) {
            let one = self.engine.apply(now, &command);
            self.publisher.events(views, &one.due);
            if let Ok(outcome) = &one.result {
                self.publisher.events(views, &outcome.events);
            }
            applied.push(one);
        }
        self.publish_state();
        self.feed(&applied);
        self.answer(applied.into_iter().map(|one| one.result));
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

    /// A caller that went away does not want its answer.
    fn answer(&mut self, mut results: impl Iterator<Item = Result<Outcome, Reject>>) {
        for reply in self.replies.drain(..) {
            match reply {
                Reply::Nobody => drop(results.next()),
                Reply::One(reply) => drop(results.next().map(|result| reply.send(result))),
                Reply::All(count, reply) => drop(reply.send(results.by_ref().take(count).collect())),
            }
        }
    }

    fn answer_questions(&mut self) {
        let now = self.shared.clock.now().max(self.engine.now());
        for question in self.questions.drain(..) {
            match question {
                Question::Check { command, reply } => drop(reply.send(self.engine.check(now, &command))),
                Question::StateHash { reply } => drop(reply.send(self.engine.state_hash())),
                Question::Snapshot { reply } => {
                    // Where none are made, or one is being made, the reply is dropped, which says so.
                    if let Some(snapshots) = &mut self.snapshots {
                        snapshots.make(&*self.journal, &self.engine, Some(reply));
                    }
                }
            }
        }
    }
}

impl Drop for Sequencer {
    /// Health turns red before the first caller learns that its answer will not come.
    fn drop(&mut self) {
        self.shared.fail();
        if std::thread::panicking() {
            tracing::error!("the engine broke an invariant and has stopped; nothing more is taken");
        }
    }
}
