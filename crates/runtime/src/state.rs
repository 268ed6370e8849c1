//! The engine with what a batch changes around it: what replaying builds, and what a snapshot keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{Command, Engine, Order};

use crate::batch::Batch;
use crate::publish::Publisher;
use crate::views::Views;

/// What left the state with a batch.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    /// The state was emptied. Orders that left before it in the same batch are gone with it.
    pub(crate) is_emptied: bool,
    /// Closed orders, for the archive.
    pub(crate) orders: Vec<Arc<Order>>,
}

impl Departed {
    /// Takes note of what a command sent away.
    pub(crate) fn note(&mut self, command: &Command, mut archived: Vec<Arc<Order>>) {
        if matches!(command, Command::Reset) {
            *self = Self { is_emptied: true, orders: Vec::new() };
        }
        self.orders.append(&mut archived);
    }
}

/// A state at the end of a batch.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) engine: Engine,
    pub(crate) publisher: Publisher,
    /// The last counter of each node; a batch that is logged twice is applied once.
    pub(crate) counters: BTreeMap<u64, u64>,
}

impl State {
    /// Applies a batch that was logged earlier. What it touched is published by [`Self::publish`]. Which command of the
    /// batch it has come to is told all the time, for the case that one of them breaks the engine.
    pub(crate) fn replay(&mut self, views: &Views, batch: &Batch, place: &mut usize) -> Departed {
        let mut departed = Departed::default();
        let last = self.counters.get(&batch.origin.node).copied().unwrap_or_default();
        if batch.origin.counter <= last {
            return departed;
        }
        self.counters.insert(batch.origin.node, batch.origin.counter);
        let now = self.engine.now().max(batch.origin.proposed);
        for (number, command) in batch.commands.iter().enumerate() {
            *place = number;
            self.engine.look_ahead(&batch.commands, number);
            let applied = self.engine.apply(now, command);
            self.publisher.events(views, &applied.due);
            if let Ok(outcome) = &applied.result {
                self.publisher.events(views, &outcome.events);
            }
            self.publisher.departed(views, &applied.archived);
            departed.note(command, applied.archived);
        }
        self.publisher.touched(self.engine.take_touched());
        departed
    }

    /// Publishes all that was touched, and the orders if they were withheld.
    pub(crate) fn publish(&mut self, views: &Views) {
        self.publisher.show_orders(views, &self.engine);
        self.publish_all_but_orders(views);
    }

    /// Publishes all that was touched.
    pub(crate) fn publish_all_but_orders(&mut self, views: &Views) {
        self.publisher.touched(self.engine.take_touched());
        self.publisher.flush(views, &self.engine);
    }
}
