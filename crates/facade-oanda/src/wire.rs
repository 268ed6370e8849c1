//! The vendor's shapes, member for member in the vendor's order. No logic, and nothing of the core in them.

pub(crate) mod accounts;
pub(crate) mod candles;
pub(crate) mod error;
pub(crate) mod orders;
pub(crate) mod positions;
pub(crate) mod rates;
pub(crate) mod stream;
pub(crate) mod trades;
pub(crate) mod transactions;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A JSON number in its shortest form: no trailing zeros, `0` for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Number(pub(crate) Decimal);

impl Number {
    /// "Not set", where the vendor has no other word for it.
    pub(crate) const NONE: Self = Self(Decimal::ZERO);
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rust_decimal::serde::arbitrary_precision::serialize(&self.0.normalize(), serializer)
    }
}

/// Direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Buy,
    Sell,
}

/// `{}`, which stands for an object that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Empty {}

/// An object, or `{}` in its place; never `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Perhaps<T> {
    Present(T),
    Absent(Empty),
}

impl<T> From<Option<T>> for Perhaps<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent(Empty {}), Self::Present)
    }
}
