//! Orders of the core as the request that would place them here.

use facade_kit::{LossKind, Translated};
use order_engine::{Direction, Order, OrderKind, Price, PriceBound, SelfMatch, Side, Size, TimeInForce};

use super::kind::may_extend_hours;
use super::orders::{bound_text, foreign_kind, offsets, side};
use super::place::MAX_ID_LENGTH;
use crate::naming::Directory;
use crate::wire::{self, NewOrder, RequestOrderType, RequestTimeInForce};

/// The request that would place an order of the core, whatever dialect it was placed in.
pub(crate) fn request(order: &Order, directory: &Directory) -> Option<Translated<NewOrder>> {
    let listing = directory.listing(order.instrument)?;
    let (time_in_force, expires_at) = match order.time_in_force {
        TimeInForce::Day => (RequestTimeInForce::Day, None),
        TimeInForce::Gtc => (RequestTimeInForce::GoodTillCancel, None),
        TimeInForce::Ioc => (RequestTimeInForce::ImmediateOrCancel, None),
        TimeInForce::Fok => (RequestTimeInForce::FillOrKill, None),
        TimeInForce::AtOpen => (RequestTimeInForce::AtTheOpening, None),
        TimeInForce::AtClose => (RequestTimeInForce::AtTheClose, None),
        TimeInForce::Gtd(at) => {
            (RequestTimeInForce::GoodTillDate, Some(wire::DateTime(facade_kit::time::to_utc(at))))
        }
    };
    let (order_type, limit_price, stop_price) = kind(order);
    let (offset, limit_offset) = offsets(order.kind, listing.instrument.definition.pip);
    let (trailing_offset, trailing_offset_type) = offset.unzip();
    let id = order.client_order_id.as_ref().map(ToString::to_string);
    let (id, long_id) = match id {
        Some(id) if id.chars().count() > MAX_ID_LENGTH => (None, Some(id)),
        id => (id, None),
    };
    let request = NewOrder {
        order_type,
        quantity: order.quantity.to_string(),
        side: side(order),
        time_in_force,
        id,
        symbol: Some(listing.symbol.clone()),
        instrument_id: None,
        limit_price: limit_price.map(|price| price.to_string()),
        stop_price: stop_price.map(|price| price.to_string()),
        trailing_offset,
        trailing_offset_type,
        limit_offset,
        expires_at,
        extended_hours: order.extended_hours.filter(|wanted| !wanted || may_extend_hours(order_type)),
    };
    Some(with_losses(Translated::whole(request), order, long_id))
}

/// The type that comes nearest to a kind, with its limit price and its stop price. An order that is to be made once the
/// market has come to a price is a stop when that price is worse than the market, and much like a limit order when it
/// is better; one that watches for nothing is told as the one that cannot trade at a worse price.
fn kind(order: &Order) -> (RequestOrderType, Option<Price>, Option<Price>) {
    match order.kind {
        OrderKind::Market => (RequestOrderType::Market, None, None),
        OrderKind::Limit { price } | OrderKind::MarketToLimit { rest_at: price } => {
            (RequestOrderType::Limit, Some(price), None)
        }
        OrderKind::Stop { trigger } => (RequestOrderType::Stop, None, Some(trigger)),
        OrderKind::StopLimit { trigger, price } => (RequestOrderType::StopLimit, Some(price), Some(trigger)),
        OrderKind::TrailingStop { .. } => (RequestOrderType::TrailingStop, None, None),
        OrderKind::TrailingStopLimit { .. } => (RequestOrderType::TrailingStopLimit, None, None),
        OrderKind::MarketIfTouched { trigger } => {
            match (order.side, order.trigger.map(|watched| watched.direction)) {
                (Side::Buy, Some(Direction::Rising)) | (Side::Sell, Some(Direction::Falling)) => {
                    (RequestOrderType::Stop, None, Some(trigger))
                }
                (Side::Buy, Some(Direction::Falling) | None)
                | (Side::Sell, Some(Direction::Rising) | None) => {
                    (RequestOrderType::Limit, Some(trigger), None)
                }
            }
        }
    }
}

fn with_losses(
    mut told: Translated<NewOrder>,
    order: &Order,
    long_id: Option<String>,
) -> Translated<NewOrder> {
    let nothing = &"";
    if let Some(id) = long_id {
        told = told.with_loss("id", LossKind::Dropped, &id, nothing);
    }
    if let Some(kind) = foreign_kind(order.kind) {
        let word = told.value.order_type;
        told = told.with_loss("order_type", LossKind::Collapsed, &kind, &word);
    }
    if let Size::Quote(amount) = order.size {
        let quantity = told.value.quantity.clone();
        told = told.with_loss("quantity", LossKind::Collapsed, &format!("{amount} of quote"), &quantity);
    }
    if order.extended_hours != told.value.extended_hours {
        told = told.with_loss("extended_hours", LossKind::Dropped, &true, nothing);
    }
    if order.post_only {
        told = told.with_loss("post_only", LossKind::Dropped, &true, nothing);
    }
    if order.price_bound != PriceBound::default() {
        told = told.with_loss("price_bound", LossKind::Dropped, &bound_text(order.price_bound), nothing);
    }
    if order.self_match == SelfMatch::Allow {
        told = told.with_loss("self_match", LossKind::Collapsed, &"allow", &"refuse");
    }
    if let Some(at) = order.release_at {
        told = told.with_loss("release_at", LossKind::Dropped, &at, nothing);
    }
    if let Some(until) = order.staged_until {
        told = told.with_loss("staged_until", LossKind::Dropped, &until, nothing);
    }
    told
}
