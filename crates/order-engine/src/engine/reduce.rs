//! Orders that may only reduce a position: how much there is to reduce, and cutting what waits when that shrinks.
//!
//! What a working reduce-only order has left never exceeds its account's position on the other side. Two of them may
//! together: as soon as one is filled, the other is cut.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Engine;
use super::market::Market;
use super::plan::{Incoming, Plan, plan};
use crate::event::{Change, Event};
use crate::ids::{AccountId, InstrumentId, OrderId};
use crate::lots::LotQueue;
use crate::number::Amount;
use crate::order::{Hold, Order, OrderStatus, Side, Size, StatusReason};
use crate::reject::Reject;
use crate::units::Lots;

/// Working reduce-only orders, by instrument and account.
#[derive(Debug, Default)]
pub(super) struct Reducing(BTreeMap<InstrumentId, BTreeMap<AccountId, BTreeSet<OrderId>>>);

impl Reducing {
    /// Notes that an order goes on working, if it is a reduce-only one.
    pub(super) fn add(&mut self, order: &Order) {
        if order.reduce_only {
            let accounts = self.0.entry(order.instrument).or_default();
            accounts.entry(order.account).or_default().insert(order.id);
        }
    }

    /// Forgets an order that closes.
    pub(super) fn remove(&mut self, order: &Order) {
        if !order.reduce_only {
            return;
        }
        let Some(accounts) = self.0.get_mut(&order.instrument) else { return };
        if let Some(orders) = accounts.get_mut(&order.account) {
            orders.remove(&order.id);
            if orders.is_empty() {
                accounts.remove(&order.account);
            }
        }
        if accounts.is_empty() {
            self.0.remove(&order.instrument);
        }
    }

    fn accounts(&self, instrument: InstrumentId) -> impl Iterator<Item = (&AccountId, &BTreeSet<OrderId>)> {
        self.0.get(&instrument).into_iter().flatten()
    }

    fn orders(&self, account: AccountId, instrument: InstrumentId) -> Option<&BTreeSet<OrderId>> {
        self.0.get(&instrument)?.get(&account)
    }
}

/// What accounts with reduce-only orders on one side of a book can still reduce while a match is planned.
#[derive(Debug, Default)]
pub(super) struct Reducibles<'a>(BTreeMap<AccountId, (&'a BTreeSet<OrderId>, Lots)>);

impl Reducibles<'_> {
    /// The most that a resting order may be filled for; nothing when that is all of it.
    pub(super) fn room(&self, account: AccountId, order: OrderId) -> Option<Lots> {
        let (orders, left) = self.0.get(&account)?;
        orders.contains(&order).then_some(*left)
    }

    /// Counts a planned fill. The incoming side's position grows, and that of the resting side shrinks.
    pub(super) fn take(&mut self, incoming: AccountId, resting: AccountId, quantity: Lots) {
        if let Some((_, left)) = self.0.get_mut(&incoming) {
            *left = left.plus(quantity);
        }
        if let Some((_, left)) = self.0.get_mut(&resting) {
            *left = left.minus(quantity.min(*left));
        }
    }
}

impl Engine {
    /// What an order of this side could take off the account's position.
    pub(super) fn reducible(&self, account: AccountId, instrument: InstrumentId, side: Side) -> Lots {
        match self.lots.get(&(account, instrument)).map(LotQueue::net) {
            Some((opened_by, net)) if opened_by != side => net,
            Some(_) | None => Lots::ZERO,
        }
    }

    /// Whether a reduce-only order is no larger than what it may reduce.
    pub(super) fn decide_reducible(
        &self,
        market: &Market,
        account: AccountId,
        side: Side,
        quantity: Lots,
    ) -> Result<(), Reject> {
        let reducible = self.reducible(account, market.instrument, side);
        if quantity > reducible {
            let (given, reducible) = (market.scales.quantity(quantity), market.scales.quantity(reducible));
            return Err(Reject::QuantityAbovePosition { given, reducible });
        }
        Ok(())
    }

    /// Plans a match, in which resting reduce-only orders are filled for no more than they may reduce.
    pub(super) fn plan(&self, market: &Market, incoming: &Incoming) -> Result<Plan, Reject> {
        // Most orders reach nobody.
        let best = market.book.best(incoming.side.opposite());
        if !best.is_some_and(|best| incoming.limit_takes(best)) {
            return Ok(Plan::of_unmet(&market.scales, incoming));
        }
        let mut reducibles = Reducibles::default();
        for (account, orders) in self.reducing.accounts(market.instrument) {
            let left = self.reducible(*account, market.instrument, incoming.side.opposite());
            if !left.is_zero() {
                reducibles.0.insert(*account, (orders, left));
            }
        }
        plan(&market.book, &market.scales, incoming, reducibles)
    }

    /// Cuts the reduce-only orders of an account to a position that has shrunk, and cancels those with nothing to reduce.
    pub(super) fn cut_reducing(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        events: &mut Vec<Event>,
    ) {
        if self.reducing.0.is_empty() {
            return;
        }
        let Some(orders) = self.reducing.orders(account, instrument) else { return };
        let orders: Vec<Arc<Order>> = orders.iter().filter_map(|id| self.orders.get(*id)).cloned().collect();
        for order in orders {
            let reducible = self.reducible(account, instrument, order.side);
            let Some(market) = self.market(instrument) else { continue };
            let leaves = market.scales.known_lots(order.leaves);
            if reducible.is_zero() {
                self.close(order.id, OrderStatus::Canceled, StatusReason::NothingToReduce, events);
            } else if leaves > reducible {
                self.cut(&order, leaves, reducible, events);
            }
        }
    }

    fn cut(&mut self, order: &Order, before: Lots, leaves: Lots, events: &mut Vec<Event>) {
        if let Some(key) = self.orders.resting(order.id) {
            self.market_mut(order.instrument).book.reduce(key, before.minus(leaves));
        }
        let Some(market) = self.market(order.instrument) else { return };
        let scales = market.scales;
        // The market refused nothing larger before, so what is less fits.
        let held = market.waiting_hold(order, leaves).ok().flatten();
        let held = order.held.and_then(|hold| {
            Some(Hold { amount: held.filter(|new| new.asset == hold.asset)?.amount, ..hold })
        });
        if let (Some(old), Some(new)) = (order.held, held) {
            let less = Amount::from_units(new.amount.units().min(old.amount.units()));
            self.ledger.hold(order.account, old.asset, Amount::from_units(less.units() - old.amount.units()));
            self.touched.accounts.mark(order.account.get());
        }
        let event = self.mint();
        let reduced = self.orders.revise(order.id, event, self.now, |order| {
            let quantity = scales.quantity(scales.known_lots(order.filled).plus(leaves));
            order.size = Size::Base(quantity);
            order.quantity = quantity;
            order.leaves = scales.quantity(leaves);
            order.held = held;
        });
        events.push(self.event(event, Change::OrderReduced(reduced)));
    }
}
