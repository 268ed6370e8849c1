//! Bodies in and out: what a request may send and wants back.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::error::ApiError;
use crate::wire::{Names, Shape, Written};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

/// How an answer is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reply {
    pub(crate) names: Names,
}

impl Reply {
    /// 200 with a message, or an array of messages.
    pub(crate) fn ok<T: Shape>(self, value: &T) -> HttpResponse {
        HttpResponse::Ok().json(Written(value, self.names))
    }
}

impl FromRequest for Reply {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = request.headers().get("X-OMS-Compact").and_then(|value| value.to_str().ok());
        let compact = asked.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        ready(Ok(Self { names: if compact { Names::Compact } else { Names::Full } }))
    }
}

/// Whether JSON will do for an answer: it does unless protobuf is asked for and nothing else.
pub(crate) fn can_be_json(headers: &HeaderMap) -> bool {
    let mut protobuf_only = false;
    let listed = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    for range in listed.flat_map(|value| value.split(',')) {
        match media_type(range).to_ascii_lowercase().as_str() {
            PROTOBUF => protobuf_only = true,
            "*/*" | "application/*" | JSON => return true,
            _ => {}
        }
    }
    !protobuf_only
}

fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// The bytes of a JSON body. An empty body needs no type.
#[derive(Debug)]
pub(crate) struct JsonBody(Bytes);

impl JsonBody {
    /// Reads the body as one message.
    ///
    /// # Errors
    /// 422 with `Data` for an empty body, `Data.Deserialise` for one that is no such message.
    pub(crate) fn parse<T: Shape>(&self) -> Result<T, ApiError> {
        if self.0.is_empty() {
            return Err(ApiError::refused("Data"));
        }
        crate::wire::parse(&self.0).ok_or_else(|| ApiError::refused("Data.Deserialise"))
    }
}

impl FromRequest for JsonBody {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_json = given.is_some_and(|value| media_type(value).eq_ignore_ascii_case(JSON));
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            if is_json || bytes.is_empty() {
                Ok(Self(bytes))
            } else {
                Err(ApiError::UnsupportedMediaType.into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn json_does_unless_only_protobuf_is_asked_for() {
        let accepts = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT, HeaderValue::from_static(value));
            }
            can_be_json(&headers)
        };
        assert!(accepts(&[]));
        assert!(accepts(&["*/*"]));
        assert!(accepts(&["text/html"]));
        assert!(accepts(&["application/x-protobuf, application/json;q=0.5"]));
        assert!(accepts(&["application/x-protobuf", "application/*"]));
        assert!(!accepts(&["application/x-protobuf"]));
        assert!(!accepts(&["Application/X-Protobuf; q=1, text/html"]));
    }
}
