//! From any order of the core to the request that would place it in this dialect.

use facade_kit::decimal::shortest;
use facade_kit::{LossKind, Translated};
use order_engine::{Order, Side, Size};
use rust_decimal::Decimal;

use super::amounts::{annotated, is_limit};
use super::{annotation, losses};
use crate::names::Pair;
use crate::wire::{BuildRequest, Figure};

/// The request that would place an order as this one was placed, its trigger left out; nothing for an order whose limit is
/// not known before it is armed.
pub(crate) fn build_request(order: &Order, pair: &Pair) -> Option<Translated<BuildRequest>> {
    let is_limit = is_limit(order.kind);
    let limit = order.limit_price().filter(|_| is_limit);
    if is_limit && limit.is_none() {
        return None;
    }
    let asked_in_quote = annotated(order, annotation::QUOTE_QUANTITY);
    let (base, quote) = match (order.size, asked_in_quote) {
        (_, Some(amount)) => (None, Some(amount)),
        (Size::Quote(amount), None) if !is_limit => (None, Some(amount.decimal())),
        (Size::Quote(_) | Size::Base(_), None) => (Some(order.quantity.decimal()), None),
    };
    let slippage = order.annotations.get(annotation::SLIPPAGE_BP);
    let request = BuildRequest {
        symbol: pair.symbol.clone(),
        side: match order.side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
        .to_owned(),
        order_type: if is_limit { "limit" } else { "market" }.to_owned(),
        base_quantity: base.map(figure),
        quote_quantity: quote.map(figure),
        price: limit.map(|price| figure(price.decimal())),
        max_slippage_basis_point: slippage.map(|points| Figure::Text(points.to_owned())),
        post_only: order.post_only.then_some(true),
    };
    let mut lost = losses::unsaid(order);
    lost.retain(|loss| loss.field != "post_only" && loss.field != "reason");
    let bound = order.price_bound.lower.or(order.price_bound.upper);
    if let Some(bound) = bound
        && !is_limit
        && slippage.is_none()
    {
        lost.push(losses::loss("max_slippage_basis_point", LossKind::Dropped, &bound, &""));
    }
    Some(Translated { value: request, losses: lost })
}

fn figure(value: Decimal) -> Figure {
    Figure::Text(shortest(value))
}
