//! The operations, their wiring, and thin handlers by resource.

mod accounts;
mod orders;
mod positions;
pub(crate) mod rates;
mod trades;
mod transactions;

use actix_web::http::Method;
use actix_web::{Resource, web};
use facade_kit::Endpoint;

use crate::reply;

const fn get(path: &'static str) -> Endpoint {
    Endpoint { method: "GET", path, has_body: false, needs_auth: true }
}

const fn delete(path: &'static str) -> Endpoint {
    Endpoint { method: "DELETE", path, has_body: false, needs_auth: true }
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

const TRANSACTIONS: &str = "/v1/accounts/{account_id}/transactions";
const TRANSACTION: &str = "/v1/accounts/{account_id}/transactions/{transaction_id}";
const ALL_TRANSACTIONS: &str = "/v1/accounts/{account_id}/alltransactions";
/// Where the answer to [`ALL_TRANSACTIONS`] points to.
const ARCHIVE: &str = "/{key}.json.zip";

/// Every operation that is served. OPTIONS is answered on every path and not listed.
pub const ENDPOINTS: &[Endpoint] = &[
    get(INSTRUMENTS),
    get(PRICES),
    get(CANDLES),
    get(ACCOUNTS),
    with_body("POST", ACCOUNTS),
    get(ACCOUNT),
    get(ORDERS),
    with_body("POST", ORDERS),
    get(ORDER),
    with_body("PATCH", ORDER),
    delete(ORDER),
    get(TRADES),
    get(TRADE),
    with_body("PATCH", TRADE),
    delete(TRADE),
    get(POSITIONS),
    get(POSITION),
    delete(POSITION),
    get(TRANSACTIONS),
    get(TRANSACTION),
    get(ALL_TRANSACTIONS),
    Endpoint { method: "GET", path: ARCHIVE, has_body: false, needs_auth: false },
];

/// Wires all operations.
pub(crate) fn all(app: &mut web::ServiceConfig, is_sandbox: bool) {
    rates::wire(app);
    accounts::wire(app, is_sandbox);
    orders::wire(app);
    trades::wire(app);
    positions::wire(app);
    transactions::wire(app);
}

/// A path, with the answer to OPTIONS that its operations give.
pub(crate) fn resource(path: &'static str) -> Resource {
    let of_path = ENDPOINTS.iter().filter(|endpoint| endpoint.path == path);
    resource_of(path, &of_path.map(|endpoint| endpoint.method).collect::<Vec<_>>())
}

/// A path that has some methods.
pub(crate) fn resource_of(path: &'static str, methods: &[&str]) -> Resource {
    let methods = format!("{}, OPTIONS", methods.join(", "));
    let options = move || std::future::ready(reply::options(&methods));
    web::resource(path).route(web::method(Method::OPTIONS).to(options))
}
