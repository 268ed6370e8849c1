//! Identifiers. Numbers are minted by the state's counters; texts are chosen by configuration or callers.
//!
//! One counter numbers everything that happens. An order carries the number of the event that accepted it, an
//! execution the number of its fill, a lot the number of the fill that opened it, so that all of them live in
//! one strictly increasing sequence without a map between them.

use std::fmt;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::limits;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] $inner);

        impl $name {
            /// Wraps a number that the engine minted earlier.
            #[must_use]
            pub const fn new(number: $inner) -> Self {
                Self(number)
            }

            /// The bare number.
            #[must_use]
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// An account, numbered in the order of opening. Zero is the house account.
    AccountId(u32)
);
number_id!(
    /// An asset, numbered in the order of definition.
    AssetId(u32)
);
number_id!(
    /// An instrument, numbered in the order of definition.
    InstrumentId(u32)
);
number_id!(
    /// A trading calendar, numbered in the order of definition.
    CalendarId(u32)
);
number_id!(
    /// The position of an event in the engine's history, from 1.
    EventId(u64)
);
number_id!(
    /// An order: the number of the event that accepted it.
    OrderId(u64)
);
number_id!(
    /// One side of a fill: the number of that side's fill event.
    ExecutionId(u64)
);
number_id!(
    /// A match between two orders: the number of the aggressor's fill event, shared by both sides.
    TradeId(u64)
);
number_id!(
    /// An opening fill that is still open: the number of the fill event that opened it.
    LotId(u64)
);

number_id!(
    /// An instrument list: the number of the event that made it.
    ListId(u64)
);
number_id!(
    /// An instrument's place in a list: the number of the event that put it there.
    ListItemId(u64)
);

number_id!(
    /// An exercise notice: the number of the event that gave it.
    ExerciseId(u64)
);

impl AccountId {
    /// The account that provides liquidity and collects commission. It exists in every state.
    pub const HOUSE: Self = Self(0);
}

impl From<EventId> for OrderId {
    fn from(event: EventId) -> Self {
        Self(event.0)
    }
}

impl From<ExecutionId> for EventId {
    fn from(execution: ExecutionId) -> Self {
        Self(execution.0)
    }
}

impl From<EventId> for ExecutionId {
    fn from(event: EventId) -> Self {
        Self(event.0)
    }
}

impl From<ExecutionId> for TradeId {
    fn from(execution: ExecutionId) -> Self {
        Self(execution.0)
    }
}

impl From<ExecutionId> for LotId {
    fn from(execution: ExecutionId) -> Self {
        Self(execution.0)
    }
}

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text is empty.
    #[error("the text is empty")]
    Empty,
    /// The text is longer than the limit, in bytes.
    #[error("the text is longer than {0} bytes")]
    TooLong(usize),
    /// The text has a character that is not allowed there.
    #[error("the text has a character that is not allowed")]
    Character,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, max $max:expr, allows $allows:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// [`TextError`] when the text is empty, too long, or has a character that is not allowed.
            pub fn new(text: &str) -> Result<Self, TextError> {
                let allows: fn(char) -> bool = $allows;
                if text.is_empty() {
                    return Err(TextError::Empty);
                }
                if text.len() > $max {
                    return Err(TextError::TooLong($max));
                }
                if !text.chars().all(allows) {
                    return Err(TextError::Character);
                }
                Ok(Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<C> Decode<'_, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'_>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::new(d.str()?).map_err(minicbor::decode::Error::custom)
            }
        }
    };
}

text_id!(
    /// The canonical code of an asset, upper case: `USD`, `BTC`, `TSLA`.
    AssetCode, max limits::MAX_SYMBOL_LENGTH, allows |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.'
);
text_id!(
    /// The canonical name of an instrument: `BTC-USD`, `EUR-USD`, `TSLA`.
    Symbol, max limits::MAX_SYMBOL_LENGTH, allows |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '.'
);
text_id!(
    /// The canonical name of an account, as configuration writes it: `demo`.
    AccountCode, max limits::MAX_ACCOUNT_CODE_LENGTH, allows |c| c.is_ascii_alphanumeric() || c == '-' || c == '_'
);
text_id!(
    /// The canonical name of a trading calendar: `us-equities`.
    CalendarName, max limits::MAX_CALENDAR_NAME_LENGTH, allows |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
text_id!(
    /// Why trading was halted, for people. Any printable text.
    HaltReason, max limits::MAX_HALT_REASON_LENGTH, allows |c| !c.is_control()
);
text_id!(
    /// An id that the caller chose for an order or a request, unique within the account. Any printable text.
    ClientOrderId, max limits::MAX_CLIENT_ORDER_ID_LENGTH, allows |c| !c.is_control()
);
text_id!(
    /// The name of an instrument list, unique within the account. Any printable text.
    ListName, max limits::MAX_LIST_NAME_LENGTH, allows |c| !c.is_control()
);
