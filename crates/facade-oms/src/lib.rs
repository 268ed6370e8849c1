//! The REST and WebSocket API of Plxtra OMS, an order management system.
//!
//! The data model is protobuf, spoken as JSON or as bytes. REST reads everything and lets an operator overwrite an order; orders are
//! placed, amended and canceled by messages on the WebSocket `/streaming`. Callers prove who they are with a JSON Web
//! Token; what they may do is on record here. Refusals have no body but a status, except 422, whose body is an array of
//! codes. `docs/facades/oms.md` has the details and the decisions.

mod auth;
mod config;
mod directory;
mod error;
mod reply;
mod routes;
mod state;
mod streaming;
mod token;
mod translate;
mod wire;

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::web;
use facade_kit::{IdSource, Mount, MountPoint};
use runtime::EngineHandle;

pub use config::{
    AccountEntry, Config, DestinationEntry, ExchangeEntry, Feature, IdentityKind, IdentitySourceEntry,
    InstrumentEntry, OwnerEntry, PermissionsEntry, Secret, TokenKey,
};
pub use token::{TokenError, issue_token};
pub use translate::placing_frame;

use state::State;

/// The facade's name.
pub const NAME: &str = "oms";

/// The facade, ready to be served.
#[must_use]
pub fn mount(config: Config, engine: EngineHandle, ids: IdSource, at: MountPoint) -> Mount {
    let state = Arc::new(State::new(config, engine, ids, at));
    Mount {
        name: NAME,
        endpoints: routes::ENDPOINTS,
        has_streams: false,
        configure: Arc::new(move |app| {
            let (guard, gate) = (Arc::clone(&state), Arc::clone(&state));
            app.service(
                web::scope("")
                    .app_data(web::Data::from(Arc::clone(&state)))
                    .app_data(error::query_config())
                    .app_data(error::path_config())
                    .app_data(web::PayloadConfig::new(state.config.max_message_bytes))
                    .configure(routes::all)
                    .wrap(from_fn(move |request, next| auth::require(Arc::clone(&gate), request, next)))
                    .wrap(from_fn(move |request, next| {
                        facade_kit::envelope(Arc::clone(&guard), request, next)
                    })),
            );
        }),
    }
}
