//! The ledger of an account as it is read: all that moved its balances, from the newest entry back.

use std::ops::ControlFlow;
use std::sync::Arc;

use order_engine::{AccountId, EntryId, Execution, ExecutionId, LedgerEntry};

use crate::views::Views;

/// Entries of what is no fill that are kept for each account; older ones are in the log alone.
pub const ADJUSTMENTS_KEPT: usize = 10_000;

impl Views {
    /// Visits the ledger entries of an account from the newest back, those before `before` only, until the visitor
    /// breaks off. An entry's id never changes, so it is where a later walk can go on.
    pub fn visit_entries_back(
        &self,
        account: AccountId,
        before: Option<EntryId>,
        mut visit: impl FnMut(LedgerEntry) -> ControlFlow<()>,
    ) {
        let is_wanted = |entry: &LedgerEntry| before.is_none_or(|before| entry.id < before);
        // They are few, and kept apart from the fills that came between them.
        let adjustments: Vec<LedgerEntry> = self.accounts.get(&account).map_or_else(Vec::new, |index| {
            index.adjustments.iter().filter(|entry| is_wanted(entry)).copied().collect()
        });
        let mut adjustments = adjustments.into_iter().rev().peekable();
        let mut is_over = false;
        // An entry of the execution of `before` itself may still come before it.
        let from = before.map(|before| ExecutionId::new(before.event.get().saturating_add(1)));
        self.visit_executions_back(account, from, |execution: Arc<Execution>| {
            let entries: Vec<LedgerEntry> = execution.entries().filter(is_wanted).collect();
            for entry in entries.into_iter().rev() {
                while let Some(newer) = adjustments.next_if(|adjustment| adjustment.id > entry.id) {
                    is_over = visit(newer).is_break();
                    if is_over {
                        return ControlFlow::Break(());
                    }
                }
                is_over = visit(entry).is_break();
                if is_over {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        if !is_over {
            let _ = adjustments.try_for_each(visit);
        }
    }
}
