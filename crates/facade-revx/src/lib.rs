//! The Revolut X dialect: the REST API of a crypto exchange, `/api/1.0/...` (and one path of `/api/2.0`).
//!
//! * Callers are known by an API key and an Ed25519 signature over timestamp, method, path, query and body; paths below
//!   `/public/` are for everyone.
//! * Answers are `{"data": ...}`, lists come in pages with a cursor, refusals are `{message, error_id, timestamp}`.
//! * Numbers are JSON strings, times are milliseconds, ids are UUIDs.
//!
//! How a request goes through this crate: `auth` says who calls, `routes` what is called, `translate` turns the
//! vendor's words into a command of the engine and the outcome into the vendor's words, `wire` has the shapes, and
//! `error` writes every refusal. Quirks, decisions and coverage: `docs/facades/revx.md`.

mod auth;
mod config;
mod error;
mod limits;
mod query;
mod reading;
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

pub use config::{AddressRange, ApiKey, Config, Key, PairName, Permission, PublicKey};
use state::State;
use translate::orders::OrderView;
use translate::pairs::Pairs;

/// The facade's name.
pub const NAME: &str = "revx";

/// The body of a `POST /api/1.0/orders` that would place an order of the core here, whatever dialect it was placed in, and
/// what is lost on the way; nothing when the reference data do not have the order's instrument, or when the order's limit will
/// only be known once it is armed.
#[must_use]
pub fn placing_request(
    order: &Order,
    reference: Arc<Reference>,
    config: &Config,
) -> Option<Translated<serde_json::Value>> {
    let pairs = Pairs::new(reference, Arc::new(config.instruments.clone()));
    let Translated { value, losses } =
        translate::orders::placing_request(&OrderView::new(order, &pairs, None)?)?;
    Some(Translated { value: serde_json::to_value(value).ok()?, losses })
}

/// Makes the facade ready to be served.
#[must_use]
pub fn mount(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine, ids, at));
    Mount {
        name: NAME,
        endpoints: routes::ENDPOINTS,
        has_streams: false,
        configure: Arc::new(move |app| {
            let (gate, seal, guard) = (Arc::clone(&state), Arc::clone(&state), Arc::clone(&state));
            app.service(
                web::scope("")
                    .app_data(web::Data::from(Arc::clone(&state)))
                    // The body has been read within its limit when the handlers get it.
                    .app_data(web::PayloadConfig::new(usize::MAX))
                    .configure(routes::all)
                    .wrap(from_fn(move |request, next| auth::require(Arc::clone(&gate), request, next)))
                    .wrap(from_fn(move |request, next| error::seal(Arc::clone(&seal), request, next)))
                    .wrap(from_fn(move |request, next| {
                        facade_kit::envelope(Arc::clone(&guard), request, next)
                    })),
            );
        }),
    }
}
