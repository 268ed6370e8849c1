//! The read views: what the sequencer publishes after each batch and everyone else reads.
//!
//! A reader takes a shard's lock for as long as it takes to clone an `Arc` or a list of ids; it never waits for a
//! command to be applied or made durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use order_engine::{
    AccountId, CandleHistory, ClientOrderId, Execution, ExecutionId, ExerciseNotices, Holdings, InstrumentId,
    InstrumentLists, LedgerEntry, Order, OrderId, Reference, Timestamp,
};
use rustc_hash::FxBuildHasher;

use crate::activities::Kept;
use crate::market::MarketView;
use crate::past::{LISTED_AT_MOST, Past};

/// Orders and executions of one account, by id.
#[derive(Debug, Default)]
pub(crate) struct AccountIndex {
    pub(crate) all: BTreeSet<OrderId>,
    pub(crate) open: BTreeSet<OrderId>,
    pub(crate) executions: BTreeMap<ExecutionId, Arc<Execution>>,
    /// The newest entries of what is no fill: adjustments from outside, and contracts that were exercised or expired.
    /// Oldest first. The entries of fills are in the executions.
    pub(crate) adjustments: VecDeque<LedgerEntry>,
}

/// Everything that can be read. House orders are on the book but are not listed here.
#[derive(Debug, Default)]
pub struct Views {
    pub(crate) reference: ArcSwap<Reference>,
    pub(crate) orders: DashMap<OrderId, Arc<Order>, FxBuildHasher>,
    pub(crate) client_ids: DashMap<(AccountId, ClientOrderId), OrderId, foldhash::fast::RandomState>,
    pub(crate) executions: DashMap<OrderId, Vec<Arc<Execution>>, FxBuildHasher>,
    pub(crate) accounts: DashMap<AccountId, AccountIndex, FxBuildHasher>,
    pub(crate) holdings: DashMap<AccountId, Arc<Holdings>, FxBuildHasher>,
    pub(crate) lists: DashMap<AccountId, InstrumentLists, FxBuildHasher>,
    pub(crate) exercises: DashMap<AccountId, ExerciseNotices, FxBuildHasher>,
    pub(crate) markets: DashMap<InstrumentId, Arc<MarketView>, FxBuildHasher>,
    pub(crate) activities: DashMap<AccountId, Kept, FxBuildHasher>,
    pub(crate) candles: DashMap<InstrumentId, CandleHistory, FxBuildHasher>,
    /// Closed orders that have left the state, where an archive is kept.
    pub(crate) past: Past,
}

impl Views {
    /// Assets, instruments and accounts.
    #[must_use]
    pub fn reference(&self) -> Arc<Reference> {
        self.reference.load_full()
    }

    /// The current version of an order.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<Arc<Order>> {
        self.order_here(id).or_else(|| self.past.order(id).map(|archived| archived.order))
    }

    /// The version of an order that was current at an instant; nothing before it existed.
    #[must_use]
    pub fn order_as_at(&self, id: OrderId, instant: Timestamp) -> Option<Arc<Order>> {
        self.order(id)?.as_at(instant)
    }

    /// The order that a client order id was used for, by the placing or any later request.
    #[must_use]
    pub fn order_by_client_id(
        &self,
        account: AccountId,
        client_order_id: &ClientOrderId,
    ) -> Option<Arc<Order>> {
        let here = self.client_ids.get(&(account, client_order_id.clone())).map(|id| *id);
        here.and_then(|id| self.order(id))
            .or_else(|| self.past.by_client_id(account, client_order_id).map(|archived| archived.order))
    }

    /// All orders of an account, oldest first, staged and closed ones included; of those in the archive the newest
    /// [`LISTED_AT_MOST`](crate::LISTED_AT_MOST). A list that may be long is better walked through from its end.
    #[must_use]
    pub fn orders(&self, account: AccountId) -> Vec<Arc<Order>> {
        let mut ids = self.accounts.get(&account).map(|index| index.all.clone()).unwrap_or_default();
        ids.extend(self.past.orders_back(account, None, LISTED_AT_MOST));
        ids.into_iter().filter_map(|id| self.order(id)).collect()
    }

    /// Orders of an account that are not closed, oldest first, staged ones included.
    #[must_use]
    pub fn open_orders(&self, account: AccountId) -> Vec<Arc<Order>> {
        let ids: Vec<OrderId> =
            self.accounts.get(&account).map(|index| index.open.iter().copied().collect()).unwrap_or_default();
        ids.into_iter().filter_map(|id| self.order(id)).collect()
    }

    /// Number of orders of an account that are not closed, staged ones included.
    #[must_use]
    pub fn open_order_count(&self, account: AccountId) -> usize {
        self.accounts.get(&account).map(|index| index.open.len()).unwrap_or_default()
    }

    /// Executions of one order, oldest first.
    #[must_use]
    pub fn executions(&self, order: OrderId) -> Vec<Arc<Execution>> {
        let here = self.executions_here(order);
        if !here.is_empty() {
            return here;
        }
        self.past.order(order).map(|archived| archived.executions).unwrap_or_default()
    }

    /// Executions of an account, oldest first; of those in the archive the newest
    /// [`LISTED_AT_MOST`](crate::LISTED_AT_MOST).
    #[must_use]
    pub fn account_executions(&self, account: AccountId) -> Vec<Arc<Execution>> {
        let mut all = self.accounts.get(&account).map(|index| index.executions.clone()).unwrap_or_default();
        let past = self.past.executions_back(account, None, LISTED_AT_MOST);
        all.extend(past.into_iter().map(|execution| (execution.id, execution)));
        all.into_values().collect()
    }

    /// Number of orders that are held in memory.
    #[must_use]
    pub fn orders_in_memory(&self) -> usize {
        self.orders.len()
    }

    /// The current version of an order of the state.
    pub(crate) fn order_here(&self, id: OrderId) -> Option<Arc<Order>> {
        self.orders.get(&id).map(|order| Arc::clone(&order))
    }

    /// Executions of an order of the state, oldest first.
    pub(crate) fn executions_here(&self, order: OrderId) -> Vec<Arc<Execution>> {
        self.executions.get(&order).map(|list| list.clone()).unwrap_or_default()
    }

    /// Balances and positions of an account; nothing when the account is unknown.
    #[must_use]
    pub fn holdings(&self, account: AccountId) -> Option<Arc<Holdings>> {
        self.holdings.get(&account).map(|holdings| Arc::clone(&holdings))
    }

    /// The instrument lists of an account, oldest first.
    #[must_use]
    pub fn lists(&self, account: AccountId) -> InstrumentLists {
        self.lists.get(&account).map(|lists| lists.clone()).unwrap_or_default()
    }

    /// The exercise notices of an account that are remembered, oldest first.
    #[must_use]
    pub fn exercises(&self, account: AccountId) -> ExerciseNotices {
        self.exercises.get(&account).map(|notices| notices.clone()).unwrap_or_default()
    }

    /// Quote, depth and trades of an instrument; nothing when the instrument is unknown.
    #[must_use]
    pub fn market(&self, instrument: InstrumentId) -> Option<Arc<MarketView>> {
        self.markets.get(&instrument).map(|market| Arc::clone(&market))
    }

    /// The recent past of an instrument's quotes and trades; nothing when the instrument is unknown. Most of what it
    /// holds is shared with all its copies.
    #[must_use]
    pub fn candles(&self, instrument: InstrumentId) -> Option<CandleHistory> {
        self.candles.get(&instrument).map(|history| history.clone())
    }
}
