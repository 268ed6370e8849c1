//! The operations, their wiring, and thin handlers by resource.

mod accounts;
mod orders;
mod positions;
pub(crate) mod rates;
mod trades;

use actix_web::http::Method;
use actix_web::{Resource, web};
use facade_kit::Endpoint;

use crate::reply;

const fn get(path: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, has_body: false, needs_auth: true }
}

const fn with_body(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path, has_body: true, needs_auth: true }
}

const INSTRUMENTS: &str = "/v1/instruments";
pub(crate) const PRICES: &str = "/v1/prices";
const CANDLES: &str = "/v1/candles";
const ACCOUNTS: &str = "/v1/accounts";
const ACCOUNT: &str = "/v1/accounts/{account_id}";
const ORDERS: &str = "/v1/accounts/{account_id}/orders";
const ORDER: &str = "/v1/accounts/{account_id}/orders/{order_id}";
const TRADES: &str = "/v1/accounts/{account_id}/trades";
const TRADE: &str = "/v1/accounts/{account_id}/trades/{trade_id}";
const POSITIONS: &str = "/v1/accounts/{account_id}/positions";
const POSITION: &str = "/v1/accounts/{account_id}/positions/{instrument}";

/// Every operation that is served. OPTIONS is answered on every path and not listed.
pub const ENDPOINTS: &[Endpoint] = &[
    get(INSTRUMENTS),
    get(PRICES),
    get(CANDLES),
    get(ACCOUNTS),
    get(ACCOUNT),
    get(ORDERS),
    with_body("POST", ORDERS),
    get(ORDER),
    with_body("PATCH", ORDER),
    Endpoint { method: "DELETE", path: ORDER, has_body: false, needs_auth: true },
    get(TRADES),
    get(TRADE),
    get(POSITIONS),
    get(POSITION),
];

/// Wires all operations.
pub(crate) fn all(app: &mut web::ServiceConfig) {
    rates::wire(app);
    accounts::wire(app);
    orders::wire(app);
    trades::wire(app);
    positions::wire(app);
}

/// A path, with the answer to OPTIONS that its operations give.
pub(crate) fn resource(path: &'static str) -> Resource {
    let methods: Vec<&str> =
        ENDPOINTS.iter().filter(|endpoint| endpoint.path == path).map(|endpoint| endpoint.method).collect();
    let methods = format!("{}, OPTIONS", methods.join(", "));
    let options = move || std::future::ready(reply::options(&methods));
    web::resource(path).route(web::method(Method::OPTIONS).to(options))
}
