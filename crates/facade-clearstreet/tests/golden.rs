//! Whole requests and whole answers.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use facade_clearstreet::{AccountProfile, Address, Config, Credential, mount};
use std::sync::Arc;

use facade_kit::{IdSource, MountPoint, UuidKind, kind_uuid, order_uuid};
use order_engine::{ClientOrderId, ExerciseNotice, InstrumentList};
use testkit::TestEngine;
use testkit::golden::GoldenRequest;
use uuid::Uuid;

/// The development profile, and beside it accounts with the number that the vendor's refusals are published with, and with
/// the holder that an account is published with.
fn config() -> Config {
    let mut config = Config::development();
    let numbers = [100_001, 100_002, 100_003];
    for (number, like) in numbers.into_iter().zip([1, 0, 1]) {
        let profile = AccountProfile {
            id: number,
            country_of_tax_residency: Some("US".to_owned()),
            date_of_birth: Some("1985-03-15".to_owned()),
            phone_number: Some("+12125550123".to_owned()),
            mailing_address: Some(Address {
                line1: "4 World Trade Center".to_owned(),
                line2: Some("150 Greenwich Street, Floor 45".to_owned()),
                city: "New York".to_owned(),
                state: Some("NY".to_owned()),
                postal_code: "10007".to_owned(),
                country: "USA".to_owned(),
            }),
            ..config.accounts[like].clone()
        };
        config.accounts.push(profile);
    }
    config
        .credentials
        .push(Credential { key: facade_kit::Secret::new("published.key"), accounts: numbers.to_vec() });
    config
}

/// Adds the demo account's key where a file gives no credential, and puts ids in the place of `{order:<client order id>}`,
/// `{instruction:<instruction id>}`, `{list:<name>}` and `{item:<list>:<canonical symbol>}`. A header `Authorization` without a value is taken out again.
fn prepare(request: &mut GoldenRequest, engine: &TestEngine) {
    let is_authorization = |(name, _): &(String, String)| name.eq_ignore_ascii_case("authorization");
    if !request.headers.iter().any(is_authorization) {
        request.headers.push(("Authorization".to_owned(), "Bearer demo.clearstreet-key".to_owned()));
    }
    request.headers.retain(|(name, value)| !(value.is_empty() && name.eq_ignore_ascii_case("authorization")));
    name_ids(request, "{order:", |name| order_id(engine, name));
    name_ids(request, "{instruction:", |name| {
        let notices = engine.handle().views().exercises(engine.account("demo"));
        let is_it =
            |notice: &&Arc<ExerciseNotice>| notice.client_id.as_ref().is_some_and(|id| id.as_str() == name);
        let notice = notices.iter().find(is_it)?;
        Some(kind_uuid(UuidKind::Exercise, notice.given_at, notice.id.get()))
    });
    name_ids(request, "{list:", |name| list(engine, name).map(|list| list_id(&list)));
    name_ids(request, "{item:", |name| {
        let (list_name, symbol) = name.split_once(':')?;
        let (list, instrument) = (list(engine, list_name)?, engine.instrument(symbol));
        let item = list.items.iter().find(|item| item.instrument == instrument)?;
        Some(kind_uuid(UuidKind::ListItem, item.added_at, item.id.get()))
    });
}

/// Puts an id in the place of every `{what:name}` of the target.
fn name_ids(request: &mut GoldenRequest, what: &str, id: impl Fn(&str) -> Option<Uuid>) {
    while let Some((before, rest)) = request.target.split_once(what) {
        let (name, after) = rest.split_once('}').expect("a name ends with a brace");
        let id = id(name).unwrap_or_else(|| panic!("there is no {what}{name}}}"));
        request.target = format!("{before}{id}{after}");
    }
}

fn order_id(engine: &TestEngine, name: &str) -> Option<Uuid> {
    let client_order_id = ClientOrderId::new(name).expect("a client order id");
    let handle = engine.handle();
    let find = |code: &&str| handle.views().order_by_client_id(engine.account(code), &client_order_id);
    ["demo", "maker"].iter().find_map(find).map(|order| order_uuid(&order))
}

fn list(engine: &TestEngine, name: &str) -> Option<Arc<InstrumentList>> {
    let lists = engine.handle().views().lists(engine.account("demo"));
    lists.into_iter().find(|list| list.name.as_str() == name)
}

fn list_id(list: &InstrumentList) -> Uuid {
    kind_uuid(UuidKind::List, list.created_at, list.id.get())
}

#[test]
fn answers_are_the_expected_ones() {
    testkit::golden::run(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"),
        |engine| mount(config(), engine.handle(), IdSource::counted(), MountPoint::root()),
        prepare,
    );
}
