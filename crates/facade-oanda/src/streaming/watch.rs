//! Cuts off a reader that does not read.
//!
//! A stream is asked for more only while its connection takes what was given to it already; of one that is stuck nothing
//! is heard any more. So somebody else counts what the stream would have to tell, and cuts the connection when too much
//! of it is waiting, or when the stream has to go and does not.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::rt::{self, task::JoinHandle};
use facade_kit::Hangup;
use order_engine::Event;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;

use super::seats::{Eviction, eviction};

/// Bytes that the kernel shall keep for a reader.
const SEND_BUFFER_BYTES: usize = 64 << 10;

/// What a stream is watched with.
#[derive(Debug)]
pub(super) struct Watchman {
    /// The connection.
    pub(super) hangup: Hangup,
    /// Batches of events that a reader may be behind.
    pub(super) most_behind: u64,
}

/// A stream under watch, until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    /// Batches of events that the stream has taken.
    taken: Rc<Cell<u64>>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to watch. The events are those that the stream follows, from the same place on.
    pub(super) fn begin(
        watchman: Watchman,
        events: Receiver<Arc<[Event]>>,
        evicted: watch::Receiver<Option<Eviction>>,
    ) -> Self {
        watchman.hangup.bound_send_buffer(SEND_BUFFER_BYTES);
        let taken = Rc::new(Cell::new(0));
        let task = rt::spawn(watch(watchman, events, evicted, Rc::clone(&taken)));
        Self { taken, task }
    }

    /// Notes that the stream took a batch.
    pub(super) fn note_taken(&self) {
        self.taken.set(self.taken.get().saturating_add(1));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn watch(
    Watchman { hangup, mut most_behind }: Watchman,
    mut events: Receiver<Arc<[Event]>>,
    mut evicted: watch::Receiver<Option<Eviction>>,
    taken: Rc<Cell<u64>>,
) {
    let mut told = 0_u64;
    loop {
        tokio::select! {
            biased;
            // Nobody waits for a reader that has to go.
            Some(_) = eviction(&mut evicted), if most_behind > 0 => most_behind = 0,
            batch = events.recv() => match batch {
                Ok(_) => told = told.saturating_add(1),
                Err(RecvError::Lagged(missed)) => told = told.saturating_add(missed),
                Err(RecvError::Closed) => return,
            },
        }
        let is_behind = || told.saturating_sub(taken.get()) > most_behind;
        if is_behind() {
            // A stream that can be written to was woken as well, and has its turn first.
            rt::task::yield_now().await;
        }
        if is_behind() {
            tracing::info!(behind = told.saturating_sub(taken.get()), "a reader of a stream was cut off");
            hangup.hang_up();
            return;
        }
    }
}
