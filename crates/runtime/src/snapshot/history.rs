//! What happened to the accounts of late, as a snapshot has it: first the orders that the state has forgotten and events
//! still tell of, then the events, which name the versions that they mean.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use order_engine::{Engine, Event, Order, OrderId, Versions};

use super::frames::{put, put_with, take, take_with};
use crate::views::Views;

/// How much of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Versions of orders that the state has forgotten.
    pub(super) versions: u64,
    pub(super) events: u64,
}

/// Orders that events may tell of.
pub(super) struct Orders<'s> {
    engine: &'s Engine,
    forgotten: BTreeMap<OrderId, Arc<Order>>,
    /// The versions of orders that were asked for, oldest first.
    found: BTreeMap<OrderId, Vec<Arc<Order>>>,
}

impl<'s> Orders<'s> {
    fn new(engine: &'s Engine) -> Self {
        Self { engine, forgotten: BTreeMap::new(), found: BTreeMap::new() }
    }
}

impl Versions for Orders<'_> {
    fn version(&mut self, order: OrderId, version: u32) -> Option<Arc<Order>> {
        if !self.found.contains_key(&order) {
            let newest = self.engine.order(order).or_else(|| self.forgotten.get(&order))?;
            let mut versions: Vec<_> = newest.versions().collect();
            versions.reverse();
            self.found.insert(order, versions);
        }
        let versions = self.found.get(&order)?;
        let at = versions.binary_search_by_key(&version, |order| order.version).ok()?;
        versions.get(at).cloned()
    }
}

/// What is to be written.
pub(super) struct History<'s> {
    orders: Orders<'s>,
    /// By account, oldest first.
    events: Vec<Event>,
}

impl<'s> History<'s> {
    /// Collects what views show.
    pub(super) fn of(views: &Views, engine: &'s Engine) -> Self {
        let (mut orders, events) = (Orders::new(engine), views.all_activities());
        for order in events.iter().filter_map(|event| event.change.order()) {
            if engine.order(order.id).is_none() {
                let newest = orders.forgotten.entry(order.id).or_insert_with(|| Arc::clone(order));
                if newest.version < order.version {
                    *newest = Arc::clone(order);
                }
            }
        }
        Self { orders, events }
    }

    pub(super) fn counts(&self) -> Counts {
        let versions = self.orders.forgotten.values().map(|order| order.versions().count() as u64).sum();
        Counts { versions, events: self.events.len() as u64 }
    }

    /// Each version and each event is a part of its own: an order may have very many versions.
    pub(super) fn write(mut self, out: &mut impl Write, buffer: &mut Vec<u8>) -> io::Result<()> {
        for order in self.orders.forgotten.values() {
            let versions: Vec<_> = order.versions().collect();
            versions.into_iter().rev().try_for_each(|version| put(out, buffer, version.as_ref()))?;
        }
        self.events.iter().try_for_each(|event| put_with(out, buffer, event, &mut self.orders))
    }
}

/// Reads it into views.
pub(super) fn read(
    counts: Counts,
    input: &mut impl Read,
    buffer: &mut Vec<u8>,
    engine: &Engine,
    views: &Views,
) -> io::Result<()> {
    let mut orders = Orders::new(engine);
    let mut versions: Vec<Order> = Vec::new();
    for _ in 0..counts.versions {
        let version: Order = take(input, buffer)?;
        if versions.last().is_some_and(|before| before.id != version.id) {
            orders.forget(std::mem::take(&mut versions));
        }
        versions.push(version);
    }
    orders.forget(versions);
    for _ in 0..counts.events {
        views.put_activity(&take_with(input, buffer, &mut orders)?);
    }
    Ok(())
}

impl Orders<'_> {
    /// Takes an order that the state has forgotten by its versions, oldest first.
    fn forget(&mut self, versions: Vec<Order>) {
        if let Some(order) = Order::of_versions(versions) {
            self.forgotten.insert(order.id, order);
        }
    }
}
