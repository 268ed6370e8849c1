//! What follows from the orders of a state and is not written into its image.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ids::{AccountId, ClientOrderId, OrderId};
use crate::lookup::Lookup;
use crate::order::Order;
use crate::time::Timestamp;

/// Indexes over orders.
#[derive(Default)]
pub(super) struct Derived {
    pub(super) client_ids: Lookup<(AccountId, ClientOrderId), OrderId>,
    pub(super) due: BTreeSet<(Timestamp, OrderId)>,
}

impl Derived {
    /// Takes note of an order, whose versions are all there.
    pub(super) fn add(&mut self, order: &Arc<Order>) {
        let versions = std::iter::successors(Some(order), |order| order.previous());
        for version in versions {
            for id in version.own_client_ids() {
                self.client_ids.insert((version.account, id.clone()), version.id);
            }
        }
        if order.status.is_closed() {
            return;
        }
        // A staged order ends by its staging; what it says of its expiry counts from its release on.
        let ends_at = if order.is_staged() { order.staged_until } else { order.expires_at };
        if let Some(at) = ends_at {
            self.due.insert((at, order.id));
        }
    }
}
