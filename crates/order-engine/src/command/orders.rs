//! Placing, releasing and canceling orders.

use minicbor::{Decode, Encode};

use crate::annotations::Annotations;
use crate::exits::Exits;
use crate::ids::{AccountId, ClientOrderId, InstrumentId, OrderId};
use crate::kind::{OrderClass, OrderKind};
use crate::order::{PriceBound, SelfMatch, Side, Size, TimeInForce};
use crate::time::Timestamp;

/// What becomes of an order that the state of the market (not its author's fault) forbids: a post-only order that
/// would trade, no liquidity, a self-match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum MarketRefusal {
    /// The command is rejected and leaves nothing behind.
    #[n(0)]
    #[default]
    Refuse,
    /// The order is recorded as `Rejected` with its reason, and the command succeeds.
    #[n(1)]
    Record,
}

/// See [`Command::PlaceOrder`](super::Command::PlaceOrder).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode)]
pub struct PlaceOrder {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// What is traded.
    #[n(1)]
    pub instrument: InstrumentId,
    /// Which way.
    #[n(2)]
    pub side: Side,
    /// How it finds its price.
    #[n(3)]
    pub kind: OrderKind,
    /// How much.
    #[n(4)]
    pub size: Size,
    /// How long it lives. A market order never rests, whatever it says here.
    #[n(5)]
    pub time_in_force: TimeInForce,
    /// Whether it may only add liquidity; only for limit orders that may rest.
    #[n(6)]
    pub post_only: bool,
    /// Worst prices of a fill.
    #[n(7)]
    pub price_bound: PriceBound,
    /// What happens when it meets an order of its own account.
    #[n(8)]
    pub self_match: SelfMatch,
    /// Whether trading outside the regular session was asked for, when the caller said so.
    #[n(9)]
    pub extended_hours: Option<bool>,
    /// The caller's id, unique for the account for all time.
    #[n(10)]
    pub client_order_id: Option<ClientOrderId>,
    /// Record it without putting it on the book; it expires at this instant unless released.
    #[n(11)]
    pub staged_until: Option<Timestamp>,
    /// What becomes of it when the market forbids it.
    #[n(12)]
    pub market_refusal: MarketRefusal,
    /// Texts to keep with it.
    #[n(13)]
    pub annotations: Annotations,
    /// Record it now and release it at this instant, which lies ahead.
    #[n(18)]
    pub release_at: Option<Timestamp>,
    /// Exits for the lots that it opens.
    #[n(14)]
    #[cbor(default)]
    pub exits: Exits,
    /// Whether it may only reduce the account's position in the instrument.
    #[n(15)]
    #[cbor(default)]
    pub reduce_only: bool,
    /// Whether it is a short sale: it sells what the account does not own, against collateral.
    #[n(22)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub short_sale: bool,
}

impl PlaceOrder {
    /// An order with the usual defaults: good till canceled, may take liquidity, no bounds, not staged.
    #[must_use]
    pub fn new(
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        kind: OrderKind,
        size: Size,
    ) -> Self {
        Self {
            account,
            instrument,
            side,
            kind,
            size,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            price_bound: PriceBound::default(),
            self_match: SelfMatch::default(),
            extended_hours: None,
            client_order_id: None,
            staged_until: None,
            market_refusal: MarketRefusal::default(),
            annotations: Annotations::default(),
            release_at: None,
            exits: Exits::NONE,
            reduce_only: false,
            short_sale: false,
        }
    }
}

/// See [`Command::ReleaseOrder`](super::Command::ReleaseOrder). An order that is refused on release ends `Rejected`, and the command succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ReleaseOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The staged order.
    #[n(1)]
    pub order: OrderId,
}

/// See [`Command::CancelOrder`](super::Command::CancelOrder). A staged order can be canceled too.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CancelOrder {
    /// Owner; an order of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The order.
    #[n(1)]
    pub order: OrderId,
    /// The caller's id of this request, unique like a client order id. It becomes the order's request id.
    #[n(2)]
    pub client_order_id: Option<ClientOrderId>,
}

/// See [`Command::CancelOrders`](super::Command::CancelOrders). What is absent matches everything. Matching nothing is a success without events.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct CancelOrders {
    /// Owner.
    #[n(0)]
    pub account: AccountId,
    /// Only these instruments.
    #[n(1)]
    pub instruments: Option<Vec<InstrumentId>>,
    /// Only this side.
    #[n(2)]
    pub side: Option<Side>,
    /// Only these kinds.
    #[n(3)]
    pub classes: Option<Vec<OrderClass>>,
    /// Staged orders too; otherwise they stay.
    #[n(4)]
    #[cbor(default)]
    pub staged: bool,
    /// Only short sales, or only what is none.
    #[n(22)]
    pub short_sale: Option<bool>,
}
