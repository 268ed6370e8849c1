//! What the clients share: a connection to one base URL, and members of JSON answers as the text that they are.

use serde_json::Value;
use testkit::http::{Client, Reply, Request};

use super::Failure;

/// A connection to one facade.
#[derive(Debug)]
pub(super) struct Connection {
    client: Client,
    base_url: String,
}

impl Connection {
    pub(super) fn new(base_url: &str) -> Self {
        Self { client: Client::default(), base_url: base_url.to_owned() }
    }

    /// Sends a request and answers whatever comes back.
    pub(super) fn send(&self, request: &Request) -> Result<Reply, Failure> {
        self.client.try_send(&self.base_url, request).map_err(|error| Failure::lost(&error))
    }

    /// Sends a request; an answer that is not 2xx is a refusal.
    pub(super) fn call(&self, request: &Request) -> Result<Reply, Failure> {
        let reply = self.send(request)?;
        if (200..300).contains(&reply.status) { Ok(reply) } else { Err(Failure::refused(&reply)) }
    }
}

/// A string or a number, as the text that stands in the answer; none when it is absent or null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Like [`text`], for members that must be there.
pub(super) fn required(value: &Value, member: &str) -> String {
    text(&value[member]).unwrap_or_else(|| panic!("no {member} in {value}"))
}
