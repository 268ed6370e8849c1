//! Accounts and their figures.

use order_engine::valuation::MarginSummary;
use order_engine::{Holdings, Reference, Settlement};
use rust_decimal::Decimal;

use super::numbers::money;
use crate::access::Access;
use crate::wire::Number;
use crate::wire::accounts::{Account, AccountLine};

/// An account in the list.
pub(crate) fn line(reference: &Reference, access: &Access) -> AccountLine {
    AccountLine {
        id: access.number,
        name: access.name.clone(),
        currency: access.account.definition.currency.to_string(),
        margin_rate: margin_rate(reference),
    }
}

/// An account with its figures. `marginAvail` follows from the three figures as they are shown, and is not below zero.
pub(crate) fn account(
    reference: &Reference,
    access: &Access,
    holdings: &Holdings,
    summary: &MarginSummary,
    open_orders: usize,
) -> Account {
    let (balance, unrealized, used) =
        (money(summary.balance), money(summary.unrealized), money(summary.used));
    Account {
        id: access.number,
        name: access.name.clone(),
        balance: Number(balance),
        unrealized_pl: Number(unrealized),
        realized_pl: Number(money(holdings.realized)),
        margin_used: Number(used),
        margin_avail: Number(balance.saturating_add(unrealized).saturating_sub(used).max(Decimal::ZERO)),
        open_trades: holdings.positions.iter().map(|position| position.lots.len()).sum(),
        open_orders,
        margin_rate: margin_rate(reference),
        currency: access.account.definition.currency.to_string(),
    }
}

/// The lowest rate of any margined instrument: with the vendor an account has one rate, and an instrument may ask for
/// more. One, which is full payment, when nothing is margined.
fn margin_rate(reference: &Reference) -> Number {
    let rates =
        reference.instruments().iter().filter_map(|instrument| match instrument.definition.settlement {
            Settlement::Margin { rate } => Some(rate.fraction()),
            Settlement::Spot | Settlement::Security => None,
        });
    Number(rates.min().unwrap_or(Decimal::ONE))
}
