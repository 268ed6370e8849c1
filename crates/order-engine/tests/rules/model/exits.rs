//! Lots and their exits, and orders that may only reduce.

use order_engine::{
    AccountId, ChangeLotExits, ExitChange, ExitKind, Exits, Holdings, InstrumentId, LotId, Offset,
    OrderStatus, Side, Size,
};
use rust_decimal::{Decimal, RoundingStrategy};

use super::closes::ModelClosing;
use super::{Model, ModelOrder, Refused, better, market};
use crate::support::*;

/// An open lot.
#[derive(Clone)]
pub(crate) struct ModelLot {
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) born: u64,
    pub(crate) id: Option<LotId>,
    pub(crate) take_profit: Option<Decimal>,
    pub(crate) stop_loss: Option<Decimal>,
    pub(crate) trailing: Option<Trailing>,
}

#[derive(Clone, Copy)]
pub(crate) struct Trailing {
    offset: Offset,
    best: Decimal,
    pub(crate) level: Decimal,
}

/// Whose turn it is: whether it waited for a fall, how far away it was, how old it is, which exit it is.
pub(super) type Turn = (bool, Decimal, u64, Option<ExitKind>);

/// What fires.
pub(super) enum Fired {
    Order(usize),
    Exit { account: AccountId, index: usize },
}

fn distance(instrument: InstrumentId, offset: Offset, from: Decimal) -> Decimal {
    let tick = Decimal::new(1, market(instrument).tick_scale);
    match offset {
        Offset::Price(distance) => distance.decimal(),
        Offset::Pips(pips) => pips.decimal() * tick * Decimal::TEN,
        Offset::BasisPoints(rate) => {
            let ticks = from * Decimal::from(rate.get()) / Decimal::from(10_000) / tick;
            ticks.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * tick
        }
    }
}

fn trailing_from(instrument: InstrumentId, opened_by: Side, offset: Offset, best: Decimal) -> Trailing {
    let distance = distance(instrument, offset, best);
    let level = if opened_by == Side::Buy { best - distance } else { best + distance };
    Trailing { offset, best, level }
}

/// Whether an order that has exits may have them.
pub(super) fn check_parts(order: &ModelOrder) -> Result<(), Refused> {
    if order.reduce_only && !order.exits.is_none() {
        return Err("Combination");
    }
    check_pips(order.instrument, &order.exits)
}

fn check_pips(instrument: InstrumentId, exits: &Exits) -> Result<(), Refused> {
    let is_in_pips = matches!(exits.trailing, Some(Offset::Pips(_)));
    if is_in_pips && !market(instrument).is_margin { Err("Combination") } else { Ok(()) }
}

/// Whether exits of a lot are where they may be, seen from a price.
pub(super) fn check_exits(order: &ModelOrder, reference: Decimal) -> Result<(), Refused> {
    check_terms(order.instrument, order.side, &order.exits, reference)
}

fn check_terms(
    instrument: InstrumentId,
    opened_by: Side,
    exits: &Exits,
    reference: Decimal,
) -> Result<(), Refused> {
    let gains = |price: Decimal| better(opened_by.opposite(), price, reference);
    let loses = |price: Decimal| better(opened_by, price, reference);
    let level = exits.trailing.map(|offset| trailing_from(instrument, opened_by, offset, reference).level);
    if level.is_some_and(|level| level == reference || level <= Decimal::ZERO) {
        return Err("OffsetOutOfRange");
    }
    if exits.take_profit.is_some_and(|price| !gains(price.decimal())) {
        return Err("TakeProfitOnWrongSide");
    }
    let is_wrong = exits.stop_loss.is_some_and(|price| !loses(price.decimal()));
    if is_wrong { Err("StopLossOnWrongSide") } else { Ok(()) }
}

impl ModelLot {
    pub(super) fn opened(order: &ModelOrder, price: Decimal, quantity: Decimal, born: u64) -> Self {
        let exits = order.exits;
        Self {
            quantity,
            price,
            born,
            id: None,
            take_profit: exits.take_profit.map(order_engine::Price::decimal),
            stop_loss: exits.stop_loss.map(order_engine::Price::decimal),
            trailing: exits.trailing.map(|offset| trailing_from(order.instrument, order.side, offset, price)),
        }
    }

    fn forget_exits(&mut self) {
        (self.take_profit, self.stop_loss, self.trailing) = (None, None, None);
    }
}

impl Model {
    pub(super) fn reducible(&self, account: AccountId, instrument: InstrumentId, side: Side) -> Decimal {
        match self.lots.get(&(account, instrument)) {
            Some((opened_by, lots)) if *opened_by != side => lots.iter().map(|lot| lot.quantity).sum(),
            _ => Decimal::ZERO,
        }
    }

    pub(super) fn check_reducing(&self, order: &ModelOrder, quantity: Decimal) -> Result<(), Refused> {
        let most = self.reducible(order.account, order.instrument, order.side);
        if order.reduce_only && quantity > most { Err("QuantityAbovePosition") } else { Ok(()) }
    }

    /// The price at which lots that `opened_by` opened are closed now.
    pub(super) fn closing_price(&self, instrument: InstrumentId, opened_by: Side) -> Option<Decimal> {
        self.reference(instrument, opened_by.opposite())
    }

    /// Cuts what may only reduce to what is left of the position.
    pub(super) fn cut(&mut self, account: AccountId, instrument: InstrumentId) {
        for index in 0..self.orders.len() {
            let order = &self.orders[index];
            let is_concerned = order.reduce_only
                && order.closing.is_none()
                && order.account == account
                && order.instrument == instrument
                && order.status.is_working()
                && (order.rests_at.is_some() || order.is_waiting());
            if !is_concerned {
                continue;
            }
            let most = self.reducible(account, instrument, order.side);
            if most.is_zero() {
                self.orders[index].status = OrderStatus::Canceled;
            } else if order.leaves() > most {
                let order = &mut self.orders[index];
                order.quantity = order.filled + most;
                order.size = Size::Base(quantity(&order.quantity.to_string()));
                let price = order.limit().or(order.waits.map(|waits| waits.trigger)).unwrap();
                order.held = order.held.min(order.resting_hold(price));
            }
        }
    }

    /// Lets the trailing stops of lots follow the market.
    pub(super) fn trail_lots(&mut self, instrument: InstrumentId) {
        if !self.closes_lots(instrument) {
            return;
        }
        for account in [ALICE, BOB] {
            let Some((opened_by, _)) = self.lots.get(&(account, instrument)) else { continue };
            let opened_by = *opened_by;
            let Some(price) = self.closing_price(instrument, opened_by) else { continue };
            let (_, lots) = self.lots.get_mut(&(account, instrument)).unwrap();
            for trailing in lots.iter_mut().filter_map(|lot| lot.trailing.as_mut()) {
                if better(opened_by.opposite(), price, trailing.best) {
                    *trailing = trailing_from(instrument, opened_by, trailing.offset, price);
                }
            }
        }
    }

    /// Exits that the market has come to, for closes of this side: whether they waited for a rise, their level, how old
    /// they are, and which of their lot's they are.
    pub(super) fn fired_exits(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: Decimal,
    ) -> Vec<(Turn, Fired)> {
        let mut fired = Vec::new();
        if !self.closes_lots(instrument) {
            return fired;
        }
        for account in [ALICE, BOB] {
            let Some((opened_by, lots)) = self.lots.get(&(account, instrument)) else { continue };
            if *opened_by == side {
                continue;
            }
            for (index, lot) in lots.iter().enumerate() {
                let gains_by_rising = *opened_by == Side::Buy;
                for (level, kind, rises) in [
                    (lot.take_profit, ExitKind::TakeProfit, gains_by_rising),
                    (lot.stop_loss, ExitKind::StopLoss, !gains_by_rising),
                    (lot.trailing.map(|trailing| trailing.level), ExitKind::Trailing, !gains_by_rising),
                ] {
                    let Some(level) = level else { continue };
                    let is_reached = if rises { price >= level } else { price <= level };
                    if is_reached {
                        let nearness = if rises { level } else { -level };
                        let turn = (!rises, nearness, lot.born, Some(kind));
                        fired.push((turn, Fired::Exit { account, index }));
                    }
                }
            }
        }
        fired
    }

    pub(super) fn fire_exit(&mut self, account: AccountId, instrument: InstrumentId, index: usize) {
        let (opened_by, lots) = &self.lots[&(account, instrument)];
        let (side, lot) = (opened_by.opposite(), lots[index].clone());
        let units = self.deliverable(account, instrument, side, lot.quantity);
        let order = Self::closing_order(account, instrument, side, units, ModelClosing::Lot(lot.born));
        let is_used_up = if let Ok(closed) = self.close(&order) {
            self.orders[closed].filled == self.orders[closed].quantity
        } else {
            let born = self.next_birth();
            self.orders.push(ModelOrder { status: OrderStatus::Rejected, born, ..order });
            true
        };
        let (_, lots) = self.lots.get_mut(&(account, instrument)).unwrap();
        if let Some(left) = lots.iter_mut().find(|left| left.born == lot.born).filter(|_| is_used_up) {
            left.forget_exits();
        }
    }

    pub(super) fn own_lot(&self, account: AccountId, id: LotId) -> Result<(InstrumentId, usize), Refused> {
        let mut own = self.lots.iter().filter(|((owner, _), _)| *owner == account);
        let found = own.find_map(|((_, instrument), (_, lots))| {
            Some((*instrument, lots.iter().position(|lot| lot.id == Some(id))?))
        });
        found.ok_or("UnknownLot")
    }

    pub(super) fn change_exits(&mut self, command: &ChangeLotExits) -> Result<(), Refused> {
        self.takes_orders(command.account)?;
        let (instrument, index) = self.own_lot(command.account, command.lot)?;
        let changes = command.changes;
        if changes.is_keep() {
            return Err("NothingToReplace");
        }
        let opened_by = self.lots[&(command.account, instrument)].0;
        let set = Exits::NONE.changed(&changes);
        check_pips(instrument, &set)?;
        let price = self.closing_price(instrument, opened_by);
        if !set.is_none() {
            check_terms(instrument, opened_by, &set, price.ok_or("NoLiquidity")?)?;
        }
        let (_, lots) = self.lots.get_mut(&(command.account, instrument)).unwrap();
        let lot = &mut lots[index];
        for (level, change) in
            [(&mut lot.take_profit, changes.take_profit), (&mut lot.stop_loss, changes.stop_loss)]
        {
            match change {
                ExitChange::Keep => {}
                ExitChange::Set(price) => *level = Some(price.decimal()),
                ExitChange::Remove => *level = None,
            }
        }
        match changes.trailing {
            ExitChange::Keep => {}
            ExitChange::Set(offset) => {
                lot.trailing = Some(trailing_from(instrument, opened_by, offset, price.unwrap()));
            }
            ExitChange::Remove => lot.trailing = None,
        }
        Ok(())
    }

    /// Compares the lots of an account, and learns what the engine calls them.
    pub(crate) fn watch_lots(&mut self, holdings: &Holdings) {
        for instrument in MARKETS {
            let read = holdings.position(instrument).map(|position| position.lots.as_slice());
            let read = read.unwrap_or_default();
            let mut none = (Side::Buy, Vec::new());
            let (side, lots) = self.lots.get_mut(&(holdings.account, instrument)).unwrap_or(&mut none);
            assert_eq!(read.len(), lots.len(), "lots of {} in {instrument}", holdings.account);
            for (lot, expected) in read.iter().zip(lots) {
                let trailing = lot.exits.trailing;
                let seen = (
                    lot.side,
                    lot.quantity.decimal(),
                    lot.price.decimal(),
                    lot.exits.take_profit.map(order_engine::Price::decimal),
                    lot.exits.stop_loss.map(order_engine::Price::decimal),
                    trailing.map(|trailing| (trailing.watermark.price.decimal(), trailing.price.decimal())),
                );
                let trailing = expected.trailing.map(|trailing| (trailing.best, trailing.level));
                let wanted = (
                    *side,
                    expected.quantity,
                    expected.price,
                    expected.take_profit,
                    expected.stop_loss,
                    trailing,
                );
                assert_eq!(seen, wanted, "lot {} of {}", lot.id, holdings.account);
                assert!(expected.id.is_none_or(|id| id == lot.id), "a lot keeps its number");
                expected.id = Some(lot.id);
            }
        }
    }
}
