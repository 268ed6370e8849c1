//! The operations, and which handler answers which. Literal paths stand before those with a parameter beside them.
//!
//! The operations on orders answer under the short paths of the vendor's earlier page as well, which lack `/api/1.0`.

mod account;
mod market;
mod orders;
mod trades;

use actix_web::{FromRequest, Handler, Resource, Responder, guard, web};
use facade_kit::Endpoint;
use uuid::Uuid;

use crate::auth::ROOT;
use crate::error::ApiError;

const fn signed(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path, has_body: false, needs_auth: true }
}

const fn signed_with_body(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path, has_body: true, needs_auth: true }
}

const fn public(path: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, has_body: false, needs_auth: false }
}

/// Everything that is answered.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    signed_with_body("POST", "/api/1.0/orders"),
    signed_with_body("PUT", "/api/1.0/orders/{venue_order_id}"),
    signed("DELETE", "/api/1.0/orders/{venue_order_id}"),
    signed("DELETE", "/api/1.0/orders"),
    signed("GET", "/api/1.0/orders/{venue_order_id}"),
    signed("GET", "/api/1.0/orders/active"),
    signed("GET", "/api/1.0/orders/historical"),
    signed("GET", "/api/1.0/orders/fills/{venue_order_id}"),
    signed("GET", "/api/1.0/trades/private/{symbol}"),
    signed("GET", "/api/1.0/balances"),
    signed("GET", "/api/1.0/configuration/currencies"),
    signed("GET", "/api/1.0/configuration/pairs"),
    signed("GET", "/api/1.0/order-book/{symbol}"),
    signed("GET", "/api/1.0/tickers"),
    signed("GET", "/api/1.0/trades/all/{symbol}"),
    public("/api/2.0/public/order-book/{symbol}"),
    public("/api/1.0/public/tickers"),
    public("/api/1.0/public/trades/all"),
    public("/api/1.0/public/configuration/currencies"),
    public("/api/1.0/public/configuration/pairs"),
    public("/api/1.0/public/last-trades"),
    public("/api/1.0/public/order-book/{symbol}"),
    signed_with_body("POST", "/orders"),
    signed_with_body("PUT", "/orders/{venue_order_id}"),
    signed("DELETE", "/orders/{venue_order_id}"),
    signed("DELETE", "/orders"),
    signed("GET", "/orders/{venue_order_id}"),
    signed("GET", "/orders/active"),
    signed("GET", "/orders/historical"),
    signed("GET", "/orders/fills/{venue_order_id}"),
];

/// Wires every operation.
pub(crate) fn all(app: &mut web::ServiceConfig) {
    for root in [ROOT, ""] {
        all_orders(app, root);
    }
    let get = |path: &str| web::resource(format!("{ROOT}{path}"));
    app.service(get("/trades/private/{symbol}").route(web::get().to(trades::own)))
        .service(get("/trades/all/{symbol}").route(web::get().to(trades::all)))
        .service(get("/balances").route(web::get().to(account::balances)))
        .service(get("/configuration/currencies").route(web::get().to(account::currencies)))
        .service(get("/configuration/pairs").route(web::get().to(account::pairs)))
        .service(get("/order-book/{symbol}").route(web::get().to(market::order_book)))
        .service(get("/tickers").route(web::get().to(market::tickers)))
        .service(readable("/api/2.0/public/order-book/{symbol}", market::public_order_book))
        .service(readable("/api/1.0/public/order-book/{symbol}", market::older_order_book))
        .service(readable("/api/1.0/public/tickers", market::public_tickers))
        .service(readable("/api/1.0/public/trades/all", trades::public))
        .service(readable("/api/1.0/public/last-trades", trades::last))
        .service(readable("/api/1.0/public/configuration/currencies", account::public_currencies))
        .service(readable("/api/1.0/public/configuration/pairs", account::public_pairs));
}

fn all_orders(app: &mut web::ServiceConfig, root: &str) {
    let resource = |path: &str| web::resource(format!("{root}/orders{path}"));
    app.service(resource("/active").route(web::get().to(orders::active)))
        .service(resource("/historical").route(web::get().to(orders::historical)))
        .service(resource("/fills/{venue_order_id}").route(web::get().to(trades::fills)))
        .service(
            resource("/{venue_order_id}")
                .route(web::get().to(orders::get))
                .route(web::put().to(orders::replace))
                .route(web::delete().to(orders::cancel)),
        )
        .service(
            resource("").route(web::post().to(orders::place)).route(web::delete().to(orders::cancel_all)),
        );
}

/// A public path: GET, and HEAD for whoever wants the date.
fn readable<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let reads = guard::Any(guard::Get()).or(guard::Head());
    web::resource(path).route(web::route().guard(reads).to(handler))
}

/// The id in a path: a UUID with dashes.
fn order_id(segment: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(segment).ok().filter(|_| segment.len() == 36).ok_or(ApiError::BadRequest)
}
