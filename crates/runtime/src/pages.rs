//! Walks through the lists of an account from the newest entry back, for answers that come in pages.
//!
//! A walk takes ids from the list in small bites, so that a long list is neither copied whole nor locked for long.

use std::ops::ControlFlow;
use std::sync::Arc;

use order_engine::{AccountId, Execution, ExecutionId, Order, OrderId};

use crate::views::Views;

/// Entries taken at once.
const BITE: usize = 128;

impl Views {
    /// Visits the orders of an account from the newest back, those with smaller numbers than `before` only, until the
    /// visitor breaks off. Staged and closed ones are included.
    pub fn visit_orders_back(
        &self,
        account: AccountId,
        before: Option<OrderId>,
        mut visit: impl FnMut(Arc<Order>) -> ControlFlow<()>,
    ) {
        let bite = |before: Option<OrderId>| {
            // What moves from here to the archive meanwhile is there before it is gone here.
            let mut ids = self.accounts.get(&account).map_or_else(Vec::new, |index| match before {
                Some(before) => index.all.range(..before).rev().take(BITE).copied().collect(),
                None => index.all.iter().rev().take(BITE).copied().collect(),
            });
            merge(&mut ids, self.past.orders_back(account, before, BITE), |id| *id);
            ids
        };
        walk(before, bite, |id| *id, |id| self.order(id).map_or(ControlFlow::Continue(()), &mut visit));
    }

    /// Visits the orders of an account that are not closed, as [`Self::visit_orders_back`] does.
    pub fn visit_open_orders_back(
        &self,
        account: AccountId,
        before: Option<OrderId>,
        mut visit: impl FnMut(Arc<Order>) -> ControlFlow<()>,
    ) {
        let bite = |before: Option<OrderId>| {
            let Some(index) = self.accounts.get(&account) else { return Vec::new() };
            match before {
                Some(before) => index.open.range(..before).rev().take(BITE).copied().collect(),
                None => index.open.iter().rev().take(BITE).copied().collect(),
            }
        };
        walk(before, bite, |id| *id, |id| self.order(id).map_or(ControlFlow::Continue(()), &mut visit));
    }

    /// Visits the executions of an account, as [`Self::visit_orders_back`] does.
    pub fn visit_executions_back(
        &self,
        account: AccountId,
        before: Option<ExecutionId>,
        visit: impl FnMut(Arc<Execution>) -> ControlFlow<()>,
    ) {
        let bite = |before: Option<ExecutionId>| {
            let mut executions: Vec<_> = self.accounts.get(&account).map_or_else(Vec::new, |index| {
                let listed = match before {
                    Some(before) => index.executions.range(..before),
                    None => index.executions.range(..),
                };
                listed.rev().take(BITE).map(|(_, execution)| Arc::clone(execution)).collect()
            });
            merge(&mut executions, self.past.executions_back(account, before, BITE), |execution| {
                execution.id
            });
            executions
        };
        walk(before, bite, |execution: &Arc<Execution>| execution.id, visit);
    }
}

/// One bite of two lists, each the newest first; what is in both is taken once.
fn merge<T, K: Ord>(here: &mut Vec<T>, past: Vec<T>, key: impl Fn(&T) -> K) {
    if past.is_empty() {
        return;
    }
    here.extend(past);
    here.sort_by_key(|entry| std::cmp::Reverse(key(entry)));
    here.dedup_by_key(|entry| key(entry));
    here.truncate(BITE);
}

/// Takes bite after bite, each from where the one before ended.
fn walk<K, T>(
    mut before: Option<K>,
    bite: impl Fn(Option<K>) -> Vec<T>,
    key: impl Fn(&T) -> K,
    mut visit: impl FnMut(T) -> ControlFlow<()>,
) {
    loop {
        let entries = bite(before.take());
        let Some(last) = entries.last() else { return };
        before = Some(key(last));
        for entry in entries {
            if visit(entry).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers 1 to `last` in the order of a walk, at most `limit` of them.
    fn walked(last: u64, before: Option<u64>, limit: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        let bite = |before: Option<u64>| {
            (1..=last).filter(|n| before.is_none_or(|before| *n < before)).rev().take(3).collect()
        };
        walk(
            before,
            bite,
            |n| *n,
            |n| {
                seen.push(n);
                if seen.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        seen
    }

    #[test]
    fn a_walk_goes_on_where_a_bite_ends_and_stops_when_told() {
        assert_eq!(walked(7, None, 99), [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(walked(7, Some(5), 99), [4, 3, 2, 1]);
        assert_eq!(walked(7, None, 4), [7, 6, 5, 4]);
        assert!(walked(7, Some(1), 99).is_empty());
        assert!(walked(0, None, 99).is_empty());
    }
}
