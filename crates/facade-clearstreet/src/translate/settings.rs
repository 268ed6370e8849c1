//! Settings of an account.

use facade_kit::decimal::parse_plain;
use order_engine::{Account, Amount, Setting, UpdateAccount};

use crate::error::ApiError;
use crate::{format, wire};

/// The command for a change of settings; nothing when no change is named. What is null is not named.
///
/// # Errors
/// A value cannot be read, or is below zero.
pub(crate) fn update_settings(
    request: &wire::UpdateSettings,
    account: &Account,
) -> Result<Option<UpdateAccount>, ApiError> {
    let risk = request.risk.as_ref();
    let Some(text) = risk.and_then(|risk| risk.max_notional.as_deref()) else { return Ok(None) };
    let unreadable = || ApiError::unprocessable("max_notional", text);
    let value = parse_plain(text).ok_or_else(unreadable)?;
    if value.is_sign_negative() && !value.is_zero() {
        return Err(ApiError::unprocessable("max_notional", "must not be negative"));
    }
    let most = Amount::from_decimal(value).map_err(|_| unreadable())?;
    Ok(Some(UpdateAccount { max_order_notional: Setting::Set(most), ..UpdateAccount::new(account.id) }))
}

/// The settings as they are.
pub(crate) fn settings(account: &Account) -> wire::Settings {
    let most = account.settings.max_order_notional.map(|most| format::money(most.decimal()));
    wire::Settings { risk: most.map(|most| wire::RiskSettings { max_notional: Some(most) }) }
}
