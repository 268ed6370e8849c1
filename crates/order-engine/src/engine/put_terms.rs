//! Carrying out new terms: the order leaves what it held and where it stood, has its new version, and meets the book.

use std::sync::Arc;

use super::Engine;
use super::due::Due;
use super::market::Market;
use super::new_terms::{NewTerms, RareTerms};
use super::orders::Place;
use super::place::Placement;
use crate::event::Event;
use crate::ids::EventId;
use crate::order::{Hold, Order, Size};

impl Engine {
    /// Lets an order with new terms meet the book, once its market admits it.
    pub(super) fn come_to_market(&mut self, place: Place, placement: &Placement, events: &mut Vec<Event>) {
        let order = self.orders.order_at(place);
        let admits = |market: &Market| market.state.admits(order.trades_extended_hours());
        if self.market(order.instrument).is_some_and(admits) {
            self.meet_book_at(place, placement, events);
        } else {
            self.park(&Arc::clone(order));
        }
    }

    /// Writes new terms into an order: hold, expiry, book and version. An order that loses its place is off the book
    /// afterwards.
    pub(super) fn put_terms(
        &mut self,
        place: Place,
        terms: &NewTerms,
        keeps_place: bool,
        hold: Option<Hold>,
        event: EventId,
        change: impl FnOnce(&mut Order),
    ) -> Arc<Order> {
        self.make_way(place, terms, keeps_place, hold);
        let instrument = self.orders.order_at(place).instrument;
        let leaves = self.market_mut(instrument).scales.quantity(terms.leaves);
        let revised = self.orders.revise_at(place, event, self.now, |order| {
            order.kind = terms.kind;
            order.size = Size::Base(terms.quantity);
            order.quantity = terms.quantity;
            order.leaves = leaves;
            order.time_in_force = terms.time_in_force;
            order.expires_at = terms.expires_at;
            order.held = hold;
            if let Some(rare) = terms.rare.as_deref() {
                put_rare(order, rare);
            }
            change(order);
        });
        if revised.is_armed() {
            self.arm(&revised);
        }
        revised
    }

    /// Everything that new terms change but the order itself.
    pub(super) fn make_way(&mut self, place: Place, terms: &NewTerms, keeps_place: bool, hold: Option<Hold>) {
        let order = self.orders.order_at(place);
        let (account, instrument, id, held) = (order.account, order.instrument, order.id, order.held);
        let (expires_at, before) = (order.expires_at, order.leaves);
        if order.is_armed() {
            let order = Arc::clone(order);
            self.disarm(&order);
        }
        self.change_hold((account, instrument), held, hold);
        if expires_at != terms.expires_at {
            if let Some(at) = expires_at {
                self.due.remove(&(at, Due::End(id)));
            }
            if let Some(at) = terms.expires_at {
                self.due.insert((at, Due::End(id)));
            }
        }
        let key = self.orders.resting_at(place);
        let market = self.market_mut(instrument);
        if let Some(key) = key {
            if keeps_place {
                market.book.reduce(key, market.scales.known_lots(before).minus(terms.leaves));
            } else {
                market.book.remove(key);
                self.orders.leaves_book_at(place);
            }
        }
    }
}

/// Writes the rarer parts of new terms into an order. What it once waited for stays known.
fn put_rare(order: &mut Order, rare: &RareTerms) {
    let RareTerms { price_bound, exits, trigger } = *rare;
    let trigger = trigger.or(order.trigger);
    if order.price_bound != price_bound || order.trigger != trigger || order.exits != exits {
        order.edit_extras(|extras| {
            extras.price_bound = price_bound;
            extras.trigger = trigger;
            extras.exits = exits;
        });
    }
}
