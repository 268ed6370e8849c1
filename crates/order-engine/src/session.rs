//! Whether a market trades: its session by the calendar, and its halt by an operator.

use minicbor::{Decode, Encode};

use crate::calendar::{Calendar, SessionKind};
use crate::ids::HaltReason;
use crate::time::Timestamp;

/// What becomes of an order that is placed while it cannot trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum WhileClosed {
    /// It is recorded and waits for the first session in which it may trade, or for the end of the halt.
    #[n(0)]
    #[default]
    Queue,
    /// It is refused.
    #[n(1)]
    Refuse,
}

/// A halt: nothing trades until an operator ends it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Halt {
    /// Why, for people.
    #[n(0)]
    pub reason: HaltReason,
    /// Since when.
    #[n(1)]
    pub since: Timestamp,
}

/// Whether a market trades, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketState {
    /// The session that is open; nothing while the market is closed. A market without a calendar is always in its
    /// regular session.
    pub session: Option<SessionKind>,
    /// The halt, while there is one.
    pub halt: Option<Halt>,
    /// When a session opens or closes next; nothing for a market without a calendar, or whose calendar is over.
    pub next_change: Option<Timestamp>,
}

impl Default for MarketState {
    fn default() -> Self {
        Self { session: Some(SessionKind::Regular), halt: None, next_change: None }
    }
}

impl MarketState {
    /// The state of a market without a halt at an instant of its calendar.
    pub(crate) fn of(calendar: &Calendar, at: Timestamp) -> Self {
        let session = calendar.session(at).map(|session| session.kind);
        Self { session, halt: None, next_change: calendar.next_change(at) }
    }

    /// Whether anything can trade: a session is open, and there is no halt.
    #[must_use]
    pub const fn is_trading(&self) -> bool {
        self.halt.is_none() && self.session.is_some()
    }

    /// Whether an order trades now, that asks for extended hours or does not.
    #[must_use]
    pub fn admits(&self, extended_hours: bool) -> bool {
        self.halt.is_none() && self.session.is_some_and(|session| session.admits(extended_hours))
    }
}

impl SessionKind {
    /// Whether an order may trade in it, that asks for extended hours or does not.
    #[must_use]
    pub const fn admits(self, extended_hours: bool) -> bool {
        match self {
            Self::Regular => true,
            Self::PreMarket | Self::AfterHours => extended_hours,
        }
    }
}

/// Where an order stands that time or the market releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Queue {
    /// It waits: recorded, not on the book, holding nothing.
    #[n(0)]
    Waiting {
        /// When it is released by itself; nothing while a halt keeps it, whose end nobody knows.
        #[n(0)]
        releases_at: Option<Timestamp>,
    },
    /// It was released.
    #[n(1)]
    Released {
        /// When.
        #[n(0)]
        at: Timestamp,
    },
}
