//! The operator's override: overwriting the stored state of an order without breaking book, holds or history.

use super::Engine;
use super::new_terms::{Changes, NewTerms};
use super::orders::Place;
use super::place::Placement;
use crate::command::{RestateOrder, RestatedStatus};
use crate::event::{Change, Outcome};
use crate::exits::ExitChanges;
use crate::order::{Order, OrderStatus, StatusReason};
use crate::reject::{OrderField, Reject};
use crate::time::Timestamp;

/// A decision to restate an order.
#[derive(Debug)]
pub(super) enum Restatement {
    /// Only its texts change.
    Texts,
    /// Its terms change; it keeps working.
    Terms { place: Place, terms: Box<NewTerms>, keeps_place: bool, placement: Box<Placement> },
    /// It is closed.
    Closed { status: OrderStatus },
}

impl Engine {
    pub(super) fn decide_restatement(
        &self,
        now: Timestamp,
        restate: &RestateOrder,
    ) -> Result<Restatement, Reject> {
        let place = self.orders.find(restate.order).ok_or(Reject::UnknownOrder(restate.order))?;
        let order = self.orders.order_at(place);
        if let Some(id) = &restate.request_id
            && order.request_id.as_ref() != Some(id)
            && order.client_order_id.as_ref() != Some(id)
        {
            self.decide_client_id(order.account, Some(id), None)?;
        }
        let price = restate.price.filter(|price| Some(*price) != order.limit_price());
        let quantity = restate.quantity.filter(|quantity| *quantity != order.quantity);
        let time_in_force = restate.time_in_force.filter(|asked| *asked != order.time_in_force);
        let trigger = restate.trigger.filter(|trigger| Some(*trigger) != order.kind.trigger_price());
        let changes_terms =
            price.is_some() || quantity.is_some() || time_in_force.is_some() || trigger.is_some();
        if let Some(status) = restated(restate.status) {
            return match (order.status == status, order.status.is_closed(), changes_terms) {
                (true, _, false) => Ok(Restatement::Texts),
                (false, false, false) => Ok(Restatement::Closed { status }),
                (_, true, _) => Err(Reject::OrderClosed { order: order.id, status: order.status }),
                (_, false, true) => Err(Reject::CannotRestate(OrderField::Other)),
            };
        }
        if !changes_terms {
            return Ok(Restatement::Texts);
        }
        if order.status.is_closed() {
            return Err(Reject::OrderClosed { order: order.id, status: order.status });
        }
        if order.status == OrderStatus::PendingNew {
            return Err(Reject::OrderStaged(order.id));
        }
        let (price_bound, exits) = (None, &ExitChanges::KEEP);
        let is_owners = false;
        let changes = Changes { price, trigger, quantity, time_in_force, price_bound, exits, is_owners };
        let terms = self.new_terms(now, order, changes)?;
        let (keeps_place, placement) = self.decide_restated_terms(order, &terms)?;
        Ok(Restatement::Terms { place, terms: Box::new(terms), keeps_place, placement: Box::new(placement) })
    }

    pub(super) fn restate_order(&mut self, restate: &RestateOrder) -> Result<Outcome, Reject> {
        let decided = self.decide_restatement(self.now, restate)?;
        let mut events = Vec::new();
        let (request_id, annotations) = (restate.request_id.clone(), restate.annotations.clone());
        let texts = |order: &mut Order| {
            if request_id.is_some() {
                order.request_id.clone_from(&request_id);
            }
            order.annotations = annotations;
        };
        let id = restate.order;
        match decided {
            Restatement::Texts => {
                let event = self.mint();
                let revised = self.orders.revise(id, event, self.now, texts);
                events.push(self.event(event, Change::OrderRestated(revised)));
            }
            Restatement::Terms { place, terms, keeps_place, placement } => {
                let event = self.mint();
                let revised = self.put_terms(place, &terms, keeps_place, placement.hold, event, texts);
                events.push(self.event(event, Change::OrderRestated(revised)));
                if !keeps_place && placement.trigger.is_none() {
                    self.come_to_market(place, &placement, &mut events);
                }
            }
            Restatement::Closed { status } => {
                self.close_with(id, status, StatusReason::Restated, &mut events, texts);
            }
        }
        if let Some(request_id) = restate.request_id.clone() {
            let account = self.orders.known(id).account;
            self.client_ids.insert((account, request_id), id);
        }
        Ok(Outcome { about: Some(id), events })
    }
}

const fn restated(status: RestatedStatus) -> Option<OrderStatus> {
    match status {
        RestatedStatus::Keep => None,
        RestatedStatus::Canceled => Some(OrderStatus::Canceled),
        RestatedStatus::Rejected => Some(OrderStatus::Rejected),
        RestatedStatus::Expired => Some(OrderStatus::Expired),
    }
}
