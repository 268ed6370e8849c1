//! Margin call and closeout: when what an account has falls below the margin that it uses it is told so, and when it falls
//! to a part of it, its positions are closed.
//!
//! Accounts are looked at after each command, once triggers have settled: those whose margin position a quote moved,
//! directly or through its conversion, and those that were filled, adjusted or set anew.

use std::collections::BTreeSet;

use super::Engine;
use super::account::MAX_BASIS_POINTS;
use super::market::Market;
use super::place::Placement;
use super::plan::{Bounds, Budget, Incoming};
use crate::command::PlaceOrder;
use crate::event::{Change, Event};
use crate::exits::ClosingCause;
use crate::exposed::Exposure;
use crate::ids::{AccountId, InstrumentId, OrderId};
use crate::kind::OrderKind;
use crate::ledger::sum;
use crate::number::Amount;
use crate::order::{Closing, OrderStatus, SelfMatch, Side, Size, StatusReason, TimeInForce};
use crate::reference::BasisPoints;
use crate::units::Lots;
use crate::valuation::Equity;

/// An account whose positions are to be closed, with the numbers that decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    account: AccountId,
    equity: Amount,
    used: Amount,
    level: BasisPoints,
}

/// What an account has and needs, and the part of what it needs at which its positions are closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    equity: Equity,
    level: BasisPoints,
}

impl Standing {
    /// Whether equity is below the used margin.
    fn is_called(&self) -> bool {
        !self.equity.used.is_zero() && self.equity.equity < self.equity.used
    }

    /// Whether equity has fallen to the closeout level.
    fn is_due(&self) -> bool {
        let Equity { equity, used } = self.equity;
        let scaled = |amount: Amount, by: u32| amount.units().saturating_mul(i128::from(by));
        !used.is_zero() && scaled(equity, MAX_BASIS_POINTS) <= scaled(used, self.level.get())
    }
}

impl Engine {
    /// Lets triggers fire and margin positions be closed until nothing more happens.
    pub(super) fn settle(&mut self, events: &mut Vec<Event>) {
        loop {
            self.settle_triggers(events);
            if !self.look_at_margins(events) {
                return;
            }
        }
    }

    /// Has an account looked at before the command is over, if it has margin positions.
    pub(super) fn unsettle(&mut self, account: AccountId) {
        if self.exposed.has(account) {
            self.unsettled.mark(account.get());
        }
    }

    /// Notes whether a margin position is open after a fill, which may have taken cash that was held.
    pub(super) fn note_exposure(&mut self, account: AccountId, instrument: InstrumentId) {
        let Ok(currency) = self.account_currency(account) else { return };
        let Some(quote) = self.market(instrument).map(|market| market.quote_asset) else { return };
        let is_open = self.lots.get(&(account, instrument)).is_some_and(|lots| !lots.net().1.is_zero());
        self.exposed.note(Exposure { account, currency, instrument, quote }, is_open);
        self.unsettled.mark(account.get());
    }

    /// Looks at the accounts whose worth may have changed. Says whether anything was done.
    fn look_at_margins(&mut self, events: &mut Vec<Event>) -> bool {
        if self.unsettled.is_empty() && self.quoted.is_empty() && self.stuck.is_empty() {
            return false;
        }
        let filled: BTreeSet<AccountId> = self.unsettled.take_all().map(AccountId::new).collect();
        let mut is_changed = false;
        for account in &filled {
            is_changed |= self.give_up_unfunded(*account, events);
        }
        let mut accounts = filled;
        let quoted: Vec<u32> = self.quoted.take_all().collect();
        for instrument in quoted.into_iter().map(InstrumentId::new) {
            let Some(market) = self.market(instrument) else { continue };
            accounts.extend(self.exposed.moved_by(instrument, market.base, market.quote_asset));
        }
        // What could not be closed for want of liquidity is looked at again each time.
        accounts.extend(&self.stuck);
        let due: Vec<Due> =
            accounts.into_iter().filter_map(|account| self.look_at_margin(account, events)).collect();
        for due in due {
            is_changed |= self.close_out(&due, events);
        }
        is_changed
    }

    /// Cancels what a margin loss no longer leaves the cash for, the newest order first.
    fn give_up_unfunded(&mut self, account: AccountId, events: &mut Vec<Event>) -> bool {
        let Ok(currency) = self.account_currency(account) else { return false };
        let is_short = |engine: &Self| engine.ledger.balance(account, currency).available().is_negative();
        if !is_short(self) {
            return false;
        }
        let holding = self
            .orders
            .open_of(account)
            .filter(|order| order.held.is_some_and(|hold| hold.asset == currency && !hold.amount.is_zero()));
        let holding: Vec<OrderId> = holding.map(|order| order.id).collect();
        let mut is_changed = false;
        for id in holding.into_iter().rev() {
            if !is_short(self) {
                break;
            }
            self.close(id, OrderStatus::Canceled, StatusReason::Unfunded, events);
            is_changed = true;
        }
        is_changed
    }

    /// Says when an account comes into margin call and when it leaves it, and whether it is due for a closeout.
    fn look_at_margin(&mut self, account: AccountId, events: &mut Vec<Event>) -> Option<Due> {
        let was_called = self.called.contains(&account);
        let standing = self.note_standing(account);
        match standing.filter(Standing::is_called) {
            Some(Standing { equity: Equity { equity, used }, .. }) if !was_called => {
                self.emit(events, account, Change::MarginCallEntered { equity, used });
            }
            None if was_called => self.emit(events, account, Change::MarginCallLeft),
            Some(_) | None => {}
        }
        let Standing { equity: Equity { equity, used }, level } = standing.filter(Standing::is_due)?;
        Some(Due { account, equity, used, level })
    }

    /// Notes whether an account is in margin call, and whether its positions are to be closed, until it is otherwise.
    pub(super) fn note_standing(&mut self, account: AccountId) -> Option<Standing> {
        fn note(noted: &mut BTreeSet<AccountId>, account: AccountId, is_so: bool) {
            if is_so {
                noted.insert(account);
            } else {
                noted.remove(&account);
            }
        }
        let standing = self.standing(account);
        note(&mut self.called, account, standing.is_some_and(|standing| standing.is_called()));
        note(&mut self.stuck, account, standing.is_some_and(|standing| standing.is_due()));
        standing
    }

    /// How an account with a closeout level stands; nothing without one, or when a position cannot be valued.
    fn standing(&self, account: AccountId) -> Option<Standing> {
        let level = self.settings(account)?.closeout?;
        Some(Standing { equity: self.equity(account)?, level })
    }

    /// Whether an account is in margin call.
    pub(super) fn is_called(&self, account: AccountId) -> bool {
        self.standing(account).is_some_and(|standing| standing.is_called())
    }

    /// Cancels the account's open orders and closes its margin positions. Says whether there was anything to do.
    fn close_out(&mut self, due: &Due, events: &mut Vec<Event>) -> bool {
        let Due { account, equity, used, level } = *due;
        let working = self.orders.open_of(account).filter(|order| order.status.is_working());
        let working: Vec<OrderId> = working.map(|order| order.id).collect();
        let positions = self.margin_positions(account);
        let can_close = positions.iter().any(|(instrument, side, _)| self.takes(*instrument, *side));
        if working.is_empty() && !can_close {
            return false;
        }
        self.emit(events, account, Change::MarginCloseout { equity, used, level });
        for id in working {
            self.close(id, OrderStatus::Canceled, StatusReason::MarginCloseout, events);
        }
        for (instrument, side, quantity) in positions {
            self.close_out_position(account, instrument, side, quantity, events);
        }
        true
    }

    /// Whether somebody would take a position of a side now.
    fn takes(&self, instrument: InstrumentId, side: Side) -> bool {
        let takes = |market: &Market| market.state.is_trading() && market.book.best(side).is_some();
        self.market(instrument).is_some_and(takes)
    }

    /// Open margin positions of an account in the order of instruments: side and quantity.
    pub(super) fn margin_positions(&self, account: AccountId) -> Vec<(InstrumentId, Side, Lots)> {
        let range = (account, InstrumentId::new(0))..=(account, InstrumentId::new(u32::MAX));
        let positions = self.lots.range(range).filter_map(|((_, instrument), lots)| {
            let (side, quantity) = lots.net();
            let is_margin = self.market(*instrument)?.is_margin;
            (is_margin && !quantity.is_zero()).then_some((*instrument, side, quantity))
        });
        positions.collect()
    }

    /// What the account has and what its margin positions need; nothing when one of them cannot be valued.
    fn equity(&self, account: AccountId) -> Option<Equity> {
        let known = self.reference.account(account)?;
        let quotes = |instrument| self.quote(instrument);
        let cash = self.ledger.balance(account, known.currency).total;
        let secured = self.secured(account, known.currency);
        let mut equity = Equity { equity: sum(cash, secured.negated()), used: Amount::ZERO };
        for (instrument, ..) in self.margin_positions(account) {
            let lots = self.lots.get(&(account, instrument))?;
            let position = lots.position_without_lots(&self.market(instrument)?.scales, instrument);
            equity = equity.with(&self.reference, quotes, &position, known)?;
        }
        Some(equity)
    }

    /// Closes a position at whatever the book offers, by an order of its own. What the book does not take stays open.
    fn close_out_position(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        held: Side,
        quantity: Lots,
        events: &mut Vec<Event>,
    ) {
        let side = held.opposite();
        let incoming = Incoming {
            account,
            side,
            limit: None,
            bounds: Bounds::default(),
            budget: Budget::Base(quantity),
            rest_at: None,
            self_match: SelfMatch::Allow,
        };
        let Some(market) = self.market(instrument).filter(|market| market.state.is_trading()) else { return };
        let shown_quantity = market.scales.quantity(quantity);
        let Ok(planned) = self.plan(market, &incoming) else { return };
        if planned.fills.is_empty() {
            return;
        }
        let command = PlaceOrder {
            time_in_force: TimeInForce::Ioc,
            ..PlaceOrder::new(account, instrument, side, OrderKind::Market, Size::Base(shown_quantity))
        };
        let placement = Placement {
            shown_quantity,
            fills: planned.fills,
            rest_at: None,
            hold: None,
            expires_at: None,
            trigger: None,
            queue: None,
            closing: Some(Closing { lot: None, cause: ClosingCause::MarginCloseout }),
            refusal: None,
        };
        self.carry_out(&command, &placement, None, events);
    }
}
