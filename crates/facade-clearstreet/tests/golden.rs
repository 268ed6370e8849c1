//! Whole requests and whole answers.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use facade_clearstreet::{AccountProfile, Config, Credential, mount};
use facade_kit::{IdSource, MountPoint, order_uuid};
use order_engine::ClientOrderId;
use testkit::TestEngine;
use testkit::golden::GoldenRequest;

/// The development profile, and beside it an account with the number that the vendor's refusals are published with.
fn config() -> Config {
    let mut config = Config::development();
    let number = 100_001;
    config.accounts.push(AccountProfile { id: number, ..config.accounts[1].clone() });
    config
        .credentials
        .push(Credential { key: facade_kit::Secret::new("published.key"), accounts: vec![number] });
    config
}

/// Adds the demo account's key where a file gives no credential, and puts order ids in the place of `{order:<client
/// order id>}`. A header `Authorization` without a value is taken out again.
fn prepare(request: &mut GoldenRequest, engine: &TestEngine) {
    let is_authorization = |(name, _): &(String, String)| name.eq_ignore_ascii_case("authorization");
    if !request.headers.iter().any(is_authorization) {
        request.headers.push(("Authorization".to_owned(), "Bearer demo.clearstreet-key".to_owned()));
    }
    request.headers.retain(|(name, value)| !(value.is_empty() && name.eq_ignore_ascii_case("authorization")));
    while let Some((before, rest)) = request.target.split_once("{order:") {
        let (name, after) = rest.split_once('}').expect("an order's name ends with a brace");
        let client_order_id = ClientOrderId::new(name).expect("a client order id");
        let handle = engine.handle();
        let order = ["demo", "maker"]
            .iter()
            .find_map(|code| handle.views().order_by_client_id(engine.account(code), &client_order_id))
            .unwrap_or_else(|| panic!("there is no order {name}"));
        request.target = format!("{before}{}{after}", order_uuid(&order));
    }
}

#[test]
fn answers_are_the_expected_ones() {
    testkit::golden::run(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"),
        |engine| mount(config(), engine.handle(), IdSource::counted(), MountPoint::root()),
        prepare,
    );
}
