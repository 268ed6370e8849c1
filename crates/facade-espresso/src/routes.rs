//! Operations and their handlers.

mod accounts;
mod market;
mod orders;
mod placing;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route};
use facade_kit::{Endpoint, Loss};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, JSON};

const fn endpoint(method: &'static str, path: &'static str, has_body: bool, needs_auth: bool) -> Endpoint {
    Endpoint { method, path, has_body, needs_auth }
}

/// The operations of this dialect.
pub const ENDPOINTS: &[Endpoint] = &[
    endpoint("POST", "/order/build", true, true),
    endpoint("POST", "/orders/build", true, true),
    endpoint("POST", "/order/submit", true, true),
    endpoint("POST", "/orders/submit", true, true),
    endpoint("POST", "/order/cancel-all", true, true),
    endpoint("POST", "/order/{orderId}/cancel", false, true),
    endpoint("GET", "/account/order", false, true),
    endpoint("GET", "/accounts/order/{id}", false, true),
    endpoint("GET", "/accounts/open-orders", false, true),
    endpoint("GET", "/accounts/trade-orders", false, true),
    endpoint("GET", "/accounts/trades", false, true),
    endpoint("GET", "/accounts/balance", false, true),
    endpoint("GET", "/accounts/operation-key", false, true),
    endpoint("GET", "/accounts/api-key", false, true),
    endpoint("GET", "/accounts/spot-account", false, true),
    endpoint("GET", "/market/market-price", false, false),
    endpoint("GET", "/app/market-config", false, false),
    endpoint("GET", "/app/terms-and-conditions", false, false),
    endpoint("GET", "/app/get-terms-and-conditions", false, false),
    endpoint("GET", "/app/hydra-cycle", false, false),
    endpoint("GET", "/health/trading-lock-status", false, false),
];

/// Adds all operations to a scope.
pub(crate) fn all(app: &mut ServiceConfig) {
    app.service(resource("/order/build", web::post().to(placing::build)))
        .service(resource("/orders/build", web::post().to(placing::build)))
        .service(resource("/order/submit", web::post().to(placing::submit)))
        .service(resource("/orders/submit", web::post().to(placing::submit)))
        .service(resource("/order/cancel-all", web::post().to(orders::cancel_all)))
        .service(resource("/order/{order_id}/cancel", web::post().to(orders::cancel)))
        .service(resource("/account/order", web::get().to(orders::order_by_query)))
        .service(resource("/accounts/order/{id}", web::get().to(orders::order_by_path)))
        .service(resource("/accounts/open-orders", web::get().to(orders::open_orders)))
        .service(resource("/accounts/trade-orders", web::get().to(orders::trade_orders)))
        .service(resource("/accounts/trades", web::get().to(orders::trades)))
        .service(resource("/accounts/balance", web::get().to(accounts::balance)))
        .service(resource("/accounts/operation-key", web::get().to(accounts::operation_key)))
        .service(resource("/accounts/api-key", web::get().to(accounts::api_key)))
        .service(resource("/accounts/spot-account", web::get().to(accounts::spot_account)))
        .service(resource("/market/market-price", web::get().to(market::market_price)))
        .service(resource("/app/market-config", web::get().to(market::market_config)))
        .service(resource("/app/terms-and-conditions", web::get().to(market::terms)))
        .service(resource("/app/get-terms-and-conditions", web::get().to(market::terms)))
        .service(resource("/app/hydra-cycle", web::get().to(market::hydra_cycle)))
        .service(resource("/health/trading-lock-status", web::get().to(market::trading_lock)));
}

/// A path with its one method. The vendor knows no 405: any other method is a page that does not exist.
fn resource(path: &str, route: Route) -> Resource {
    web::resource(path).route(route).default_service(web::to(no_such_page))
}

async fn no_such_page() -> HttpResponse {
    ApiError::NoSuchPage.response()
}

/// Whether a request is for an operation that needs a caller. Paths are relative to the mount point.
pub(crate) fn needs_auth(method: &str, path: &str) -> bool {
    ENDPOINTS.iter().any(|known| known.needs_auth && known.method == method && matches(known.path, path))
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut path = path.split('/');
    let fits = |segment: &str| {
        path.next().is_some_and(|given| segment == given || (segment.starts_with('{') && !given.is_empty()))
    };
    pattern.split('/').all(fits) && path.next().is_none()
}

/// A good answer.
fn answer(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).json(body)
}

/// The body of a request, whatever its content type says; the vendor does not look at it.
fn bind<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        tracing::debug!(%error, "the body cannot be used");
        ApiError::InvalidRequest
    })
}

/// Parameters of a query. Of a name that comes twice the first counts.
type Query = web::Query<Vec<(String, String)>>;

fn parameter<'query>(query: &'query Query, name: &str) -> Option<&'query str> {
    query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

fn log_losses(losses: &[Loss]) {
    for loss in losses {
        tracing::debug!(field = loss.field, kind = ?loss.kind, from = loss.from, to = loss.to, "lost in translation");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_knows_what_it_guards() {
        assert!(needs_auth("POST", "/order/0190/cancel"));
        assert!(needs_auth("GET", "/accounts/order/x"));
        for (method, path) in [
            ("GET", "/order/0190/cancel"),
            ("POST", "/order/cancel"),
            ("POST", "/order/a/b/cancel"),
            ("GET", "/accounts/balance/"),
            ("GET", "/accounts/order/"),
            ("GET", "/market/market-price"),
            ("GET", "/"),
        ] {
            assert!(!needs_auth(method, path), "{method} {path}");
        }
    }
}
