//! What happened to an account of late, event by event: the raw material of statements and of lists of transactions.
//!
//! Where a trailing trigger went is not kept: it moves with the market, and its orders tell where it is.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use order_engine::{AccountId, Change, Event, EventId};

use crate::views::Views;

/// Events kept of each account; older ones are forgotten.
pub const ACTIVITIES_KEPT: usize = 10_000;

/// Events copied at once, so that a long list is neither copied whole nor locked for long.
const BITE: usize = 128;

/// Whether an event is kept.
fn is_kept(event: &Event) -> bool {
    event.account != AccountId::HOUSE
        && !matches!(event.change, Change::OrderTrailed(_) | Change::LotTrailed { .. })
}

impl Views {
    /// Takes down what concerns an account.
    pub(crate) fn put_activity(&self, event: &Event) {
        if !is_kept(event) {
            return;
        }
        let mut kept = self.activities.entry(event.account).or_default();
        if kept.len() == ACTIVITIES_KEPT {
            kept.pop_front();
        }
        kept.push_back(event.clone());
    }

    /// All that is kept, by account, of each the oldest first. For a snapshot.
    pub(crate) fn all_activities(&self) -> Vec<Event> {
        let reference = self.reference();
        let kept = reference.accounts().iter().filter_map(|account| self.activities.get(&account.id));
        kept.flat_map(|kept| kept.iter().cloned().collect::<Vec<_>>()).collect()
    }

    /// Visits what happened to an account from the newest event back, events with numbers up to `through` only, until
    /// the visitor breaks off.
    pub fn visit_activities_back(
        &self,
        account: AccountId,
        through: Option<EventId>,
        mut visit: impl FnMut(&Event) -> ControlFlow<()>,
    ) {
        let mut before = through.map(|through| EventId::new(through.get().saturating_add(1)));
        loop {
            let bite = self.bite(account, before);
            let Some(oldest) = bite.last() else { return };
            before = Some(oldest.id);
            if bite.iter().any(|event| visit(event).is_break()) {
                return;
            }
        }
    }

    /// The newest events of an account before one, newest first.
    fn bite(&self, account: AccountId, before: Option<EventId>) -> Vec<Event> {
        let Some(kept) = self.activities.get(&account) else { return Vec::new() };
        let end = before.map_or(kept.len(), |before| kept.partition_point(|event| event.id < before));
        kept.range(..end).rev().take(BITE).cloned().collect()
    }
}

/// For views alone.
pub(crate) type Kept = VecDeque<Event>;

#[cfg(test)]
mod tests {
    use order_engine::{Amount, AssetId, Timestamp};

    use super::*;

    const ANN: AccountId = AccountId::new(1);

    fn event(number: u64, account: AccountId) -> Event {
        let change =
            Change::BalanceAdjusted { asset: AssetId::new(0), amount: Amount::ZERO, balance: Amount::ZERO };
        Event { id: EventId::new(number), at: Timestamp::EPOCH, account, change }
    }

    fn visited(views: &Views, through: Option<u64>, most: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        views.visit_activities_back(ANN, through.map(EventId::new), |event| {
            seen.push(event.id.get());
            if seen.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        seen
    }

    #[test]
    fn a_visit_goes_back_from_any_number() {
        let views = Views::default();
        (1..=300).for_each(|number| views.put_activity(&event(number * 2, ANN)));
        views.put_activity(&event(602, AccountId::new(2)));
        views.put_activity(&event(603, AccountId::HOUSE));
        assert_eq!(visited(&views, None, 999), (1..=300).rev().map(|number| number * 2).collect::<Vec<_>>());
        assert_eq!(visited(&views, Some(9), 3), [8, 6, 4]);
        assert_eq!(visited(&views, Some(8), 1), [8]);
        assert_eq!(visited(&views, Some(u64::MAX), 1), [600]);
        assert!(visited(&views, Some(1), 9).is_empty());
    }

    #[test]
    fn the_oldest_events_are_forgotten() {
        let views = Views::default();
        (1..=ACTIVITIES_KEPT as u64 + 5).for_each(|number| views.put_activity(&event(number, ANN)));
        let seen = visited(&views, None, usize::MAX);
        assert_eq!((seen.len(), seen.last()), (ACTIVITIES_KEPT, Some(&6)));
    }
}
