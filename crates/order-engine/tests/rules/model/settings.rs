//! What accounts are set to, and what that forbids.

use order_engine::{AccountId, AccountState, AssetId, OrderStatus, Side, UpdateAccount};
use rust_decimal::Decimal;

use super::{Meeting, Model, ModelOrder, Refused, Settings, Waits, market};

impl Model {
    pub(super) fn settings(&self, account: AccountId) -> Settings {
        self.settings.get(&account).copied().unwrap_or_default()
    }

    pub(super) fn takes_orders(&self, account: AccountId) -> Result<(), Refused> {
        if self.settings(account).is_shut { Err("AccountNotOpen") } else { Ok(()) }
    }

    pub(super) fn margin_rate(&self, account: AccountId) -> Decimal {
        Decimal::new(5, 2).max(self.settings(account).margin_rate.unwrap_or_default())
    }

    pub(super) fn set(&mut self, update: &UpdateAccount) -> Result<(), Refused> {
        let before = self.settings(update.account);
        let settings = Settings {
            never_short: update.may_sell_short.map_or(before.never_short, |may| !may),
            is_shut: update.state.map_or(before.is_shut, |state| state != AccountState::Open),
            most: update
                .max_order_notional
                .over(before.most.as_ref().map(amount).as_ref())
                .map(order_engine::Amount::decimal),
            margin_rate: match &update.margin_rate {
                order_engine::Setting::Keep => before.margin_rate,
                order_engine::Setting::Clear => None,
                order_engine::Setting::Set(least) => Some(least.fraction()),
            },
            closeout: match &update.closeout {
                order_engine::Setting::Keep => before.closeout,
                order_engine::Setting::Clear => None,
                order_engine::Setting::Set(level) => Some(level.fraction()),
            },
        };
        if update.state == Some(AccountState::Closed) {
            let orders = self.orders.iter().filter(|order| order.account == update.account);
            let is_open =
                |order: &ModelOrder| !order.status.is_closed() || order.status == OrderStatus::PendingNew;
            let exposed = self
                .lots
                .iter()
                .filter(|((_, instrument), (side, _))| market(*instrument).is_margin || *side == Side::Sell)
                .any(|((account, _), (_, lots))| *account == update.account && !lots.is_empty());
            if orders.into_iter().any(is_open) || exposed {
                return Err("AccountInUse");
            }
        }
        self.settings.insert(update.account, settings);
        Ok(())
    }

    pub(super) fn adjust(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: order_engine::Amount,
    ) -> Result<(), Refused> {
        let amount = amount.decimal();
        if amount.is_zero() {
            return Err("SizeNotPositive");
        }
        if amount < Decimal::ZERO && self.available(account, asset) < -amount {
            return Err("InsufficientFunds");
        }
        *self.totals.entry((account, asset)).or_default() += amount;
        Ok(())
    }

    /// `quantity` is what is still to be filled when the meeting begins.
    pub(super) fn check_value(
        &self,
        order: &ModelOrder,
        meeting: &Meeting,
        waits: Option<Waits>,
        quantity: Decimal,
    ) -> Result<(), Refused> {
        let Some(most) = self.settings(order.account).most else { return Ok(()) };
        let market = market(order.instrument);
        let filled: Decimal = meeting.fills.iter().map(|(_, _, filled)| *filled).sum();
        let spent: Decimal =
            meeting.fills.iter().map(|(_, price, filled)| market.worth(*price, *filled)).sum();
        let fixed = order.kind.resting_price().map(order_engine::Price::decimal);
        let waits_at = waits.map(|waits| fixed.or(waits.limit).unwrap_or(waits.trigger));
        let rest = waits_at
            .or(meeting.rests_at)
            .map_or(Decimal::ZERO, |price| market.worth(price, quantity - filled));
        if order.value + spent + rest > most { Err("NotionalTooLarge") } else { Ok(()) }
    }
}

fn amount(decimal: &Decimal) -> order_engine::Amount {
    order_engine::Amount::from_decimal(*decimal).unwrap()
}
