//! Whether anyone is there, and well.

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use facade_kit::enveloped;

use super::Shared;

pub(super) async fn ping() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::plaintext()).body("OK")
}

pub(super) async fn health(state: Shared) -> HttpResponse {
    if state.engine.is_healthy() {
        return HttpResponse::Ok().content_type(ContentType::plaintext()).body("Healthy");
    }
    enveloped(HttpResponse::ServiceUnavailable().content_type(ContentType::plaintext()).body("Unhealthy"))
}
