//! The vendor's stream host: `GET /v1/prices` as a body that does not end.
//!
//! Each message is a line of JSON that ends in CRLF. First come the prices as they are, then a tick whenever a price
//! changes, and a heartbeat every few seconds. A line is written when the connection can take it: nothing is kept for a
//! reader but its place in the engine's backlog of events, and one that falls behind the backlog is cut off.

mod prices;
mod rates;
mod seats;

use std::sync::Arc;

use actix_web::web;
use facade_kit::{Endpoint, IdSource, Mount, MountPoint};
use runtime::EngineHandle;

use crate::config::Config;
use crate::routes::PRICES;
use crate::served;
use crate::state::State;
use seats::Seats;

/// The name of the stream host's mount.
pub const NAME_STREAM: &str = "oanda-stream";

/// Every operation of the stream host. OPTIONS is answered on every path and not listed.
pub const ENDPOINTS_STREAM: &[Endpoint] =
    &[Endpoint { method: "GET", path: PRICES, has_body: false, needs_auth: true }];

/// The stream host, ready to be served. It cannot share a listener's root or a prefix with the other mount, since both
/// have the path `/v1/prices`.
#[must_use]
pub fn mount_stream(config: Config, engine: EngineHandle, _ids: IdSource, at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine, at));
    let seats = Arc::new(Seats::new(state.stream.per_token.get()));
    served(NAME_STREAM, ENDPOINTS_STREAM, state, move |app| {
        app.app_data(web::Data::from(Arc::clone(&seats)));
        prices::wire(app);
    })
}
