//! Orders of the core in the vendor's words, whichever dialect they were placed in.
//!
//! The vendor fills an order whole or not at all, gives every order an expiry, and knows neither a client's id nor
//! post-only. What an order has of that kind is a loss.

use std::sync::Arc;

use facade_kit::{LossKind, Translated};
use order_engine::{Order, OrderStatus, Price, SelfMatch, Side, Size, TimeInForce, Timestamp};

use super::pending::{Pending, pending};
use super::{Dialect, Losses, numbers, side};
use crate::times::whole_seconds;
use crate::wire::Number;
use crate::wire::orders::{
    ClosedOrderType, Order as WireOrder, OrderClosed, OrderOpened, OrderType, PendingCreated,
};

/// The expiry that stands for none: 2100-01-01T00:00:00Z. Late enough for every order, early enough for every client's
/// calendar.
const NO_EXPIRY: Timestamp = Timestamp::from_seconds(4_102_444_800);

/// A pending order. `units` are what is left of it, since what is filled has become a trade.
pub(crate) fn order(dialect: &Dialect<'_>, order: &Order) -> Translated<WireOrder> {
    let mut losses = Losses::default();
    let (instrument, _) = dialect.instrument(order.instrument);
    let units = units_left(&mut losses, order);
    let Pending { kind, price, bound } = pending(&mut losses, order);
    let exits = dialect.shown_exits(&mut losses, order.instrument, &order.exits);
    let wire = WireOrder {
        id: order.id.get(),
        instrument,
        units,
        side: side(order.side),
        kind,
        time: dialect.times.seconds(modified_at(order)),
        price: shown_price(&mut losses, price),
        take_profit: exits.take_profit,
        stop_loss: exits.stop_loss,
        expiry: dialect.times.seconds(expiry(&mut losses, order)),
        upper_bound: number(bound.upper),
        lower_bound: number(bound.lower),
        trailing_stop: exits.trailing_stop,
    };
    note_status(&mut losses, order);
    note_unsaid(&mut losses, order);
    losses.around(wire)
}

/// The answer to a change. It shows the order as it was asked for, even when it has traded or fired since.
pub(crate) fn changed(dialect: &Dialect<'_>, changed: &Order) -> Translated<WireOrder> {
    order(dialect, &as_asked_for(changed))
}

/// The answer to the placing of a pending order. It shows the order as it was asked for, even when it has traded or
/// fired since.
pub(crate) fn created(dialect: &Dialect<'_>, order: &Order) -> Translated<PendingCreated> {
    let mut losses = Losses::default();
    let (instrument, _) = dialect.instrument(order.instrument);
    let Pending { price, bound, .. } = pending(&mut losses, order);
    let exits = dialect.shown_exits(&mut losses, order.instrument, &order.exits);
    let wire = PendingCreated {
        instrument,
        time: dialect.times.seconds(order.created_at),
        price: shown_price(&mut losses, price),
        order_opened: OrderOpened {
            id: order.id.get(),
            units: numbers::units(&mut losses, order.quantity.decimal()),
            side: side(order.side),
            take_profit: exits.take_profit,
            stop_loss: exits.stop_loss,
            expiry: dialect.times.seconds(expiry(&mut losses, order)),
            upper_bound: number(bound.upper),
            lower_bound: number(bound.lower),
            trailing_stop: exits.trailing_stop,
        },
    };
    losses.around(wire)
}

/// The answer to a cancel, of the order as it is after it. The id is that of the event that canceled the order.
pub(crate) fn closed(dialect: &Dialect<'_>, order: &Order) -> Translated<OrderClosed> {
    let mut losses = Losses::default();
    let (instrument, _) = dialect.instrument(order.instrument);
    let units = units_left(&mut losses, order);
    let Pending { kind, price, .. } = pending(&mut losses, order);
    let wire = OrderClosed {
        id: order.last_event.get(),
        instrument,
        units,
        side: side(order.side),
        price: shown_price(&mut losses, price),
        time: dialect.times.seconds(order.updated_at),
        kind: closed_type(kind, order.side),
    };
    losses.around(wire)
}

pub(super) fn units_left(losses: &mut Losses, order: &Order) -> u64 {
    let left = order.quantity.decimal() - order.filled.decimal();
    if !order.filled.is_zero() {
        losses.add("units", LossKind::Collapsed, &order.quantity, &left.normalize());
    }
    numbers::units(losses, left)
}

/// The type of an order that ended. A market order is pending only while another dialect has staged it; the vendor has
/// no word for the end of one.
const fn closed_type(kind: OrderType, side: Side) -> Option<ClosedOrderType> {
    match (kind, side) {
        (OrderType::Market, _) => None,
        (OrderType::Limit, Side::Buy) => Some(ClosedOrderType::BuyLimit),
        (OrderType::Limit, Side::Sell) => Some(ClosedOrderType::SellLimit),
        (OrderType::Stop, Side::Buy) => Some(ClosedOrderType::BuyStop),
        (OrderType::Stop, Side::Sell) => Some(ClosedOrderType::SellStop),
        (OrderType::MarketIfTouched, Side::Buy) => Some(ClosedOrderType::BuyEntry),
        (OrderType::MarketIfTouched, Side::Sell) => Some(ClosedOrderType::SellEntry),
    }
}

pub(super) fn shown_price(losses: &mut Losses, price: Option<Price>) -> Number {
    if price.is_none() {
        losses.add("price", LossKind::Defaulted, &"", &"0");
    }
    number(price)
}

fn number(price: Option<Price>) -> Number {
    price.map_or(Number::NONE, |price| Number(price.decimal()))
}

/// When the order ends, to the second.
pub(super) fn expiry(losses: &mut Losses, order: &Order) -> Timestamp {
    match order.time_in_force {
        TimeInForce::Gtd(expiry) => {
            let shown = whole_seconds(expiry);
            if shown != expiry {
                losses.add("expiry", LossKind::Rounded, &expiry, &shown);
            }
            shown
        }
        TimeInForce::Day => {
            let end = whole_seconds(order.expires_at.unwrap_or(NO_EXPIRY));
            losses.add("expiry", LossKind::Collapsed, &"end of the day", &end);
            end
        }
        TimeInForce::Gtc => {
            losses.add("expiry", LossKind::Defaulted, &"", &NO_EXPIRY);
            NO_EXPIRY
        }
        TimeInForce::Ioc | TimeInForce::Fok => {
            losses.add("expiry", LossKind::Defaulted, &"at once", &NO_EXPIRY);
            NO_EXPIRY
        }
        TimeInForce::AtOpen | TimeInForce::AtClose => {
            let end = whole_seconds(order.expires_at.unwrap_or(NO_EXPIRY));
            losses.add("expiry", LossKind::Collapsed, &format_args!("{:?}", order.time_in_force), &end);
            end
        }
    }
}

/// When the order was created, or last changed by its owner. Neither fills nor the market change it.
fn modified_at(order: &Order) -> Timestamp {
    if order.replaces == 0 { order.created_at } else { as_asked_for(order).updated_at }
}

/// The order as it was right after its owner created it or last changed it.
fn as_asked_for(order: &Order) -> Arc<Order> {
    let earlier = std::iter::successors(order.previous(), |version| version.previous());
    let first = earlier.take_while(|version| version.replaces == order.replaces).last();
    first.unwrap_or_else(|| Arc::new(order.clone()))
}

/// An order that is shown at all is pending. Whatever else its status says has no member.
fn note_status(losses: &mut Losses, order: &Order) {
    if order.status != OrderStatus::New {
        losses.dropped("status", &format_args!("{:?}", order.status));
    }
}

/// What the vendor's order has no member for.
pub(super) fn note_unsaid(losses: &mut Losses, order: &Order) {
    if let Size::Quote(amount) = order.size {
        losses.add("units", LossKind::Collapsed, &format_args!("{amount} of quote"), &order.quantity);
    }
    if let Some(client_order_id) = &order.client_order_id {
        losses.dropped("clientOrderId", client_order_id);
    }
    if let Some(request_id) =
        order.request_id.as_ref().filter(|id| Some(*id) != order.client_order_id.as_ref())
    {
        losses.dropped("requestId", request_id);
    }
    if order.post_only {
        losses.dropped("postOnly", &true);
    }
    if order.short_sale {
        losses.add("side", LossKind::Collapsed, &"short sale", &"sell");
    }
    if order.self_match == SelfMatch::Refuse {
        losses.dropped("selfMatch", &"refuse");
    }
    if order.reduce_only {
        losses.dropped("reduceOnly", &true);
    }
    if let Some(release_at) = order.release_at {
        losses.dropped("releaseAt", &release_at);
    }
    if let Some(extended_hours) = order.extended_hours {
        losses.dropped("extendedHours", &extended_hours);
    }
    for (key, _) in order.annotations.iter() {
        losses.dropped("annotation", &key);
    }
}
