//! Closing by lot and by position: what an exit that fires, an owner or the closeout asks for.

use order_engine::{
    AccountId, Change, CloseLot, ClosePosition, Event, InstrumentId, OrderId, OrderKind, PlaceOrder,
    PriceBound, Side, Size, TimeInForce,
};
use rust_decimal::Decimal;

use super::market::market;
use super::{Meeting, Model, ModelOrder, Refused, within};
use crate::support::*;

/// What a closing order closes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ModelClosing {
    /// The lot of this birth.
    Lot(u64),
    Position,
}

impl Model {
    /// What can be handed over of what is to be closed.
    pub(super) fn deliverable(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        wanted: Decimal,
    ) -> Decimal {
        let market = market(instrument);
        let owned = match side {
            Side::Sell => (self.available(account, market.base) / market.lot).floor() * market.lot,
            Side::Buy => self.short(account, instrument) - self.covered(account, instrument, None),
        };
        if market.is_margin || owned <= Decimal::ZERO { wanted } else { wanted.min(owned) }
    }

    pub(super) fn closing_order(
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        units: Decimal,
        closing: ModelClosing,
    ) -> ModelOrder {
        let size = Size::Base(quantity(&units.to_string()));
        let command = PlaceOrder {
            reduce_only: true,
            time_in_force: TimeInForce::Ioc,
            ..PlaceOrder::new(account, instrument, side, OrderKind::Market, size)
        };
        ModelOrder { quantity: units, closing: Some(closing), ..ModelOrder::new(&command) }
    }

    /// Carries out a close, unless it is refused.
    pub(super) fn close(&mut self, order: &ModelOrder) -> Result<usize, Refused> {
        let meeting = self.decide_close(order)?;
        let born = self.next_birth();
        self.orders.push(ModelOrder { held: meeting.held, claim: meeting.claim, born, ..order.clone() });
        let index = self.orders.len() - 1;
        self.meet(index, &meeting);
        Ok(index)
    }

    fn decide_close(&self, order: &ModelOrder) -> Result<Meeting, Refused> {
        if order.quantity.is_zero() {
            return Err("SizeNotPositive");
        }
        Self::ends(order, self.now)?;
        if !self.closes_lots(order.instrument) {
            let is_halted = self.halted.contains(&order.instrument);
            return Err(if is_halted { "TradingHalted" } else { "MarketClosed" });
        }
        let best = self.best(order.instrument, order.side.opposite()).ok_or("NoLiquidity")?;
        if !within(&order.bound, best) {
            return Err("BeyondBound");
        }
        let (fills, _) = self.walk(order, Some(order.quantity), None);
        let market = market(order.instrument);
        let needs = match order.side {
            Side::Sell => order.quantity,
            Side::Buy => {
                order.costs(fills.iter().map(|(_, price, quantity)| market.worth(*price, *quantity)).sum())
            }
        };
        let worst = fills.last().map(|(_, price, _)| *price);
        let (held, claim) = self.afford(order, needs, (order.quantity, order.quantity), worst, None)?;
        Ok(Meeting { fills, quantity: order.quantity, rests_at: None, held, claim, ends: None })
    }

    pub(super) fn close_lot(&mut self, command: &CloseLot, id: Option<OrderId>) -> Result<(), Refused> {
        self.takes_orders(command.account)?;
        let (instrument, index) = self.own_lot(command.account, command.lot)?;
        let (opened_by, lots) = &self.lots[&(command.account, instrument)];
        let (side, lot) = (opened_by.opposite(), &lots[index]);
        let units = match command.quantity {
            None => self.deliverable(command.account, instrument, side, lot.quantity),
            Some(units) if units.decimal() > lot.quantity => return Err("QuantityAboveLot"),
            Some(units) => units.decimal(),
        };
        let order =
            Self::closing_order(command.account, instrument, side, units, ModelClosing::Lot(lot.born));
        self.close_for_owner(&order, id, command.price_bound)
    }

    pub(super) fn close_position(
        &mut self,
        command: &ClosePosition,
        id: Option<OrderId>,
    ) -> Result<(), Refused> {
        self.takes_orders(command.account)?;
        let (account, instrument) = (command.account, command.instrument);
        let sides = [Side::Buy, Side::Sell].map(|side| (side, self.reducible(account, instrument, side)));
        let Some((side, net)) = sides.into_iter().find(|(_, net)| !net.is_zero()) else {
            return Err("NoPosition");
        };
        let units = self.deliverable(account, instrument, side, net);
        let order = Self::closing_order(account, instrument, side, units, ModelClosing::Position);
        self.close_for_owner(&order, id, command.price_bound)
    }

    fn close_for_owner(
        &mut self,
        order: &ModelOrder,
        id: Option<OrderId>,
        bound: PriceBound,
    ) -> Result<(), Refused> {
        self.close(&ModelOrder { id, bound, ..order.clone() }).map(drop)
    }

    /// Learns what the engine calls the orders that exits made.
    pub(crate) fn learn_closes(&mut self, events: &[Event]) {
        for event in events {
            let (Change::OrderAccepted(order) | Change::OrderRejected(order)) = &event.change else {
                continue;
            };
            if order.closing.is_some() && self.orders.iter().all(|known| known.id != Some(order.id)) {
                let unnamed = |known: &&mut ModelOrder| known.id.is_none() && known.closing.is_some();
                self.orders.iter_mut().find(unnamed).unwrap().id = Some(order.id);
            }
        }
    }
}
