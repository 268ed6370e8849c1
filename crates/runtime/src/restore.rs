//! Orders and executions put into views that have none: those of a snapshot, and those of a log that was replayed. They
//! come in the order of their numbers, so that the lists of them are built at once, which is many times faster than one
//! by one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::Builder;

use order_engine::{AccountId, Engine, Execution, ExecutionId, Order, OrderId};

use crate::views::Views;

/// Views that are being filled with orders.
pub(crate) struct Restoring<'v> {
    views: &'v Views,
    lists: Lists<'v>,
}

impl<'v> Restoring<'v> {
    pub(crate) const fn new(views: &'v Views) -> Self {
        Self { views, lists: Lists::new(views) }
    }

    /// Takes the next orders, each with all its versions.
    pub(crate) fn add(&mut self, orders: Vec<Arc<Order>>) {
        for order in orders {
            self.lists.add(&order);
            self.views.orders.insert(order.id, order);
        }
    }

    /// Lists them. All of them were added.
    pub(crate) fn finish(self) {
        self.lists.finish();
    }
}

/// Shows all orders of a state, of which none is shown yet. Some that have left the state may be.
pub(crate) fn show_all(views: &Views, engine: &Engine) {
    let orders: Vec<&Arc<Order>> = engine.orders().collect();
    std::thread::scope(|scope| {
        let show = || {
            for order in &orders {
                views.orders.insert(order.id, Arc::clone(order));
            }
        };
        // Two threads, as neither waits for the other; one where the system has no other.
        if Builder::new().name("views".to_owned()).spawn_scoped(scope, show).is_err() {
            show();
        }
        let mut lists = Lists::new(views);
        for order in &orders {
            lists.add(order);
        }
        lists.finish();
    });
}

/// What finds orders: the ids of their callers, and lists by account.
struct Lists<'v> {
    views: &'v Views,
    accounts: BTreeMap<AccountId, List>,
}

/// Orders of one account, oldest first.
#[derive(Default)]
struct List {
    all: Vec<OrderId>,
    open: Vec<OrderId>,
}

impl<'v> Lists<'v> {
    const fn new(views: &'v Views) -> Self {
        Self { views, accounts: BTreeMap::new() }
    }

    fn add(&mut self, order: &Arc<Order>) {
        for id in order.all_client_ids() {
            self.views.client_ids.insert((order.account, id.clone()), order.id);
        }
        let list = self.accounts.entry(order.account).or_default();
        list.all.push(order.id);
        if !order.status.is_closed() {
            list.open.push(order.id);
        }
    }

    fn finish(self) {
        for (account, List { all, open }) in self.accounts {
            let mut index = self.views.accounts.entry(account).or_default();
            index.all.append(&mut all.into_iter().collect());
            index.open.append(&mut open.into_iter().collect());
        }
    }
}

/// Views that are being filled with executions, which come by account, of each the oldest first.
pub(crate) struct RestoringExecutions<'v> {
    views: &'v Views,
    account: AccountId,
    executions: Vec<(ExecutionId, Arc<Execution>)>,
}

impl<'v> RestoringExecutions<'v> {
    pub(crate) const fn new(views: &'v Views) -> Self {
        Self { views, account: AccountId::HOUSE, executions: Vec::new() }
    }

    /// Takes the next one.
    pub(crate) fn add(&mut self, execution: Execution) {
        if execution.account != self.account {
            self.list();
            self.account = execution.account;
        }
        let execution = Arc::new(execution);
        self.views.executions.entry(execution.order).or_default().push(Arc::clone(&execution));
        self.executions.push((execution.id, execution));
    }

    /// Lists them. All of them were added.
    pub(crate) fn finish(mut self) {
        self.list();
    }

    fn list(&mut self) {
        if !self.executions.is_empty() {
            let mut index = self.views.accounts.entry(self.account).or_default();
            index.executions.append(&mut self.executions.drain(..).collect());
        }
    }
}
