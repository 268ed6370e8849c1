//! From what happened to what can be read. Only the sequencer publishes.
//!
//! Orders and executions are published event by event. Balances, positions and markets are read from the engine once
//! for each batch, for what it touched. All of it is done before any caller of the batch is answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use order_engine::{
    AccountId, Change, DepthLevel, Engine, Event, EventId, Execution, InstrumentId, LedgerEntry, Liquidity,
    Order, Touched, TradeId,
};

use crate::ledger::ADJUSTMENTS_KEPT;
use crate::market::{Level, MarketView, PublicTrade, TRADES_KEPT};
use crate::restore;
use crate::views::Views;

/// Levels of the book that are shown on each side.
const DEPTH_LEVELS: usize = 50;

/// What is still to be published.
#[derive(Debug, Default)]
pub(crate) struct Publisher {
    /// Orders are not shown as they change: they will all be shown at once, or never.
    withholds_orders: bool,
    reference: bool,
    accounts: BTreeSet<AccountId>,
    instruments: BTreeSet<InstrumentId>,
    lists: BTreeSet<AccountId>,
    exercises: BTreeSet<AccountId>,
    trades: BTreeMap<InstrumentId, VecDeque<PublicTrade>>,
}

impl Publisher {
    /// Shows no orders from now on. Nobody reads yet, and to show each change is most of what publishing costs.
    pub(crate) const fn withhold_orders(&mut self) {
        self.withholds_orders = true;
    }

    /// Shows the orders that were withheld, and from now on each as it changes.
    pub(crate) fn show_orders(&mut self, views: &Views, engine: &Engine) {
        if std::mem::take(&mut self.withholds_orders) {
            restore::show_all(views, engine);
        }
    }

    /// Takes note of orders that leave the state: one that was withheld is shown until it is in the archive.
    pub(crate) fn departed(&self, views: &Views, orders: &[Arc<Order>]) {
        if self.withholds_orders {
            for order in orders {
                views.put_whole_order(order);
            }
        }
    }

    /// Publishes the orders and executions of the events of one command.
    pub(crate) fn events(&mut self, views: &Views, events: &[Event]) {
        let taken: BTreeSet<TradeId> = executions(events)
            .filter(|execution| execution.liquidity == Liquidity::Taker)
            .map(|e| e.trade)
            .collect();
        for event in events {
            if event.change == Change::StateReset {
                *self = Self { withholds_orders: self.withholds_orders, ..Self::default() };
                views.clear();
            }
            views.put_activity(event);
            if let Some(order) = event.change.order().filter(|_| !self.withholds_orders) {
                views.put_order(order);
            }
            for entry in event.entries() {
                views.put_adjustment(entry);
            }
            if let Some(execution) = event.change.execution() {
                views.put_execution(execution);
                // A match of two clients has two executions and is one trade; the house's side has none.
                if execution.liquidity == Liquidity::Taker || !taken.contains(&execution.trade) {
                    let trades = self.trades.entry(execution.instrument).or_default();
                    push_bounded(trades, public_trade(execution));
                }
            }
        }
    }

    /// Takes the trades of a market from a snapshot, oldest first.
    pub(crate) fn restore_trades(&mut self, instrument: InstrumentId, trades: Vec<PublicTrade>) {
        let kept = self.trades.entry(instrument).or_default();
        for trade in trades {
            push_bounded(kept, trade);
        }
    }

    /// Takes note of what has to be read from the engine.
    pub(crate) fn touched(&mut self, touched: Touched) {
        if touched.reset {
            let (withholds_orders, trades) = (self.withholds_orders, std::mem::take(&mut self.trades));
            *self = Self { withholds_orders, trades, ..Self::default() };
        }
        self.reference |= touched.reference;
        self.accounts.extend(touched.accounts);
        self.instruments.extend(touched.instruments);
        self.lists.extend(touched.lists);
        self.exercises.extend(touched.exercises);
    }

    /// Publishes what was noted.
    pub(crate) fn flush(&mut self, views: &Views, engine: &Engine) {
        if std::mem::take(&mut self.reference) {
            views.reference.store(Arc::clone(engine.reference()));
        }
        while let Some(account) = self.accounts.pop_first() {
            if let Some(holdings) = engine.holdings(account) {
                views.holdings.insert(account, Arc::new(holdings));
            }
        }
        while let Some(account) = self.lists.pop_first() {
            views.lists.insert(account, engine.lists(account));
        }
        while let Some(account) = self.exercises.pop_first() {
            views.exercises.insert(account, engine.exercises(account));
        }
        self.instruments.extend(self.trades.keys());
        while let Some(instrument) = self.instruments.pop_first() {
            let trades = self.trades.remove(&instrument).unwrap_or_default();
            views.put_market(engine, instrument, trades);
        }
    }
}

fn executions(events: &[Event]) -> impl Iterator<Item = &Arc<Execution>> {
    events.iter().filter_map(|event| event.change.execution())
}

fn public_trade(execution: &Execution) -> PublicTrade {
    let taker_side = match execution.liquidity {
        Liquidity::Taker => execution.side,
        Liquidity::Maker => execution.side.opposite(),
    };
    PublicTrade {
        trade: execution.trade,
        price: execution.price,
        quantity: execution.quantity,
        notional: execution.notional,
        taker_side,
        at: execution.at,
    }
}

fn push_bounded(trades: &mut VecDeque<PublicTrade>, trade: PublicTrade) {
    if trades.len() == TRADES_KEPT {
        trades.pop_front();
    }
    trades.push_back(trade);
}

fn levels(levels: &[DepthLevel]) -> Vec<Level> {
    let level =
        |level: &DepthLevel| Level { price: level.price, quantity: level.quantity, orders: level.orders };
    levels.iter().map(level).collect()
}

/// The writing half of the views: what is published first is what the later parts point to.
impl Views {
    /// Empties them.
    pub(crate) fn clear(&self) {
        self.client_ids.clear();
        self.accounts.clear();
        self.executions.clear();
        self.orders.clear();
        self.holdings.clear();
        self.lists.clear();
        self.exercises.clear();
        self.markets.clear();
        self.candles.clear();
        self.activities.clear();
    }

    fn put_order(&self, order: &Arc<Order>) {
        let is_first = self.orders.insert(order.id, Arc::clone(order)).is_none();
        let mut index = self.accounts.entry(order.account).or_default();
        if is_first {
            index.all.insert(order.id);
        }
        if order.status.is_closed() {
            index.open.remove(&order.id);
        } else {
            index.open.insert(order.id);
        }
        drop(index);

        for id in order.new_client_ids() {
            // The engine lets an account use an id once for all time, so this takes it from no other order.
            self.client_ids.insert((order.account, id.clone()), order.id);
        }
    }

    /// Takes an order that was not shown yet, with all its versions.
    pub(crate) fn put_whole_order(&self, order: &Arc<Order>) {
        for id in order.all_client_ids() {
            self.client_ids.insert((order.account, id.clone()), order.id);
        }
        self.orders.insert(order.id, Arc::clone(order));
        let mut index = self.accounts.entry(order.account).or_default();
        index.all.insert(order.id);
        if !order.status.is_closed() {
            index.open.insert(order.id);
        }
    }

    /// Takes an order that has left the state out, with its executions, unless another has come in its place.
    pub(crate) fn forget(&self, order: &Arc<Order>) {
        if self.orders.remove_if(&order.id, |_, here| Arc::ptr_eq(here, order)).is_none() {
            return;
        }
        let executions = self.executions.remove(&order.id).map(|(_, executions)| executions);
        for id in order.all_client_ids() {
            self.client_ids.remove_if(&(order.account, id.clone()), |_, used_for| *used_for == order.id);
        }
        if let Some(mut index) = self.accounts.get_mut(&order.account) {
            index.all.remove(&order.id);
            for execution in executions.iter().flatten() {
                index.executions.remove(&execution.id);
            }
        }
    }

    /// All executions by account, of each the oldest first.
    pub(crate) fn all_executions(&self) -> Vec<Vec<Arc<Execution>>> {
        let reference = self.reference();
        let of_account = |account: &Arc<order_engine::Account>| {
            let index = self.accounts.get(&account.id)?;
            Some(index.executions.values().cloned().collect())
        };
        reference.accounts().iter().filter_map(of_account).collect()
    }

    /// All entries of what is no fill that are kept, by account, of each the oldest first.
    pub(crate) fn all_adjustments(&self) -> Vec<LedgerEntry> {
        let reference = self.reference();
        let indexes = reference.accounts().iter().filter_map(|account| self.accounts.get(&account.id));
        indexes.flat_map(|index| index.adjustments.iter().copied().collect::<Vec<_>>()).collect()
    }

    pub(crate) fn put_adjustment(&self, entry: LedgerEntry) {
        let mut index = self.accounts.entry(entry.account).or_default();
        if index.adjustments.len() == ADJUSTMENTS_KEPT {
            index.adjustments.pop_front();
        }
        index.adjustments.push_back(entry);
    }

    pub(crate) fn put_execution(&self, execution: &Arc<Execution>) {
        self.executions.entry(execution.order).or_default().push(Arc::clone(execution));
        let mut index = self.accounts.entry(execution.account).or_default();
        index.executions.insert(execution.id, Arc::clone(execution));
    }

    fn put_candles(&self, engine: &Engine, instrument: InstrumentId) {
        let Some(newer) = engine.candles(instrument) else { return };
        match self.candles.get_mut(&instrument) {
            Some(mut history) => history.follow(newer),
            None => drop(self.candles.insert(instrument, newer.clone())),
        }
    }

    fn put_market(&self, engine: &Engine, instrument: InstrumentId, trades: VecDeque<PublicTrade>) {
        self.put_candles(engine, instrument);
        let depth = engine.depth(instrument, DEPTH_LEVELS);
        let mut entry =
            self.markets.entry(instrument).or_insert_with(|| Arc::new(MarketView::empty(instrument)));
        // Changed in place; copied only when a reader holds on to it at this moment.
        let market = Arc::make_mut(&mut entry);
        if let Some(state) = engine.market_state(instrument) {
            market.state.clone_from(state);
        }
        market.as_of = engine.last_event().unwrap_or(EventId::new(0));
        market.quote = engine.quote(instrument);
        market.bids = levels(&depth.bids);
        market.asks = levels(&depth.asks);
        if !trades.is_empty() {
            let kept = Arc::make_mut(&mut market.trades);
            for trade in trades {
                push_bounded(kept, trade);
            }
        }
    }
}
