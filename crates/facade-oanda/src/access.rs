//! Which account a request is about, and whether the caller may touch it: check 7 of [`crate::error`].

use std::sync::Arc;

use order_engine::Account;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::State;

/// An account that the caller may touch.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// `accountId`.
    pub(crate) number: u64,
    /// `accountName`.
    pub(crate) name: String,
    /// The engine's account.
    pub(crate) account: Arc<Account>,
}

/// The account of a path.
///
/// # Errors
/// Code 52 for what is no number, and those of [`numbered`].
pub(crate) fn account(state: &State, caller: Caller, text: &str) -> Result<Access, ApiError> {
    numbered(state, caller, resource(text, "accountId")?)
}

/// The account and the second id of a path. Both must be numbers before the account is looked at.
///
/// # Errors
/// As [`account`].
pub(crate) fn account_and(
    state: &State,
    caller: Caller,
    (account, id): &(String, String),
    name: &'static str,
) -> Result<(Access, u64), ApiError> {
    let (number, id) = (resource(account, "accountId")?, resource(id, name)?);
    Ok((numbered(state, caller, number)?, id))
}

/// The account of a parameter.
///
/// # Errors
/// Code 1 for what is no number, and those of [`numbered`].
pub(crate) fn argument(state: &State, caller: Caller, text: &str) -> Result<Access, ApiError> {
    numbered(state, caller, number(text).ok_or(ApiError::Malformed("accountId"))?)
}

/// All accounts that the caller may touch, in the order of their numbers.
pub(crate) fn all(state: &State, caller: Caller) -> Vec<Access> {
    state.keyring.accounts(caller).filter_map(|number| numbered(state, caller, number).ok()).collect()
}

/// The account of a number.
///
/// # Errors
/// Code 32 when there is none, 4 when it is somebody else's.
fn numbered(state: &State, caller: Caller, number: u64) -> Result<Access, ApiError> {
    let known = state.accounts.get(&number).ok_or(ApiError::UnknownAccount)?;
    if !state.keyring.covers(caller, number) {
        return Err(ApiError::NotAuthorized);
    }
    let reference = state.engine.views().reference();
    let account = reference.account_by_code(&known.code).ok_or(ApiError::UnknownAccount)?;
    Ok(Access { number, name: known.name.clone(), account: Arc::clone(account) })
}

fn resource(text: &str, name: &'static str) -> Result<u64, ApiError> {
    number(text).ok_or(ApiError::ResourceIdentifier(name))
}

/// Digits only; `u64` itself would take a sign.
pub(crate) fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
