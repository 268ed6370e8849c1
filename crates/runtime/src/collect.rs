//! One batch while it is put together: its commands, their record, and who waits.

use order_engine::Command;

use crate::answers::{Question, Reply};
use crate::batch::{BatchWriter, Origin};
use crate::handle::{Request, SubmitError};
use crate::options::Options;

/// A batch, and the questions that are answered after it. Its buffers are used again for a later one.
#[derive(Default)]
pub(crate) struct Collection {
    writer: BatchWriter,
    pub(crate) commands: Vec<Command>,
    pub(crate) replies: Vec<Reply>,
    pub(crate) questions: Vec<Question>,
}

/// What became of a request.
pub(crate) enum Taken {
    /// It is in, and there is room for more.
    In,
    /// It is in, and the batch is complete.
    Complete,
    /// It is for the next batch.
    TooMuch(Box<Request>),
    /// Nothing is to be taken after it.
    Stop,
}

impl Collection {
    /// Whether there is something to be logged.
    pub(crate) fn has_commands(&self) -> bool {
        !self.commands.is_empty()
    }

    /// Takes a request in. Commands that cannot be logged now are refused at once.
    pub(crate) fn take(&mut self, request: Request, caps: &Options, refusing: Option<&SubmitError>) -> Taken {
        match (request, refusing) {
            (Request::Submit { reply, .. }, Some(why)) => Reply::One(reply).refuse(why),
            (Request::SubmitAll { reply, .. }, Some(why)) => Reply::All(0, reply).refuse(why),
            (Request::Tick | Request::Retain(_), Some(_)) => {}
            (Request::Submit { command, reply }, None) => {
                if !self.write(std::slice::from_ref(&*command), caps) {
                    return Taken::TooMuch(Box::new(Request::Submit { command, reply }));
                }
                self.commands.push(*command);
                self.replies.push(Reply::One(reply));
            }
            (Request::SubmitAll { commands, reply }, None) => {
                if !self.write(&commands, caps) {
                    return Taken::TooMuch(Box::new(Request::SubmitAll { commands, reply }));
                }
                self.replies.push(Reply::All(commands.len(), reply));
                self.commands.extend(commands);
            }
            (Request::Tick, None) => {
                self.write(&[Command::Tick], caps);
                self.commands.push(Command::Tick);
                self.replies.push(Reply::Nobody);
            }
            (Request::Retain(retention), None) => {
                let command = Command::SetRetention(retention);
                self.write(std::slice::from_ref(&command), caps);
                self.commands.push(command);
                self.replies.push(Reply::Nobody);
                // A batch of its own, so that what a log begins with does not depend on how soon the next request comes.
                return Taken::Complete;
            }
            (Request::Check { command, reply }, _) => {
                self.questions.push(Question::Check { command, reply });
            }
            (Request::StateHash { reply }, _) => self.questions.push(Question::StateHash { reply }),
            (Request::Snapshot { reply }, _) => self.questions.push(Question::Snapshot { reply }),
            (Request::Stop, _) => return Taken::Stop,
        }
        if self.questions.len() < caps.max_batch_commands { Taken::In } else { Taken::Complete }
    }

    /// Writes commands into the record, unless they would take it over its caps. A first request always fits.
    fn write(&mut self, commands: &[Command], caps: &Options) -> bool {
        let before = self.writer.mark();
        for command in commands {
            self.writer.push(command);
        }
        let fits = self.commands.len() + commands.len() <= caps.max_batch_commands
            && self.writer.bytes() <= caps.max_batch_bytes;
        if !fits && self.has_commands() {
            self.writer.back_to(before);
            return false;
        }
        true
    }

    /// The record of the commands.
    pub(crate) fn record(&mut self, origin: Origin) -> Vec<u8> {
        self.writer.finish(origin)
    }

    /// Starts over, with the buffer of a record that was written.
    pub(crate) fn clear(&mut self, record: Vec<u8>) {
        self.writer.clear(record);
        self.commands.clear();
        self.replies.clear();
        self.questions.clear();
    }
}
