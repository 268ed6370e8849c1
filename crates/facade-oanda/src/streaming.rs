//! The vendor's stream host: `GET /v1/prices` and `GET /v1/events`, bodies that do not end.
//!
//! Each message is a line of JSON that ends in CRLF. A stream of prices begins with the prices as they are and has a tick
//! whenever one changes; one of events has the transactions of its accounts as they come about. Both have a heartbeat
//! every few seconds. A line is written when the connection can take it: nothing is kept for a
//! reader but its place in the engine's backlog of events, and one that falls too far behind is cut off, read or not.

mod events;
mod feed;
mod rates;
mod routes;
pub(crate) mod seats;
mod watch;

use std::sync::Arc;

use facade_kit::{Endpoint, IdSource, Mount, MountPoint};
use runtime::EngineHandle;

use crate::config::Config;
use crate::routes::PRICES;
use crate::served;
use crate::state::State;

/// The name of the stream host's mount.
pub const NAME_STREAM: &str = "oanda-stream";

/// Every operation of the stream host. OPTIONS is answered on every path and not listed.
pub const ENDPOINTS_STREAM: &[Endpoint] = &[streamed(PRICES), streamed(EVENTS)];

const fn streamed(path: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, has_body: false, needs_auth: true }
}

const EVENTS: &str = "/v1/events";

/// The stream host, ready to be served. It cannot share a listener's root or a prefix with the other mount, since both
/// have the path `/v1/prices`.
#[must_use]
pub fn mount_stream(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine, ids, at));
    served((NAME_STREAM, true), ENDPOINTS_STREAM, state, routes::wire)
}
