//! What an operator, or an account's owner through a dialect, may set about an account after it was opened.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::number::Amount;
use crate::reference::BasisPoints;

/// Whether an account trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum AccountState {
    /// It does.
    #[n(0)]
    #[default]
    Open,
    /// It takes no new orders and no changes of terms; what works goes on working and may be canceled. What waits for its
    /// release is refused then.
    #[n(1)]
    Suspended,
    /// As suspended, and it has neither open orders nor open margin or short positions.
    #[n(2)]
    Closed,
}

/// The settings of an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub struct AccountSettings {
    /// Whether it trades.
    #[n(0)]
    pub state: AccountState,
    /// Name for people, at most [`crate::limits::MAX_ACCOUNT_NAME_LENGTH`] bytes.
    #[n(1)]
    pub name: Option<Box<str>>,
    /// Whether it may sell short what can be sold short.
    #[n(2)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub may_sell_short: bool,
    /// Least part of a margin position's value that must be covered (1 to 10,000): where the instrument asks for less,
    /// this is asked for.
    #[n(3)]
    pub margin_rate: Option<BasisPoints>,
    /// The part of the used margin (1 to 10,000) at which, or below which, equity has all margin positions closed.
    /// Nothing for an account whose positions are never closed so.
    #[n(4)]
    pub closeout: Option<BasisPoints>,
    /// Greatest value of one order, in the account's currency; zero or more.
    #[n(5)]
    pub max_order_notional: Option<Amount>,
    /// Texts to keep with it.
    #[n(6)]
    pub annotations: Annotations,
}

/// What becomes of a setting that can be absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum Setting<T> {
    /// It stays as it is.
    #[n(0)]
    #[default]
    Keep,
    /// It is absent from now on.
    #[n(1)]
    Clear,
    /// It is this from now on.
    #[n(2)]
    Set(#[n(0)] T),
}

impl<T: Clone> Setting<T> {
    /// The setting from now on.
    #[must_use]
    pub fn over(&self, current: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => current.cloned(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }

    /// Whether it stays as it is.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}
