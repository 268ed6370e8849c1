//! The OANDA REST API v1 ("legacy fxTrade REST"), base path `/v1`.
//!
//! A caller proves itself with `Authorization: Bearer <token>`; a token covers the accounts of its user. Parameters come
//! in the query of a GET and in the form body of a POST or PATCH. Answers are JSON, laid out with tabs as the vendor
//! does it, and every refusal is `{"code", "message", "moreInfo"}`. See `docs/facades/oanda.md`.
//!
//! One request goes `auth` (who), `routes` (what), `access` and `translate` (which command), the engine, `translate`
//! (which words), `reply` (which bytes). Nothing here keeps the state of an order.
//!
//! The vendor streams prices from another host under a path that the first one has too, so that streams are a mount of
//! their own: see `streaming`.

mod access;
mod archive;
mod auth;
mod call;
mod config;
mod error;
mod json;
mod limits;
mod page;
mod params;
mod reply;
mod routes;
mod state;
mod streaming;
mod times;
mod translate;
mod translator;
mod wire;
mod zip;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web;
use facade_kit::{Endpoint, IdSource, Mount, MountPoint};
use runtime::EngineHandle;

pub use config::{AccountAlias, Config, Credential, InstrumentAlias, RateLimit, Secret, StreamLimits};
pub use error::codes::{CODES, Given, Published};
pub use routes::ENDPOINTS;
pub use streaming::{ENDPOINTS_STREAM, NAME_STREAM, mount_stream};
pub use translator::Translator;

use state::State;

/// The facade's name.
pub const NAME: &str = "oanda";

/// The facade, ready to be served.
#[must_use]
pub fn mount(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Mount {
    let is_sandbox = config.sandbox;
    let state = Arc::new(State::new(config, engine, ids, at));
    served((NAME, false), ENDPOINTS, state, move |app| routes::all(app, is_sandbox))
}

/// Routes within the layers that every request passes.
fn served(
    (name, has_streams): (&'static str, bool),
    endpoints: &'static [Endpoint],
    state: Arc<State>,
    routes: impl Fn(&mut web::ServiceConfig) + Send + Sync + 'static,
) -> Mount {
    Mount {
        name,
        endpoints,
        has_streams,
        configure: Arc::new(move |app| {
            let (guard, gate) = (Arc::clone(&state), Arc::clone(&state));
            app.service(
                web::scope("")
                    .app_data(web::Data::from(Arc::clone(&state)))
                    .app_data(error::payload_config(state.max_body_bytes))
                    .configure(&routes)
                    .wrap(from_fn(move |request, next| auth::require(Arc::clone(&gate), request, next)))
                    .wrap(from_fn(move |request, next| {
                        facade_kit::envelope(Arc::clone(&guard), request, next)
                    })),
            );
        }),
    }
}
