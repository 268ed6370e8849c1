//! Who is calling, and what the caller may do. A token proves an identity; its rights are records of ours.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _};

use crate::config::{Feature, PermissionsEntry};
use crate::error::ApiError;
use crate::state::State;
use crate::token::Bearer;

/// Paths that answer everyone.
pub(crate) const PUBLIC: [&str; 2] = ["/diagnostics/ping", "/diagnostics/health"];

/// A proven identity together with its rights.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) bearer: Bearer,
    /// Nothing for an identity that is not on record.
    pub(crate) permissions: Option<Arc<PermissionsEntry>>,
}

impl Caller {
    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.permissions.as_ref().is_some_and(|record| record.features.contains(&feature))
    }

    /// Whether it may read everything.
    pub(crate) fn reads_all(&self) -> bool {
        self.has(Feature::Operator) || self.has(Feature::Admin)
    }

    pub(crate) fn sees_owner(&self, owner: &str) -> bool {
        self.reads_all() || self.permissions.as_ref().is_some_and(|record| contains(&record.owners, owner))
    }

    pub(crate) fn sees_exchange(&self, exchange: &str) -> bool {
        self.reads_all()
            || self.permissions.as_ref().is_some_and(|record| contains(&record.exchanges, exchange))
    }

    /// # Errors
    /// [`ApiError::Forbidden`] without the feature.
    pub(crate) fn require(&self, feature: Feature) -> Result<(), ApiError> {
        if self.has(feature) { Ok(()) } else { Err(ApiError::Forbidden) }
    }

    /// # Errors
    /// [`ApiError::Forbidden`] for a caller that may not read everything.
    pub(crate) fn require_reads_all(&self) -> Result<(), ApiError> {
        if self.reads_all() { Ok(()) } else { Err(ApiError::Forbidden) }
    }
}

fn contains(list: &[String], text: &str) -> bool {
    list.iter().any(|entry| entry == text)
}

/// The middleware: every path but the public ones needs a genuine token.
///
/// # Errors
/// Errors of inner layers.
pub(crate) async fn require(
    state: Arc<State>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if PUBLIC.contains(&state.at.below(request.path())) {
        return next.call(request).await;
    }
    match identify(&state, &request) {
        Ok(caller) => {
            request.extensions_mut().insert(Arc::new(caller));
            next.call(request).await
        }
        Err(error) => Ok(request.into_response(error.error_response())),
    }
}

fn identify(state: &State, request: &ServiceRequest) -> Result<Caller, ApiError> {
    let Some(given) = request.headers().get(header::AUTHORIZATION) else {
        return Err(ApiError::Unauthorized { token_sent: false });
    };
    let token = given.to_str().ok().and_then(bearer_token);
    let refused = ApiError::Unauthorized { token_sent: token.is_some() };
    let verified = token.and_then(|token| state.verifier.verify(token, state.engine.now()));
    let bearer = verified.ok_or(refused)?;
    let permissions = state.permissions.get(&bearer).map(Arc::clone);
    Ok(Caller { bearer, permissions })
}

/// The token of `Bearer <token>`; the scheme in any case.
fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
