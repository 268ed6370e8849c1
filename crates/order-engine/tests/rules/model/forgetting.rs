//! What the state forgets. Which orders go first is not computed once more: what went is looked at for whether it was its
//! turn.

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{AccountId, OrderId};

use super::Model;

/// What is remembered of closed orders, by their places in the list.
#[derive(Default)]
pub(super) struct Memory {
    /// Most closed orders.
    pub(super) most: Option<u64>,
    pub(super) forgotten: BTreeSet<usize>,
    /// In which step each was found to be closed.
    closed_in: BTreeMap<usize, u64>,
    step: u64,
}

impl Model {
    /// A step is over, and these orders were forgotten in it.
    pub(crate) fn forget(&mut self, forgotten: impl IntoIterator<Item = OrderId>) {
        let memory = &mut self.memory;
        memory.step += 1;
        for (index, order) in self.orders.iter().enumerate() {
            if order.account != AccountId::HOUSE && order.status.is_closed() {
                memory.closed_in.entry(index).or_insert(memory.step);
            }
        }
        let mut newest_gone = 0;
        for id in forgotten {
            let index = self.orders.iter().position(|order| order.id == Some(id)).unwrap();
            newest_gone = newest_gone.max(memory.closed_in[&index]);
            assert!(memory.forgotten.insert(index), "an order is forgotten once");
        }
        let kept = memory.closed_in.iter().filter(|(index, _)| !memory.forgotten.contains(index));
        assert!(
            kept.clone().all(|(_, closed)| *closed >= newest_gone),
            "what closed first is forgotten first"
        );
        let most = memory.most.map_or(usize::MAX, |most| usize::try_from(most).unwrap());
        let all = memory.closed_in.len();
        assert!(kept.clone().count() <= most, "no more is remembered than is asked for");
        assert!(newest_gone == 0 || kept.count() == most.min(all), "no more is forgotten than is asked for");
    }

    /// Whether an order of the list is forgotten.
    pub(crate) fn is_forgotten(&self, id: OrderId) -> bool {
        self.orders
            .iter()
            .position(|order| order.id == Some(id))
            .is_some_and(|i| self.memory.forgotten.contains(&i))
    }
}
