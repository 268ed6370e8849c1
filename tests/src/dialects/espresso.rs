//! The Espresso dialect: an order is built by the server, signed by the client as a Cardano transaction, and submitted.

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{Sha512, VerifyingKey};
use serde_json::{Value, json};
use testkit::http::Request;

use super::http::{Connection, required, text};
use super::{Dialect, Failure, Seen, Ticket};
use crate::credentials::ESPRESSO_API_KEY;

/// The operation key of the development profile, already decrypted and derived: scalar and prefix.
const OPERATION_KEY: &str = concat!(
    "28504e6aa9bfbe0d50a7e5f06d6125f15000db651573e75a6d50e710bbc3d859",
    "8d31bd78ae8cf212883c77a39eba224fc602705e9325ff8e58faf628d4432b2e",
);

/// An unsigned transaction ends with an empty witness set, the flag `true`, and no auxiliary data.
const UNSIGNED_END: &str = "a0f5f6";

/// A client of the Espresso dialect.
#[derive(Debug)]
pub struct Espresso(Connection);

impl Espresso {
    /// A client of the server at this URL.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self(Connection::new(base_url))
    }

    fn request(method: &str, path: &str) -> Request {
        Request::new(method, path).with_header("X-API-KEY", ESPRESSO_API_KEY)
    }

    /// Reads an order as the whole HTTP exchange, for callers that measure or compare it.
    #[must_use]
    pub fn read_request(id: &str) -> Request {
        Self::request("GET", &format!("/accounts/order/{id}"))
    }

    /// Builds an order as the whole HTTP exchange.
    #[must_use]
    pub fn build_request(ticket: &Ticket) -> Request {
        let mut body = json!({
            "symbol": ticket.instrument.replace('-', ""),
            "side": if ticket.buys { "buy" } else { "sell" },
            "type": if ticket.price.is_some() { "limit" } else { "market" },
            "base_quantity": ticket.quantity.to_string(),
        });
        if let Some(price) = &ticket.price {
            body["price"] = json!(price);
        }
        Self::request("POST", "/order/build").with_json(&body.to_string())
    }
}

/// Adds a witness to a transaction: the signature over the hash of its body.
fn sign(transaction: &str) -> String {
    let body = transaction
        .strip_prefix("84")
        .and_then(|rest| rest.strip_suffix(UNSIGNED_END))
        .unwrap_or_else(|| panic!("not an unsigned transaction: {transaction}"));
    let bytes = hex::decode(body).unwrap_or_else(|error| panic!("not hex ({error}): {body}"));
    let mut key = [0; 64];
    if let Err(error) = hex::decode_to_slice(OPERATION_KEY, &mut key) {
        panic!("not a key: {error}");
    }
    let secret = ExpandedSecretKey::from_bytes(&key);
    let public = VerifyingKey::from(&secret);
    let signature = raw_sign::<Sha512>(&secret, &Blake2b::<U32>::digest(&bytes), &public);
    let (public, signature) = (hex::encode(public.as_bytes()), hex::encode(signature.to_bytes()));
    format!("84{body}a100d9010281825820{public}5840{signature}f5f6")
}

impl Dialect for Espresso {
    fn name(&self) -> &'static str {
        "espresso"
    }

    fn place(&mut self, ticket: &Ticket) -> Result<String, Failure> {
        let built = self.0.call(&Self::build_request(ticket))?.json();
        let id = required(&built, "order_id");
        let submit = json!({"order_id": id, "signed_tx": sign(&required(&built, "tx_hex"))});
        let answer =
            self.0.call(&Self::request("POST", "/order/submit").with_json(&submit.to_string()))?.json();
        assert_eq!(required(&answer, "id"), id, "the submitted order is another than the built one");
        Ok(id)
    }

    fn read(&mut self, id: &str) -> Result<Option<Seen>, Failure> {
        let reply = self.0.send(&Self::read_request(id))?;
        match (reply.status, &reply) {
            (200, reply) => Ok(Some(seen(&reply.json()))),
            (400, reply) if reply.json()["code"] == 4200 => Ok(None),
            (_, reply) => Err(Failure::refused(reply)),
        }
    }

    fn cancel(&mut self, id: &str) -> Result<(), Failure> {
        self.0.call(&Self::request("POST", &format!("/order/{id}/cancel"))).map(drop)
    }
}

fn seen(order: &Value) -> Seen {
    Seen {
        id: required(order, "id"),
        symbol: required(order, "symbol"),
        side: required(order, "side"),
        quantity: required(order, "base_qty"),
        filled: text(&order["executed_base_qty"]),
        price: text(&order["price"]),
        status: text(&order["status"]),
    }
}
