//! What the state forgets: closed orders beyond the retention, which go to whoever keeps the archive.

use std::sync::Arc;

use super::Engine;
use crate::command::SetRetention;
use crate::event::Outcome;
use crate::order::Order;

impl Engine {
    /// Most closed orders that the state remembers; nothing for all.
    #[must_use]
    pub const fn retention(&self) -> Option<u64> {
        self.retention
    }

    pub(super) fn set_retention(&mut self, retention: SetRetention) -> Outcome {
        self.retention = retention.closed_orders;
        Outcome::default()
    }

    /// Forgets the orders that closed first, as far as there are more closed ones than are remembered. Their client
    /// order ids stay taken.
    pub(super) fn archive_closed(&mut self) -> Vec<Arc<Order>> {
        let Some(retention) = self.retention else { return Vec::new() };
        let mut archived = Vec::new();
        while self.orders.closed_len() as u64 > retention
            && let Some(order) = self.orders.take_oldest_closed()
        {
            assert!(order.status.is_closed(), "Invariant: only closed orders are forgotten");
            for id in order.all_client_ids() {
                let key = (order.account, id.clone());
                if self.client_ids.remove(&key).is_some() {
                    self.archived_ids.add(order.account, id, order.id);
                }
            }
            archived.push(order);
        }
        archived
    }
}
