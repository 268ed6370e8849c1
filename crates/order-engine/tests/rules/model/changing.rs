//! Changing orders: in place, by a successor, by an operator.

use order_engine::{
    OrderId, OrderKind, OrderStatus, PlaceOrder, ReplaceOrder, RestateOrder, RestatedStatus, Side, Size,
    SucceedOrder, SuccessorSize,
};

use super::exits::{check_exits, check_parts};
use super::{Meeting, Model, ModelOrder, Refused, market, within};
use crate::support::*;

impl Model {
    pub(super) fn replace(&mut self, replace: &ReplaceOrder) -> Result<(), Refused> {
        let index = self.working(replace.account, replace.order)?;
        if replace.price.is_none()
            && replace.trigger.is_none()
            && replace.quantity.is_none()
            && replace.price_bound.is_none()
            && replace.exits.is_keep()
        {
            return Err("NothingToReplace");
        }
        let (changed, meeting, keeps_place) = self.change(index, replace, true)?;
        let waits = changed.waits.filter(|_| changed.is_waiting());
        self.check_value(&changed, &meeting, waits, changed.leaves())?;
        let changed = ModelOrder { is_replaced: true, ..changed };
        self.put(index, &changed, &meeting, keeps_place);
        Ok(())
    }

    /// The order under new terms, and what it would do.
    pub(super) fn change(
        &self,
        index: usize,
        replace: &ReplaceOrder,
        may_trade: bool,
    ) -> Result<(ModelOrder, Meeting, bool), Refused> {
        let before = &self.orders[index];
        let mut order = before.clone();
        let is_waiting = order.is_waiting();
        order.kind = match (order.kind, replace.price) {
            (kind, None) => kind,
            (OrderKind::Limit { .. }, Some(price)) => OrderKind::Limit { price },
            (OrderKind::MarketToLimit { .. }, Some(rest_at)) => OrderKind::MarketToLimit { rest_at },
            (OrderKind::StopLimit { trigger, .. }, Some(price)) => OrderKind::StopLimit { trigger, price },
            (_, Some(_)) => return Err("Combination"),
        };
        order.kind = match (order.kind, replace.trigger) {
            (kind, None) => kind,
            (OrderKind::Stop { .. }, Some(trigger)) if is_waiting => OrderKind::Stop { trigger },
            (OrderKind::StopLimit { price, .. }, Some(trigger)) if is_waiting => {
                OrderKind::StopLimit { trigger, price }
            }
            (OrderKind::MarketIfTouched { .. }, Some(trigger)) if is_waiting => {
                OrderKind::MarketIfTouched { trigger }
            }
            (_, Some(_)) => return Err("Combination"),
        };
        order.exits = order.exits.changed(&replace.exits);
        check_parts(&order)?;
        if let Some(quantity) = replace.quantity {
            if quantity.is_zero() {
                return Err("SizeNotPositive");
            }
            order.quantity = quantity.decimal();
        }
        let price = match order.waits.filter(|_| is_waiting) {
            Some(waits) => {
                let fixed = order.kind.resting_price().or(order.kind.trigger_price());
                let known = waits.limit.or(fixed.map(order_engine::Price::decimal));
                known.unwrap_or(waits.trigger)
            }
            None => order.limit().unwrap(),
        };
        Self::check_range(&order, order.quantity)?;
        if order.quantity <= order.filled {
            return Err("QuantityNotAboveFilled");
        }
        Self::check_size(
            &ModelOrder { size: Size::Base(quantity(&order.quantity.to_string())), ..order.clone() },
            Some(order.quantity),
            Some(price),
        )?;
        order.bound = replace.price_bound.unwrap_or(order.bound);
        if !within(&order.bound, price) {
            return Err("BeyondBound");
        }
        if before.status == OrderStatus::Suspended {
            return Err("TradingHalted");
        }
        let changes_trigger = order.kind.trigger_price() != before.kind.trigger_price();
        if is_waiting && changes_trigger {
            order.waits = self.waits_for(&order)?;
        }
        check_exits(&order, price)?;
        let keeps_place = !is_waiting && before.rests_at == Some(price) && order.leaves() <= before.leaves();
        let stand_in = ModelOrder {
            kind: OrderKind::Limit { price: order_engine::Price::new(price).unwrap() },
            ..order.clone()
        };
        let meets_nobody = keeps_place || is_waiting || !self.admits(before);
        if !meets_nobody {
            self.check_best(&order, price)?;
        }
        self.check_reducing(&order, order.leaves())?;
        let fills =
            if meets_nobody { Vec::new() } else { self.walk(&stand_in, Some(order.leaves()), Some(price)).0 };
        let needs = order.needs(price, order.leaves());
        let (held, claim) =
            self.afford(&order, needs, (order.leaves(), order.leaves()), Some(price), Some(index))?;
        if !may_trade && !fills.is_empty() {
            return Err("WouldTakeLiquidity");
        }
        self.check_fills(&order, &fills)?;
        let rests_at = Some(price).filter(|_| !is_waiting);
        let meeting = Meeting { fills, quantity: order.quantity, rests_at, held, claim, ends: order.ends };
        Ok((order, meeting, keeps_place))
    }

    pub(super) fn put(&mut self, index: usize, changed: &ModelOrder, meeting: &Meeting, keeps_place: bool) {
        let is_waiting = changed.is_waiting();
        let order = &mut self.orders[index];
        *order = ModelOrder {
            held: meeting.held,
            claim: meeting.claim,
            size: Size::Base(quantity(&changed.quantity.to_string())),
            ..changed.clone()
        };
        if keeps_place || is_waiting {
            return;
        }
        if self.admits(changed) {
            self.orders[index].rests_at = None;
            self.meet(index, meeting);
        } else {
            let order = &mut self.orders[index];
            order.rests_at = meeting.rests_at;
            order.is_parked = true;
        }
    }

    pub(super) fn succeed(&mut self, succeed: &SucceedOrder, id: Option<OrderId>) -> Result<(), Refused> {
        let index = self.working(succeed.account, succeed.order)?;
        let before = self.orders[index].clone();
        if before.is_waiting() {
            return Err("Combination");
        }
        let base = || Size::Base(quantity(&before.leaves().to_string()));
        let size = match (succeed.size, before.side) {
            (SuccessorSize::Held, Side::Buy) => Size::Quote(amount(
                &market(before.instrument)
                    .worth(before.limit().unwrap(), before.leaves())
                    .normalize()
                    .to_string(),
            )),
            (SuccessorSize::Of(size), _) => size,
            _ => base(),
        };
        let kind = OrderKind::Limit { price: succeed.price.unwrap() };
        let command = PlaceOrder {
            time_in_force: before.time_in_force,
            post_only: before.post_only,
            price_bound: before.bound,
            self_match: before.self_match,
            exits: before.exits,
            reduce_only: before.reduce_only,
            short_sale: before.short_sale,
            extended_hours: before.extended.then_some(true),
            ..PlaceOrder::new(before.account, before.instrument, before.side, kind, size)
        };
        let order = ModelOrder { id, ..ModelOrder::new(&command) };
        let wait = self.must_wait(&order)?;
        let decided = match &wait {
            Some(wait) => self.decide_queued(&order, wait, Some(index)),
            None => self.decide(&order, Some(index)),
        };
        match decided {
            Ok(meeting) => {
                self.check_value(&order, &meeting, None, meeting.quantity)?;
                self.orders[index].status = OrderStatus::Replaced;
                match wait {
                    Some(wait) => self.take_queued(order, &command, &meeting, &wait),
                    None => self.take(order, &command, &meeting, None),
                }
                Ok(())
            }
            Err(
                "MarketClosed" | "TradingHalted" | "NoLiquidity" | "BeyondBound" | "NotFillable"
                | "WouldTakeLiquidity" | "SelfMatch",
            ) => {
                let limit = succeed.price.map(order_engine::Price::decimal);
                let quantity = Self::shape(&order, limit)?.unwrap();
                let born = self.next_birth();
                self.orders.push(ModelOrder { status: OrderStatus::Rejected, quantity, born, ..order });
                Ok(())
            }
            Err(refused) => Err(refused),
        }
    }

    pub(super) fn restate(&mut self, restate: &RestateOrder) -> Result<(), Refused> {
        let index = self.index(restate.order).ok_or("UnknownOrder")?;
        let order = &self.orders[index];
        let status = match restate.status {
            RestatedStatus::Keep => None,
            RestatedStatus::Canceled => Some(OrderStatus::Canceled),
            RestatedStatus::Rejected => Some(OrderStatus::Rejected),
            RestatedStatus::Expired => Some(OrderStatus::Expired),
        };
        if let Some(status) = status {
            if order.status != status {
                self.open(index)?;
                self.orders[index].status = status;
            }
            return Ok(());
        }
        let price = restate.price.filter(|price| Some(price.decimal()) != order.limit());
        let trigger = restate.trigger.filter(|trigger| Some(*trigger) != order.kind.trigger_price());
        if price.is_none() && trigger.is_none() {
            return Ok(());
        }
        self.open(index)?;
        if order.status == OrderStatus::PendingNew {
            return Err("OrderStaged");
        }
        let replace = ReplaceOrder { price, trigger, ..ReplaceOrder::new(order.account, restate.order) };
        let (changed, meeting, keeps_place) = self.change(index, &replace, false)?;
        let market = self.reference(changed.instrument, changed.side);
        if let (Some(waits), Some(price)) = (changed.waits.filter(|_| changed.is_waiting()), market)
            && (if waits.rises { price >= waits.trigger } else { price <= waits.trigger })
        {
            return Err("TriggerReached");
        }
        self.put(index, &changed, &meeting, keeps_place);
        Ok(())
    }
}
