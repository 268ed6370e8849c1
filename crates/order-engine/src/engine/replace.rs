//! Replacing a working order in place: it keeps its id, and its place where nobody behind it is worse off.

use super::Engine;
use super::account::Worth;
use super::funds::Demand;
use super::new_terms::{Changes, NewTerms};
use super::orders::Place;
use super::place::Placement;
use super::plan::{Budget, Incoming, Plan};
use super::terms::decide_bounds;
use crate::command::ReplaceOrder;
use crate::event::{Change, Outcome};
use crate::history::{Moved, Request};
use crate::ids::{AccountId, OrderId};
use crate::order::{Hold, Order, OrderStatus, Size};
use crate::reject::Reject;
use crate::time::Timestamp;

/// A decision to replace an order in place.
#[derive(Debug)]
pub(super) struct Replacement {
    order: Place,
    terms: NewTerms,
    /// Whether the order keeps its place in the queue of its price.
    keeps_place: bool,
    placement: Placement,
}

impl Engine {
    /// An order of an account that takes new terms.
    pub(super) fn changeable_order(&self, account: AccountId, id: OrderId) -> Result<Place, Reject> {
        self.open_for_orders(account)?;
        self.own_order(account, id)
    }

    pub(super) fn decide_replace(
        &self,
        now: Timestamp,
        replace: &ReplaceOrder,
    ) -> Result<Replacement, Reject> {
        let place = self.changeable_order(replace.account, replace.order)?;
        let order = self.orders.order_at(place);
        self.decide_client_id(replace.account, replace.client_order_id.as_ref(), None)?;
        decide_working(order)?;
        if replace.price.is_none()
            && replace.trigger.is_none()
            && replace.quantity.is_none()
            && replace.time_in_force.is_none()
            && replace.price_bound.is_none()
            && replace.annotations.is_none()
            && replace.exits.is_keep()
        {
            return Err(Reject::NothingToReplace);
        }
        let changes = Changes {
            price: replace.price,
            trigger: replace.trigger,
            quantity: replace.quantity,
            time_in_force: replace.time_in_force,
            price_bound: replace.price_bound.as_ref(),
            exits: &replace.exits,
            is_owners: true,
        };
        let terms = self.new_terms(now, order, changes)?;
        let keeps_place = self.keeps_place(order, &terms);
        let placement = self.decide_new_terms(order, &terms, keeps_place, true)?;
        self.decide_new_value(order, &terms, &placement)?;
        Ok(Replacement { order: place, terms, keeps_place, placement })
    }

    fn keeps_place(&self, order: &Order, terms: &NewTerms) -> bool {
        let Some(market) = self.market(order.instrument) else { return false };
        let price = order.limit_price().map(|price| market.scales.known_ticks(price));
        terms.price.is_some()
            && price == terms.price
            && terms.leaves <= market.scales.known_lots(order.leaves)
    }

    /// Decides whether new terms can be afforded, and what they would trade at once, if they may.
    fn decide_new_terms(
        &self,
        order: &Order,
        terms: &NewTerms,
        keeps_place: bool,
        may_trade: bool,
    ) -> Result<Placement, Reject> {
        let market = self.known_market(order.instrument)?;
        let incoming = Incoming {
            account: order.account,
            side: order.side,
            limit: Some(terms.limit),
            bounds: terms.bounds(&market.scales)?,
            budget: Budget::Base(terms.leaves),
            rest_at: None,
            self_match: order.self_match,
        };
        let meets_nobody =
            keeps_place || terms.trigger().is_some() || !market.state.admits(order.trades_extended_hours());
        if !meets_nobody && let Some(best) = market.book.best(order.side.opposite()) {
            decide_bounds(market, &incoming, best)?;
        }
        if order.reduce_only {
            self.decide_reducible(market, order.account, order.side, terms.leaves)?;
        }
        let planned = if meets_nobody { Plan::default() } else { self.plan(market, &incoming)? };
        let demand = Demand {
            account: order.account,
            side: order.side,
            short_sale: order.short_sale,
            reduce_only: order.reduce_only,
            quantity: terms.leaves,
            ordered: terms.leaves,
            limit: Some(terms.limit),
            rest: None,
            credit: Some(order),
        };
        let hold = self.decide_funds(market, &demand, &planned)?;
        if (order.post_only || !may_trade)
            && let Some(fill) = planned.fills.first()
        {
            return Err(Reject::WouldTakeLiquidity { best: market.scales.price(fill.price) });
        }
        if let Some((own, price)) = planned.self_match {
            let price = market.scales.price(price);
            return Err(Reject::SelfMatch { order: own, price, side: order.side });
        }
        Ok(Placement {
            shown_quantity: terms.quantity,
            fills: planned.fills,
            rest_at: terms.price,
            hold,
            expires_at: terms.expires_at,
            trigger: terms.trigger().map(|trigger| Box::new(*trigger)),
            queue: None,
            closing: None,
            refusal: None,
        })
    }

    /// Whether the value of the order under new terms, what is filled included, is within what its account allows.
    fn decide_new_value(&self, order: &Order, terms: &NewTerms, placement: &Placement) -> Result<(), Reject> {
        let market = self.known_market(order.instrument)?;
        let worth = Worth { kind: terms.kind, quantity: terms.leaves, filled: order.filled_notional };
        self.decide_value(order.account, market, placement, worth)
    }

    /// New terms that an operator gives: they may not trade, nor fire.
    pub(super) fn decide_restated_terms(
        &self,
        order: &Order,
        terms: &NewTerms,
    ) -> Result<(bool, Placement), Reject> {
        let keeps_place = self.keeps_place(order, terms);
        let placement = self.decide_new_terms(order, terms, keeps_place, false)?;
        if let Some(trigger) = placement.trigger.as_deref() {
            let market = self.known_market(order.instrument)?;
            let price = market.trigger_reference(order.side);
            if let Some(reached) = price.filter(|price| trigger.is_reached(market.scales.price(*price))) {
                let market = market.scales.price(reached);
                return Err(Reject::TriggerReached { trigger: trigger.price, market });
            }
        }
        Ok((keeps_place, placement))
    }

    pub(super) fn replace_order(&mut self, replace: &ReplaceOrder) -> Result<Outcome, Reject> {
        let Replacement { order: place, terms, keeps_place, placement } =
            self.decide_replace(self.now, replace)?;
        if let Some(id) = replace.client_order_id.clone() {
            self.client_ids.insert((replace.account, id), replace.order);
        }
        let mut events = Vec::with_capacity(1 + 2 * placement.fills.len());
        let event = self.mint();
        let request_id = replace.client_order_id.clone();
        let revised = if let Some(moved) = self.moved(place, replace, &terms, placement.hold) {
            self.make_way(place, &terms, keeps_place, placement.hold);
            self.orders.advance(place, event, self.now, moved)
        } else {
            let annotations = replace.annotations.clone();
            self.put_terms(place, &terms, keeps_place, placement.hold, event, |order| {
                order.replaces += 1;
                if request_id.is_some() {
                    order.request_id = request_id;
                }
                if let Some(annotations) = annotations {
                    order.annotations = annotations;
                }
            })
        };
        events.push(self.event(event, Change::OrderReplaced(revised)));
        if !keeps_place && placement.trigger.is_none() {
            self.come_to_market(place, &placement, &mut events);
        }
        Ok(Outcome { about: Some(replace.order), events })
    }

    /// The replacement as a step, when it gives an order on the book another price and nothing else.
    fn moved(
        &self,
        place: Place,
        replace: &ReplaceOrder,
        terms: &NewTerms,
        hold: Option<Hold>,
    ) -> Option<Moved> {
        let order = self.orders.order_at(place);
        let is_move = terms.rare.is_none()
            && replace.quantity.is_none()
            && replace.time_in_force.is_none()
            && replace.annotations.is_none()
            && matches!(order.size, Size::Base(_));
        let price = terms.kind.resting_price().filter(|_| is_move)?;
        let request = Request::new(replace.client_order_id.clone());
        Some(Moved { price, held: hold, replaces: order.replaces + 1, request })
    }
}

/// Whether an order works, so that its terms can change.
pub(super) fn decide_working(order: &Order) -> Result<(), Reject> {
    if order.status.is_closed() {
        return Err(Reject::OrderClosed { order: order.id, status: order.status });
    }
    if order.status == OrderStatus::PendingNew {
        return Err(Reject::OrderStaged(order.id));
    }
    Ok(())
}
