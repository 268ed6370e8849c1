//! Numbers as the vendor writes them: whole units, prices within the instrument's precision, money to four decimals.

use facade_kit::LossKind;
use order_engine::Amount;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Losses;
use crate::wire::Number;

/// Decimals of money.
const MONEY_SCALE: u32 = 4;

/// Units are integers. A fraction is cut, so that whoever acts on the figure never trades more than there is.
pub(super) fn units(losses: &mut Losses, quantity: Decimal) -> u64 {
    let whole = quantity.trunc();
    if whole != quantity {
        losses.add("units", LossKind::Rounded, &quantity.normalize(), &whole);
    }
    whole.to_u64().unwrap_or(u64::MAX)
}

/// An average price within the instrument's precision.
pub(super) fn average(losses: &mut Losses, field: &'static str, price: Decimal, scale: u32) -> Number {
    let rounded = price.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    if rounded != price {
        losses.add(field, LossKind::Rounded, &price, &rounded);
    }
    Number(rounded)
}

/// Money in the account's currency.
pub(super) fn money(amount: Amount) -> Decimal {
    rounded(amount.decimal())
}

/// An amount of money.
pub(super) fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero)
}
