//! Between the vendor's words and the core's, both ways. Pure functions, except that [`client_request`] looks up the
//! order that a request names.

mod client_request;
mod metadata;
mod notes;
mod order_state;
mod placing;
mod positions;
mod restate;
#[cfg(test)]
mod round_trips;
mod status;
mod terms;

pub(crate) use client_request::{Asked, cancel, place, replace};
pub(crate) use metadata::{
    account_details, exchange_details, identity_source, owner_details, permissions, request_statuses,
};
pub(crate) use order_state::{Book, order_state};
pub use placing::placing_frame;
pub(crate) use positions::{asset_positions, cash_positions};
pub(crate) use restate::restate;
pub(crate) use terms::{moment, order_id, parse_order_id, timestamp};
