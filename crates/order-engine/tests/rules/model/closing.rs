//! What becomes of accounts that cannot carry their margin positions.

use order_engine::{AccountId, OrderKind, OrderStatus, PlaceOrder, Side, Size};
use rust_decimal::Decimal;

use super::closes::ModelClosing;
use super::{Meeting, Model, ModelOrder};
use crate::support::*;

impl Model {
    /// Lets everything happen that follows from the last change.
    pub(super) fn settle(&mut self) {
        loop {
            self.settle_triggers();
            let is_changed = self.give_up_unfunded();
            if !self.close_out_all() && !is_changed {
                return;
            }
        }
    }

    fn give_up_unfunded(&mut self) -> bool {
        let mut is_changed = false;
        for account in [ALICE, BOB] {
            while self.available(account, USD) < Decimal::ZERO {
                let holds = |order: &ModelOrder| {
                    order.account == account
                        && !order.status.is_closed()
                        && order.status != OrderStatus::PendingNew
                        && order.held_asset() == USD
                        && !order.held.is_zero()
                };
                let Some(newest) = self.orders.iter_mut().rev().find(|order| holds(order)) else { break };
                newest.status = OrderStatus::Canceled;
                is_changed = true;
            }
        }
        is_changed
    }

    /// Side and quantity of the open margin position.
    fn margin_position(&self, account: AccountId) -> Option<(Side, Decimal)> {
        let (side, lots) = self.lots.get(&(account, EUR_USD))?;
        let quantity: Decimal = lots.iter().map(|lot| lot.quantity).sum();
        (!quantity.is_zero()).then_some((*side, quantity))
    }

    /// What an account has and what its margin position needs, where a level says that this matters.
    fn standing(&self, account: AccountId) -> Option<(Decimal, Decimal, Decimal)> {
        let level = self.settings(account).closeout?;
        let (side, quantity) = self.margin_position(account)?;
        let (bid, ask) = self.quotes[&EUR_USD];
        let cost: Decimal = self.lots[&(account, EUR_USD)].1.iter().map(|lot| lot.quantity * lot.price).sum();
        let profit = if side == Side::Buy { bid * quantity - cost } else { cost - ask * quantity };
        let used = (bid + ask) / Decimal::TWO * quantity * self.margin_rate(account);
        Some((self.total(account, USD) - self.secured(account) + profit, used, level))
    }

    pub(crate) fn is_called(&self, account: AccountId) -> bool {
        self.standing(account).is_some_and(|(equity, used, _)| equity < used)
    }

    fn is_due(&self, account: AccountId) -> bool {
        self.standing(account).is_some_and(|(equity, used, level)| equity <= used * level)
    }

    fn close_out_all(&mut self) -> bool {
        let due: Vec<AccountId> = [ALICE, BOB].into_iter().filter(|account| self.is_due(*account)).collect();
        let mut is_changed = false;
        for account in due {
            let is_working = |order: &ModelOrder| order.account == account && order.status.is_working();
            let position = self.margin_position(account);
            let can_trade = self.is_trading(EUR_USD);
            let can_close = can_trade && position.is_some_and(|(side, _)| self.best(EUR_USD, side).is_some());
            if !can_close && !self.orders.iter().any(is_working) {
                continue;
            }
            is_changed = true;
            self.orders
                .iter_mut()
                .filter(|order| is_working(order))
                .for_each(|order| order.status = OrderStatus::Canceled);
            let Some((side, quantity)) = position.filter(|_| can_trade) else { continue };
            let size = Size::Base(crate::support::quantity(&quantity.to_string()));
            let command = PlaceOrder::new(account, EUR_USD, side.opposite(), OrderKind::Market, size);
            let closing = Some(ModelClosing::Position);
            let order = ModelOrder { quantity, closing, ..ModelOrder::new(&command) };
            let (fills, _) = self.walk(&order, Some(quantity), None);
            if !fills.is_empty() {
                self.orders.push(order);
                let meeting = Meeting {
                    fills,
                    quantity,
                    rests_at: None,
                    held: Decimal::ZERO,
                    claim: Decimal::ZERO,
                    ends: None,
                };
                self.meet(self.orders.len() - 1, &meeting);
            }
        }
        is_changed
    }
}
