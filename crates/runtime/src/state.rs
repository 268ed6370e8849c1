//! The engine with what a batch changes around it: what replaying builds, and what a snapshot keeps.

use std::collections::BTreeMap;

use order_engine::Engine;

use crate::batch::Batch;
use crate::publish::Publisher;
use crate::views::Views;

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
    pub(crate) fn replay(&mut self, views: &Views, batch: &Batch, place: &mut usize) {
        let last = self.counters.get(&batch.origin.node).copied().unwrap_or_default();
        if batch.origin.counter <= last {
            return;
        }
        self.counters.insert(batch.origin.node, batch.origin.counter);
        let now = self.engine.now().max(batch.origin.proposed);
        for (number, command) in batch.commands.iter().enumerate() {
            *place = number;
            let applied = self.engine.apply(now, command);
            self.publisher.events(views, &applied.due);
            if let Ok(outcome) = &applied.result {
                self.publisher.events(views, &outcome.events);
            }
        }
        self.publisher.touched(self.engine.take_touched());
    }

    /// Publishes all that was touched.
    pub(crate) fn publish(&mut self, views: &Views) {
        self.publisher.touched(self.engine.take_touched());
        self.publisher.flush(views, &self.engine);
    }
}
