//! Bodies in and out: what a request may send and wants back.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::error::ApiError;
use crate::wire::{Names, Shape, Whole, Written};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";
/// The quality of what says none, in thousandths.
const BEST: u16 = 1_000;

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As JSON.
    Json,
    /// As protobuf's bytes.
    Protobuf,
}

impl Form {
    fn of_type(media_type: &str) -> Option<Self> {
        if media_type.eq_ignore_ascii_case(JSON) {
            Some(Self::Json)
        } else if media_type.eq_ignore_ascii_case(PROTOBUF) {
            Some(Self::Protobuf)
        } else {
            None
        }
    }

    /// Reads a message.
    pub(crate) fn parse<T: Shape + Whole>(self, bytes: &[u8]) -> Option<T> {
        match self {
            Self::Json => crate::wire::parse(bytes),
            Self::Protobuf => T::decode(bytes),
        }
    }
}

/// How an answer is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reply {
    pub(crate) names: Names,
    form: Form,
}

impl Reply {
    /// 200 with a message, or a list of messages.
    pub(crate) fn ok<T: Shape + Whole>(self, value: &T) -> HttpResponse {
        match self.form {
            Form::Json => HttpResponse::Ok().json(Written(value, self.names)),
            Form::Protobuf => HttpResponse::Ok().content_type(PROTOBUF).body(value.encode()),
        }
    }
}

impl FromRequest for Reply {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = request.headers().get("X-OMS-Compact").and_then(|value| value.to_str().ok());
        let compact = asked.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let names = if compact { Names::Compact } else { Names::Full };
        ready(Ok(Self { names, form: wanted_form(request.headers()) }))
    }
}

/// The form that `Accept` likes best, of equals the first. JSON when it names neither.
fn wanted_form(headers: &HeaderMap) -> Form {
    let mut best = (0, Form::Json);
    let listed = headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    for range in listed.flat_map(|value| value.split(',')) {
        let (media_type, quality) = (media_type(range), quality(range));
        let is_any = ["*/*", "application/*"].iter().any(|any| media_type.eq_ignore_ascii_case(any));
        let form = Form::of_type(media_type).or(is_any.then_some(Form::Json));
        if let Some(form) = form.filter(|_| quality > best.0) {
            best = (quality, form);
        }
    }
    best.1
}

fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// The `q` of a media range in thousandths; what cannot be read is none.
fn quality(range: &str) -> u16 {
    let mut parameters = range.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let Some((_, value)) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q")) else {
        return BEST;
    };
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 {
        return BEST;
    }
    match (whole, format!("{fraction:0<3}").parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        _ => BEST,
    }
}

/// The bytes of a body. An empty body needs no type.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Bytes,
    form: Form,
}

impl Body {
    /// Reads the body as one message.
    ///
    /// # Errors
    /// 422 with `Data` for an empty body, `Data.Deserialise` for one that is no such message.
    pub(crate) fn parse<T: Shape + Whole>(&self) -> Result<T, ApiError> {
        if self.bytes.is_empty() {
            return Err(ApiError::refused("Data"));
        }
        self.form.parse(&self.bytes).ok_or_else(|| ApiError::refused("Data.Deserialise"))
    }

    /// Reads the body as JSON that is no message, and so has no other form.
    ///
    /// # Errors
    /// As of [`Self::parse`]; 415 for bytes.
    pub(crate) fn parse_json<T: Shape>(&self) -> Result<T, ApiError> {
        if self.bytes.is_empty() {
            return Err(ApiError::refused("Data"));
        }
        match self.form {
            Form::Json => {
                crate::wire::parse(&self.bytes).ok_or_else(|| ApiError::refused("Data.Deserialise"))
            }
            Form::Protobuf => Err(ApiError::UnsupportedMediaType),
        }
    }
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let form = given.and_then(|value| Form::of_type(media_type(value)));
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            match form {
                Some(form) => Ok(Self { bytes, form }),
                None if bytes.is_empty() => Ok(Self { bytes, form: Form::Json }),
                None => Err(ApiError::UnsupportedMediaType.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_answer_has_the_form_that_is_liked_best() {
        let wanted = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::ACCEPT, HeaderValue::from_static(value));
            }
            wanted_form(&headers)
        };
        let json: [&[&str]; 9] = [
            &[],
            &["*/*"],
            &["text/html"],
            &["application/json, application/x-protobuf"],
            &["application/x-protobuf;q=0.5, application/json"],
            &["application/x-protobuf;q=0.5", "*/*;q=0.75"],
            &["application/x-protobuf;q=0"],
            &["application/x-protobuf;q=0.899", "application/*; q=0.9"],
            &["application/x-protobuffer"],
        ];
        for values in json {
            assert_eq!(wanted(values), Form::Json, "{values:?}");
        }
        let protobuf: [&[&str]; 5] = [
            &["application/x-protobuf"],
            &["Application/X-Protobuf; q=1, text/html"],
            &["application/x-protobuf, */*;q=0.1"],
            &["application/json;q=0.2", "application/x-protobuf;q=0.25"],
            &["application/x-protobuf", "application/json"],
        ];
        for values in protobuf {
            assert_eq!(wanted(values), Form::Protobuf, "{values:?}");
        }
    }
}
