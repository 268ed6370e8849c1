//! Exits of open lots: checking them, watching the market for them, and closing the lot when one fires.
//!
//! An exit holds nothing until it fires. Then the engine makes a market order that closes the lot, so that the close has
//! an order, executions and counterparties like any other. An exit waits while the other side of the book is empty. What
//! it did fire for, it fired for once: when the close is refused or cannot be delivered, the lot stays open without exits.

use super::Engine;
use super::close::ClosingTerms;
use super::market::Market;
use super::trigger::{distance_of, worse_by};
use crate::annotations::Annotations;
use crate::command::ChangeLotExits;
use crate::event::{Change, Event, Outcome};
use crate::exits::{ClosingCause, ExitChange, ExitKind, Exits, LotExits, TrailingExit};
use crate::ids::{AccountId, InstrumentId, LotId};
use crate::kind::{Direction, Offset, Watermark};
use crate::order::{Closing, PriceBound, Side};
use crate::position::Lot;
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::triggers::{Armed, FiringPrices, Watcher, Watching};
use crate::units::{Scales, Ticks};

impl Market {
    /// Whether exits of a lot that `opened_by` opens are on the right sides of a price, and within the range of prices.
    ///
    /// # Errors
    /// An offset out of range, or a wrong side; prices that the instrument does not have are refused before.
    pub(super) fn decide_exits(
        &self,
        opened_by: Side,
        exits: &Exits,
        reference: Ticks,
    ) -> Result<(), Reject> {
        // Most orders have none.
        if exits.is_none() {
            return Ok(());
        }
        let shown = self.scales.price(reference);
        if let Some(offset) = exits.trailing {
            let distance = distance_of(&self.scales, offset, reference)?;
            let level = worse_by(opened_by.opposite(), reference, distance).filter(|_| distance > 0);
            level.ok_or(Reject::OffsetOutOfRange { market: shown })?;
        }
        let is_above =
            |price: Ticks| if opened_by == Side::Buy { price > reference } else { price < reference };
        if let Some(given) = exits.take_profit
            && !is_above(self.scales.ticks(given)?)
        {
            return Err(Reject::TakeProfitOnWrongSide { given, reference: shown });
        }
        if let Some(given) = exits.stop_loss {
            let level = self.scales.ticks(given)?;
            if is_above(level) || level == reference {
                return Err(Reject::StopLossOnWrongSide { given, reference: shown });
            }
        }
        Ok(())
    }

    /// The prices that fire triggers of a side. Exits need somebody to close against, and do so in regular hours only.
    pub(super) fn firing_prices(&self, side: Side) -> FiringPrices {
        let orders = self.trigger_reference(side);
        let can_close = self.state.admits(false) && self.book.best(side.opposite()).is_some();
        let exits = orders.filter(|_| can_close);
        FiringPrices { orders, exits }
    }
}

/// A trailing stop that has seen `seen` as the best price. A level that the distance takes out of the range of prices
/// stays at its end.
fn trailing_exit(scales: &Scales, closing: Side, offset: Offset, seen: Ticks, at: Timestamp) -> TrailingExit {
    let (lowest, highest) = scales.price_range();
    let end = match closing {
        Side::Buy => highest,
        Side::Sell => lowest,
    };
    let level = distance_of(scales, offset, seen).ok().and_then(|distance| worse_by(closing, seen, distance));
    let level = level.unwrap_or(end).clamp(lowest, highest);
    TrailingExit {
        offset,
        price: scales.price(level),
        watermark: Watermark { price: scales.price(seen), at },
    }
}

/// The exits of a lot that a fill opens.
pub(super) fn opened_exits(
    scales: &Scales,
    opened_by: Side,
    exits: &Exits,
    price: Ticks,
    at: Timestamp,
) -> Option<Box<LotExits>> {
    let trailing =
        exits.trailing.map(|offset| trailing_exit(scales, opened_by.opposite(), offset, price, at));
    let exits = LotExits { take_profit: exits.take_profit, stop_loss: exits.stop_loss, trailing };
    (!exits.is_none()).then(|| Box::new(exits))
}

/// Where the exits of a lot stand among the triggers of its instrument.
pub(super) fn armed_exits(
    scales: Scales,
    account: AccountId,
    (lot, opened_by): (LotId, Side),
    exits: &LotExits,
) -> impl Iterator<Item = (Watcher, Armed)> {
    let side = opened_by.opposite();
    let (better, worse) = match side {
        Side::Sell => (Direction::Rising, Direction::Falling),
        Side::Buy => (Direction::Falling, Direction::Rising),
    };
    let all = [
        (exits.take_profit, ExitKind::TakeProfit, better),
        (exits.stop_loss, ExitKind::StopLoss, worse),
        (exits.trailing.map(|trailing| trailing.price), ExitKind::Trailing, worse),
    ];
    all.into_iter().filter_map(move |(price, kind, direction)| {
        let armed =
            Armed { side, direction, level: scales.known_ticks(price?), trails: kind == ExitKind::Trailing };
        Some((Watcher::exit(lot, kind, account), armed))
    })
}

impl Engine {
    /// An open lot of this account; any other is unknown.
    pub(super) fn own_lot(&self, account: AccountId, id: LotId) -> Result<(InstrumentId, Lot), Reject> {
        let range = (account, InstrumentId::new(0))..=(account, InstrumentId::new(u32::MAX));
        let found = self.lots.range(range).find_map(|((_, instrument), lots)| {
            Some((*instrument, lots.lot(&self.market(*instrument)?.scales, id)?))
        });
        found.ok_or(Reject::UnknownLot(id))
    }

    /// Decides about other exits for an open lot.
    pub(super) fn decide_lot_exits(
        &self,
        now: Timestamp,
        command: &ChangeLotExits,
    ) -> Result<(InstrumentId, Lot, LotExits), Reject> {
        self.open_for_orders(command.account)?;
        let (instrument, lot) = self.own_lot(command.account, command.lot)?;
        let changes = &command.changes;
        if changes.is_keep() {
            return Err(Reject::NothingToReplace);
        }
        let market = self.known_market(instrument)?;
        let closing = lot.side.opposite();
        let set = Exits::NONE.changed(changes);
        market.decide_has_pips(set.trailing)?;
        market.decide_exit_prices(&set)?;
        let price = market.trigger_reference(closing);
        if !set.is_none() {
            market.decide_exits(lot.side, &set, price.ok_or(Reject::NoLiquidity)?)?;
        }
        let trailing = match (changes.trailing, price) {
            (ExitChange::Set(offset), Some(price)) => {
                Some(trailing_exit(&market.scales, closing, offset, price, now))
            }
            (ExitChange::Remove, _) | (ExitChange::Set(_), None) => None,
            (ExitChange::Keep, _) => lot.exits.trailing,
        };
        let exits = LotExits {
            take_profit: changes.take_profit.applied_to(lot.exits.take_profit),
            stop_loss: changes.stop_loss.applied_to(lot.exits.stop_loss),
            trailing,
        };
        Ok((instrument, lot, exits))
    }

    pub(super) fn change_lot_exits(&mut self, command: &ChangeLotExits) -> Result<Outcome, Reject> {
        let (instrument, lot, exits) = self.decide_lot_exits(self.now, command)?;
        let lot = self.put_exits(command.account, instrument, lot, exits);
        let mut events = Vec::new();
        let (lot, changes) = (Box::new(lot), Some(Box::new(command.changes)));
        self.emit(&mut events, command.account, Change::LotExitsChanged { instrument, lot, changes });
        Ok(Outcome { about: None, events })
    }

    /// Gives an open lot other exits, and shows it with them.
    fn put_exits(&mut self, account: AccountId, instrument: InstrumentId, lot: Lot, exits: LotExits) -> Lot {
        if let Some(lots) = self.lots.get_mut(&(account, instrument)) {
            lots.set_exits(lot.id, exits);
        }
        self.disarm_exits(account, instrument, (lot.id, lot.side), &lot.exits);
        self.arm_exits(account, instrument, (lot.id, lot.side), &exits);
        self.touched.accounts.mark(account.get());
        Lot { exits, ..lot }
    }

    pub(super) fn arm_exits(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        lot: (LotId, Side),
        exits: &LotExits,
    ) {
        let market = self.market_mut(instrument);
        for (watcher, armed) in armed_exits(market.scales, account, lot, exits) {
            market.triggers.arm(watcher, armed);
        }
    }

    pub(super) fn disarm_exits(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        lot: (LotId, Side),
        exits: &LotExits,
    ) {
        let market = self.market_mut(instrument);
        for (watcher, armed) in armed_exits(market.scales, account, lot, exits) {
            market.triggers.disarm(watcher, armed);
        }
    }

    /// Lets the trailing stops of a closing side follow a market that has moved in their favour.
    pub(super) fn trail_exits(&mut self, instrument: InstrumentId, side: Side, events: &mut Vec<Event>) {
        let Some(market) = self.market(instrument).filter(|market| market.state.admits(false)) else {
            return;
        };
        let Some(reference) = market.trigger_reference(side) else { return };
        let scales = market.scales;
        let followers: Vec<(AccountId, Lot, LotExits)> = market
            .triggers
            .trailing_exits(side)
            .filter_map(|watcher| {
                let Watching::Exit { account, .. } = watcher.what() else { return None };
                let lot = self.lots.get(&(account, instrument))?.lot(&scales, watcher.lot_id())?;
                let trailing = lot.exits.trailing?;
                let seen = scales.known_ticks(trailing.watermark.price);
                let is_better = match side {
                    Side::Buy => reference < seen,
                    Side::Sell => reference > seen,
                };
                let follow = || trailing_exit(&scales, side, trailing.offset, reference, self.now);
                is_better.then(|| (account, lot, LotExits { trailing: Some(follow()), ..lot.exits }))
            })
            .collect();
        for (account, lot, exits) in followers {
            let lot = self.put_exits(account, instrument, lot, exits);
            self.emit(events, account, Change::LotTrailed { instrument, lot: Box::new(lot) });
        }
    }

    /// Whether an exit may fire: the order that it makes needs a place.
    pub(super) fn has_room_for_closes(&self) -> bool {
        self.decide_room_for_closes().is_ok()
    }

    /// Closes a lot because one of its exits fired.
    pub(super) fn fire_exit(
        &mut self,
        instrument: InstrumentId,
        account: AccountId,
        lot: LotId,
        kind: ExitKind,
        events: &mut Vec<Event>,
    ) {
        let Ok((_, open)) = self.own_lot(account, lot) else {
            unreachable!("Invariant: exits die with their lot");
        };
        let terms = ClosingTerms {
            account,
            instrument,
            side: open.side.opposite(),
            quantity: self.deliverable(account, instrument, open.side.opposite(), open.quantity),
            most: None,
            price_bound: PriceBound::default(),
            closing: Closing { lot: Some(lot), cause: ClosingCause::Exit(kind) },
        };
        let placement = match self.decide_closing_order(self.now, &terms) {
            Ok(placement) => placement,
            Err(refusal) => terms.refused(refusal),
        };
        let is_refused = placement.refusal.is_some();
        let command = terms.command(None, Annotations::default());
        let id = self.carry_out(&command, &placement, None, events);
        let is_filled = self.orders.known(id).filled == self.orders.known(id).quantity;
        // Where the book ran out, what is left of the lot goes on waiting.
        if (is_refused || is_filled)
            && let Ok((_, left)) = self.own_lot(account, lot)
        {
            let lot = Box::new(self.put_exits(account, instrument, left, LotExits::default()));
            self.emit(events, account, Change::LotExitsChanged { instrument, lot, changes: None });
        }
    }
}
