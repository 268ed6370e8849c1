//! The control plane: what the people who run the process see and change. It speaks of orders and accounts in nobody's
//! dialect, and its errors are its own: `{"error": {"code": "...", "message": "..."}}`.

mod access;
mod accounts;
mod error;
mod halts;
mod handlers;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use actix_web::middleware::from_fn;
use actix_web::{guard, web};
use facade_kit::Endpoint;
use order_engine::Command;
use runtime::EngineHandle;
use serde::Serialize;

use crate::listener::host_is;
use crate::plan::MountPlan;
pub(crate) use access::Access;
pub(crate) use handlers::not_found;

/// What the control plane works on. One for the process.
pub(crate) struct Control {
    engine: EngineHandle,
    /// What a reset fills the state with.
    seed: Vec<Command>,
    access: Access,
    /// What is served where, once everything is bound.
    mounts: OnceLock<Vec<MountRow>>,
    /// Whether new requests are welcome.
    open: AtomicBool,
}

/// A facade at a place, as the control plane tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MountRow {
    pub(crate) facade: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    endpoints: Vec<String>,
}

impl MountRow {
    pub(crate) fn new(plan: &MountPlan, address: SocketAddr, endpoints: &[Endpoint]) -> Self {
        Self {
            facade: plan.facade,
            url: format!("http://{address}{}", plan.prefix),
            host: plan.host.clone(),
            endpoints: endpoints
                .iter()
                .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
                .collect(),
        }
    }
}

impl Control {
    pub(crate) const fn new(engine: EngineHandle, seed: Vec<Command>, access: Access) -> Self {
        Self { engine, seed, access, mounts: OnceLock::new(), open: AtomicBool::new(false) }
    }

    /// Everything is bound: from now on the process is ready.
    pub(crate) fn open(&self, mounts: Vec<MountRow>) {
        // Called once; what was told first stays.
        let _ = self.mounts.set(mounts);
        self.open.store(true, Ordering::Release);
    }

    /// The process is about to stop.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Release);
    }

    fn is_ready(&self) -> bool {
        self.open.load(Ordering::Acquire) && self.engine.is_healthy()
    }
}

/// Adds the control plane to a listener. It leaves alone what is for the hosts of mounted facades.
pub(crate) fn routes(control: Arc<Control>, hosts: Vec<String>) -> impl FnOnce(&mut web::ServiceConfig) {
    move |app| {
        let (gate, guarded) = (Arc::clone(&control), Arc::clone(&control));
        let own = move || {
            let others = hosts
                .iter()
                .fold(guard::Any(guard::fn_guard(|_| false)), |any, host| any.or(host_is(host.clone())));
            guard::Not(others)
        };
        let data = web::Data::from(control);
        app.service(
            web::scope("/_dragoman")
                .guard(own())
                .app_data(data.clone())
                .app_data(error::json_config())
                .service(web::resource("/reset").route(web::post().to(handlers::reset)))
                .service(
                    web::resource("/quotes/{instrument}")
                        .route(web::get().to(handlers::quote))
                        .route(web::put().to(handlers::set_quote)),
                )
                .service(web::resource("/markets/{instrument}").route(web::get().to(halts::market)))
                .service(
                    web::resource("/markets/{instrument}/halt")
                        .route(web::put().to(halts::halt))
                        .route(web::delete().to(halts::resume)),
                )
                .service(web::resource("/accounts/{account}/charges").route(web::post().to(accounts::charge)))
                .service(
                    web::resource("/accounts/{account}/realized-profit")
                        .route(web::delete().to(accounts::reset_profit)),
                )
                .service(web::resource("/routes").route(web::get().to(handlers::routes)))
                .service(
                    web::resource("/snapshots")
                        .route(web::get().to(handlers::snapshots))
                        .route(web::post().to(handlers::save_snapshot)),
                )
                .service(web::resource("/clock").route(web::get().to(handlers::clock)))
                .wrap(from_fn(move |request, next| access::require(Arc::clone(&gate), request, next)))
                .wrap(from_fn(move |request, next| {
                    facade_kit::envelope(Arc::clone(&guarded), request, next)
                })),
        );
        for (path, handler) in
            [("/health", web::get().to(handlers::health)), ("/ready", web::get().to(handlers::ready))]
        {
            app.service(web::resource(path).guard(own()).app_data(data.clone()).route(handler));
        }
    }
}
