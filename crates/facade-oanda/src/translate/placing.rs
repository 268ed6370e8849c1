//! The request that would place an order of the core here: what a team needs that moves its orders over.

use facade_kit::{LossKind, Translated};
use order_engine::{Order, OrderStatus, Side, TimeInForce};

use super::orders::{expiry, note_unsaid};
use super::pending::{Pending, pending, within};
use super::{Dialect, Losses, numbers};
use crate::wire::Number;
use crate::wire::orders::{CreateOrder, OrderType};

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
    let Pending { kind, price, bound } = pending(&mut losses, order);
    let bound = match (kind, price) {
        (OrderType::Market, _) => {
            market(&mut losses, &mut request, order);
            bound
        }
        (OrderType::Limit, Some(limit)) if !order.time_in_force.may_rest() => {
            losses.add("type", LossKind::Collapsed, &"limit", &"market within a bound");
            market(&mut losses, &mut request, order);
            within(bound, order.side, limit)
        }
        (OrderType::Limit | OrderType::Stop | OrderType::MarketIfTouched, _) => {
            request.order_type = Some(type_name(kind).to_owned());
            request.price = price.map(|price| price.to_string());
            request.expiry = Some(dialect.times.seconds(expiry(&mut losses, order)));
            bound
        }
    };
    request.lower_bound = bound.lower.map(|price| price.to_string());
    request.upper_bound = bound.upper.map(|price| price.to_string());
    let exits = dialect.shown_exits(&mut losses, order.instrument, &order.exits);
    let asked = |number: Number| (!number.0.is_zero()).then(|| number.0.normalize().to_string());
    request.stop_loss = asked(exits.stop_loss);
    request.take_profit = asked(exits.take_profit);
    request.trailing_stop = asked(exits.trailing_stop);
    // Whatever is placed here is at work at once.
    if order.status == OrderStatus::PendingNew {
        losses.dropped("status", &format_args!("{:?}", order.status));
    }
    note_unsaid(&mut losses, order);
    losses.around(request)
}

/// A market order here is filled whole or not at all.
fn market(losses: &mut Losses, request: &mut CreateOrder, order: &Order) {
    request.order_type = Some(type_name(OrderType::Market).to_owned());
    if order.time_in_force != TimeInForce::Fok {
        losses.add("type", LossKind::Collapsed, &format_args!("{:?}", order.time_in_force), &"Fok");
    }
}

/// As a request spells it.
const fn type_name(kind: OrderType) -> &'static str {
    match kind {
        OrderType::Limit => "limit",
        OrderType::Stop => "stop",
        OrderType::MarketIfTouched => "marketIfTouched",
        OrderType::Market => "market",
    }
}
