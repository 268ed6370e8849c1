//! Changing orders: in place, by a successor, by an operator.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::exits::ExitChanges;
use crate::ids::{AccountId, ClientOrderId, OrderId};
use crate::number::{Price, Quantity};
use crate::order::{PriceBound, Size, TimeInForce};

/// See [`Command::ReplaceOrder`](super::Command::ReplaceOrder). What is absent stays as it is; at least one change is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReplaceOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The working order.
    #[n(1)]
    pub order: OrderId,
    /// New limit price.
    #[n(2)]
    pub price: Option<Price>,
    /// New total quantity, what is filled included.
    #[n(3)]
    pub quantity: Option<Quantity>,
    /// New time in force; one that may rest.
    #[n(4)]
    pub time_in_force: Option<TimeInForce>,
    /// New price bound.
    #[n(5)]
    pub price_bound: Option<PriceBound>,
    /// The caller's id of this request, unique like a client order id. It becomes the order's request id.
    #[n(6)]
    pub client_order_id: Option<ClientOrderId>,
    /// New texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
    /// New trigger price, for an order with a fixed one that has not fired.
    #[n(8)]
    pub trigger: Option<Price>,
    /// What becomes of its exits. Lots that are open already keep theirs.
    #[n(9)]
    #[cbor(default)]
    pub exits: ExitChanges,
}

impl ReplaceOrder {
    /// A replacement that changes nothing yet.
    #[must_use]
    pub const fn new(account: AccountId, order: OrderId) -> Self {
        Self {
            account,
            order,
            price: None,
            quantity: None,
            time_in_force: None,
            price_bound: None,
            client_order_id: None,
            annotations: None,
            trigger: None,
            exits: ExitChanges::KEEP,
        }
    }
}

/// How large a successor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum SuccessorSize {
    /// A size of its own.
    #[n(0)]
    Of(#[n(0)] Size),
    /// What is left of the predecessor, in base.
    #[n(1)]
    Leaves,
    /// What the predecessor's hold pays for: a sell keeps its quantity, a buy keeps its quote amount.
    #[n(2)]
    Held,
}

/// See [`Command::SucceedOrder`](super::Command::SucceedOrder). What is absent is inherited. When the market refuses the successor the predecessor
/// keeps working, and the successor is recorded as `Rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct SucceedOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The working limit order to take the place of.
    #[n(1)]
    pub order: OrderId,
    /// The caller's id of the successor.
    #[n(2)]
    pub client_order_id: Option<ClientOrderId>,
    /// Limit price.
    #[n(3)]
    pub price: Option<Price>,
    /// Size.
    #[n(4)]
    pub size: SuccessorSize,
    /// Time in force.
    #[n(5)]
    pub time_in_force: Option<TimeInForce>,
    /// Whether it may only add liquidity.
    #[n(6)]
    pub post_only: Option<bool>,
    /// Texts, all of them.
    #[n(7)]
    pub annotations: Option<Annotations>,
}

/// The status that an operator gives to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum RestatedStatus {
    /// What follows from the fills: unchanged for a closed order, working for a working one.
    #[n(0)]
    Keep,
    /// Canceled.
    #[n(1)]
    Canceled,
    /// Rejected.
    #[n(2)]
    Rejected,
    /// Expired.
    #[n(3)]
    Expired,
}

/// See [`Command::RestateOrder`](super::Command::RestateOrder). Terms as a replacement has them, but for any account, without trading, and for
/// closed orders too as far as texts go. Fills are history and cannot be restated.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RestateOrder {
    /// The order.
    #[n(0)]
    pub order: OrderId,
    /// Limit price; absent keeps it.
    #[n(1)]
    pub price: Option<Price>,
    /// Total quantity; absent keeps it.
    #[n(2)]
    pub quantity: Option<Quantity>,
    /// Time in force; absent keeps it.
    #[n(3)]
    pub time_in_force: Option<TimeInForce>,
    /// Status.
    #[n(4)]
    pub status: RestatedStatus,
    /// The request id to show; absent keeps it.
    #[n(5)]
    pub request_id: Option<ClientOrderId>,
    /// Texts, all of them.
    #[n(6)]
    pub annotations: Annotations,
    /// Trigger price, for an order that waits for a fixed one; absent keeps it. It may not be one that fires at once.
    #[n(7)]
    pub trigger: Option<Price>,
}
