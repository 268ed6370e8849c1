//! The way of a record into the journal: at once, or by a thread of its own while the batch before is applied.

use std::io;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use journal::{Journal, JournalError};

/// The journal, where it is at this moment: here, or with the thread.
pub(crate) struct LogWriter {
    journal: Option<Box<dyn Journal>>,
    jobs: Option<Sender<Job>>,
    done: Receiver<Written>,
    thread: Option<JoinHandle<()>>,
}

struct Job {
    journal: Box<dyn Journal>,
    record: Vec<u8>,
}

struct Written {
    journal: Box<dyn Journal>,
    logged: Logged,
}

/// A record that was appended, or was not.
pub(crate) struct Logged {
    /// Its bytes, whose buffer can be used again.
    pub(crate) record: Vec<u8>,
    /// Its number in the journal.
    pub(crate) sequence: Result<u64, JournalError>,
}

impl LogWriter {
    /// Starts the thread.
    pub(crate) fn start(journal: Box<dyn Journal>) -> io::Result<Self> {
        let (jobs, todo) = bounded::<Job>(1);
        let (report, done) = bounded(1);
        let work = move || {
            for Job { mut journal, record } in todo {
                let logged = append(&mut *journal, record);
                if report.send(Written { journal, logged }).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("log-writer".to_owned()).spawn(work)?;
        Ok(Self { journal: Some(journal), jobs: Some(jobs), done, thread: Some(thread) })
    }

    /// The journal, while the thread does not have it.
    pub(crate) fn journal(&self) -> Option<&dyn Journal> {
        self.journal.as_deref()
    }

    /// Appends a record and waits for it, without going to the thread and back.
    pub(crate) fn append(&mut self, record: Vec<u8>) -> Logged {
        match &mut self.journal {
            Some(journal) => append(&mut **journal, record),
            None => Logged { record, sequence: Err(JournalError::Failed) },
        }
    }

    /// Has a record appended by the thread. [`Self::wait`] tells what came of it.
    pub(crate) fn begin(&mut self, record: Vec<u8>) {
        if let (Some(journal), Some(jobs)) = (self.journal.take(), &self.jobs) {
            // A thread that is gone is noticed by whoever waits for it.
            let _ = jobs.send(Job { journal, record });
        }
    }

    /// Waits for what was begun.
    pub(crate) fn wait(&mut self) -> Logged {
        match self.done.recv() {
            Ok(Written { journal, logged }) => {
                self.journal = Some(journal);
                logged
            }
            Err(_) => Logged { record: Vec::new(), sequence: Err(JournalError::Failed) },
        }
    }

    /// After a refused append: tries to get the journal to take batches again.
    pub(crate) fn heal(&mut self) -> Result<(), JournalError> {
        self.journal.as_mut().map_or(Err(JournalError::Failed), |journal| journal.heal())
    }

    /// Makes everything durable and notes the end.
    pub(crate) fn close(&mut self) -> Result<(), JournalError> {
        self.journal.as_mut().map_or(Err(JournalError::Failed), |journal| journal.close())
    }
}

fn append(journal: &mut dyn Journal, record: Vec<u8>) -> Logged {
    let sequence = journal.append(&[&record]);
    Logged { record, sequence }
}

impl Drop for LogWriter {
    /// The files are left alone once the runtime has stopped.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the journal was told when it was waited for.
            let _ = thread.join();
        }
    }
}
