//! The shapes on the wire, exactly. Members are declared in the order of their names, because that is the order in
//! which they are written. No logic, no core types.

#![expect(clippy::struct_field_names, reason = "the vendor chose the names of the members")]

mod accounts;
mod calendar;
mod envelope;
mod history;
mod instruments;
mod market;
mod options;
mod orders;
mod positions;
mod watchlists;

pub(crate) use accounts::{Account, AccountDetails, Address, Balances, StartOfDay};
pub(crate) use calendar::{DayType, MarketHours, MarketStatus, MarketType, Session, SessionType, Sessions};
pub(crate) use envelope::{
    Detail, Failure, FailureBody, Metadata, Pagination, RiskReason, RiskSubject, Success,
};
pub(crate) use history::{PortfolioHistory, PortfolioSegment, RiskSettings, Settings, UpdateSettings};
pub(crate) use instruments::{Instrument, SecurityType};
pub(crate) use market::{Clock, DailySummary, LastTrade, Quote, Snapshot, SnapshotSession, Version};
pub(crate) use options::{
    ContractType, ExerciseStyle, Instruction, InstructionStatus, InstructionType, ListingType,
    NewInstruction, OptionsContract, RefusedInstructions,
};
pub(crate) use orders::{
    DateTime, Execution, NewOrder, Order, OrderStatus, OrderType, QueueState, ReplaceOrder, RequestOrderType,
    RequestTimeInForce, Side, TimeInForce, TrailingOffsetType,
};
pub(crate) use positions::{ClosePosition, Position, PositionSort, PositionType, SortDirection};
pub(crate) use watchlists::{
    AddWatchlistItem, AddedWatchlistItem, CreateWatchlist, Watchlist, WatchlistDetail, WatchlistItem,
};

#[cfg(test)]
mod tests;
