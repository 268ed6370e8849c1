//! Which handler answers which path. Handlers extract, check the account, translate, ask the engine, translate back.

mod accounts;
mod instructions;
mod instruments;
mod market;
mod options;
mod orders;
mod positions;
mod submission;
mod watchlists;

use actix_web::web;
use facade_kit::Endpoint;
use serde::Deserialize;
use uuid::Uuid;

use crate::error::ApiError;

/// Most rows of one page.
const PAGE_MAXIMUM: usize = 1000;
/// Most rows of one page of a search.
const SEARCH_PAGE_MAXIMUM: usize = 100;

const ACCOUNTS: &str = "/v1/accounts";
const ACCOUNT: &str = "/v1/accounts/{account_id}";
const BALANCES: &str = "/v1/accounts/{account_id}/balances";
const PORTFOLIO_HISTORY: &str = "/v1/accounts/{account_id}/portfolio-history";
const ORDERS: &str = "/v1/accounts/{account_id}/orders";
const ORDER: &str = "/v1/accounts/{account_id}/orders/{order_id}";
const EXECUTIONS: &str = "/v1/accounts/{account_id}/executions";
const POSITIONS: &str = "/v1/accounts/{account_id}/positions";
const POSITION: &str = "/v1/accounts/{account_id}/positions/{instrument_id}";
const POSITION_INSTRUCTIONS: &str = "/v1/accounts/{account_id}/positions/instructions";
const POSITION_INSTRUCTION: &str = "/v1/accounts/{account_id}/positions/instructions/{instruction_id}";
const INSTRUMENTS: &str = "/v1/instruments";
const INSTRUMENT_SEARCH: &str = "/v1/instruments/search";
const OPTION_CONTRACTS: &str = "/v1/instruments/options/contracts";
const INSTRUMENT: &str = "/v1/instruments/{instrument_id}";
const SNAPSHOT: &str = "/v1/market-data/snapshot";
const DAILY_SUMMARY: &str = "/v1/market-data/daily-summary";
const MARKET_HOURS: &str = "/v1/calendars/market-hours";
const CLOCK: &str = "/v1/clock";
const VERSION: &str = "/v1/version";
const WATCHLISTS: &str = "/v1/watchlists";
const WATCHLIST: &str = "/v1/watchlists/{watchlist_id}";
const WATCHLIST_ITEMS: &str = "/v1/watchlists/{watchlist_id}/items";
const WATCHLIST_ITEM: &str = "/v1/watchlists/{watchlist_id}/items/{item_id}";

const fn endpoint(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path, has_body: false, needs_auth: true }
}

const fn with_body(method: &'static str, path: &'static str) -> Endpoint {
    Endpoint { method, path, has_body: true, needs_auth: true }
}

/// Everything that is served.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    with_body("POST", ORDERS),
    endpoint("GET", ORDERS),
    endpoint("DELETE", ORDERS),
    endpoint("GET", ORDER),
    with_body("PATCH", ORDER),
    endpoint("DELETE", ORDER),
    endpoint("GET", EXECUTIONS),
    endpoint("GET", ACCOUNTS),
    endpoint("GET", ACCOUNT),
    with_body("PATCH", ACCOUNT),
    endpoint("GET", BALANCES),
    endpoint("GET", PORTFOLIO_HISTORY),
    endpoint("GET", POSITIONS),
    with_body("DELETE", POSITIONS),
    with_body("DELETE", POSITION),
    endpoint("GET", POSITION_INSTRUCTIONS),
    with_body("POST", POSITION_INSTRUCTIONS),
    endpoint("DELETE", POSITION_INSTRUCTION),
    endpoint("GET", INSTRUMENTS),
    endpoint("GET", INSTRUMENT_SEARCH),
    endpoint("GET", OPTION_CONTRACTS),
    endpoint("GET", INSTRUMENT),
    endpoint("GET", SNAPSHOT),
    endpoint("GET", DAILY_SUMMARY),
    endpoint("GET", MARKET_HOURS),
    endpoint("GET", WATCHLISTS),
    with_body("POST", WATCHLISTS),
    endpoint("GET", WATCHLIST),
    endpoint("DELETE", WATCHLIST),
    with_body("POST", WATCHLIST_ITEMS),
    endpoint("DELETE", WATCHLIST_ITEM),
    endpoint("GET", CLOCK),
    Endpoint { method: "GET", path: VERSION, has_body: false, needs_auth: false },
];

/// Whether a path is answered without a credential.
pub(crate) fn is_open(path: &str) -> bool {
    path == VERSION
}

/// Adds everything that is served. Literal paths come before those with a parameter in their place.
pub(crate) fn all(app: &mut web::ServiceConfig) {
    app.service(
        web::resource(ORDERS)
            .route(web::post().to(orders::submit))
            .route(web::get().to(orders::list))
            .route(web::delete().to(orders::cancel_all)),
    )
    .service(
        web::resource(ORDER)
            .route(web::get().to(orders::get))
            .route(web::patch().to(orders::replace))
            .route(web::delete().to(orders::cancel)),
    )
    .service(web::resource(EXECUTIONS).route(web::get().to(orders::executions)))
    .service(web::resource(ACCOUNTS).route(web::get().to(accounts::list)))
    .service(
        web::resource(ACCOUNT).route(web::get().to(accounts::get)).route(web::patch().to(accounts::update)),
    )
    .service(web::resource(PORTFOLIO_HISTORY).route(web::get().to(accounts::portfolio_history)))
    .service(web::resource(BALANCES).route(web::get().to(accounts::balances)))
    .service(
        web::resource(POSITIONS)
            .route(web::get().to(positions::list))
            .route(web::delete().to(positions::close_all)),
    )
    .service(
        web::resource(POSITION_INSTRUCTIONS)
            .route(web::get().to(instructions::list))
            .route(web::post().to(instructions::submit)),
    )
    .service(web::resource(POSITION_INSTRUCTION).route(web::delete().to(instructions::cancel)))
    .service(web::resource(POSITION).route(web::delete().to(positions::close)))
    .service(web::resource(INSTRUMENTS).route(web::get().to(instruments::list)))
    .service(web::resource(INSTRUMENT_SEARCH).route(web::get().to(instruments::search)))
    .service(web::resource(OPTION_CONTRACTS).route(web::get().to(options::contracts)))
    .service(web::resource(INSTRUMENT).route(web::get().to(instruments::get)))
    .service(web::resource(SNAPSHOT).route(web::get().to(market::snapshot)))
    .service(web::resource(DAILY_SUMMARY).route(web::get().to(market::daily_summary)))
    .service(web::resource(MARKET_HOURS).route(web::get().to(market::hours)))
    .service(web::resource(CLOCK).route(web::get().to(market::clock)))
    .service(web::resource(VERSION).route(web::get().to(market::version)))
    .service(
        web::resource(WATCHLISTS)
            .route(web::get().to(watchlists::list))
            .route(web::post().to(watchlists::create)),
    )
    .service(
        web::resource(WATCHLIST)
            .route(web::get().to(watchlists::get))
            .route(web::delete().to(watchlists::delete)),
    )
    .service(web::resource(WATCHLIST_ITEMS).route(web::post().to(watchlists::add)))
    .service(web::resource(WATCHLIST_ITEM).route(web::delete().to(watchlists::remove)));
}

/// The account of a path.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountPath {
    account_id: String,
}

/// The account and the order of a path. The order id is any text.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderPath {
    account_id: String,
    order_id: String,
}

/// The account of a path and the instrument of a position, a symbol or a UUID.
#[derive(Debug, Deserialize)]
pub(crate) struct PositionPath {
    account_id: String,
    instrument_id: String,
}

impl AccountPath {
    fn number(&self) -> Result<i64, ApiError> {
        account_number(&self.account_id)
    }
}

impl OrderPath {
    fn number(&self) -> Result<i64, ApiError> {
        account_number(&self.account_id)
    }
}

impl PositionPath {
    fn number(&self) -> Result<i64, ApiError> {
        account_number(&self.account_id)
    }
}

fn account_number(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| ApiError::PathInteger { name: "account_id", value: text.to_owned() })
}

fn path_uuid(name: &'static str, text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|fault| ApiError::PathUuid {
        name,
        value: text.to_owned(),
        fault: fault.to_string(),
    })
}
