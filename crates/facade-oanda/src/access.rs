//! Which account a request is about, and whether the caller may touch it: check 7 of [`crate::error`].

use std::sync::Arc;

use order_engine::{Account, AccountId, Reference};

use crate::auth::Caller;
use crate::config::primary;
use crate::error::ApiError;
use crate::state::State;

/// An account that the caller may touch.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// `accountId`.
    pub(crate) number: u64,
    /// `accountName`.
    pub(crate) name: String,
    /// Whether its trades of one size must be closed oldest first.
    pub(crate) is_fifo: bool,
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
    argument_named(state, caller, text, "accountId")
}

/// The account of a parameter of another name.
///
/// # Errors
/// As [`argument`].
pub(crate) fn argument_named(
    state: &State,
    caller: Caller,
    text: &str,
    name: &'static str,
) -> Result<Access, ApiError> {
    let number = number(text).filter(|_| !text.is_empty());
    numbered(state, caller, number.ok_or(ApiError::Malformed(name))?)
}

/// All accounts that the caller's token covers, in the order of their numbers.
pub(crate) fn all(state: &State, caller: Caller) -> Vec<Access> {
    state.keyring.accounts(caller).filter_map(|number| numbered(state, caller, number).ok()).collect()
}

/// All accounts of a user of the sandbox: of one that opened its account itself, or of one of the configuration.
///
/// # Errors
/// Code 55 for an unknown user.
pub(crate) fn of_user(state: &State, caller: Caller, name: &str) -> Result<Vec<Access>, ApiError> {
    let reference = state.engine.views().reference();
    let opened = reference.account_by_code(name).and_then(|account| opened_number(account));
    let numbers = opened.map(|number| vec![number]).or_else(|| state.keyring.accounts_of(name));
    let numbers = numbers.ok_or(ApiError::InvalidUsername)?;
    Ok(numbers.into_iter().filter_map(|number| numbered(state, caller, number).ok()).collect())
}

/// What the codes of accounts begin with that users of the sandbox have opened; the code is the user's name.
pub(crate) const OPENED: &str = "sandbox-";
/// The number of such an account is this and its number in the engine.
const FIRST_OPENED: u64 = 8_000_000;

/// The number of an account that a user of the sandbox has opened.
pub(crate) fn opened_number(account: &Account) -> Option<u64> {
    let is_opened = account.definition.code.as_str().starts_with(OPENED);
    is_opened.then(|| FIRST_OPENED + u64::from(account.id.get()))
}

fn opened(reference: &Reference, number: u64) -> Option<Arc<Account>> {
    let id = number.checked_sub(FIRST_OPENED).and_then(|id| u32::try_from(id).ok())?;
    reference.account(AccountId::new(id)).filter(|account| opened_number(account).is_some()).cloned()
}

/// The account of a history that somebody who may touch it has asked for.
///
/// # Errors
/// Code 32 when it is gone.
pub(crate) fn archived(state: &State, number: u64) -> Result<Access, ApiError> {
    known(state, number)
}

/// The account of a number.
///
/// # Errors
/// Code 32 when there is none, 4 when it is somebody else's.
fn numbered(state: &State, caller: Caller, number: u64) -> Result<Access, ApiError> {
    let access = known(state, number);
    if state.accounts.contains_key(&number) && !state.keyring.covers(caller, number) {
        return Err(ApiError::NotAuthorized);
    }
    access
}

fn known(state: &State, number: u64) -> Result<Access, ApiError> {
    let reference = state.engine.views().reference();
    let Some(known) = state.accounts.get(&number) else {
        let account = opened(&reference, number).filter(|_| state.is_sandbox);
        let account = account.ok_or(ApiError::UnknownAccount)?;
        return Ok(Access { number, name: primary(), is_fifo: false, account });
    };
    let account = reference.account_by_code(&known.code).ok_or(ApiError::UnknownAccount)?;
    let account = Arc::clone(account);
    Ok(Access { number, name: known.name.clone(), is_fifo: known.is_fifo, account })
}

fn resource(text: &str, name: &'static str) -> Result<u64, ApiError> {
    number(text).ok_or(ApiError::ResourceIdentifier(name))
}

/// Digits only; `u64` itself would take a sign.
pub(crate) fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
