//! Test support for facades: an engine with the development seed and a clock that stands still, a real server on a free
//! port, golden files with whole requests and whole answers, and the table of bad requests that every endpoint must
//! answer in its vendor's envelope.
//!
//! Everything here reports a failure by panicking, as a test does.
#![expect(clippy::panic, reason = "a failed expectation of a test is reported by panicking")]

pub mod envelopes;
pub mod http;
pub mod json;

mod block_on;
mod server;

pub use block_on::block_on;
pub use server::{TestServer, serve, serve_at};
