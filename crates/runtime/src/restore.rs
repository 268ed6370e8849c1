//! The orders of a state that is read from a snapshot, put into views that have none. They come in the order of their ids,
//! so that the lists of them are built at once, which is many times faster than order by order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use order_engine::{AccountId, Order, OrderId};

use crate::views::Views;

/// Views that are being filled.
pub(crate) struct Restoring<'v> {
    views: &'v Views,
    lists: BTreeMap<AccountId, Lists>,
}

/// Orders of one account, oldest first.
#[derive(Default)]
struct Lists {
    all: Vec<OrderId>,
    open: Vec<OrderId>,
}

impl<'v> Restoring<'v> {
    pub(crate) const fn new(views: &'v Views) -> Self {
        Self { views, lists: BTreeMap::new() }
    }

    /// Takes the next orders, each with all its versions.
    pub(crate) fn add(&mut self, orders: Vec<Arc<Order>>) {
        for order in orders {
            for id in order.all_client_ids() {
                self.views.client_ids.insert((order.account, id.clone()), order.id);
            }
            let lists = self.lists.entry(order.account).or_default();
            lists.all.push(order.id);
            if !order.status.is_closed() {
                lists.open.push(order.id);
            }
            self.views.orders.insert(order.id, order);
        }
    }

    /// Lists them. All of them were added.
    pub(crate) fn finish(self) {
        for (account, Lists { all, open }) in self.lists {
            let mut index = self.views.accounts.entry(account).or_default();
            index.all = BTreeSet::from_iter(all);
            index.open = BTreeSet::from_iter(open);
        }
    }
}
