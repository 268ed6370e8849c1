//! The OANDA dialect: form bodies, a bearer token, numbers for ids.

use serde_json::Value;
use testkit::http::Request;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::http::{Connection, required, text};
use super::{Dialect, Failure, Seen, Ticket};

const TOKEN: &str = "Bearer 0000000000000000000000000000demo-0000000000000000000000000000demo";
const ORDERS: &str = "/v1/accounts/12345/orders";

/// A client of the OANDA dialect.
#[derive(Debug)]
pub struct Oanda(Connection);

impl Oanda {
    /// A client of the server at this URL.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self(Connection::new(base_url))
    }

    fn request(method: &str, path: &str) -> Request {
        Request::new(method, path).with_header("Authorization", TOKEN)
    }

    /// Reads an order as the whole HTTP exchange, for callers that measure or compare it.
    #[must_use]
    pub fn read_request(id: &str) -> Request {
        Self::request("GET", &format!("{ORDERS}/{id}"))
    }

    /// Places an order as the whole HTTP exchange.
    #[must_use]
    pub fn place_request(ticket: &Ticket) -> Request {
        let instrument = ticket.instrument.replace('-', "_");
        let side = if ticket.buys { "buy" } else { "sell" };
        let mut form = format!("instrument={instrument}&units={}&side={side}", ticket.quantity);
        match &ticket.price {
            None => form.push_str("&type=market"),
            Some(price) => {
                form.push_str("&type=limit&price=");
                form.push_str(price);
                form.push_str("&expiry=");
                form.push_str(&in_a_day());
            }
        }
        Self::request("POST", ORDERS)
            .with_header("Content-Type", "application/x-www-form-urlencoded")
            .with_body(form)
    }
}

impl Oanda {
    /// The newest transactions of the account, as the vendor lists them.
    ///
    /// # Errors
    /// When reading is refused, or nobody answers.
    pub fn transactions(&self) -> Result<Vec<Value>, Failure> {
        let reply = self.0.call(&Self::request("GET", "/v1/accounts/12345/transactions"))?;
        Ok(reply.json()["transactions"].as_array().cloned().unwrap_or_default())
    }
}

impl Dialect for Oanda {
    fn name(&self) -> &'static str {
        "oanda"
    }

    /// A market order has no id of its own to be read by: its answer names the trade that it opened.
    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let answer = self.0.call(&Self::place_request(ticket))?.json();
        let opened = if ticket.price.is_some() { &answer["orderOpened"] } else { &answer["tradeOpened"] };
        Ok(required(opened, "id"))
    }

    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure> {
        let reply = self.0.send(&Self::read_request(id))?;
        match (reply.status, &reply) {
            (200, reply) => Ok(Some(seen(&reply.json()))),
            // The vendor keeps no order that is filled, canceled or expired.
            (404, reply) if reply.json()["code"] == 11 => Ok(None),
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
        symbol: required(order, "instrument"),
        side: required(order, "side"),
        quantity: required(order, "units"),
        filled: None,
        price: text(&order["price"]),
        status: None,
    }
}

fn in_a_day() -> String {
    let expiry = OffsetDateTime::now_utc() + Duration::days(1);
    expiry.format(&Rfc3339).unwrap_or_else(|error| panic!("no time: {error}"))
}
