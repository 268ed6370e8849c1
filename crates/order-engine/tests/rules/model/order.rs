//! An order as the model keeps it: plain facts, and what it holds.

use order_engine::{
    AccountId, AssetId, Exits, InstrumentId, OrderId, OrderKind, OrderStatus, PlaceOrder, PriceBound,
    SelfMatch, Side, Size, TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use super::closes::ModelClosing;
use super::market::market;

/// An order, with what became of it.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the order")]
pub(crate) struct ModelOrder {
    pub(crate) id: Option<OrderId>,
    pub(super) account: AccountId,
    pub(super) instrument: InstrumentId,
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    pub(crate) quantity: Decimal,
    pub(crate) filled: Decimal,
    pub(crate) value: Decimal,
    pub(crate) status: OrderStatus,
    pub(super) size: Size,
    pub(super) time_in_force: TimeInForce,
    pub(super) post_only: bool,
    pub(super) bound: PriceBound,
    pub(super) self_match: SelfMatch,
    pub(super) ends: Option<Timestamp>,
    pub(crate) held: Decimal,
    /// Limit price while it rests.
    pub(super) rests_at: Option<Decimal>,
    /// Place in the queue of its price.
    pub(super) queued: u64,
    pub(crate) waits: Option<Waits>,
    pub(super) exits: Exits,
    pub(super) reduce_only: bool,
    /// What it closes, when it was made to close something.
    pub(super) closing: Option<ModelClosing>,
    /// When it came, among orders and lots.
    pub(super) born: u64,
    pub(super) extended: bool,
    pub(super) release_at: Option<Timestamp>,
    pub(super) is_staged: bool,
    /// When time releases it, while it is queued and that is known.
    pub(super) released: Option<Timestamp>,
    /// Whether it stands aside until its session.
    pub(super) is_parked: bool,
    /// When it comes back from there.
    pub(super) returns: Option<Timestamp>,
    pub(super) short_sale: bool,
    /// The part of what it holds that secured the short position before.
    pub(super) claim: Decimal,
    /// Whether its owner replaced it.
    pub(super) is_replaced: bool,
    /// The limit that a trailing order had when it fired.
    pub(super) fired_limit: Option<Decimal>,
}

/// What a waiting order watches for.
#[derive(Clone, Copy)]
pub(crate) struct Waits {
    pub(crate) trigger: Decimal,
    pub(super) rises: bool,
    pub(super) best: Option<Decimal>,
    pub(super) limit: Option<Decimal>,
}

impl ModelOrder {
    pub(super) fn new(order: &PlaceOrder) -> Self {
        Self {
            id: None,
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            quantity: Decimal::ZERO,
            filled: Decimal::ZERO,
            value: Decimal::ZERO,
            status: OrderStatus::New,
            size: order.size,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            bound: order.price_bound,
            self_match: order.self_match,
            ends: None,
            held: Decimal::ZERO,
            rests_at: None,
            queued: 0,
            waits: None,
            exits: order.exits,
            reduce_only: order.reduce_only,
            closing: None,
            born: 0,
            extended: order.extended_hours == Some(true),
            release_at: order.release_at,
            is_staged: false,
            released: None,
            is_parked: false,
            returns: None,
            short_sale: order.short_sale,
            claim: Decimal::ZERO,
            is_replaced: false,
            fired_limit: None,
        }
    }

    pub(crate) fn leaves(&self) -> Decimal {
        if self.status.is_closed() { Decimal::ZERO } else { self.quantity - self.filled }
    }

    pub(super) fn limit(&self) -> Option<Decimal> {
        let fixed = self.kind.resting_price().map(order_engine::Price::decimal);
        fixed.or(self.waits.and_then(|waits| waits.limit)).or(self.rests_at).or(self.fired_limit)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waits.is_some() && !self.status.is_closed()
    }

    pub(super) fn held_asset(&self) -> AssetId {
        let market = market(self.instrument);
        if self.side == Side::Buy || self.short_sale { market.quote } else { market.base }
    }

    pub(super) fn resting_hold(&self, price: Decimal) -> Decimal {
        let market = market(self.instrument);
        match self.side {
            _ if market.is_margin || self.account == AccountId::HOUSE => Decimal::ZERO,
            Side::Sell if !self.short_sale => self.leaves(),
            _ => self.costs(market.worth(price, self.leaves())),
        }
    }
}
