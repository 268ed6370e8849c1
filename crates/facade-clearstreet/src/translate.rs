//! Between this dialect's words and the core's. Pure functions, both ways; each value comes with its losses.

mod accounts;
mod balances;
mod closing;
mod filter;
mod history;
mod hours;
mod instructions;
mod instruments;
mod kind;
mod market;
mod options;
mod orders;
mod place;
mod positions;
mod refused;
mod request;
mod settings;
mod summary;
mod valuation;
mod watchlists;

pub(crate) use accounts::{account, account_details};
pub(crate) use balances::balances;
pub(crate) use closing::{Closing, closing, first_free};
pub(crate) use filter::{CancelFilter, ExecutionFilter, OrderFilter, is_swept};
pub(crate) use history::{history_start, portfolio_history};
pub(crate) use hours::market_hours;
pub(crate) use instructions::{
    canceling, instruct, instructed, instruction, instruction_id, refused_instruction, sent,
};
pub(crate) use instruments::{InstrumentFilter, SearchFilter, instrument};
pub(crate) use market::snapshot;
pub(crate) use options::{ContractFilter, contract, contracts, expiries};
pub(crate) use orders::{Stage, execution, order, plain_status, status};
pub(crate) use place::{place, replace};
pub(crate) use positions::{PositionFilter, positions};
pub(crate) use refused::refused;
pub(crate) use request::request;
pub(crate) use settings::{settings, update_settings};
pub(crate) use summary::{summaries, summary};
pub(crate) use valuation::{Books, day_start};
pub(crate) use watchlists::{watchlist, watchlist_detail, watchlist_id, watchlist_item_id, watchlist_name};

#[cfg(test)]
mod tests;
