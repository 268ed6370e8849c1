//! Replacing a working order by a successor: another order, placed as its predecessor ends.

use std::sync::Arc;

use super::Engine;
use super::place::Placement;
use super::replace::decide_working;
use crate::command::{MarketRefusal, PlaceOrder, SucceedOrder, SuccessorSize};
use crate::event::Outcome;
use crate::ids::OrderId;
use crate::kind::OrderKind;
use crate::order::{Order, OrderStatus, Side, Size, StatusReason};
use crate::reject::{Combination, Reject};
use crate::time::Timestamp;

impl Engine {
    pub(super) fn decide_succession(
        &self,
        now: Timestamp,
        succeed: &SucceedOrder,
    ) -> Result<(Arc<Order>, PlaceOrder, Placement), Reject> {
        let order = Arc::clone(self.orders.order_at(self.changeable_order(succeed.account, succeed.order)?));
        self.decide_successor_id(succeed)?;
        decide_working(&order)?;
        if order.is_armed() {
            return Err(Reject::Combination(Combination::SuccessorOfTrigger));
        }
        let Some(price) = succeed.price.or(order.limit_price()) else {
            return Err(Reject::Combination(Combination::PriceWithoutLimit));
        };
        let command = PlaceOrder {
            time_in_force: succeed.time_in_force.unwrap_or(order.time_in_force),
            post_only: succeed.post_only.unwrap_or(order.post_only),
            price_bound: order.price_bound,
            self_match: order.self_match,
            extended_hours: order.extended_hours,
            client_order_id: succeed.client_order_id.clone(),
            market_refusal: MarketRefusal::Record,
            annotations: succeed.annotations.clone().unwrap_or_else(|| order.annotations.clone()),
            exits: order.exits,
            reduce_only: order.reduce_only,
            short_sale: order.short_sale,
            ..PlaceOrder::new(
                order.account,
                order.instrument,
                order.side,
                OrderKind::Limit { price },
                self.successor_size(&order, succeed.size)?,
            )
        };
        let placement = self.decide_place(now, &command, Some(&order))?;
        Ok((order, command, placement))
    }

    /// Whether the caller's id of a successor is free. A successor of this order with what was named is a repetition.
    fn decide_successor_id(&self, succeed: &SucceedOrder) -> Result<(), Reject> {
        let decided = self.decide_client_id(succeed.account, succeed.client_order_id.as_ref(), None);
        let Err(Reject::ExistsWithDifferent { order, .. }) = decided else { return decided };
        let is_same = self.orders.get(order).is_some_and(|order| {
            order.predecessor == Some(succeed.order)
                && order.versions().last().is_some_and(|placed| repeats(&placed, succeed))
        });
        if is_same { Err(Reject::AlreadyExists { order }) } else { decided }
    }

    fn successor_size(&self, order: &Order, size: SuccessorSize) -> Result<Size, Reject> {
        match (size, order.side, order.limit_price()) {
            (SuccessorSize::Of(size), _, _) => Ok(size),
            (SuccessorSize::Held, Side::Buy, Some(price)) => {
                let scales = &self.known_market(order.instrument)?.scales;
                let leaves = scales.known_lots(order.leaves);
                Ok(Size::Quote(scales.notional(scales.known_ticks(price), leaves)?))
            }
            (SuccessorSize::Leaves | SuccessorSize::Held, _, _) => Ok(Size::Base(order.leaves)),
        }
    }

    pub(super) fn succeed_order(&mut self, succeed: &SucceedOrder) -> Result<Outcome, Reject> {
        let (order, command, placement) = self.decide_succession(self.now, succeed)?;
        let mut events = Vec::new();
        if placement.refusal.is_none() {
            // The successor's id is that of the event after the one that closes its predecessor.
            let successor = OrderId::new(self.last_event + 2);
            self.close_with(
                order.id,
                OrderStatus::Replaced,
                StatusReason::CanceledByOwner,
                &mut events,
                |order| order.edit_extras(|extras| extras.successor = Some(successor)),
            );
            let id = self.carry_out(&command, &placement, Some(order.id), &mut events);
            assert_eq!(id, successor, "Invariant: a predecessor names its successor");
            return Ok(Outcome { about: Some(id), events });
        }
        let id = self.carry_out(&command, &placement, Some(order.id), &mut events);
        Ok(Outcome { about: Some(id), events })
    }
}

/// Whether a successor, as it was placed, has all that is named.
fn repeats(placed: &Order, succeed: &SucceedOrder) -> bool {
    let has_size = match succeed.size {
        SuccessorSize::Of(size) => placed.size == size,
        // What the predecessor had left then.
        SuccessorSize::Leaves | SuccessorSize::Held => true,
    };
    has_size
        && succeed.price.is_none_or(|price| placed.kind == OrderKind::Limit { price })
        && succeed.time_in_force.is_none_or(|asked| placed.time_in_force == asked)
        && succeed.post_only.is_none_or(|asked| placed.post_only == asked)
}
