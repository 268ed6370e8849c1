//! Test support for facades: an engine with the development seed and a clock that stands still, a real server on a free
//! port, golden files with whole requests and whole answers, the table of bad requests that every endpoint must answer in
//! its vendor's envelope, and the coverage tables of the documentation.
//!
//! Everything here reports a failure by panicking, as a test does.
#![expect(clippy::must_use_candidate, reason = "most calls are made for what they do to the engine")]
#![expect(clippy::panic, reason = "a failed expectation of a test is reported by panicking")]

pub mod coverage;
pub mod envelopes;
pub mod golden;
pub mod http;
pub mod json;

mod block_on;
mod engine;
mod journal;
mod placement;
mod server;

pub use block_on::block_on;
pub use engine::{START, TestEngine, engine};
pub use journal::JournalMood;
pub use placement::Placement;
pub use server::{TestServer, serve, serve_at};
