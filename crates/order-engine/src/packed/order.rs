//! A version of an order, packed. A plain limit order takes some thirty bytes.

use minicbor::decode::{self, Decode, Decoder};
use minicbor::encode::{self, Encode, Encoder};

use super::{Packer, Unpacker, alone, is_same, put_alone};
use crate::annotations::Annotations;
use crate::extras::SharedExtras;
use crate::history::Earlier;
use crate::ids::{AccountId, AssetId, ClientOrderId, EventId, InstrumentId, OrderId};
use crate::kind::OrderKind;
use crate::number::{Amount, Price, Quantity};
use crate::order::{Hold, Order, OrderStatus, SelfMatch, Side, Size, TimeInForce};
use crate::time::Timestamp;

/// What each mark says, with what it brings. Fields come in this order, after the order's three ids.
mod marks {
    /// It sells.
    pub(super) const SELLS: u32 = 1;
    /// It may only add liquidity.
    pub(super) const POST_ONLY: u32 = 1 << 1;
    /// It is refused when it would match its own account.
    pub(super) const REFUSES_SELF: u32 = 1 << 2;
    /// Extended hours were asked for, or were refused.
    pub(super) const HOURS: u32 = 1 << 3;
    pub(super) const EXTENDED: u32 = 1 << 4;
    /// Another kind than limit; the price of a limit order stands in the same place.
    pub(super) const KIND: u32 = 1 << 5;
    /// The ordered quantity follows in any case. A size in quote.
    pub(super) const QUOTE_SIZE: u32 = 1 << 6;
    /// A size in base that is not the ordered quantity.
    pub(super) const BASE_SIZE: u32 = 1 << 7;
    /// Another time in force than good till canceled.
    pub(super) const TIME_IN_FORCE: u32 = 1 << 8;
    pub(super) const CLIENT_ORDER_ID: u32 = 1 << 9;
    /// The last request has the order's own id.
    pub(super) const SAME_REQUEST: u32 = 1 << 10;
    /// The last request has another id.
    pub(super) const REQUEST_ID: u32 = 1 << 11;
    /// Another status than new.
    pub(super) const STATUS: u32 = 1 << 12;
    pub(super) const REASON: u32 = 1 << 13;
    pub(super) const FILLED: u32 = 1 << 14;
    pub(super) const NOTIONAL: u32 = 1 << 15;
    /// Other than the ordered quantity.
    pub(super) const LEAVES: u32 = 1 << 16;
    pub(super) const COMMISSION: u32 = 1 << 17;
    /// The asset of the commission follows in any case. A hold.
    pub(super) const HELD: u32 = 1 << 18;
    pub(super) const CLAIM: u32 = 1 << 19;
    /// When it was accepted follows in any case. It changed later, by so many nanoseconds.
    pub(super) const UPDATED: u32 = 1 << 20;
    /// Another version than the first.
    pub(super) const VERSION: u32 = 1 << 21;
    /// Another event than that of its id, by so much.
    pub(super) const LAST_EVENT: u32 = 1 << 22;
    pub(super) const EXPIRES: u32 = 1 << 23;
    pub(super) const ANNOTATIONS: u32 = 1 << 24;
    pub(super) const REPLACES: u32 = 1 << 25;
    pub(super) const EXTRAS: u32 = 1 << 26;
    /// All of them.
    pub(super) const ALL: u32 = (1 << 27) - 1;
}

/// Adds a version of an order. Earlier versions are records of their own.
pub(crate) fn pack(order: &Order, out: &mut Vec<u8>) {
    let mut packer = Packer::new(out);
    pack_terms(&mut packer, order);
    pack_course(&mut packer, order);
    packer.finish();
}

/// Packs what was asked for.
fn pack_terms(packer: &mut Packer<'_>, order: &Order) {
    // Without a rest, so that a new field has to be looked at here and in the course.
    let Order {
        id,
        account,
        instrument,
        side,
        kind,
        size,
        quantity,
        time_in_force,
        post_only,
        self_match,
        extended_hours,
        client_order_id,
        request_id,
        status: _,
        reason: _,
        filled: _,
        filled_notional: _,
        leaves: _,
        commission: _,
        commission_asset: _,
        held: _,
        created_at: _,
        updated_at: _,
        version: _,
        last_event: _,
        expires_at: _,
        annotations: _,
        replaces: _,
        extras: _,
        earlier: _,
    } = order;
    packer.number(id.get());
    packer.number(account.get().into());
    packer.number(instrument.get().into());
    if *side == Side::Sell {
        packer.set(marks::SELLS);
    }
    if *post_only {
        packer.set(marks::POST_ONLY);
    }
    match self_match {
        SelfMatch::Allow => {}
        SelfMatch::Refuse => packer.set(marks::REFUSES_SELF),
    }
    if let Some(extended) = extended_hours {
        packer.set(if *extended { marks::HOURS | marks::EXTENDED } else { marks::HOURS });
    }
    pack_kind(packer, *kind);
    pack_size(packer, *size, *quantity);
    if packer.mark(marks::TIME_IN_FORCE, *time_in_force != TimeInForce::Gtc) {
        packer.cbor(time_in_force);
    }
    pack_ids(packer, client_order_id.as_ref(), request_id.as_ref());
}

/// Packs what has become of it.
fn pack_course(packer: &mut Packer<'_>, order: &Order) {
    if packer.mark(marks::STATUS, order.status != OrderStatus::New) {
        packer.cbor(&order.status);
    }
    if packer.mark(marks::REASON, order.reason.is_some()) {
        packer.cbor(&order.reason);
    }
    if packer.mark(marks::FILLED, !is_same(order.filled.decimal(), Quantity::ZERO.decimal())) {
        packer.decimal(order.filled.decimal());
    }
    if packer.mark(marks::NOTIONAL, !order.filled_notional.is_zero()) {
        packer.amount(order.filled_notional);
    }
    if packer.mark(marks::LEAVES, !is_same(order.leaves.decimal(), order.quantity.decimal())) {
        packer.decimal(order.leaves.decimal());
    }
    if packer.mark(marks::COMMISSION, !order.commission.is_zero()) {
        packer.amount(order.commission);
    }
    packer.number(order.commission_asset.get().into());
    if let Some(Hold { asset, amount, claim }) = order.held {
        packer.set(marks::HELD);
        packer.number(asset.get().into());
        packer.amount(amount);
        if packer.mark(marks::CLAIM, !claim.is_zero()) {
            packer.amount(claim);
        }
    }
    packer.time(order.created_at);
    // Differences go round where they would be below zero, so that whatever there is comes back.
    if packer.mark(marks::UPDATED, order.updated_at != order.created_at) {
        packer.number(order.updated_at.as_nanos().wrapping_sub(order.created_at.as_nanos()));
    }
    if packer.mark(marks::VERSION, order.version != 1) {
        packer.number(order.version.into());
    }
    if packer.mark(marks::LAST_EVENT, order.last_event.get() != order.id.get()) {
        packer.number(order.last_event.get().wrapping_sub(order.id.get()));
    }
    if let Some(at) = order.expires_at {
        packer.set(marks::EXPIRES);
        packer.time(at);
    }
    if packer.mark(marks::ANNOTATIONS, !order.annotations.is_empty()) {
        packer.cbor(&order.annotations);
    }
    if packer.mark(marks::REPLACES, order.replaces != 0) {
        packer.number(order.replaces.into());
    }
    if packer.mark(marks::EXTRAS, order.has_extras()) {
        packer.cbor(&order.extras);
    }
}

fn pack_kind(packer: &mut Packer<'_>, kind: OrderKind) {
    match kind {
        OrderKind::Limit { price } => packer.decimal(price.decimal()),
        OrderKind::Market
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => {
            packer.set(marks::KIND);
            packer.cbor(&kind);
        }
    }
}

fn pack_size(packer: &mut Packer<'_>, size: Size, quantity: Quantity) {
    packer.decimal(quantity.decimal());
    match size {
        Size::Quote(amount) => {
            packer.set(marks::QUOTE_SIZE);
            packer.amount(amount);
        }
        Size::Base(size) => {
            if packer.mark(marks::BASE_SIZE, !is_same(size.decimal(), quantity.decimal())) {
                packer.decimal(size.decimal());
            }
        }
    }
}

fn pack_ids(packer: &mut Packer<'_>, own: Option<&ClientOrderId>, request: Option<&ClientOrderId>) {
    if let Some(id) = own {
        packer.set(marks::CLIENT_ORDER_ID);
        packer.text(id.as_str());
    }
    if let Some(id) = request
        && !packer.mark(marks::SAME_REQUEST, own == request)
    {
        packer.set(marks::REQUEST_ID);
        packer.text(id.as_str());
    }
}

/// Reads a version of an order that [`pack`] wrote. It has no earlier ones yet.
pub(crate) fn unpack(from: &mut Unpacker<'_>) -> Result<Order, decode::Error> {
    let marks = from.marks(marks::ALL)?;
    let id = OrderId::new(from.number()?);
    let account = AccountId::new(from.small()?);
    let instrument = InstrumentId::new(from.small()?);
    let kind = if marks.has(marks::KIND) {
        from.cbor()?
    } else {
        OrderKind::Limit { price: Price::new(from.decimal()?).map_err(decode::Error::custom)? }
    };
    let quantity = from.quantity()?;
    let size = if marks.has(marks::QUOTE_SIZE) {
        Size::Quote(from.amount()?)
    } else if marks.has(marks::BASE_SIZE) {
        Size::Base(from.quantity()?)
    } else {
        Size::Base(quantity)
    };
    let time_in_force = if marks.has(marks::TIME_IN_FORCE) { from.cbor()? } else { TimeInForce::Gtc };
    let client_order_id = if marks.has(marks::CLIENT_ORDER_ID) { Some(unpack_id(from)?) } else { None };
    let request_id = if marks.has(marks::SAME_REQUEST) {
        client_order_id.clone()
    } else if marks.has(marks::REQUEST_ID) {
        Some(unpack_id(from)?)
    } else {
        None
    };
    let status = if marks.has(marks::STATUS) { from.cbor()? } else { OrderStatus::New };
    let reason = if marks.has(marks::REASON) { from.cbor()? } else { None };
    let filled = if marks.has(marks::FILLED) { from.quantity()? } else { Quantity::ZERO };
    let filled_notional = if marks.has(marks::NOTIONAL) { from.amount()? } else { Amount::ZERO };
    let leaves = if marks.has(marks::LEAVES) { from.quantity()? } else { quantity };
    let commission = if marks.has(marks::COMMISSION) { from.amount()? } else { Amount::ZERO };
    let commission_asset = AssetId::new(from.small()?);
    let held = if marks.has(marks::HELD) {
        let (asset, amount) = (AssetId::new(from.small()?), from.amount()?);
        Some(Hold {
            asset,
            amount,
            claim: if marks.has(marks::CLAIM) { from.amount()? } else { Amount::ZERO },
        })
    } else {
        None
    };
    let created_at = from.time()?;
    let later = if marks.has(marks::UPDATED) { from.number()? } else { 0 };
    let version = if marks.has(marks::VERSION) { from.small()? } else { 1 };
    let events = if marks.has(marks::LAST_EVENT) { from.number()? } else { 0 };
    Ok(Order {
        id,
        account,
        instrument,
        side: if marks.has(marks::SELLS) { Side::Sell } else { Side::Buy },
        kind,
        size,
        quantity,
        time_in_force,
        post_only: marks.has(marks::POST_ONLY),
        self_match: if marks.has(marks::REFUSES_SELF) { SelfMatch::Refuse } else { SelfMatch::Allow },
        extended_hours: marks.has(marks::HOURS).then(|| marks.has(marks::EXTENDED)),
        client_order_id,
        request_id,
        status,
        reason,
        filled,
        filled_notional,
        leaves,
        commission,
        commission_asset,
        held,
        created_at,
        updated_at: Timestamp::from_nanos(created_at.as_nanos().wrapping_add(later)),
        version,
        last_event: EventId::new(id.get().wrapping_add(events)),
        expires_at: if marks.has(marks::EXPIRES) { Some(from.time()?) } else { None },
        annotations: if marks.has(marks::ANNOTATIONS) { from.cbor()? } else { Annotations::default() },
        replaces: if marks.has(marks::REPLACES) { from.small()? } else { 0 },
        extras: if marks.has(marks::EXTRAS) { from.cbor()? } else { SharedExtras::default() },
        earlier: Earlier::default(),
    })
}

fn unpack_id(from: &mut Unpacker<'_>) -> Result<ClientOrderId, decode::Error> {
    ClientOrderId::new(from.text()?).map_err(decode::Error::custom)
}

/// By itself, a version is a byte string.
impl<C> Encode<C> for Order {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        put_alone(self, e, pack)
    }
}

impl<C> Decode<'_, C> for Order {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, decode::Error> {
        alone(d, unpack)
    }
}

#[cfg(test)]
mod tests;
