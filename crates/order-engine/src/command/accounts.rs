//! What is asked about accounts: settings, balances, charges.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::ids::{AccountId, AssetId, InstrumentId};
use crate::number::Amount;
use crate::reference::BasisPoints;
use crate::settings::{AccountState, Setting};

/// See [`Command::UpdateAccount`](super::Command::UpdateAccount). What is absent, or kept, stays as it is; at least one change is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UpdateAccount {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// Whether it trades.
    #[n(1)]
    pub state: Option<AccountState>,
    /// Name for people.
    #[n(2)]
    pub name: Setting<Box<str>>,
    /// Whether it may sell short. What is short already stays so, and so do short sales that work.
    #[n(3)]
    pub may_sell_short: Option<bool>,
    /// Least margin rate. It counts for open positions from now on.
    #[n(4)]
    pub margin_rate: Setting<BasisPoints>,
    /// Closeout level. It counts for open positions from now on.
    #[n(5)]
    pub closeout: Setting<BasisPoints>,
    /// Greatest value of one order. Orders that work already keep working.
    #[n(6)]
    pub max_order_notional: Setting<Amount>,
    /// Texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
}

impl UpdateAccount {
    /// A change of nothing, to be filled in.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self {
            account,
            state: None,
            name: Setting::Keep,
            may_sell_short: None,
            margin_rate: Setting::Keep,
            closeout: Setting::Keep,
            max_order_notional: Setting::Keep,
            annotations: None,
        }
    }

    /// Whether no change is named.
    pub(crate) const fn changes_nothing(&self) -> bool {
        self.state.is_none()
            && self.name.is_keep()
            && self.may_sell_short.is_none()
            && self.margin_rate.is_keep()
            && self.closeout.is_keep()
            && self.max_order_notional.is_keep()
            && self.annotations.is_none()
    }
}

/// See [`Command::AdjustBalance`](super::Command::AdjustBalance).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct AdjustBalance {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// Asset.
    #[n(1)]
    pub asset: AssetId,
    /// Signed amount. Taking away more than is free is refused.
    #[n(2)]
    pub amount: Amount,
}

/// What an operator charges an account for, or credits it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Charge {
    /// A fee.
    #[n(0)]
    Fee,
    /// Interest on what is open in an instrument.
    #[n(1)]
    Interest {
        /// The instrument.
        #[n(0)]
        instrument: InstrumentId,
    },
    /// Something booked before was wrong.
    #[n(2)]
    Correction,
}

/// See [`Command::ChargeAccount`](super::Command::ChargeAccount).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ChargeAccount {
    /// Account.
    #[n(0)]
    pub account: AccountId,
    /// For what.
    #[n(1)]
    pub charge: Charge,
    /// Signed amount in the account's currency; less than zero for what the account pays. More than is free is refused.
    #[n(2)]
    pub amount: Amount,
}

/// See [`Command::ResetProfit`](super::Command::ResetProfit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ResetProfit {
    /// Account.
    #[n(0)]
    pub account: AccountId,
}
