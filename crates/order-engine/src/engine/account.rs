//! Changing the settings of an account, and what they say about its orders.

use std::sync::Arc;

use super::Engine;
use super::market::Market;
use super::place::Placement;
use crate::command::UpdateAccount;
use crate::event::{Change, Outcome};
use crate::ids::AccountId;
use crate::kind::{OrderKind, Trigger};
use crate::limits;
use crate::number::Amount;
use crate::reference::{Account, BasisPoints};
use crate::reject::{AccountSetting, Reject};
use crate::settings::{AccountSettings, AccountState};
use crate::units::Lots;
use crate::valuation;

/// All of it: a rate above is no rate.
pub(super) const MAX_BASIS_POINTS: u32 = 10_000;

/// Whether every setting is within its range.
pub(super) fn decide_settings(settings: &AccountSettings) -> Result<(), Reject> {
    let within = |setting, value: u64, minimum, maximum: u64| {
        if (minimum..=maximum).contains(&value) {
            Ok(())
        } else {
            Err(Reject::SettingOutOfRange { setting, minimum, maximum })
        }
    };
    let rate = |setting, rate: Option<BasisPoints>| match rate {
        Some(rate) => within(setting, u64::from(rate.get()), 1, u64::from(MAX_BASIS_POINTS)),
        None => Ok(()),
    };
    if let Some(name) = &settings.name {
        within(AccountSetting::Name, name.len() as u64, 1, limits::MAX_ACCOUNT_NAME_LENGTH as u64)?;
    }
    rate(AccountSetting::MarginRate, settings.margin_rate)?;
    rate(AccountSetting::Closeout, settings.closeout)?;
    if settings.max_order_notional.is_some_and(Amount::is_negative) {
        let setting = AccountSetting::MaxOrderNotional;
        return Err(Reject::SettingOutOfRange { setting, minimum: 0, maximum: u64::MAX });
    }
    Ok(())
}

impl Engine {
    /// A client's account that takes new orders and new terms.
    pub(super) fn open_for_orders(&self, id: AccountId) -> Result<(), Reject> {
        self.known_account(id)?;
        match self.settings(id).map(|settings| settings.state) {
            Some(AccountState::Open) => Ok(()),
            Some(state @ (AccountState::Suspended | AccountState::Closed)) => {
                Err(Reject::AccountNotOpen { account: id, state })
            }
            None => Err(Reject::UnknownAccount(id)),
        }
    }

    pub(super) fn settings(&self, account: AccountId) -> Option<&AccountSettings> {
        self.reference.account(account).map(|known| &known.settings)
    }

    pub(super) fn decide_account_update(&self, update: &UpdateAccount) -> Result<AccountSettings, Reject> {
        self.known_account(update.account)?;
        let Some(current) = self.settings(update.account) else {
            return Err(Reject::UnknownAccount(update.account));
        };
        if update.changes_nothing() {
            return Err(Reject::NothingToReplace);
        }
        let settings = AccountSettings {
            state: update.state.unwrap_or(current.state),
            name: update.name.over(current.name.as_ref()),
            may_sell_short: update.may_sell_short.unwrap_or(current.may_sell_short),
            margin_rate: update.margin_rate.over(current.margin_rate.as_ref()),
            closeout: update.closeout.over(current.closeout.as_ref()),
            max_order_notional: update.max_order_notional.over(current.max_order_notional.as_ref()),
            annotations: update.annotations.clone().unwrap_or_else(|| current.annotations.clone()),
        };
        decide_settings(&settings)?;
        if settings.state == AccountState::Closed {
            self.decide_closing(update.account)?;
        }
        Ok(settings)
    }

    /// An account is closed only when nothing of it can still trade. Its balances stay, and can be withdrawn.
    fn decide_closing(&self, account: AccountId) -> Result<(), Reject> {
        let orders = self.orders.open_count(account) as u64;
        let positions = self.margin_positions(account).len() as u64 + self.short_positions(account);
        if orders > 0 || positions > 0 {
            return Err(Reject::AccountInUse { orders, positions });
        }
        Ok(())
    }

    pub(super) fn update_account(&mut self, update: &UpdateAccount) -> Result<Outcome, Reject> {
        let settings = self.decide_account_update(update)?;
        let Some(before) = self.reference.account(update.account).map(Arc::clone) else {
            return Err(Reject::UnknownAccount(update.account));
        };
        let is_closed = settings.state == AccountState::Closed;
        let closed_at = is_closed.then(|| before.closed_at.unwrap_or(self.now));
        let after = Arc::new(Account { settings, closed_at, ..(*before).clone() });
        Arc::make_mut(&mut self.reference).replace_account(Arc::clone(&after));
        self.touched.reference = true;
        self.unsettle(update.account);
        let mut events = Vec::new();
        self.emit(&mut events, update.account, Change::AccountUpdated { before, after });
        Ok(Outcome { about: None, events })
    }

    /// Whether the value of an order is within what its account allows.
    pub(super) fn decide_value(
        &self,
        account: AccountId,
        market: &Market,
        placement: &Placement,
        worth: Worth,
    ) -> Result<(), Reject> {
        let Some(maximum) = self.settings(account).and_then(|settings| settings.max_order_notional) else {
            return Ok(());
        };
        let value = worth.value(market, placement)?;
        let currency = self.account_currency(account)?;
        let quotes = |instrument| self.quote(instrument);
        let given = valuation::convert_at_mid(&self.reference, quotes, value, market.quote_asset, currency)
            .ok_or(Reject::NoConversion { asset: market.quote_asset })?;
        if given > maximum { Err(Reject::NotionalTooLarge { given, maximum }) } else { Ok(()) }
    }
}

/// What a decided order is worth beyond what its placement says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    pub(super) kind: OrderKind,
    /// What is to be filled from now on.
    pub(super) quantity: Lots,
    /// Value of what is filled already.
    pub(super) filled: Amount,
}

impl Worth {
    /// An order of which nothing is filled.
    pub(super) fn of_new(kind: OrderKind, market: &Market, placement: &Placement) -> Self {
        Self { kind, quantity: market.scales.known_lots(placement.shown_quantity), filled: Amount::ZERO }
    }

    /// The fills at their prices, and the rest at the price where it rests or waits.
    fn value(self, market: &Market, placement: &Placement) -> Result<Amount, Reject> {
        let (mut value, mut left) = (self.filled, self.quantity);
        for fill in &placement.fills {
            value = value.checked_add(fill.notional).ok_or(Reject::SUM_OVERFLOW)?;
            left = left.minus(fill.quantity.min(left));
        }
        let waits_at = |trigger: &Trigger| {
            let price = self.kind.resting_price().or(trigger.limit).unwrap_or(trigger.price);
            market.scales.known_ticks(price)
        };
        let Some(price) = placement.trigger.as_deref().map(waits_at).or(placement.rest_at) else {
            return Ok(value);
        };
        value.checked_add(market.scales.notional(price, left)?).ok_or(Reject::SUM_OVERFLOW)
    }
}
