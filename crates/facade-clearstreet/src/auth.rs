//! Who is calling: the API key in `Authorization: Bearer <key>`, compared in constant time with every key that is known.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};

use crate::config::Credential;
use crate::error::ApiError;
use crate::routes;
use crate::state::State;

/// A caller who has shown a known key.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Position of the key in the configuration.
    pub(crate) key: usize,
    /// Numbers of the accounts that the key may touch.
    pub(crate) accounts: Arc<[i64]>,
}

/// The known keys.
#[derive(Debug)]
pub(crate) struct Keyring(Vec<(Credential, Caller)>);

impl Keyring {
    pub(crate) fn new(credentials: &[Credential]) -> Self {
        let caller = |(key, credential): (usize, &Credential)| Caller {
            key,
            accounts: credential.accounts.as_slice().into(),
        };
        let callers = credentials.iter().enumerate().map(caller);
        // An empty key would let in whoever shows no key.
        let keys = credentials
            .iter()
            .cloned()
            .zip(callers)
            .filter(|(credential, _)| !credential.key.reveal().is_empty());
        Self(keys.collect())
    }

    /// The caller of an `Authorization` header. Every key is compared, so that the time tells nothing.
    fn caller(&self, authorization: Option<&[u8]>) -> Option<&Caller> {
        let token = authorization?.strip_prefix(b"Bearer ")?;
        let mut found = None;
        for (credential, caller) in &self.0 {
            if credential.key.is(token) {
                found = Some(caller);
            }
        }
        found
    }
}

/// The layer that lets nobody in without a key.
pub(crate) async fn require(
    state: Arc<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if routes::is_open(state.at.below(request.path())) {
        return next.call(request).await;
    }
    let authorization = request.headers().get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let Some(caller) = state.keyring.caller(authorization).cloned() else {
        return Ok(request.error_response(ApiError::Unauthenticated));
    };
    if let Err(seconds) = state.limiter.admit(caller.key, state.engine.now()) {
        return Ok(request.error_response(ApiError::TooManyRequests(seconds)));
    }
    request.extensions_mut().insert(caller);
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_key_after_bearer_names_a_caller() {
        let key =
            |key: &str, account| Credential { key: facade_kit::Secret::new(key), accounts: vec![account] };
        let ring = Keyring::new(&[key("a.b", 1), key("", 3), key("c.d", 2)]);
        let account = |header: &str| ring.caller(Some(header.as_bytes())).map(|caller| caller.accounts[0]);
        assert_eq!(account("Bearer a.b"), Some(1));
        assert_eq!(account("Bearer c.d"), Some(2));
        for wrong in ["", "Bearer", "Bearer ", "Bearer a.b ", "Bearer a", "bearer a.b", "Basic a.b", "a.b"] {
            assert_eq!(account(wrong), None, "{wrong:?}");
        }
        assert!(ring.caller(None).is_none());
    }
}
