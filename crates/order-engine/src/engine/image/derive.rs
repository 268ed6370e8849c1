//! What follows from the orders and the calendars of a state and is not written into its image.

use std::sync::Arc;

use crate::engine::due::Due;
use crate::engine::reduce::Reducing;
use crate::ids::{AccountId, ClientOrderId, EventId, OrderId};
use crate::lookup::Lookup;
use crate::order::Order;
use crate::time::Timestamp;

/// Indexes over orders.
#[derive(Default)]
pub(super) struct Derived {
    pub(super) client_ids: Lookup<(AccountId, ClientOrderId), OrderId>,
    /// In no order: sorted once, which is many times faster than putting each in its place.
    pub(super) due: Vec<(Timestamp, Due)>,
    /// Closed orders with the events that closed them.
    pub(super) closed: Vec<(EventId, OrderId)>,
    pub(super) reducing: Reducing,
}

impl Derived {
    /// Takes note of an order, whose versions are all there.
    pub(super) fn add(&mut self, order: &Arc<Order>) {
        for id in order.all_client_ids() {
            self.client_ids.insert((order.account, id.clone()), order.id);
        }
        if order.status.is_closed() {
            let closed = order.versions().take_while(|version| version.status.is_closed()).last();
            let closed = closed.map_or(order.last_event, |version| version.last_event);
            self.closed.push((closed, order.id));
            return;
        }
        // A staged order ends by its staging; what it says of its expiry counts from its release on.
        let ends_at = if order.is_staged() { order.staged_until } else { order.expires_at };
        if let Some(at) = ends_at {
            self.due.push((at, Due::End(order.id)));
        }
        if let Some(at) = order.releases_at().filter(|_| order.is_queued()) {
            self.due.push((at, Due::release_of(order)));
        }
        if order.status.is_working() {
            self.reducing.add(order);
        }
    }
}
