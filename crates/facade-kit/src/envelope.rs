//! The guard that lets nothing leave a facade but in its vendor's envelope.
//!
//! It is the outermost layer of a facade. Whatever comes from inside with a status of 400 or more and without the mark
//! that [`enveloped`] sets is rendered anew: the router's 404 and 405, an extractor's refusal, a body that is too large,
//! an error of a middleware, a panic.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use futures_util::FutureExt;

/// What is known of a request after it has been handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Method.
    pub method: Method,
    /// Path as it came, prefix included.
    pub path: String,
    /// Query as it came, without the question mark.
    pub query: String,
}

/// Writes a vendor's refusal for a bare status.
pub trait Renderer: Send + Sync + 'static {
    /// The vendor's answer to a request that failed with this status before any handler had a say: 404 for an unknown
    /// path, 405 for a wrong method, 400, 413, 415 from an extractor, 500 for a fault. The answer's status may differ.
    fn render(&self, status: StatusCode, request: &RequestLine) -> HttpResponse;
}

/// The mark of an answer that is in its vendor's envelope already.
#[derive(Debug, Clone, Copy)]
struct Enveloped;

/// Marks an answer as being in its vendor's envelope.
#[must_use]
pub fn enveloped(mut response: HttpResponse) -> HttpResponse {
    response.extensions_mut().insert(Enveloped);
    response
}

/// The guard, for `from_fn`.
///
/// # Errors
/// An error of an inner layer, with the rendered answer inside.
pub async fn envelope<R: Renderer>(
    renderer: Arc<R>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let line = RequestLine {
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: request.query_string().to_owned(),
    };
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(checked(response, renderer.as_ref(), &line)),
        Ok(Err(error)) => Err(rendered(error, renderer.as_ref(), &line)),
        Err(_panic) => {
            tracing::error!(method = %line.method, path = %line.path, "a handler panicked");
            let response = renderer.render(StatusCode::INTERNAL_SERVER_ERROR, &line);
            Err(InternalError::from_response("a handler panicked", response).into())
        }
    }
}

/// An error of an inner layer. There is no request left to answer, so the answer travels inside the error.
fn rendered<R: Renderer>(error: Error, renderer: &R, line: &RequestLine) -> Error {
    let response = error.error_response();
    if response.extensions().contains::<Enveloped>() {
        return error;
    }
    let response = renderer.render(response.status(), line);
    InternalError::from_response(error, response).into()
}

fn checked<R: Renderer>(
    response: ServiceResponse<BoxBody>,
    renderer: &R,
    line: &RequestLine,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || response.response().extensions().contains::<Enveloped>() {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut rendered = renderer.render(status, line);
    if let Some(allow) = allow {
        rendered.headers_mut().insert(header::ALLOW, allow);
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, rendered)
}
