//! The Espresso API server (`DeltaDeFi`) REST dialect on the shared ledger: the wire of January 2026 and later.
//!
//! Paths have no version and no prefix. A caller shows `X-API-KEY`. An order is placed in two steps: `POST /order/build`
//! records it and answers an unsigned Cardano transaction that says the same, `POST /order/submit` brings that
//! transaction back with a signature of the account's operation key and puts the order on the book. Refusals are
//! `{"error", "code"}`; an unknown path or method is `404 page not found` in plain text. Decimals are JSON strings in
//! units that people use.
//!
//! One request runs through `auth` (who), `routes` (which handler), `translate` (vendor words to a command and back),
//! with `wire` as the only serialized shapes and `error` as the only writer of refusals. Nothing here keeps the state of
//! an order: the transaction of an order is computed from the order whenever it is needed. What is served, and every
//! decision where the vendor is silent, is in `docs/facades/espresso.md`.

mod auth;
mod config;
mod directory;
mod error;
mod intent;
mod names;
mod page;
mod routes;
mod state;
mod times;
mod translate;
mod unit;
mod wire;
mod witness;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web;
use facade_kit::{IdSource, Mount, MountPoint, Translated};
use order_engine::{Order, Reference};
use runtime::EngineHandle;

pub use config::{
    AccountConfig, AssetConfig, Config, HydraCycle, InstrumentConfig, Network, OperationKey, PriceBand,
    RateLimit, Secret,
};
pub use routes::ENDPOINTS;
pub use unit::{AssetUnit, UnitError};

use state::State;

/// The facade's name in configuration and mounts.
pub const NAME: &str = "espresso";

/// The body of the `POST /order/build` that would place an order of the core here, whatever dialect it was placed in, and
/// what is lost on the way; nothing when the reference data do not have the order's instrument, or when the order's limit will
/// only be known once it is armed.
#[must_use]
pub fn placing_request(
    order: &Order,
    reference: &Reference,
    config: &Config,
) -> Option<Translated<serde_json::Value>> {
    let pair = names::Names::new(config).pair(reference, reference.instrument(order.instrument)?)?;
    let Translated { value, losses } = translate::build_request(order, &pair)?;
    Some(Translated { value: serde_json::to_value(value).ok()?, losses })
}

/// The facade on an engine, ready to be served at a mount point. The vendor has no request ids, so none are
/// minted, and no answer names a path.
#[must_use]
pub fn mount(config: Config, engine: EngineHandle, _ids: IdSource, _at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine));
    Mount {
        name: NAME,
        endpoints: ENDPOINTS,
        has_streams: false,
        configure: Arc::new(move |app| {
            let (guard, gate) = (Arc::clone(&state), Arc::clone(&state));
            app.service(
                web::scope("")
                    .app_data(web::Data::from(Arc::clone(&state)))
                    .app_data(web::PayloadConfig::new(state.config.body_limit_bytes))
                    .configure(routes::all)
                    .wrap(from_fn(move |request, next| auth::require(Arc::clone(&gate), request, next)))
                    .wrap(from_fn(move |request, next| {
                        facade_kit::envelope(Arc::clone(&guard), request, next)
                    })),
            );
        }),
    }
}
