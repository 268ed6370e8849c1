//! What time does by itself: orders end, in the order of their times.

use super::Engine;
use crate::event::Event;
use crate::order::{OrderStatus, StatusReason};
use crate::time::Timestamp;

impl Engine {
    /// Lets everything happen that is due by `now`, each at its own time.
    pub(super) fn expire_until(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(&(at, id)) = self.due.first()
            && at <= now
        {
            self.due.remove(&(at, id));
            self.now = self.now.max(at);
            let reason = if self.orders.known(id).is_staged() {
                StatusReason::StagingEnded
            } else {
                StatusReason::TimeInForceEnded
            };
            self.close(id, OrderStatus::Expired, reason, &mut events);
            self.settle_triggers(&mut events);
        }
        events
    }
}
