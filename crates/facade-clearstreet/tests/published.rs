//! Every answer that the vendor has published is given by some golden file, in form and in words, but for those that are
//! listed here with the reason. Skipped where the published ones are not at hand.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod exchanges;

use std::fs;
use std::path::Path;

use exchanges::{DOCUMENT, Exchange, GOLDEN, exchanges, files, operation};
use serde_json::Value;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/clearstreet.md");

/// Published answers that are not given; the page has the reasons.
const NOT_GIVEN: [&str; 7] = [
    "add_watchlist_item.400.WatchlistAtCapacity",
    "get_account_balances.200.MarginAccountBalances",
    "get_accounts.200.ActiveAndInactiveAccounts",
    "get_accounts.403.Forbidden",
    "get_instrument_by_id.200.EasyToBorrowInstrument",
    "get_portfolio_history.207.HistoryFailedIntradayOk",
    "submit_position_instructions.500.AllInternalFault",
];

/// A text without what differs from one occasion to the next: ids, numbers, and the names of instruments.
fn masked(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split([' ', '=']) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_hex = bare.len() >= 32 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        let is_number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
        words.push(if is_hex || is_number { "#" } else { word });
    }
    words.join(" ")
}

/// What is missing or said otherwise in an answer.
fn differences(published: &Value, given: &Value, at: &str, faults: &mut Vec<String>) {
    match (published, given) {
        (Value::Object(wanted), Value::Object(members)) => {
            for (name, value) in wanted.iter().filter(|(_, value)| !value.is_null()) {
                match members.get(name) {
                    None => faults.push(format!("{at}.{name} is missing")),
                    Some(member) => differences(value, member, &format!("{at}.{name}"), faults),
                }
            }
        }
        (Value::Array(wanted), Value::Array(items)) => {
            if wanted.len() > items.len() {
                faults.push(format!("{at} has only {} of {} items", items.len(), wanted.len()));
            }
            for (index, (one, other)) in wanted.iter().zip(items).enumerate() {
                differences(one, other, &format!("{at}[{index}]"), faults);
            }
        }
        (Value::String(one), Value::String(other)) if is_said(at) && masked(one) != masked(other) => {
            faults.push(format!("{at} says {other:?} and not {one:?}"));
        }
        (one, other) if kind(one) != kind(other) => faults.push(format!("{at} is {other} and not {one}")),
        _ => {}
    }
}

/// Whether a text is one of the vendor's own words, and not somebody's data.
fn is_said(at: &str) -> bool {
    ["message", "status", "reason", "type", "domain", "description", "rejection_reason", "day_type"]
        .iter()
        .any(|name| at.ends_with(&format!(".{name}")))
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// The fewest differences that an answer of the same operation and status has.
fn best(published: &Value, name: &str, status: &str, document: &Value, given: &[Exchange]) -> Vec<String> {
    let mut best: Option<Vec<String>> = None;
    for exchange in given.iter().filter(|exchange| exchange.status == status) {
        let of = operation(document, exchange).and_then(|operation| operation["operationId"].as_str());
        if of != Some(name) {
            continue;
        }
        let mut faults = Vec::new();
        differences(published, &exchange.body, "", &mut faults);
        if best.as_ref().is_none_or(|best| faults.len() < best.len()) {
            best = Some(faults);
        }
    }
    best.unwrap_or_else(|| vec!["there is no such answer".to_owned()])
}

#[test]
fn published_answers_are_given() {
    let Ok(text) = fs::read_to_string(DOCUMENT) else {
        eprintln!("skipped: the vendor's document is not at hand");
        return;
    };
    let document: Value = serde_json::from_str(&text).expect("the document in JSON");
    let page = fs::read_to_string(PAGE).expect("the page");
    let read = |path: &Path| exchanges(&fs::read_to_string(path).expect("a golden file"));
    let given: Vec<Exchange> = files(Path::new(GOLDEN)).iter().flat_map(|path| read(path)).collect();
    let folder = Path::new(DOCUMENT).with_file_name("examples");
    let (mut faults, mut seen) = (Vec::new(), 0);
    for path in files(&folder) {
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let parts: Vec<&str> = file.split('.').collect();
        let [name, status, _, _] = parts.as_slice() else { continue };
        if *status == "request" {
            continue;
        }
        seen += 1;
        let published = fs::read_to_string(&path).expect("an example");
        let published: Value = serde_json::from_str(&published).expect("an example in JSON");
        let found = best(&published, name, status, &document, &given);
        let listed = NOT_GIVEN.iter().any(|listed| file == format!("{listed}.json"));
        if listed && !page.contains(file.trim_end_matches(".json")) {
            faults.push(format!("{file}: the page does not say why it is not given"));
        }
        match (found.is_empty(), listed) {
            (true, false) | (false, true) => {}
            (true, true) => faults.push(format!("{file}: it is listed as not given, and is given")),
            (false, false) => faults.push(format!("{file}: {}", found.join("; "))),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(seen, 85, "the published answers");
}
