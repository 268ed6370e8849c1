//! The request that would place an order of the core here: what a team needs that moves its orders over.

use facade_kit::{LossKind, Translated};
use order_engine::{Order, OrderKind, Price, PriceBound, Side, TimeInForce};

use super::orders::{NO_EXPIRY, note_unsaid};
use super::{Dialect, Losses, numbers};
use crate::times::whole_seconds;
use crate::wire::orders::CreateOrder;

/// The arguments of a POST that places the same order.
pub(crate) fn request(dialect: &Dialect<'_>, order: &Order) -> Translated<CreateOrder> {
    let mut losses = Losses::default();
    let (instrument, _) = dialect.instrument(order.instrument);
    let mut request = CreateOrder {
        instrument: Some(instrument),
        units: Some(numbers::units(&mut losses, order.quantity.decimal()).to_string()),
        side: Some(match order.side {
            Side::Buy => "buy".to_owned(),
            Side::Sell => "sell".to_owned(),
        }),
        ..CreateOrder::default()
    };
    let bound = match order.kind {
        OrderKind::Market => market(&mut losses, &mut request, order, None),
        OrderKind::Limit { price } if !order.time_in_force.may_rest() => {
            losses.add("type", LossKind::Collapsed, &"limit", &"market within a bound");
            market(&mut losses, &mut request, order, Some(price))
        }
        OrderKind::Limit { price } => {
            limit(dialect, &mut losses, &mut request, order, price);
            order.price_bound
        }
        OrderKind::MarketToLimit { rest_at } => {
            losses.add("type", LossKind::Collapsed, &"market to limit", &"limit");
            limit(dialect, &mut losses, &mut request, order, rest_at);
            order.price_bound
        }
    };
    request.lower_bound = bound.lower.map(|price| price.to_string());
    request.upper_bound = bound.upper.map(|price| price.to_string());
    note_unsaid(&mut losses, order);
    losses.around(request)
}

/// A market order here is filled whole or not at all. A limit becomes a bound, unless there is a tighter one.
fn market(losses: &mut Losses, request: &mut CreateOrder, order: &Order, limit: Option<Price>) -> PriceBound {
    request.order_type = Some("market".to_owned());
    if order.time_in_force != TimeInForce::Fok {
        losses.add("type", LossKind::Collapsed, &format_args!("{:?}", order.time_in_force), &"Fok");
    }
    let PriceBound { lower, upper } = order.price_bound;
    match (limit, order.side) {
        (None, _) => order.price_bound,
        (Some(limit), Side::Buy) => {
            PriceBound { lower, upper: Some(upper.map_or(limit, |upper| upper.min(limit))) }
        }
        (Some(limit), Side::Sell) => {
            PriceBound { lower: Some(lower.map_or(limit, |lower| lower.max(limit))), upper }
        }
    }
}

fn limit(dialect: &Dialect<'_>, losses: &mut Losses, request: &mut CreateOrder, order: &Order, price: Price) {
    request.order_type = Some("limit".to_owned());
    request.price = Some(price.to_string());
    let expiry = match order.time_in_force {
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
        TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => {
            losses.add("expiry", LossKind::Defaulted, &"", &NO_EXPIRY);
            NO_EXPIRY
        }
    };
    request.expiry = Some(dialect.times.seconds(expiry));
}
