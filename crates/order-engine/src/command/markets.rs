//! What is asked about markets, and about the state as a whole.

use minicbor::{Decode, Encode};

use crate::ids::{HaltReason, InstrumentId};
use crate::number::{Price, Quantity};

/// See [`Command::HaltInstrument`](super::Command::HaltInstrument).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct HaltInstrument {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
    /// Why, for people.
    #[n(1)]
    pub reason: HaltReason,
}

/// See [`Command::ResumeInstrument`](super::Command::ResumeInstrument).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct ResumeInstrument {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
}

/// See [`Command::UpdateQuote`](super::Command::UpdateQuote).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct UpdateQuote {
    /// Instrument.
    #[n(0)]
    pub instrument: InstrumentId,
    /// The house buys at this price; below the ask.
    #[n(1)]
    pub bid: Price,
    /// The house sells at this price.
    #[n(2)]
    pub ask: Price,
    /// Quantity that the house buys; zero for none.
    #[n(3)]
    pub bid_size: Quantity,
    /// Quantity that the house sells; zero for none.
    #[n(4)]
    pub ask_size: Quantity,
}

/// See [`Command::SetRetention`](super::Command::SetRetention).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct SetRetention {
    /// Most closed orders; those that closed first go to the archive. Absent for all.
    #[n(0)]
    pub closed_orders: Option<u64>,
}
