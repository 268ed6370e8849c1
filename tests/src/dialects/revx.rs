//! The Revolut X dialect: every request signed with Ed25519 over its time, method, path, query and body.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use testkit::http::Request;
use uuid::Uuid;

use super::http::{Connection, required, text};
use super::{Dialect, Failure, Seen, Ticket};
use crate::credentials;

const ORDERS: &str = "/api/1.0/orders";

/// A client of the Revolut X dialect.
#[derive(Debug)]
pub struct Revx {
    connection: Connection,
    key: SigningKey,
}

impl Revx {
    /// A client of the server at this URL.
    ///
    /// # Panics
    /// When the key of the development profile cannot be read.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let file = credentials::revx_key_file();
        let pem = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()));
        let key = SigningKey::from_pkcs8_pem(&pem)
            .unwrap_or_else(|error| panic!("{} is no private key: {error}", file.display()));
        Self { connection: Connection::new(base_url), key }
    }

    /// Reads an order as the whole HTTP exchange, signed now, for callers that measure or compare it.
    #[must_use]
    pub fn read_request(&self, id: &str) -> Request {
        self.signed("GET", &format!("{ORDERS}/{id}"), "")
    }

    /// Places an order as the whole HTTP exchange, signed now.
    #[must_use]
    pub fn place_request(&self, ticket: &Ticket) -> Request {
        let size = ticket.quantity.to_string();
        let configuration = match &ticket.price {
            None => json!({"market": {"base_size": size}}),
            Some(price) => json!({"limit": {"base_size": size, "price": price}}),
        };
        let body = json!({
            "client_order_id": Uuid::new_v4().to_string(),
            "symbol": symbol(&ticket.instrument),
            "side": if ticket.buys { "buy" } else { "sell" },
            "order_configuration": configuration,
        });
        self.signed("POST", ORDERS, &body.to_string())
    }

    fn signed(&self, method: &str, target: &str, body: &str) -> Request {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let signature = self.key.sign(format!("{now}{method}{path}{query}{body}").as_bytes());
        let request = Request::new(method, target)
            .with_header("X-Revx-API-Key", &credentials::revx_api_key())
            .with_header("X-Revx-Timestamp", &now.to_string())
            .with_header("X-Revx-Signature", &STANDARD.encode(signature.to_bytes()));
        if body.is_empty() { request } else { request.with_json(body) }
    }
}

/// A symbol with two currencies; a share trades against the dollar.
fn symbol(instrument: &str) -> String {
    if instrument.contains('-') { instrument.to_owned() } else { format!("{instrument}-USD") }
}

impl Dialect for Revx {
    fn name(&self) -> &'static str {
        "revx"
    }

    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let answer = self.connection.call(&self.place_request(ticket))?.json();
        Ok(required(&answer["data"], "venue_order_id"))
    }

    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure> {
        let reply = self.connection.send(&self.read_request(id))?;
        match (reply.status, &reply) {
            (200, reply) => Ok(Some(seen(&reply.json()["data"]))),
            (404, _) => Ok(None),
            (_, reply) => Err(Failure::refused(reply)),
        }
    }

    fn cancel(&mut self, id: &str) -> Result<(), Failure> {
        self.connection.call(&self.signed("DELETE", &format!("{ORDERS}/{id}"), "")).map(drop)
    }
}

fn seen(order: &Value) -> Seen {
    Seen {
        id: required(order, "id"),
        symbol: required(order, "symbol"),
        side: required(order, "side"),
        quantity: required(order, "quantity"),
        filled: text(&order["filled_quantity"]),
        price: text(&order["price"]),
        status: text(&order["status"]),
    }
}
