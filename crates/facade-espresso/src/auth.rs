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

use crate::config::OperationKey;
use crate::error::ApiError;
use crate::routes;
use crate::state::{Identity, State};

/// The header that carries the key.
const API_KEY_HEADER: &str = "x-api-key";

/// A proven caller.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The caller's account in the ledger.
    pub(crate) account: Arc<Account>,
    /// What is known of it outside of the ledger.
    pub(crate) identity: Arc<Identity>,
}

impl Caller {
    pub(crate) fn id(&self) -> AccountId {
        self.account.id
    }

    pub(crate) fn operation_key(&self) -> Result<&OperationKey, ApiError> {
        self.identity.entry.operation_key.as_ref().ok_or(ApiError::MissingOperationKey)
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
    let identity = api_key.and_then(|key| state.identity(key)).ok_or(ApiError::Unauthorized)?;
    let reference = state.engine.views().reference();
    let account = reference.account_by_code(&identity.entry.account).ok_or(ApiError::UserNotFound)?;
    Ok(Caller { account: Arc::clone(account), identity: Arc::clone(identity) })
}
