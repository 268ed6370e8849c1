//! Reading a JSON body. The texts of a failure are the parser's own, with path, line and column.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::ApiError;
use crate::state::State;

/// The body of a request: content type, then size, then syntax, then shape.
pub(crate) async fn json<T: DeserializeOwned>(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<T, ApiError> {
    if !has_json_type(request) {
        return Err(ApiError::MediaType);
    }
    parse(&read(state, payload).await?)
}

/// The body of a request that may have none: nothing and `null` are the same, and nothing needs no content type.
pub(crate) async fn optional_json<T: DeserializeOwned>(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Option<T>, ApiError> {
    let bytes = read(state, payload).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !has_json_type(request) {
        return Err(ApiError::MediaType);
    }
    parse(&bytes)
}

async fn read(state: &State, payload: web::Payload) -> Result<web::Bytes, ApiError> {
    payload
        .to_bytes_limited(state.config.body_limit_bytes)
        .await
        .map_err(|_| ApiError::BodyTooLarge)?
        .map_err(|_| ApiError::BodyLost)
}

fn has_json_type(request: &HttpRequest) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.strip_prefix("application/") {
        Some(subtype) => subtype == "json" || subtype.ends_with("+json"),
        None => false,
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| fault(bytes, error.inner(), error.to_string()))?;
    deserializer.end().map_err(|error| fault(bytes, &error, error.to_string()))?;
    Ok(value)
}

fn fault(bytes: &[u8], error: &serde_json::Error, text: String) -> ApiError {
    match error.classify() {
        Category::Data => ApiError::BodyShape(with_number(bytes, error, text)),
        Category::Syntax | Category::Eof | Category::Io => ApiError::BodySyntax(text),
    }
}

/// With numbers of arbitrary precision the parser says `number` where the vendor's says which number it was; the place
/// of the error is the number's end, so the number can be read off the body.
fn with_number(bytes: &[u8], error: &serde_json::Error, text: String) -> String {
    const NAMELESS: &str = "invalid type: number,";
    if !text.contains(NAMELESS) {
        return text;
    }
    let line = bytes.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.get(..error.column()).unwrap_or(line);
    let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let start = before.iter().rposition(|byte| !is_digit(byte)).map_or(0, |position| position + 1);
    let number = String::from_utf8_lossy(before.get(start..).unwrap_or_default());
    let kind = if number.contains(['.', 'e', 'E']) { "floating point" } else { "integer" };
    text.replace(NAMELESS, &format!("invalid type: {kind} `{number}`,"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{NewOrder, ReplaceOrder};

    fn orders(body: &str) -> String {
        parse::<Vec<NewOrder>>(body.as_bytes()).unwrap_err().message()
    }

    #[test]
    fn texts_are_the_published_ones() {
        let syntax = "Failed to parse the request body as JSON: ";
        let shape = "Failed to deserialize the JSON body into the target type: ";
        let broken =
            "[\n  {\n    \"id\": \"a\",\n    \"order_type\": \"MARKET\"\n    \"quantity\": \"1\"\n  }\n]";
        assert_eq!(orders(broken), format!("{syntax}[0].?: expected `,` or `}}` at line 5 column 5"));
        let early = "[\n  {\n    \"order_type\": \"MARKET\"";
        assert_eq!(orders(early), format!("{syntax}[0].?: EOF while parsing an object at line 3 column 26"));
        assert_eq!(
            orders("[{\"side\":\"BUY\",\n\"quantity\":\"1\"\n}]"),
            format!("{shape}[0]: missing field `order_type` at line 3 column 1")
        );
        assert_eq!(
            orders(r#"[{"side":"HOLD"}]"#),
            format!(
                "{shape}[0].side: unknown variant `HOLD`, expected one of `BUY`, `SELL`, `SELL_SHORT`, `OTHER` at line 1 column 15"
            )
        );
        assert_eq!(
            orders(r#"[{"side":"BUY","quantity":1}]"#),
            format!("{shape}[0].quantity: invalid type: integer `1`, expected a string at line 1 column 27")
        );
        assert_eq!(
            orders(r#"[{"quantity":-1.50}]"#),
            format!(
                "{shape}[0].quantity: invalid type: floating point `-1.50`, expected a string at line 1 column 18"
            )
        );
        assert_eq!(orders("{}"), format!("{shape}invalid type: map, expected a sequence at line 1 column 0"));
        assert_eq!(orders("[] x"), format!("{syntax}trailing characters at line 1 column 4"));
        let replace = parse::<ReplaceOrder>(b"{\n  \"quantity\" \"1\"}").unwrap_err().message();
        assert_eq!(replace, format!("{syntax}expected `:` at line 2 column 14"));
    }

    #[test]
    fn null_and_missing_are_the_same_and_unknown_members_are_ignored() {
        let sent = br#"{"limit_price": null, "quantity": "12", "time_in_force": "DAY", "x": [1.5]}"#;
        let expected = ReplaceOrder { quantity: Some("12".to_owned()), ..ReplaceOrder::default() };
        assert_eq!(parse::<ReplaceOrder>(sent), Ok(expected));
    }
}
