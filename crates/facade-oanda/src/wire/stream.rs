//! Messages of streams: an object whose one member says what it is.

use serde::Serialize;

use super::Number;
use super::transactions::Transaction;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Message {
    Tick(Tick),
    Transaction(Box<Transaction>),
    Heartbeat(Heartbeat),
    Disconnect(Disconnect),
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Tick {
    pub(crate) instrument: String,
    pub(crate) time: String,
    pub(crate) bid: Number,
    pub(crate) ask: Number,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Heartbeat {
    pub(crate) time: String,
}

/// The last message of a stream that another one drove out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disconnect {
    pub(crate) code: u16,
    pub(crate) message: &'static str,
    pub(crate) more_info: &'static str,
}
