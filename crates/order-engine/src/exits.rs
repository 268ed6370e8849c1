//! Exits: what closes an open lot by itself once the market has come far enough, for the better or for the worse.
//!
//! They are asked for with an order, whose fills hand them to the lots that they open, or for an open lot. What a lot
//! watches for is its own: its exits die with it.

use minicbor::{Decode, Encode};

use crate::kind::{Offset, Watermark};
use crate::number::Price;

/// Exits as they are asked for. The market price that they are measured by is that of the closing side: the bid for a
/// lot that was bought, the ask for one that was sold, or the last trade where the instrument says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub struct Exits {
    /// Close at this price or better.
    #[n(0)]
    pub take_profit: Option<Price>,
    /// Close at this price or worse.
    #[n(1)]
    pub stop_loss: Option<Price>,
    /// Close once the market has come back by this distance from the best price seen.
    #[n(2)]
    pub trailing: Option<Offset>,
}

impl Exits {
    /// No exits.
    pub const NONE: Self = Self { take_profit: None, stop_loss: None, trailing: None };

    /// Whether there are none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.take_profit.is_none() && self.stop_loss.is_none() && self.trailing.is_none()
    }

    /// The exits after a change.
    #[must_use]
    pub fn changed(self, changes: &ExitChanges) -> Self {
        Self {
            take_profit: changes.take_profit.applied_to(self.take_profit),
            stop_loss: changes.stop_loss.applied_to(self.stop_loss),
            trailing: changes.trailing.applied_to(self.trailing),
        }
    }
}

/// What becomes of one exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum ExitChange<T> {
    /// It stays as it is, also when there is none.
    #[n(0)]
    #[default]
    Keep,
    /// It is set, or set anew.
    #[n(1)]
    Set(#[n(0)] T),
    /// It is removed, if there is one.
    #[n(2)]
    Remove,
}

impl<T: Copy> ExitChange<T> {
    /// What there is afterwards.
    #[must_use]
    pub fn applied_to(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => Some(value),
            Self::Remove => None,
        }
    }
}

/// What becomes of each of the three exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub struct ExitChanges {
    /// Of the take profit.
    #[n(0)]
    pub take_profit: ExitChange<Price>,
    /// Of the stop loss.
    #[n(1)]
    pub stop_loss: ExitChange<Price>,
    /// Of the trailing stop. Setting it measures anew from the market price of now.
    #[n(2)]
    pub trailing: ExitChange<Offset>,
}

impl ExitChanges {
    /// Nothing changes.
    pub const KEEP: Self =
        Self { take_profit: ExitChange::Keep, stop_loss: ExitChange::Keep, trailing: ExitChange::Keep };

    /// Whether nothing changes.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(
            self,
            Self { take_profit: ExitChange::Keep, stop_loss: ExitChange::Keep, trailing: ExitChange::Keep }
        )
    }
}

/// A trailing stop of an open lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct TrailingExit {
    /// Distance from the best price seen.
    #[n(0)]
    pub offset: Offset,
    /// Price at which it fires now.
    #[n(1)]
    pub price: Price,
    /// Best price seen: at first the price of the opening fill, or the market price when it was set later.
    #[n(2)]
    pub watermark: Watermark,
}

/// What an open lot watches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
pub struct LotExits {
    /// See [`Exits::take_profit`].
    #[n(0)]
    pub take_profit: Option<Price>,
    /// See [`Exits::stop_loss`].
    #[n(1)]
    pub stop_loss: Option<Price>,
    /// See [`Exits::trailing`].
    #[n(2)]
    pub trailing: Option<TrailingExit>,
}

impl LotExits {
    /// Whether it watches for nothing.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.take_profit.is_none() && self.stop_loss.is_none() && self.trailing.is_none()
    }

    /// The exits as one would ask for them.
    #[must_use]
    pub fn terms(&self) -> Exits {
        Exits {
            take_profit: self.take_profit,
            stop_loss: self.stop_loss,
            trailing: self.trailing.map(|trailing| trailing.offset),
        }
    }
}

/// One of the exits of a lot, in the order in which those that stand at one price fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum ExitKind {
    /// See [`Exits::take_profit`].
    #[n(0)]
    TakeProfit,
    /// See [`Exits::stop_loss`].
    #[n(1)]
    StopLoss,
    /// See [`Exits::trailing`].
    #[n(2)]
    Trailing,
}

/// Why a closing order was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ClosingCause {
    /// The owner asked for it.
    #[n(0)]
    Owner,
    /// An exit of the lot fired.
    #[n(1)]
    Exit(#[n(0)] ExitKind),
    /// The account could no longer carry its margin positions.
    #[n(2)]
    MarginCloseout,
}
