//! Who is calling: proves the API key and leaves a [`Caller`] with the request.
//!
//! Only operations of [`ENDPOINTS`](crate::ENDPOINTS) that need a caller are guarded. The vendor's router looks for path
//! and method first, so an unknown path is a 404 whoever asks; and a key that is sent to a public operation is ignored.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use order_engine::{Account, AccountId};

use crate::config::{AccountConfig, OperationKey};
use crate::error::ApiError;
use crate::routes;
use crate::state::State;

/// The header that carries the key.
const API_KEY_HEADER: &str = "x-api-key";

/// A proven caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The caller's account in the ledger.
    pub(crate) account: Arc<Account>,
    /// What configuration knows of it.
    pub(crate) entry: Arc<AccountConfig>,
    /// The position of the API key, for the rate limit.
    pub(crate) position: usize,
}

impl Caller {
    pub(crate) fn id(&self) -> AccountId {
        self.account.id
    }

    pub(crate) fn operation_key(&self) -> Result<&OperationKey, ApiError> {
        self.entry.operation_key.as_ref().ok_or(ApiError::MissingOperationKey)
    }
}

/// The gate, for `from_fn`.
pub(crate) async fn require(
    state: Arc<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // The path as the router reads it, so that no spelling of a path gets past the gate.
    let path = request.match_info().unprocessed();
    if !routes::needs_auth(request.method().as_str(), path) {
        return next.call(request).await;
    }
    match caller(&state, &request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.call(request).await
        }
        Err(error) => Ok(request.into_response(error.response())),
    }
}

fn caller(state: &State, request: &ServiceRequest) -> Result<Caller, ApiError> {
    let api_key = request.headers().get(API_KEY_HEADER).and_then(|value| value.to_str().ok());
    let credential = api_key.and_then(|key| state.credential(key)).ok_or(ApiError::Unauthorized)?;
    let reference = state.engine.views().reference();
    let account = reference.account_by_code(&credential.entry.account).ok_or(ApiError::UserNotFound)?;
    Ok(Caller {
        account: Arc::clone(account),
        entry: Arc::clone(&credential.entry),
        position: credential.position,
    })
}
