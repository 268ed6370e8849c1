//! Whole requests and whole answers. `{order-1}` in a target is the id of the first order of the caller's account, and
//! so on; requests that carry an API key are signed.

#![expect(clippy::expect_used, clippy::panic, reason = "a file that cannot be played fails its test")]

mod support;

use facade_kit::order_uuid;
use testkit::TestEngine;
use testkit::golden::{self, GoldenRequest};

#[test]
fn answers_are_as_the_vendor_gives_them() {
    golden::run(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"), support::facade, |request, engine| {
        fill_in(request, engine);
        support::sign(request, engine);
    });
}

fn fill_in(request: &mut GoldenRequest, engine: &TestEngine) {
    let account = if request.header("X-Revx-API-Key") == Some(support::DEMO_KEY) { "demo" } else { "maker" };
    while let Some((head, rest)) = request.target.split_once("{order-") {
        let (number, tail) = rest.split_once('}').expect("a placeholder ends");
        let number: usize = number.parse().expect("a placeholder has a number");
        let orders = engine.handle().views().orders(engine.account(account));
        let order = orders.get(number - 1).unwrap_or_else(|| panic!("{account} has no order {number}"));
        request.target = format!("{head}{}{tail}", order_uuid(order));
    }
}
