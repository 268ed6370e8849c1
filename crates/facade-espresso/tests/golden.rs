//! Whole requests and whole answers.
//!
//! Requests may hold what only the run knows: `{order-1}` is the id of the first order of the caller's account, and so
//! on; `{maker-order-1}` is that of the first order of `maker`, whoever asks. `{unsigned-1}` is the transaction that the
//! build of the caller's first order was answered with, `{signed-1}` the same with a signature in a tagged set,
//! `{signed-plain-1}` in a plain array, and `{signed-by-maker-1}` by the wrong key.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot go on fails its test"
)]

mod support;

use facade_kit::order_uuid;
use support::{Built, Encoding, MAKER_KEY, Signer};
use testkit::TestEngine;
use testkit::golden::{self, GoldenRequest};

#[test]
fn answers_are_as_the_vendor_gives_them() {
    let built = Built::default();
    golden::run(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"),
        |engine| support::recorded(&support::facade(engine), &built),
        |request, engine| fill_in(request, engine, &built),
    );
}

fn fill_in(request: &mut GoldenRequest, engine: &TestEngine, built: &Built) {
    let account = if request.header("X-API-KEY") == Some(MAKER_KEY) { "maker" } else { "demo" };
    let id_of = |account: &str, number: &str| {
        let number: usize = number.parse().expect("a placeholder ends with a number");
        let orders = engine.handle().views().orders(engine.account(account));
        order_uuid(orders.get(number - 1).unwrap_or_else(|| panic!("{account} has no order {number}")))
            .to_string()
    };
    let id = |number: &str| id_of(account, number);
    let transaction = |number: &str| {
        let built = built.lock().unwrap();
        built.get(&id(number)).unwrap_or_else(|| panic!("order {number} was not built here")).clone()
    };
    let value = |placeholder: &str| {
        let (word, number) = placeholder.rsplit_once('-')?;
        Some(match word {
            "order" => id(number),
            "maker-order" => id_of("maker", number),
            "unsigned" => transaction(number),
            "signed" => support::signed(&transaction(number), Signer::Demo, Encoding::TaggedSet),
            "signed-plain" => support::signed(&transaction(number), Signer::Demo, Encoding::PlainArray),
            "signed-by-maker" => support::signed(&transaction(number), Signer::Maker, Encoding::TaggedSet),
            _ => return None,
        })
    };
    request.target = filled(&request.target, value);
    let body = String::from_utf8(std::mem::take(&mut request.body)).expect("golden files are text");
    request.body = filled(&body, value).into_bytes();
}

/// A text with its placeholders filled in. Braces around anything else stay.
fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once('}').and_then(|(name, rest)| Some((value(name)?, rest)));
        match known {
            Some((known, rest)) => filled.extend([known.as_str(), rest]),
            None => filled.extend(["{", part]),
        }
    }
    filled
}
