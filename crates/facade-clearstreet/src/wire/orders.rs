//! Orders and executions.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::SecurityType;

/// One entry of a submission. Order of fields: the order in which missing ones are reported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct NewOrder {
    pub(crate) order_type: RequestOrderType,
    pub(crate) quantity: String,
    pub(crate) side: Side,
    pub(crate) time_in_force: RequestTimeInForce,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) symbol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instrument_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_offset_type: Option<TrailingOffsetType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extended_hours: Option<bool>,
}

/// The body of a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct ReplaceOrder {
    pub(crate) limit_price: Option<String>,
    pub(crate) quantity: Option<String>,
    pub(crate) stop_price: Option<String>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Order {
    pub(crate) account_id: i64,
    pub(crate) average_fill_price: Option<String>,
    pub(crate) client_order_id: String,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extended_hours: Option<bool>,
    pub(crate) filled_quantity: String,
    pub(crate) id: String,
    pub(crate) instrument_id: String,
    pub(crate) instrument_type: SecurityType,
    pub(crate) leaves_quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_offset: Option<String>,
    pub(crate) limit_price: Option<String>,
    pub(crate) order_type: OrderType,
    pub(crate) quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue_state: Option<QueueState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) releases_at: Option<String>,
    pub(crate) side: Side,
    pub(crate) status: OrderStatus,
    pub(crate) stop_price: Option<String>,
    pub(crate) symbol: String,
    pub(crate) time_in_force: TimeInForce,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_limit_px: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_offset_type: Option<TrailingOffsetType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_stop_px: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_watermark_px: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailing_watermark_ts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) underlying_instrument_id: Option<String>,
    pub(crate) updated_at: String,
    pub(crate) venue: String,
}

/// One fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Execution {
    pub(crate) id: String,
    pub(crate) instrument_id: String,
    pub(crate) order_id: String,
    pub(crate) price: String,
    pub(crate) quantity: String,
    pub(crate) side: Side,
    pub(crate) symbol: String,
    pub(crate) transaction_time: String,
}

/// A date and time of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) OffsetDateTime);

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = DateTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 formatted date and time string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<DateTime, E> {
                let fault = if text.is_empty() {
                    "premature end of input"
                } else {
                    "input contains invalid characters"
                };
                crate::format::parse_instant(text).map(DateTime).ok_or_else(|| E::custom(fault))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl Serialize for DateTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::format::instant(crate::format::saturated(self.0)))
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word on the wire.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(super) use words;

words!(
    /// Side of an order.
    Side {
        Buy = "BUY",
        Sell = "SELL",
        SellShort = "SELL_SHORT",
        Other = "OTHER",
    }
);
words!(
    /// Type of an order, as it is shown.
    OrderType {
        Market = "MARKET",
        Limit = "LIMIT",
        Stop = "STOP",
        StopLimit = "STOP_LIMIT",
        TrailingStop = "TRAILING_STOP",
        TrailingStopLimit = "TRAILING_STOP_LIMIT",
        Other = "OTHER",
    }
);
words!(
    /// Type of an order, as it can be asked for.
    RequestOrderType {
        Market = "MARKET",
        Limit = "LIMIT",
        Stop = "STOP",
        StopLimit = "STOP_LIMIT",
        TrailingStop = "TRAILING_STOP",
        TrailingStopLimit = "TRAILING_STOP_LIMIT",
    }
);
words!(
    /// Status of an order.
    OrderStatus {
        PendingNew = "PENDING_NEW",
        New = "NEW",
        PartiallyFilled = "PARTIALLY_FILLED",
        Filled = "FILLED",
        Canceled = "CANCELED",
        Rejected = "REJECTED",
        Expired = "EXPIRED",
        PendingCancel = "PENDING_CANCEL",
        PendingReplace = "PENDING_REPLACE",
        Replaced = "REPLACED",
        DoneForDay = "DONE_FOR_DAY",
        Stopped = "STOPPED",
        Suspended = "SUSPENDED",
        Calculated = "CALCULATED",
        Other = "OTHER",
    }
);
words!(
    /// Time in force, as it is shown.
    TimeInForce {
        Day = "DAY",
        GoodTillCancel = "GOOD_TILL_CANCEL",
        ImmediateOrCancel = "IMMEDIATE_OR_CANCEL",
        FillOrKill = "FILL_OR_KILL",
        GoodTillDate = "GOOD_TILL_DATE",
        AtTheOpening = "AT_THE_OPENING",
        AtTheClose = "AT_THE_CLOSE",
        GoodTillCrossing = "GOOD_TILL_CROSSING",
        GoodThroughCrossing = "GOOD_THROUGH_CROSSING",
        AtCrossing = "AT_CROSSING",
        Other = "OTHER",
    }
);
words!(
    /// Time in force, as it can be asked for.
    RequestTimeInForce {
        Day = "DAY",
        GoodTillCancel = "GOOD_TILL_CANCEL",
        ImmediateOrCancel = "IMMEDIATE_OR_CANCEL",
        FillOrKill = "FILL_OR_KILL",
        GoodTillDate = "GOOD_TILL_DATE",
        AtTheOpening = "AT_THE_OPENING",
        AtTheClose = "AT_THE_CLOSE",
        GoodTillCrossing = "GOOD_TILL_CROSSING",
        GoodThroughCrossing = "GOOD_THROUGH_CROSSING",
        AtCrossing = "AT_CROSSING",
    }
);
words!(
    /// Whether an order waits for its release.
    QueueState {
        AwaitingRelease = "AWAITING_RELEASE",
        Released = "RELEASED",
    }
);
words!(
    /// Unit of a trailing offset.
    TrailingOffsetType {
        Price = "PRICE",
        Bps = "BPS",
    }
);
