//! The operations served, and which handler answers each.

mod diagnostics;
mod identity;
mod metadata;
mod orders;
mod positions;
mod query;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use facade_kit::Endpoint;

use crate::auth::Caller;
use crate::state::State;
use crate::streaming;

/// What handlers share.
type Shared = web::Data<State>;
/// Who calls.
type By = web::ReqData<Arc<Caller>>;

const fn get(path: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, has_body: false, needs_auth: true }
}

/// All operations.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    get("/order"),
    get("/order/for/{owner}"),
    get("/order/for/{owner}/{account}"),
    get("/order/for/{owner}/{account}/{order}"),
    Endpoint {
        method: "PATCH",
        path: "/order/for/{owner}/{account}/{order}",
        has_body: true,
        needs_auth: true,
    },
    get("/order/on/{exchange}"),
    get("/account"),
    get("/account/byid/{owner}"),
    get("/account/byid/{owner}/{account}"),
    get("/account/byids"),
    Endpoint { method: "POST", path: "/account/byids", has_body: true, needs_auth: true },
    get("/owner"),
    get("/owner/byid/{owner}"),
    get("/exchange"),
    get("/exchange/byid/{exchange}"),
    get("/status/request"),
    get("/status/request/byid/{status}"),
    get("/balance"),
    get("/balance/for/{owner}"),
    get("/balance/for/{owner}/{account}"),
    get("/holding"),
    get("/holding/for/{owner}"),
    get("/holding/for/{owner}/{account}"),
    get("/identity/current"),
    get("/identity"),
    get("/identity/for/{source}"),
    get("/identity/for/{source}/{identity}"),
    get("/identity/source"),
    get("/identity/source/bycode/{source}"),
    Endpoint { method: "GET", path: "/diagnostics/ping", has_body: false, needs_auth: false },
    Endpoint { method: "GET", path: "/diagnostics/health", has_body: false, needs_auth: false },
    get("/streaming"),
];

/// Adds all operations to a scope.
pub(crate) fn all(app: &mut ServiceConfig) {
    app.service(web::resource("/order").route(web::get().to(orders::all)))
        .service(web::resource("/order/for/{owner}").route(web::get().to(orders::of_owner)))
        .service(web::resource("/order/for/{owner}/{account}").route(web::get().to(orders::of_account)))
        .service(
            web::resource("/order/for/{owner}/{account}/{order}")
                .route(web::get().to(orders::one))
                .route(web::patch().to(orders::restate)),
        )
        .service(web::resource("/order/on/{exchange}").route(web::get().to(orders::on_exchange)))
        .service(web::resource("/account").route(web::get().to(metadata::accounts)))
        .service(web::resource("/account/byid/{owner}").route(web::get().to(metadata::accounts_of_owner)))
        .service(web::resource("/account/byid/{owner}/{account}").route(web::get().to(metadata::account)))
        .service(
            web::resource("/account/byids")
                .route(web::get().to(metadata::accounts_by_ids))
                .route(web::post().to(metadata::accounts_by_listed_ids)),
        )
        .service(web::resource("/owner").route(web::get().to(metadata::owners)))
        .service(web::resource("/owner/byid/{owner}").route(web::get().to(metadata::owner)))
        .service(web::resource("/exchange").route(web::get().to(metadata::exchanges)))
        .service(web::resource("/exchange/byid/{exchange}").route(web::get().to(metadata::exchange)))
        .service(web::resource("/status/request").route(web::get().to(metadata::request_statuses)))
        .service(
            web::resource("/status/request/byid/{status}").route(web::get().to(metadata::request_status)),
        )
        .service(web::resource("/balance").route(web::get().to(positions::cash)))
        .service(web::resource("/balance/for/{owner}").route(web::get().to(positions::cash_of_owner)))
        .service(
            web::resource("/balance/for/{owner}/{account}").route(web::get().to(positions::cash_of_account)),
        )
        .service(web::resource("/holding").route(web::get().to(positions::holdings)))
        .service(web::resource("/holding/for/{owner}").route(web::get().to(positions::holdings_of_owner)))
        .service(
            web::resource("/holding/for/{owner}/{account}")
                .route(web::get().to(positions::holdings_of_account)),
        )
        .service(web::resource("/identity/current").route(web::get().to(identity::current)))
        .service(web::resource("/identity").route(web::get().to(identity::all)))
        .service(web::resource("/identity/for/{source}").route(web::get().to(identity::of_source)))
        .service(web::resource("/identity/for/{source}/{identity}").route(web::get().to(identity::one)))
        .service(web::resource("/identity/source").route(web::get().to(identity::sources)))
        .service(web::resource("/identity/source/bycode/{source}").route(web::get().to(identity::source)))
        .service(web::resource("/diagnostics/ping").route(web::get().to(diagnostics::ping)))
        .service(web::resource("/diagnostics/health").route(web::get().to(diagnostics::health)))
        .service(web::resource("/streaming").route(web::get().to(streaming::open)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coverage table of the documentation, from the list of operations.
    #[test]
    fn the_documentation_lists_every_operation() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/oms.md");
        testkit::coverage::check(page, ENDPOINTS);
    }
}
