//! The read views: what the sequencer publishes after each batch and everyone else reads.
//!
//! A reader takes a shard's lock for as long as it takes to clone an `Arc` or a list of ids; it never waits for a
//! command to be applied or made durable.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use order_engine::{
    AccountId, CandleHistory, ClientOrderId, Execution, Holdings, InstrumentId, InstrumentLists, LedgerEntry,
    Order, OrderId, Reference, Timestamp,
};
use rustc_hash::FxBuildHasher;

use crate::market::MarketView;

/// Orders and executions of one account, by id.
#[derive(Debug, Default)]
pub(crate) struct AccountIndex {
    pub(crate) all: Vec<OrderId>,
    pub(crate) open: BTreeSet<OrderId>,
    pub(crate) executions: Vec<Arc<Execution>>,
    /// The newest adjustments from outside, oldest first. The entries of fills are in the executions.
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
    pub(crate) markets: DashMap<InstrumentId, Arc<MarketView>, FxBuildHasher>,
    pub(crate) candles: DashMap<InstrumentId, CandleHistory, FxBuildHasher>,
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
        self.orders.get(&id).map(|order| Arc::clone(&order))
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
        let id = *self.client_ids.get(&(account, client_order_id.clone()))?;
        self.order(id)
    }

    /// All orders of an account, oldest first, staged and closed ones included.
    #[must_use]
    pub fn orders(&self, account: AccountId) -> Vec<Arc<Order>> {
        let ids = self.accounts.get(&account).map(|index| index.all.clone()).unwrap_or_default();
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
        self.executions.get(&order).map(|list| list.clone()).unwrap_or_default()
    }

    /// Executions of an account, oldest first.
    #[must_use]
    pub fn account_executions(&self, account: AccountId) -> Vec<Arc<Execution>> {
        self.accounts.get(&account).map(|index| index.executions.clone()).unwrap_or_default()
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
