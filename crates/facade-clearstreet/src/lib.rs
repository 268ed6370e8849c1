//! The Clear Street trading API, date version 2025-10-31, on the shared ledger.
//!
//! Paths start with `/v1`. A caller shows `Authorization: Bearer <api key>`; the key decides which numeric accounts it
//! may touch. Every answer is an envelope: `{"data", "error": null, "metadata"}` on success, `{"error", "metadata"}` on
//! failure. Decimals are JSON strings, times have nine digits of fraction, members are sorted by name.
//!
//! One request runs through `auth` (who), `routes` (which handler), `translate` (vendor words to a command and back),
//! with `wire` as the only serialized shapes and `error` as the only writer of failures. Nothing here keeps order
//! state. What is served, and every decision where the vendor is silent, is in `docs/facades/clearstreet.md`.

mod auth;
mod body;
mod calendar;
mod config;
mod error;
mod format;
mod limit;
mod naming;
mod new_york;
mod occ;
mod page;
mod query;
mod routes;
mod state;
mod translate;
mod wire;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web;
use facade_kit::{IdSource, Mount, MountPoint, Translated};
use order_engine::{Order, Reference};
use runtime::EngineHandle;

pub use config::{AccountProfile, Address, Config, Credential, InstrumentNaming, RateLimit};

use state::State;

/// The facade's name in configuration and mounts.
pub const NAME: &str = "clearstreet";

/// The body of a submission that would place an order of the core here, whatever dialect it was placed in, and what is
/// lost on the way; nothing when the reference data do not have the order's instrument.
#[must_use]
pub fn placing_request(
    order: &Order,
    reference: Arc<Reference>,
    config: &Config,
) -> Option<Translated<serde_json::Value>> {
    let directory = naming::Directory::new(reference, &config.instruments);
    let request = translate::request(order, &directory)?;
    let body = serde_json::to_value([request.value]).ok()?;
    Some(Translated { value: body, losses: request.losses })
}

/// The facade on an engine, ready to be served at a mount point.
#[must_use]
pub fn mount(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine, ids, at));
    Mount {
        name: NAME,
        endpoints: routes::ENDPOINTS,
        has_streams: false,
        configure: Arc::new(move |app| {
            let (guard, writer, gate) = (Arc::clone(&state), Arc::clone(&state), Arc::clone(&state));
            app.service(
                web::scope("")
                    .app_data(web::Data::from(Arc::clone(&state)))
                    .configure(routes::all)
                    .wrap(from_fn(move |request, next| auth::require(Arc::clone(&gate), request, next)))
                    .wrap(from_fn(move |request, next| error::write(Arc::clone(&writer), request, next)))
                    .wrap(from_fn(move |request, next| {
                        facade_kit::envelope(Arc::clone(&guard), request, next)
                    })),
            );
        }),
    }
}
