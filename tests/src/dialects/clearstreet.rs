//! The Clear Street dialect: arrays of orders in JSON, a bearer key, UUIDs for ids.

use serde_json::{Value, json};
use testkit::http::Request;

use super::http::{Connection, required, text};
use super::{Dialect, Failure, OrderIds, Seen, Ticket};

const KEY: &str = "Bearer demo.clearstreet-key";
const ORDERS: &str = "/v1/accounts/19816/orders";

/// A client of the Clear Street dialect.
#[derive(Debug)]
pub struct Clearstreet(Connection);

impl Clearstreet {
    /// A client of the server at this URL.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self(Connection::new(base_url))
    }

    fn request(method: &str, path: &str) -> Request {
        Request::new(method, path).with_header("Authorization", KEY)
    }

    /// Reads an order as the whole HTTP exchange, for callers that measure or compare it.
    #[must_use]
    pub fn read_request(id: &str) -> Request {
        Self::request("GET", &format!("{ORDERS}/{id}"))
    }

    /// Places an order as the whole HTTP exchange.
    #[must_use]
    pub fn place_request(ticket: &Ticket) -> Request {
        let mut order = json!({
            "symbol": ticket.instrument,
            "quantity": ticket.quantity.to_string(),
            "side": if ticket.buys { "BUY" } else { "SELL" },
        });
        match &ticket.price {
            None => {
                order["order_type"] = json!("MARKET");
                order["time_in_force"] = json!("DAY");
            }
            Some(price) => {
                order["order_type"] = json!("LIMIT");
                order["time_in_force"] = json!("GOOD_TILL_CANCEL");
                order["limit_price"] = json!(price);
            }
        }
        Self::request("POST", ORDERS).with_json(&json!([order]).to_string())
    }

    /// The ids of every order of the account, over all pages, oldest first.
    ///
    /// # Errors
    /// When a page is refused, or nobody answers.
    pub fn order_ids(&mut self) -> Result<Vec<OrderIds>, Failure> {
        let mut ids = Vec::new();
        let mut query = "page_size=1000".to_owned();
        loop {
            let page = self.0.call(&Self::request("GET", &format!("{ORDERS}?{query}")))?.json();
            let rows = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
            ids.extend(rows.iter().map(|order| OrderIds::of_uuid(&required(order, "id"))));
            match text(&page["metadata"]["next_page_token"]) {
                Some(token) => query = format!("page_token={token}"),
                None => return Ok(ids),
            }
        }
    }
}

impl Dialect for Clearstreet {
    fn name(&self) -> &'static str {
        "clearstreet"
    }

    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let answer = self.0.call(&Self::place_request(ticket))?.json();
        Ok(required(&answer["data"][0], "id"))
    }

    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure> {
        let reply = self.0.send(&Self::read_request(id))?;
        match (reply.status, &reply) {
            (200, reply) => Ok(Some(seen(&reply.json()["data"]))),
            (404, _) => Ok(None),
            (_, reply) => Err(Failure::refused(reply)),
        }
    }

    fn cancel(&mut self, id: &str) -> Result<(), Failure> {
        self.0.call(&Self::request("DELETE", &format!("{ORDERS}/{id}"))).map(drop)
    }
}

fn seen(order: &Value) -> Seen {
    Seen {
        id: required(order, "id"),
        symbol: required(order, "symbol"),
        side: required(order, "side"),
        quantity: required(order, "quantity"),
        filled: text(&order["filled_quantity"]),
        price: text(&order["limit_price"]),
        status: text(&order["status"]),
    }
}
