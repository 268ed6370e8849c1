//! What an operator books to an account beside deposits: charges, and a new beginning of its realized profit.

use super::Engine;
use crate::command::{AdjustBalance, Charge, ChargeAccount, ResetProfit};
use crate::event::{Change, Outcome};
use crate::ids::AssetId;
use crate::number::Amount;
use crate::reject::Reject;

impl Engine {
    /// The asset of a charge. What an account has free is the most that it can be charged.
    pub(super) fn decide_charge(&self, charged: &ChargeAccount) -> Result<AssetId, Reject> {
        let ChargeAccount { account, charge, amount } = *charged;
        self.known_account(account)?;
        let asset = self.account_currency(account)?;
        if let Charge::Interest { instrument } = charge
            && self.market(instrument).is_none()
        {
            return Err(Reject::UnknownInstrument(instrument));
        }
        self.decide_adjustment(&AdjustBalance { account, asset, amount })?;
        Ok(asset)
    }

    pub(super) fn charge_account(&mut self, charged: &ChargeAccount) -> Result<Outcome, Reject> {
        let asset = self.decide_charge(charged)?;
        let ChargeAccount { account, charge, amount } = *charged;
        let balance = self.ledger.deposit(account, asset, amount);
        self.touched.accounts.mark(account.get());
        self.unsettle(account);
        let mut events = Vec::new();
        self.emit(&mut events, account, Change::Charged { charge, asset, amount, balance });
        Ok(Outcome { about: None, events })
    }

    /// What the profit has come to.
    pub(super) fn decide_profit_reset(&self, reset: ResetProfit) -> Result<Amount, Reject> {
        self.known_account(reset.account)?;
        Ok(self.realized.get(&reset.account).copied().unwrap_or_default())
    }

    pub(super) fn reset_profit(&mut self, reset: ResetProfit) -> Result<Outcome, Reject> {
        let realized = self.decide_profit_reset(reset)?;
        self.realized.remove(&reset.account);
        self.touched.accounts.mark(reset.account.get());
        let mut events = Vec::new();
        self.emit(&mut events, reset.account, Change::ProfitReset { realized });
        Ok(Outcome { about: None, events })
    }
}
