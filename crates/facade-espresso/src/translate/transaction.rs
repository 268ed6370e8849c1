//! From an order to the transaction that says the same on the chain.

use facade_kit::order_uuid;
use order_engine::{Order, Price, Side};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::amounts::{Ordered, PRICE_DECIMALS, annotated, is_limit, smallest_units, value};
use super::annotation;
use crate::config::Network;
use crate::intent::Intent;
use crate::names::Pair;

/// Who signs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signer {
    pub(crate) network: Network,
    pub(crate) account: Uuid,
    pub(crate) operation_key_hash: [u8; 28],
}

/// The transaction of an order: a function of the order's terms, and of no market and no clock.
pub(crate) fn intent(pair: &Pair, order: &Order, signer: &Signer) -> Intent {
    let ordered = Ordered::of(order, pair);
    // A limit that follows the market is no term.
    let fixed = order.kind.resting_price().or(order.kind.trigger_price()).map(Price::decimal);
    let price = fixed.or_else(|| annotated(order, annotation::REFERENCE_PRICE)).unwrap_or_default();
    let id = order_uuid(order);
    Intent {
        network: signer.network,
        input: Intent::input_of(id),
        order: id,
        account: signer.account,
        operation_key_hash: signer.operation_key_hash,
        base: pair.base.unit.clone(),
        quote: pair.quote.unit.clone(),
        is_buy: order.side == Side::Buy,
        price: smallest_units(price, PRICE_DECIMALS),
        size: smallest_units(ordered.base, pair.base.decimals),
        commission_bp: pair.instrument.definition.commission.taker.get(),
        extra: smallest_units(extra(pair, order, ordered.base, price), pair.quote.decimals),
    }
}

/// What a market buy may need beyond base times price: the way up to its bound.
fn extra(pair: &Pair, order: &Order, base: Decimal, price: Decimal) -> Decimal {
    let bound = order.price_bound.upper.filter(|_| !is_limit(order.kind));
    bound.map_or(Decimal::ZERO, |bound| value(base, bound.decimal(), pair) - value(base, price, pair))
}
