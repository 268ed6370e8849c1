//! Accounts and their figures.

use order_engine::valuation::MarginSummary;
use order_engine::{
    Account as EngineAccount, AccountCode, AccountDefinition, AccountSettings, AdjustBalance, Amount,
    AssetKind, BasisPoints, Holdings, Reference, Settlement,
};
use rust_decimal::Decimal;

use super::numbers::money;
use crate::access::{Access, OPENED};
use crate::error::ApiError;
use crate::wire::Number;
use crate::wire::accounts::{Account, AccountLine};

/// Digits of a user's name.
const NAME_DIGITS: usize = 12;
/// Margin rate of a new account of the sandbox, in hundredths of a percent.
const MARGIN_RATE: u32 = 500;
/// The part of the margin at which the vendor closes everything, in hundredths of a percent.
const CLOSEOUT: u32 = 5_000;
/// Balance of a new account of the sandbox.
const FIRST_DEPOSIT: u32 = 100_000;

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

/// The account that a user of the sandbox opens, in a currency that may be left to the house.
///
/// # Errors
/// Code 9 for what is no currency.
pub(crate) fn opening(
    reference: &Reference,
    currency: Option<&str>,
    key: &str,
) -> Result<AccountDefinition, ApiError> {
    let currency = reference.asset_by_code(currency.unwrap_or("USD")).map(|asset| &asset.definition);
    let currency =
        currency.filter(|asset| asset.kind == AssetKind::Fiat).ok_or(ApiError::UnknownInstrument)?;
    let code = format!("{OPENED}{}", key.get(key.len().saturating_sub(NAME_DIGITS)..).unwrap_or(key));
    let code = AccountCode::new(&code).map_err(|_| ApiError::Internal)?;
    let settings = AccountSettings {
        margin_rate: Some(BasisPoints::new(MARGIN_RATE)),
        closeout: Some(BasisPoints::new(CLOSEOUT)),
        ..AccountSettings::default()
    };
    Ok(AccountDefinition { code, currency: currency.code.clone(), settings })
}

/// What a new account of the sandbox begins with.
///
/// # Errors
/// Code 5, which cannot be.
pub(crate) fn first_deposit(account: &EngineAccount) -> Result<AdjustBalance, ApiError> {
    let amount = Amount::from_decimal(Decimal::from(FIRST_DEPOSIT)).map_err(|_| ApiError::Internal)?;
    Ok(AdjustBalance { account: account.id, asset: account.currency, amount })
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
