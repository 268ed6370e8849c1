//! Placing an order in its two steps, and what can come between them.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot go on fails its test"
)]

mod support;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use facade_espresso::{Config, InstrumentConfig, PriceBand, RateLimit};
use facade_kit::parse_order_uuid;
use order_engine::{CancelOrder, Command, OrderId};
use serde_json::{Value, json};
use support::{Encoding, Signer, ask, code, config, facade, facade_with, signed};
use testkit::http::Reply;
use testkit::{TestEngine, TestServer, engine, serve};
use uuid::Uuid;

fn limit(quantity: &str, price: &str) -> Value {
    json!({"symbol": "ADAUSDM", "side": "buy", "type": "limit", "base_quantity": quantity, "price": price})
}

fn build(server: &TestServer, order: &Value) -> Reply {
    server.send(&ask("POST", "/order/build").with_json(&order.to_string()))
}

/// The id and the transaction of a build that succeeds.
fn built(server: &TestServer, order: &Value) -> (String, String) {
    let reply = build(server, order);
    assert_eq!(reply.status, 200, "{reply}");
    let answer = reply.json();
    let member = |name: &str| answer[name].as_str().expect("a text").to_owned();
    (member("order_id"), member("tx_hex"))
}

fn submit(server: &TestServer, id: &str, signed_tx: &str) -> Reply {
    let body = json!({"order_id": id, "signed_tx": signed_tx});
    server.send(&ask("POST", "/order/submit").with_json(&body.to_string()))
}

fn status(server: &TestServer, id: &str) -> String {
    let reply = server.send(&ask("GET", &format!("/accounts/order/{id}")));
    reply.json()["status"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
}

fn core_id(id: &str) -> OrderId {
    parse_order_uuid(Uuid::parse_str(id).unwrap()).unwrap()
}

fn server_with(change: impl FnOnce(&mut Config)) -> (TestEngine, TestServer) {
    let engine = engine();
    let mut config = config();
    change(&mut config);
    let server = serve(facade_with(config, &engine));
    (engine, server)
}

#[test]
fn every_order_has_a_transaction_of_its_own_in_both_encodings() {
    let engine = engine();
    let server = serve(facade(&engine));
    let (one, one_tx) = built(&server, &limit("10", "0.5"));
    let (other, other_tx) = built(&server, &limit("10", "0.5"));
    assert_ne!(one_tx, other_tx);
    for (id, tx, encoding) in
        [(&one, &one_tx, Encoding::TaggedSet), (&other, &other_tx, Encoding::PlainArray)]
    {
        let reply = submit(&server, id, &signed(tx, Signer::Demo, encoding));
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("processing")), "{reply}");
        assert_eq!(status(&server, id), "open");
    }
}

#[test]
fn a_transaction_can_be_submitted_to_another_server_of_the_same_ledger() {
    let engine = engine();
    let (id, tx) = built(&serve(facade(&engine)), &limit("10", "0.5"));
    let other = serve(facade(&engine));
    assert_eq!(submit(&other, &id, &signed(&tx, Signer::Demo, Encoding::TaggedSet)).status, 200);
}

#[test]
fn an_order_that_was_canceled_elsewhere_cannot_be_submitted() {
    let engine = engine();
    let server = serve(facade(&engine));
    let (id, tx) = built(&server, &limit("10", "0.5"));
    let cancel = CancelOrder { account: engine.account("demo"), order: core_id(&id), client_order_id: None };
    engine.apply(&Command::CancelOrder(cancel));
    let reply = submit(&server, &id, &signed(&tx, Signer::Demo, Encoding::TaggedSet));
    assert_eq!((reply.status, code(&reply)), (400, 4202), "{reply}");
    assert_eq!(status(&server, &id), "cancelled");
}

#[test]
fn a_build_that_the_engine_has_not_yet_seen_expire_is_expired_all_the_same() {
    let engine = engine();
    let server = serve(facade(&engine));
    let (id, tx) = built(&server, &limit("10", "0.5"));
    // The clock moves, and nothing tells the engine.
    engine.clock().advance_nanos(301 * 1_000_000_000);
    let reply = submit(&server, &id, &signed(&tx, Signer::Demo, Encoding::TaggedSet));
    assert_eq!((reply.status, code(&reply)), (400, 4300), "{reply}");
}

#[test]
fn the_lifetime_of_a_build_is_configured() {
    let (engine, server) = server_with(|config| config.build_lifetime_seconds = 2);
    let (id, tx) = built(&server, &limit("10", "0.5"));
    engine.advance(2);
    let reply = submit(&server, &id, &signed(&tx, Signer::Demo, Encoding::TaggedSet));
    assert_eq!(code(&reply), 4300, "{reply}");
}

#[test]
fn an_account_without_an_operation_key_cannot_place() {
    let (_engine, server) = server_with(|config| config.accounts[0].operation_key = None);
    let reply = build(&server, &limit("10", "0.5"));
    assert_eq!((reply.status, code(&reply)), (400, 4406), "{reply}");
    for path in ["/accounts/operation-key", "/accounts/spot-account"] {
        let reply = server.send(&ask("GET", path));
        assert_eq!((reply.status, code(&reply)), (400, 4406), "{reply}");
    }
    assert_eq!(server.send(&ask("GET", "/accounts/balance")).status, 200);
}

#[test]
fn nothing_is_built_while_trading_is_locked() {
    let (_engine, server) = server_with(|config| config.trading_locked = true);
    let reply = build(&server, &limit("10", "0.5"));
    assert_eq!((reply.status, code(&reply)), (500, 5002), "{reply}");
    assert_eq!(code(&build(&server, &json!({"symbol": "ADAUSDM"}))), 4000, "the body comes first");
    let lock = server.send(&testkit::http::Request::new("GET", "/health/trading-lock-status"));
    assert_eq!(lock.json(), json!({"is_locked": true}));
}

#[test]
fn open_orders_have_a_limit_that_builds_do_not_fill() {
    let (_engine, server) = server_with(|config| config.max_open_orders = 2);
    let builds: Vec<_> = (0..3).map(|_| built(&server, &limit("10", "0.5"))).collect();
    for (id, tx) in &builds[..2] {
        assert_eq!(submit(&server, id, &signed(tx, Signer::Demo, Encoding::TaggedSet)).status, 200);
    }
    let reply = build(&server, &limit("10", "0.5"));
    assert_eq!((reply.status, code(&reply)), (400, 4110), "{reply}");
    assert_eq!(server.send(&ask("POST", &format!("/order/{}/cancel", builds[0].0))).status, 200);
    built(&server, &limit("10", "0.5"));
}

#[test]
fn prices_have_a_band_where_one_is_configured() {
    let band = PriceBand { lowest: "0.4".parse().unwrap(), highest: "1.5".parse().unwrap() };
    let (_engine, server) = server_with(|config| {
        let entry = InstrumentConfig { price_band: Some(band), ..InstrumentConfig::default() };
        config.instruments = BTreeMap::from([("ADA-USDM".to_owned(), entry)]);
    });
    assert_eq!(code(&build(&server, &limit("10", "1.5001"))), 4111);
    assert_eq!(code(&build(&server, &limit("10", "0.3999"))), 4112);
    built(&server, &limit("10", "0.4"));
}

#[test]
fn builds_and_cancels_share_the_rate_limit_and_submissions_are_free() {
    let five = NonZeroU32::new(5).unwrap();
    let (engine, server) =
        server_with(|config| config.rate_limit = Some(RateLimit { per_second: five, burst: five }));
    let builds: Vec<_> = (0..5).map(|_| built(&server, &limit("10", "0.5"))).collect();
    let sixth = build(&server, &limit("10", "0.5"));
    assert_eq!((sixth.status, code(&sixth)), (429, 4290), "{sixth}");
    for (id, tx) in &builds {
        assert_eq!(submit(&server, id, &signed(tx, Signer::Demo, Encoding::TaggedSet)).status, 200);
    }
    let cancel = || server.send(&ask("POST", &format!("/order/{}/cancel", builds[0].0)));
    assert_eq!(code(&cancel()), 4290);
    engine.advance(1);
    assert_eq!(cancel().status, 200);
}

#[test]
fn without_anything_on_the_other_side_there_is_no_market_order() {
    let engine = engine();
    engine.quote("ADA-USDM", "0.9290", "0.9310", "0", "0");
    let server = serve(facade(&engine));
    for side in ["buy", "sell"] {
        let order = json!({"symbol": "ADAUSDM", "side": side, "type": "market", "base_quantity": "10"});
        let reply = build(&server, &order);
        assert_eq!((reply.status, code(&reply)), (400, 4109), "{reply}");
    }
}

#[test]
fn a_sell_with_all_slippage_there_is_goes_down_to_zero() {
    let engine = engine();
    let server = serve(facade(&engine));
    let order = json!({
        "symbol": "ADAUSDM", "side": "sell", "type": "market", "base_quantity": 10, "max_slippage_basis_point": 10000
    });
    let (id, tx) = built(&server, &order);
    let reply = submit(&server, &id, &signed(&tx, Signer::Demo, Encoding::TaggedSet)).json();
    assert_eq!((&reply["market_order_limit_price"], &reply["slippage_bp"]), (&json!("0"), &json!(10000)));
    assert_eq!(status(&server, &id), "closed");
}
