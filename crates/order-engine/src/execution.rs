//! An execution: one order's side of one fill.

use minicbor::{Decode, Encode};

use crate::entry::Postings;
use crate::ids::{AccountId, AssetId, EventId, ExecutionId, InstrumentId, LotId, OrderId, TradeId};
use crate::number::{Amount, Price, Quantity};
use crate::order::Side;
use crate::time::Timestamp;

/// Whether an order waited or came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Liquidity {
    /// The order rested on the book.
    #[n(0)]
    Maker,
    /// The order came and took.
    #[n(1)]
    Taker,
}

/// A lot that a fill closed, whole or in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct LotClosure {
    /// The lot.
    #[n(0)]
    pub lot: LotId,
    /// The side that had opened it.
    #[n(1)]
    pub opened_by: Side,
    /// Quantity taken off.
    #[n(2)]
    pub quantity: Quantity,
    /// Whether anything of the lot is left.
    #[n(3)]
    pub whole: bool,
    /// Profit in the quote asset, commission not counted.
    #[n(4)]
    pub profit: Amount,
    /// Number of this closing: that of the fill for the first lot that it closed, one of its own for each further one.
    #[n(5)]
    pub number: EventId,
    /// Profit of a margin position as it was booked, in the account's currency; zero where assets changed hands.
    #[n(6)]
    pub booked: Amount,
}

/// One side of a fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Number of this side.
    pub id: ExecutionId,
    /// Number of the match, the same on both sides.
    pub trade: TradeId,
    /// The order that was filled.
    pub order: OrderId,
    /// Its owner.
    pub account: AccountId,
    /// What was traded.
    pub instrument: InstrumentId,
    /// Which way the order went.
    pub side: Side,
    /// Price: that of the resting order.
    pub price: Price,
    /// Quantity of base.
    pub quantity: Quantity,
    /// Price times quantity, exact.
    pub notional: Amount,
    /// Commission of this side.
    pub commission: Amount,
    /// Asset of the commission.
    pub commission_asset: AssetId,
    /// Whether the order waited or came.
    pub liquidity: Liquidity,
    /// The order on the other side.
    pub counterparty_order: OrderId,
    /// When.
    pub at: Timestamp,
    /// The lot that this fill opened, with its quantity.
    pub opened: Option<(LotId, Quantity)>,
    /// The lots that this fill closed, oldest first.
    pub closed: Vec<LotClosure>,
    /// What the owner has of its account's currency after it, what is held included.
    pub balance: Amount,
    /// What the fill did to the account's balances.
    pub postings: Postings,
}
