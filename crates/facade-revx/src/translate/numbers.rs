//! Numbers as text. Prices and quote amounts have the quote currency's decimals at least, quantities of orders have no
//! padding, quantities of trades and balances have the currency's decimals at least. Zero is `0` in orders.

use facade_kit::decimal::{at_least, shortest};
use order_engine::{Amount, Asset, AssetKind};
use rust_decimal::{Decimal, RoundingStrategy};

/// Decimals of an average that does not end.
const AVERAGE_SCALE: u32 = 8;

/// An amount in an order.
pub(crate) fn amount(value: Decimal, scale: u32) -> String {
    if value.is_zero() { shortest(value) } else { at_least(value, scale) }
}

/// An average price, and whether digits were cut off. Nothing was filled: `0`.
pub(crate) fn average(value: Option<Decimal>, scale: u32) -> (String, bool) {
    let value = value.unwrap_or_default();
    let rounded =
        value.round_dp_with_strategy(AVERAGE_SCALE.max(scale), RoundingStrategy::MidpointAwayFromZero);
    (amount(rounded, scale), rounded != value)
}

/// An amount for people: with the sign of the money in front, or the code behind.
pub(crate) fn money(value: Amount, asset: &Asset) -> String {
    let definition = &asset.definition;
    let code = definition.code.as_str();
    let sign = match code {
        "USD" => Some('$'),
        "EUR" => Some('€'),
        "GBP" => Some('£'),
        "JPY" => Some('¥'),
        _ => None,
    };
    let number = match definition.kind {
        AssetKind::Fiat => at_least(value.decimal(), definition.scale),
        AssetKind::Crypto | AssetKind::Security => shortest(value.decimal()),
    };
    sign.map_or_else(|| format!("{number} {code}"), |sign| format!("{sign}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_padded_and_zero_is_bare() {
        assert_eq!(amount("240".parse().unwrap(), 2), "240.00");
        assert_eq!(amount("0.00".parse().unwrap(), 2), "0");
        assert_eq!(amount("0.123".parse().unwrap(), 2), "0.123");
    }

    #[test]
    fn averages_end_somewhere() {
        assert_eq!(average(None, 2), ("0".to_owned(), false));
        assert_eq!(average(Some("119900".parse().unwrap()), 2), ("119900.00".to_owned(), false));
        let third = Decimal::ONE / Decimal::from(3);
        assert_eq!(average(Some(third), 2), ("0.33333333".to_owned(), true));
    }
}
