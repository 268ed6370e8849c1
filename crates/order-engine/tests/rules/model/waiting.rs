//! Orders that wait for the market.

use order_engine::{InstrumentId, Offset, OrderKind, OrderStatus, Side};
use rust_decimal::{Decimal, RoundingStrategy};

use super::exits::{Fired, check_exits};
use super::{Meeting, Model, ModelOrder, Refused, Waits, better, is_limit, market};
use crate::support::*;

/// What an order is taken for while nobody looks at its market.
pub(super) fn known_form(kind: OrderKind) -> OrderKind {
    match kind {
        OrderKind::Stop { trigger } | OrderKind::MarketIfTouched { trigger } => {
            OrderKind::Limit { price: trigger }
        }
        OrderKind::StopLimit { price, .. } => OrderKind::Limit { price },
        OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => OrderKind::Market,
        kind => kind,
    }
}

impl Model {
    pub(super) fn reference(&self, instrument: InstrumentId, side: Side) -> Option<Decimal> {
        self.best(instrument, side.opposite())
    }

    /// What can be said of an order before its market is looked at, by the price that is known of it.
    pub(super) fn check_known(&self, order: &ModelOrder) -> Result<(), Refused> {
        if order.post_only && !is_limit(order.kind) {
            return Err("Combination");
        }
        let kind = known_form(order.kind);
        let price = kind.resting_price().filter(|_| is_limit(kind)).map(order_engine::Price::decimal);
        Self::shape(&ModelOrder { kind, ..order.clone() }, price)?;
        Self::ends(order, self.now).map(drop)
    }

    pub(super) fn waits_for(&self, order: &ModelOrder) -> Result<Option<Waits>, Refused> {
        let fixed = |trigger: order_engine::Price, rises| {
            Ok(Some(Waits { trigger: trigger.decimal(), rises, best: None, limit: None }))
        };
        let is_buy = order.side == Side::Buy;
        let market = || self.reference(order.instrument, order.side).ok_or("NoLiquidity");
        match order.kind {
            OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => Ok(None),
            OrderKind::Stop { trigger } | OrderKind::StopLimit { trigger, .. } => fixed(trigger, is_buy),
            OrderKind::MarketIfTouched { trigger } => fixed(trigger, trigger.decimal() > market()?),
            OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => {
                Self::trail_from(order, market()?).map(Some)
            }
        }
    }

    pub(super) fn trail_from(order: &ModelOrder, best: Decimal) -> Result<Waits, Refused> {
        let tick = Decimal::new(1, market(order.instrument).tick_scale);
        let (offset, limit_offset) = match order.kind {
            OrderKind::TrailingStop { offset } => (offset, None),
            OrderKind::TrailingStopLimit { offset, limit_offset } => (offset, Some(limit_offset.decimal())),
            _ => unreachable!(),
        };
        let distance = match offset {
            Offset::Price(distance) => distance.decimal(),
            Offset::Pips(pips) => pips.decimal() * tick * Decimal::TEN,
            Offset::BasisPoints(rate) => {
                let ticks = best * Decimal::from(rate.get()) / Decimal::from(10_000) / tick;
                ticks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * tick
            }
        };
        let sign = if order.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
        let trigger = best + sign * distance;
        let limit = limit_offset.map(|offset| trigger + sign * offset);
        if trigger <= Decimal::ZERO || limit.is_some_and(|limit| limit <= Decimal::ZERO) {
            return Err("OffsetOutOfRange");
        }
        Ok(Waits { trigger, rises: order.side == Side::Buy, best: Some(best), limit })
    }

    pub(super) fn decide_waiting(
        &self,
        order: &ModelOrder,
        waits: Waits,
        credit: Option<usize>,
    ) -> Result<Meeting, Refused> {
        let fixed = order.kind.resting_price().map(order_engine::Price::decimal);
        let price = waits.limit.or(fixed).unwrap_or(waits.trigger);
        let stand_in = ModelOrder {
            kind: OrderKind::Limit { price: order_engine::Price::new(price).unwrap() },
            ..order.clone()
        };
        let given = Self::shape(&stand_in, Some(price))?.unwrap();
        let ends = Self::ends(order, self.now)?;
        check_exits(order, price)?;
        self.check_reducing(order, given)?;
        let needs = order.needs(price, given);
        let (held, claim) = self.afford(order, needs, (given, given), Some(price), credit)?;
        Ok(Meeting { fills: Vec::new(), quantity: given, rests_at: None, held, claim, ends })
    }

    /// Lets waiting orders follow and fire until nothing more happens.
    pub(super) fn settle_triggers(&mut self) {
        while MARKETS.into_iter().any(|instrument| self.settle_one(instrument)) {}
    }

    pub(super) fn settle_one(&mut self, instrument: InstrumentId) -> bool {
        if !self.is_trading(instrument) {
            return false;
        }
        for side in [Side::Buy, Side::Sell] {
            let Some(reference) = self.reference(instrument, side) else { continue };
            for index in 0..self.orders.len() {
                let order = &self.orders[index];
                let is_here = order.instrument == instrument
                    && order.side == side
                    && order.is_waiting()
                    && !order.is_parked;
                let seen = order.waits.and_then(|waits| waits.best).filter(|_| is_here);
                if seen.is_some_and(|seen| better(side, reference, seen))
                    && let Ok(waits) = Self::trail_from(order, reference)
                {
                    self.orders[index].waits = Some(waits);
                }
            }
        }
        self.trail_lots(instrument);
        let index = match self.next_fired(instrument) {
            None => return false,
            Some(Fired::Exit { account, index }) => {
                self.fire_exit(account, instrument, index);
                return true;
            }
            Some(Fired::Order(index)) => index,
        };
        let waits = self.orders[index].waits.take().unwrap();
        let order = self.orders[index].clone();
        let live = match order.kind {
            OrderKind::StopLimit { price, .. } => OrderKind::Limit { price },
            OrderKind::TrailingStopLimit { .. } => {
                OrderKind::Limit { price: order_engine::Price::new(waits.limit.unwrap()).unwrap() }
            }
            _ => OrderKind::Market,
        };
        match self.decide(&ModelOrder { kind: live, ..order }, Some(index)) {
            Err(_) => self.orders[index].status = OrderStatus::Canceled,
            Ok(meeting) => {
                let order = &mut self.orders[index];
                order.quantity = meeting.quantity;
                (order.held, order.claim) = (meeting.held, meeting.claim);
                order.fired_limit = live.resting_price().map(order_engine::Price::decimal);
                // A trailing limit is fixed from now on.
                order.rests_at = None;
                self.meet(index, &meeting);
            }
        }
        true
    }

    fn next_fired(&self, instrument: InstrumentId) -> Option<Fired> {
        [Side::Buy, Side::Sell].into_iter().find_map(|side| {
            let price = self.reference(instrument, side)?;
            let mut fired = self.fired_exits(instrument, side, price);
            for (index, order) in self.orders.iter().enumerate() {
                let Some(waits) = order.waits.filter(|_| order.is_waiting() && !order.is_parked) else {
                    continue;
                };
                let is_here = order.instrument == instrument && order.side == side;
                let is_reached = if waits.rises { waits.trigger <= price } else { waits.trigger >= price };
                if is_here && is_reached {
                    let nearness = if waits.rises { waits.trigger } else { -waits.trigger };
                    fired.push(((!waits.rises, nearness, order.born, None), Fired::Order(index)));
                }
            }
            fired.into_iter().min_by_key(|(turn, _)| *turn).map(|(_, fired)| fired)
        })
    }
}
