//! An order of the engine in the vendor's words, whatever dialect placed it.

use facade_kit::time::rfc3339;
use facade_kit::{LossKind, Translated, name_uuid, order_uuid};
use order_engine::{Order, OrderKind, OrderStatus, PriceBound, SelfMatch, Side, Size, TimeInForce};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use facade_kit::decimal::shortest;

use super::numbers;
use super::pairs::{Pair, Pairs};
use super::{waiting, words};
use crate::wire;
use crate::wire::orders::{
    Instruction, LimitConfiguration, LiveType, MarketConfiguration, OrderConfiguration, OrderDetails,
    OrderType, PlaceOrder, Placed, SeedNames,
};

/// The annotation of an order that was placed with an empty list of instructions, which reads back as such.
pub(crate) const NO_INSTRUCTIONS: &str = "revx.no-instructions";

/// An order with all that is needed to show it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrderView<'a> {
    order: &'a Order,
    pair: Pair<'a>,
    fee_currency: &'a order_engine::Asset,
    predecessor: Option<Uuid>,
}

impl<'a> OrderView<'a> {
    /// Nothing when the order names an instrument or an asset that does not exist.
    pub(crate) fn new(order: &'a Order, pairs: &'a Pairs, predecessor: Option<Uuid>) -> Option<Self> {
        let pair = pairs.of(order.instrument)?;
        let fee_currency = pairs.reference().asset(order.commission_asset)?;
        Some(Self { order, pair, fee_currency, predecessor })
    }
}

/// What placing or replacing answers.
pub(crate) fn placed(order: &Order) -> Placed {
    Placed {
        venue_order_id: order_uuid(order).to_string(),
        client_order_id: client_order_id(order).value,
        state: words::state(order.status),
    }
}

/// The order as lists show it.
pub(crate) fn listed(view: &OrderView<'_>) -> Translated<wire::orders::Order> {
    let OrderView { order, pair, .. } = *view;
    let scale = pair.quote_scale();
    let money = |value: Decimal| numbers::amount(value, scale);
    let (average_fill_price, cut) = numbers::average(order.average_price(), scale);
    let client_order_id = client_order_id(order);
    let is_conditional = waiting::is_conditional(order);
    let price = order.limit_price().filter(|_| !is_conditional);
    let rejected = order.status == OrderStatus::Rejected;
    let reason = order.reason.as_ref().filter(|_| rejected).and_then(words::reason);
    let mut shown = Translated::whole(wire::orders::Order {
        id: order_uuid(order).to_string(),
        previous_order_id: view.predecessor.map(|id| id.to_string()),
        client_order_id: client_order_id.value,
        symbol: pair.symbol(),
        side: words::side(order.side),
        kind: waiting::order_type(order),
        quantity: shortest(order.quantity.decimal()),
        filled_quantity: shortest(order.filled.decimal()),
        leaves_quantity: shortest(order.quantity.decimal() - order.filled.decimal()),
        amount: amount(order).map(money),
        filled_amount: money(order.filled_notional.decimal()),
        price: price.map(|price| money(price.decimal())),
        average_fill_price,
        status: words::state(order.status),
        reject_reason: reason,
        time_in_force: words::time_in_force(order),
        execution_instructions: if is_conditional { Vec::new() } else { instructions(order) },
        conditional: waiting::conditional(order, scale),
        total_fee: None,
        fee_currency: None,
        triggered_by: None,
        created_date: order.created_at.as_millis(),
        updated_date: order.updated_at.as_millis(),
    });
    shown.losses.extend(client_order_id.losses);
    if cut {
        let exact = order.average_price().unwrap_or_default();
        let to = shown.value.average_fill_price.clone();
        shown = shown.with_loss("average_fill_price", LossKind::Rounded, &exact, &to);
    }
    if order.status == OrderStatus::Expired {
        shown = shown.with_loss("status", LossKind::Collapsed, &"expired", &"cancelled");
    }
    waiting::with_losses(with_term_losses(shown, order), order)
}

/// The order as it is shown alone.
pub(crate) fn details(view: &OrderView<'_>, seed_names: bool) -> Translated<OrderDetails> {
    let fee = numbers::amount(view.order.commission.decimal(), view.fee_currency.definition.scale);
    listed(view).map(|mut order| {
        order.total_fee = Some(fee);
        order.fee_currency = Some(view.fee_currency.definition.code.as_str().to_owned());
        order.triggered_by = waiting::triggered_by(view.order, view.pair.quote_scale());
        let seed_names = seed_names.then(|| earlier_names(view.order, &order));
        OrderDetails { order, seed_names }
    })
}

/// The names of the vendor's earlier page, with the values of the present ones.
fn earlier_names(order: &Order, shown: &wire::orders::Order) -> SeedNames {
    SeedNames {
        venue_order_id: shown.id.clone(),
        state: shown.status,
        base_size: shown.quantity.clone(),
        quote_size: shown.amount.clone(),
        filled_size: shown.filled_quantity.clone(),
        filled_value: shown.filled_amount.clone(),
        average_filled_price: shown.average_fill_price.clone(),
        order_configuration: configuration(order, shown),
        legs: [],
        created_at: rfc3339(order.created_at, 3),
        updated_at: rfc3339(order.updated_at, 3),
    }
}

/// The terms of an order in the shape that places one. There is none for a trigger: an order that waits for one has the
/// terms of what it will be.
fn configuration(order: &Order, shown: &wire::orders::Order) -> OrderConfiguration {
    let (base_size, quote_size) = match order.size {
        Size::Base(_) => (Some(Value::from(shown.quantity.clone())), None),
        Size::Quote(_) => (None, shown.amount.clone().map(Value::from)),
    };
    if waiting::live_type(order.kind) == LiveType::Market {
        let market = Some(MarketConfiguration { base_size, quote_size });
        return OrderConfiguration { market, limit: None };
    }
    let (price, time_in_force, instructions) = match &shown.conditional {
        Some(made) => (made.limit_price.clone(), made.time_in_force, &made.execution_instructions),
        None => (shown.price.clone(), shown.time_in_force, &shown.execution_instructions),
    };
    let limit = Some(LimitConfiguration {
        base_size,
        quote_size,
        price: price.map(Value::from),
        time_in_force: serde_json::to_value(time_in_force).ok(),
        execution_instructions: serde_json::to_value(instructions).ok(),
    });
    OrderConfiguration { limit, market: None }
}

/// The request that would place the order here, its trigger left out; nothing for an order whose limit is not known before it
/// is armed.
pub(crate) fn placing_request(view: &OrderView<'_>) -> Option<Translated<PlaceOrder>> {
    let OrderView { order, pair, .. } = *view;
    let live_type = waiting::live_type(order.kind);
    if live_type == LiveType::Limit && order.limit_price().is_none() {
        return None;
    }
    let mut shown = listed(view);
    let mut losses = std::mem::take(&mut shown.losses);
    // What has become of an order is no part of the request for it, and of its trigger all is lost.
    losses.retain(|loss| {
        !matches!(
            loss.field,
            "average_fill_price" | "status" | "reject_reason" | "trigger_price" | "conditional"
        )
    });
    if shown.value.time_in_force == wire::orders::TimeInForce::Fok {
        shown.value.time_in_force = wire::orders::TimeInForce::Ioc;
        shown = shown.with_loss("time_in_force", LossKind::Collapsed, &"fok", &"ioc");
    }
    if waiting::is_made_to_wait(order.kind) {
        let kind = format!("{:?}", order.kind.class());
        shown = shown.with_loss("type", LossKind::Collapsed, &kind, &words::live_type(live_type));
    }
    let waits_for_good = waiting::is_conditional(order) && order.time_in_force == TimeInForce::Gtc;
    if waits_for_good && live_type == LiveType::Market {
        shown = shown.with_loss("time_in_force", LossKind::Collapsed, &"gtc", &"ioc");
    }
    if order.self_match == SelfMatch::Allow {
        shown = shown.with_loss("self_match", LossKind::Collapsed, &"allow", &"refuse");
    }
    losses.append(&mut shown.losses);
    let value = PlaceOrder {
        client_order_id: Some(shown.value.client_order_id.clone().into()),
        symbol: Some(pair.dashed().into()),
        side: serde_json::to_value(shown.value.side).ok(),
        order_configuration: serde_json::to_value(configuration(order, &shown.value)).ok(),
    };
    Some(Translated { value, losses })
}

/// Terms that the vendor has no words for.
fn with_term_losses<T>(mut shown: Translated<T>, order: &Order) -> Translated<T> {
    let is_market = waiting::order_type(order) == OrderType::Market;
    let tif_loss = match order.time_in_force {
        TimeInForce::Day => Some("day".to_owned()),
        TimeInForce::Gtd(until) => Some(format!("gtd {}", rfc3339(until, 3))),
        TimeInForce::Gtc => is_market.then(|| "gtc".to_owned()),
        TimeInForce::AtOpen => Some("at the open".to_owned()),
        TimeInForce::AtClose => Some("at the close".to_owned()),
        TimeInForce::Ioc | TimeInForce::Fok => None,
    };
    if let Some(from) = tif_loss {
        let to = if is_market || !order.time_in_force.may_rest() { "ioc" } else { "gtc" };
        shown = shown.with_loss("time_in_force", LossKind::Collapsed, &from, &to);
    }
    if let OrderKind::MarketToLimit { rest_at } = order.kind {
        shown = shown.with_loss("type", LossKind::Collapsed, &format!("market to {rest_at}"), &"limit");
    }
    let PriceBound { lower, upper } = order.price_bound;
    for (name, bound) in [("lower", lower), ("upper", upper)] {
        if let Some(bound) = bound {
            shown = shown.with_loss("price_bound", LossKind::Dropped, &format!("{name} {bound}"), &"");
        }
    }
    if order.short_sale {
        shown = shown.with_loss("side", LossKind::Collapsed, &"short sale", &"sell");
    }
    if let Some(extended) = order.extended_hours {
        shown = shown.with_loss("extended_hours", LossKind::Dropped, &extended, &"");
    }
    if let Some(until) = order.staged_until {
        shown = shown.with_loss("staged_until", LossKind::Dropped, &rfc3339(until, 3), &"");
    }
    if let Some(at) = order.releases_at() {
        shown = shown.with_loss("releases_at", LossKind::Dropped, &rfc3339(at, 3), &"");
    }
    for (key, _) in order.annotations.iter().filter(|(key, _)| *key != NO_INSTRUCTIONS) {
        shown = shown.with_loss("annotations", LossKind::Dropped, &key, &"");
    }
    shown
}

/// A UUID on all orders: an order without one shows its own id, and one that is no UUID stands behind a UUID made of it.
fn client_order_id(order: &Order) -> Translated<String> {
    let Some(given) = &order.client_order_id else {
        let own = order_uuid(order).to_string();
        return Translated::whole(own.clone()).with_loss("client_order_id", LossKind::Defaulted, &"", &own);
    };
    if is_uuid(given.as_str()) {
        return Translated::whole(given.as_str().to_owned());
    }
    let made = name_uuid("revx-client-order-id", given.as_str()).to_string();
    Translated::whole(made.clone()).with_loss("client_order_id", LossKind::Collapsed, given, &made)
}

/// Whether a text is a UUID as the vendor writes it: lower case, with dashes.
fn is_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.to_string() == text)
}

/// What a buy locks, or a sell expects, in quote: the amount that was asked for, or quantity times limit price. An order
/// that waits without a limit locks as if its trigger were one.
fn amount(order: &Order) -> Option<Decimal> {
    let is_conditional = waiting::is_conditional(order);
    let price = if is_conditional { waiting::worst_price(order) } else { order.limit_price() };
    match (order.size, price) {
        (Size::Quote(amount), _) => Some(amount.decimal()),
        (Size::Base(_), Some(price)) => price.decimal().checked_mul(order.quantity.decimal()),
        (Size::Base(_), None) => None,
    }
}

pub(super) fn instructions(order: &Order) -> Vec<Instruction> {
    if order.post_only {
        return vec![Instruction::PostOnly];
    }
    if order.annotations.get(NO_INSTRUCTIONS).is_some() { Vec::new() } else { vec![Instruction::AllowTaker] }
}

/// The side, for filters.
pub(crate) fn is_on_side(order: &Order, side: wire::Side) -> bool {
    match side {
        wire::Side::Buy => order.side == Side::Buy,
        wire::Side::Sell => order.side == Side::Sell,
    }
}
