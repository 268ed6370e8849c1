//! Every answer of the golden files is valid by the vendor's own document, where that document is at hand.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod exchanges;

use std::fs;
use std::path::Path;

use exchanges::{DOCUMENT, Exchange, GOLDEN, exchanges, files, operation};
use serde_json::Value;

struct Document<'a>(&'a Value);

impl Document<'_> {
    fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// What is wrong with an answer. The document names the error alone where the published answers have it in the
    /// envelope; a status that an operation does not document has the form of every failure.
    fn answer_faults(&self, operation: &Value, exchange: &Exchange, at: &str) -> Vec<String> {
        let body = &exchange.body;
        if exchange.status.starts_with('2') {
            let schema = &operation["responses"][&exchange.status]["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{at}: the status {} is not documented", exchange.status);
            return self.faults(schema, body, at);
        }
        let mut faults = self.faults(self.schema("BaseResponse"), body, at);
        faults.extend(self.faults(self.schema("ApiError"), &body["error"], at));
        faults
    }

    /// What is wrong with a value, each with its place.
    fn faults(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let target =
                self.0.pointer(name.trim_start_matches('#')).expect("a reference that leads somewhere");
            return self.faults(target, value, at);
        }
        let mut faults = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            faults.extend(self.faults(part, value, at));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(parts) = schema[keyword].as_array()
                && parts.iter().all(|part| !self.faults(part, value, at).is_empty())
            {
                faults.push(format!("{at}: {value} is none of {keyword}"));
            }
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            faults.push(format!("{at}: {value} is no word of {words:?}"));
        }
        if !has_type(&schema["type"], value) {
            faults.push(format!("{at}: {value} is not of type {}", schema["type"]));
        }
        if let (Some(format), Some(text)) = (schema["format"].as_str(), value.as_str())
            && !has_format(format, text)
        {
            faults.push(format!("{at}: {text} is no {format}"));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(name).is_none() {
                faults.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(member) = value.get(name) {
                faults.extend(self.faults(part, member, &format!("{at}.{name}")));
            }
        }
        if let Some(items) = value.as_array().filter(|_| schema["items"].is_object()) {
            for (index, item) in items.iter().enumerate() {
                faults.extend(self.faults(&schema["items"], item, &format!("{at}[{index}]")));
            }
        }
        faults
    }
}

fn has_type(expected: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("an unknown type: {other}"),
    };
    match expected {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}

fn has_format(format: &str, text: &str) -> bool {
    let matches = |pattern: &str| {
        pattern.len() == text.len()
            && pattern.chars().zip(text.chars()).all(|(wanted, given)| match wanted {
                '0' => given.is_ascii_digit(),
                'x' => given.is_ascii_hexdigit() && !given.is_ascii_uppercase(),
                literal => literal == given,
            })
    };
    match format {
        "uuid" => matches("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        "date" => matches("0000-00-00"),
        // The calendar's times are local.
        "date-time" => matches("0000-00-00T00:00:00.000000000Z") || matches("0000-00-00T00:00:00-00:00"),
        _ => true,
    }
}

#[test]
fn golden_answers_are_valid() {
    let Ok(text) = fs::read_to_string(DOCUMENT) else {
        eprintln!("skipped: the vendor's document is not at hand");
        return;
    };
    let root: Value = serde_json::from_str(&text).expect("the document in JSON");
    let document = Document(&root);
    let (mut faults, mut seen) = (Vec::new(), 0);
    for file in files(Path::new(GOLDEN)) {
        for exchange in exchanges(&fs::read_to_string(&file).expect("a golden file")) {
            let Some(operation) = operation(&root, &exchange) else { continue };
            let at = format!("{}: {} {}", file.display(), exchange.method, exchange.path);
            faults.extend(document.answer_faults(operation, &exchange, &at));
            seen += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen > 180, "only {seen} answers were looked at");
}
