//! The figures of an order in this dialect: what was ordered, in base and in quote, and at which price.

use order_engine::{Order, OrderKind, Price, Size};
use rust_decimal::Decimal;

use super::annotation;
use crate::names::Pair;

/// The decimals that prices have on the chain.
pub(super) const PRICE_DECIMALS: u32 = 9;

/// What was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) base: Decimal,
    pub(super) quote: Decimal,
    /// The limit, or for a market order the price of the market when it was built, or the price that it waits for. Nothing
    /// for a market order that was placed in a dialect where that price plays no part.
    pub(super) price: Option<Decimal>,
}

/// Whether an order is shown as a limit order. One that waits for the market is shown as what it will be.
pub(super) const fn is_limit(kind: OrderKind) -> bool {
    match kind {
        OrderKind::Limit { .. } | OrderKind::StopLimit { .. } | OrderKind::TrailingStopLimit { .. } => true,
        OrderKind::Market
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::MarketIfTouched { .. }
        | OrderKind::TrailingStop { .. } => false,
    }
}

/// The price that an order waits for, which its funds are counted at when it has no other.
fn trigger_price(order: &Order) -> Option<Price> {
    order.trigger.map(|trigger| trigger.price).or(order.kind.trigger_price())
}

impl Ordered {
    pub(super) fn of(order: &Order, pair: &Pair) -> Self {
        let reference = annotated(order, annotation::REFERENCE_PRICE);
        let waited_for = trigger_price(order).filter(|_| order.average_price().is_none());
        let price = order.limit_price().or(waited_for).map(Price::decimal).or(reference);
        let is_limit = is_limit(order.kind);
        let base = match (order.size, reference) {
            (Size::Quote(amount), Some(reference)) if !is_limit => {
                quotient(amount.decimal(), reference, pair.instrument.quantity_scale())
            }
            (Size::Quote(_) | Size::Base(_), _) => order.quantity.decimal(),
        };
        let asked_in_quote = match order.size {
            Size::Quote(amount) if !is_limit => Some(amount.decimal()),
            Size::Quote(_) | Size::Base(_) => annotated(order, annotation::QUOTE_QUANTITY),
        };
        let quote = asked_in_quote
            .or_else(|| price.map(|price| value(base, price, pair)))
            .unwrap_or_else(|| order.filled_notional.decimal());
        Self { base, quote, price }
    }
}

/// Base times price, cut to the decimals of the quote token.
pub(super) fn value(base: Decimal, price: Decimal, pair: &Pair) -> Decimal {
    base.checked_mul(price).unwrap_or(Decimal::MAX).trunc_with_scale(pair.quote.decimals)
}

/// An amount of quote divided by a price, cut to `scale` decimals; zero when the price is none.
pub(super) fn quotient(amount: Decimal, price: Decimal, scale: u32) -> Decimal {
    amount.checked_div(price).unwrap_or_default().trunc_with_scale(scale)
}

/// Whole smallest units of a token.
pub(super) fn smallest_units(amount: Decimal, decimals: u32) -> u128 {
    let cut = amount.trunc_with_scale(decimals);
    let missing = decimals.saturating_sub(cut.scale());
    cut.mantissa().unsigned_abs().saturating_mul(10_u128.saturating_pow(missing))
}

/// A decimal that an annotation of this facade holds.
pub(super) fn annotated(order: &Order, key: &str) -> Option<Decimal> {
    order.annotations.get(key).and_then(facade_kit::decimal::parse_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn smallest_units_are_whole() {
        assert_eq!(smallest_units(decimal("100"), 6), 100_000_000);
        assert_eq!(smallest_units(decimal("0.93"), PRICE_DECIMALS), 930_000_000);
        assert_eq!(smallest_units(decimal("0.1234567"), 6), 123_456);
        assert_eq!(smallest_units(Decimal::MAX, 12), u128::MAX);
    }

    #[test]
    fn quotients_are_cut_not_rounded() {
        assert_eq!(quotient(decimal("100"), decimal("0.93"), 2), decimal("107.52"));
        assert_eq!(quotient(decimal("93"), decimal("0.93"), 2), decimal("100.00"));
        assert_eq!(quotient(decimal("1"), Decimal::ZERO, 2), Decimal::ZERO);
    }
}
