//! Who is let in: signatures over the bytes that came, the clock's window, permissions, addresses, prefixes.
#![expect(clippy::expect_used, clippy::panic, reason = "fixtures that cannot be read fail the test")]

mod support;

use facade_kit::{IdSource, MountPoint};
use facade_revx::{AddressRange, ApiKey, Config, Key, Permission, PublicKey};
use order_engine::Timestamp;
use serde_json::Value;
use testkit::http::{Reply, Request};
use testkit::{TestEngine, TestServer, engine, serve, serve_at};

const VECTORS: &str = include_str!("auth-vectors.json");

fn serve_with(engine: &TestEngine, config: Config) -> TestServer {
    serve(facade_revx::mount(config, engine.handle(), IdSource::counted(), MountPoint::root()))
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member} is a text"))
}

fn message(reply: &Reply) -> (u16, String) {
    (reply.status, text(&reply.json(), "message").to_owned())
}

/// A signed request of `demo`.
fn signed(
    engine: &TestEngine,
    method: &str,
    target: &str,
    change: impl FnOnce(Request) -> Request,
) -> Request {
    let mut request = change(Request::new(method, target).with_header("X-Revx-API-Key", support::DEMO_KEY));
    support::sign(&mut request, engine);
    request
}

fn unchanged(request: Request) -> Request {
    request
}

/// What becomes of every vector; the question mark counts as signed or not.
fn judge_vectors(signed_question_mark: bool) -> usize {
    let document: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    let api_key = "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQR";
    let key = Key {
        api_key: ApiKey::new(api_key).expect("64 characters"),
        public_key: PublicKey::parse(text(&document, "public_key")).expect("a public key"),
        account: "demo".to_owned(),
        permission: Permission::Trade,
        addresses: Vec::new(),
        command_line: true,
    };
    let engine = engine();
    engine.set_time(Timestamp::from_millis(text(&document, "timestamp").parse().expect("a timestamp")));
    let server = serve_with(&engine, Config { keys: vec![key], signed_question_mark, ..Config::default() });
    let vectors = document["vectors"].as_array().expect("a list of vectors");
    for vector in vectors {
        let request = Request::new(text(vector, "method"), text(vector, "target"))
            .with_header("X-Revx-API-Key", api_key)
            .with_header("X-Revx-Timestamp", text(&document, "timestamp"))
            .with_header("X-Revx-Signature", text(vector, "signature"))
            .with_body(text(vector, "body"));
        let reply = server.send(&request);
        let is_good = match text(vector, "good") {
            "always" => true,
            "never" => false,
            "with_question_mark" => signed_question_mark,
            other => panic!("{other} is no verdict"),
        };
        let about = text(vector, "about");
        if is_good {
            assert_ne!(reply.status, 401, "{about}: {reply}");
        } else {
            assert_eq!(message(&reply), (401, "Unauthorized".to_owned()), "{about}");
        }
    }
    vectors.len()
}

#[test]
fn every_vector_is_judged_as_the_vendor_does() {
    assert_eq!(judge_vectors(false), 19);
}

#[test]
fn the_question_mark_may_be_signed_when_configuration_says_so() {
    assert_eq!(judge_vectors(true), 19);
}

#[test]
fn one_changed_byte_anywhere_is_another_message() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    let body = r#"{"client_order_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#;
    let good = signed(&engine, "POST", "/api/1.0/orders?a=1", |request| request.with_body(body));
    assert_ne!(server.send(&good).status, 401);
    let mut others = vec![good.clone(); 5];
    others[0].method = "PUT".to_owned();
    others[1].target = "/api/1.0/orders?a=2".to_owned();
    others[2].target = "/api/1.0/orderz?a=1".to_owned();
    others[3].body[2] ^= 1;
    others[4].set_header("X-Revx-Timestamp", "1767625200001");
    for other in others {
        assert_eq!(message(&server.send(&other)), (401, "Unauthorized".to_owned()), "{other:?}");
    }
}

#[test]
fn each_header_is_needed() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    for missing in ["X-Revx-API-Key", "X-Revx-Timestamp", "X-Revx-Signature"] {
        let mut request = signed(&engine, "GET", "/api/1.0/balances", unchanged);
        request.remove_header(missing);
        assert_eq!(message(&server.send(&request)), (401, "Unauthorized".to_owned()), "{missing}");
    }
}

#[test]
fn the_window_includes_its_ends() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    let now = engine.handle().now().as_millis();
    let status = |sent_at: u64| {
        let at = sent_at.to_string();
        let request = signed(&engine, "GET", "/api/1.0/balances", |request| {
            request.with_header("X-Revx-Timestamp", &at)
        });
        server.send(&request).status
    };
    let statuses = [now - 10_001, now - 10_000, now, now + 1_000, now + 1_001].map(status);
    assert_eq!(statuses, [409, 200, 200, 200, 409]);
}

#[test]
fn a_bad_signature_does_not_learn_the_time() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    let request = signed(&engine, "GET", "/api/1.0/balances", |request| {
        request.with_header("X-Revx-Timestamp", "1").with_header("X-Revx-Signature", "AAAA")
    });
    assert_eq!(server.send(&request).status, 401);
}

#[test]
fn answers_are_dated_by_the_engine() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    let good = server.send(&signed(&engine, "GET", "/api/1.0/balances", unchanged));
    let public = server.send(&Request::new("HEAD", "/api/1.0/public/configuration/currencies"));
    let refused = server.send(&Request::new("GET", "/api/1.0/balances"));
    let unknown = server.send(&Request::new("GET", "/api/1.0/public/nothing"));
    for reply in [good, public, refused, unknown] {
        assert_eq!(reply.header("date"), Some("Mon, 05 Jan 2026 15:00:00 GMT"), "{reply}");
    }
}

#[test]
fn a_key_that_may_only_look_cannot_trade() {
    let engine = engine();
    let mut config = Config::development();
    config.keys[0].permission = Permission::View;
    let server = serve_with(&engine, config);
    let status = |method: &str, target: &str| server.send(&signed(&engine, method, target, unchanged)).status;
    assert_eq!(status("GET", "/api/1.0/balances"), 200);
    assert_eq!(status("GET", "/api/1.0/orders/active"), 200);
    for (method, target) in [
        ("POST", "/api/1.0/orders"),
        ("DELETE", "/api/1.0/orders"),
        ("PUT", "/api/1.0/orders/7a52e92e-8639-4fe1-abaa-68d3a2d5234b"),
        ("DELETE", "/api/1.0/orders/7a52e92e-8639-4fe1-abaa-68d3a2d5234b"),
    ] {
        let reply = server.send(&signed(&engine, method, target, unchanged));
        assert_eq!(message(&reply), (403, "Forbidden".to_owned()), "{method} {target}");
    }
}

#[test]
fn a_key_may_be_closed_to_the_command_line_client() {
    let engine = engine();
    let mut config = Config::development();
    config.keys[0].command_line = false;
    let server = serve_with(&engine, config);
    let by = |program: &'static str| {
        let request = signed(&engine, "GET", "/api/1.0/balances", |request| {
            request.with_header("X-GENERATED-BY", program)
        });
        server.send(&request).status
    };
    assert_eq!([by("CLI"), by("MCP")], [403, 200]);
}

#[test]
fn a_key_with_addresses_works_from_these_only() {
    let engine = engine();
    let from = |range: &str| {
        let mut config = Config::development();
        config.keys[0].addresses = vec![AddressRange::parse(range).expect("a range")];
        serve_with(&engine, config).send(&signed(&engine, "GET", "/api/1.0/balances", unchanged))
    };
    assert_eq!(from("127.0.0.0/8").status, 200);
    assert_eq!(
        message(&from("192.0.2.1")),
        (401, "API key can only be used for authentication from whitelisted IP".to_owned())
    );
}

#[test]
fn a_key_of_an_account_that_does_not_exist_opens_nothing() {
    let engine = engine();
    let mut config = Config::development();
    config.keys[0].account = "nobody".to_owned();
    let reply = serve_with(&engine, config).send(&signed(&engine, "GET", "/api/1.0/balances", unchanged));
    assert_eq!(message(&reply), (401, "Unauthorized".to_owned()));
}

#[test]
fn below_a_prefix_the_vendors_path_is_signed() {
    let engine = engine();
    let at = MountPoint { prefix: "/revx".to_owned() };
    let mount = facade_revx::mount(Config::development(), engine.handle(), IdSource::counted(), at);
    let server = serve_at(mount, "/revx");
    let mut inner = signed(&engine, "GET", "/api/1.0/orders/active?limit=1", unchanged);
    inner.target.insert_str(0, "/revx");
    assert_eq!(server.send(&inner).status, 200);
    let outer = signed(&engine, "GET", "/revx/api/1.0/orders/active", unchanged);
    assert_eq!(server.send(&outer).status, 401);
    let unknown = server.send(&Request::new("GET", "/revx/api/1.0/public/nothing"));
    assert_eq!(message(&unknown), (404, "Endpoint GET /api/1.0/public/nothing not found".to_owned()));
}

#[test]
fn a_short_path_is_signed_as_sent_or_as_the_vendors() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    assert_eq!(server.send(&signed(&engine, "GET", "/orders/active", unchanged)).status, 200);
    let mut vendors = signed(&engine, "GET", "/api/1.0/orders/active", unchanged);
    vendors.target = "/orders/active".to_owned();
    assert_eq!(server.send(&vendors).status, 200);
    let mut other = signed(&engine, "GET", "/orders/active", unchanged);
    other.target = "/api/1.0/orders/active".to_owned();
    assert_eq!(server.send(&other).status, 401);
}

#[test]
fn public_paths_ignore_credentials() {
    let engine = engine();
    let server = serve(support::facade(&engine));
    let request = Request::new("GET", "/api/1.0/public/tickers")
        .with_header("X-Revx-API-Key", "unknown")
        .with_header("X-Revx-Timestamp", "yesterday");
    assert_eq!(server.send(&request).status, 200);
}

#[test]
fn nobody_sees_or_touches_the_orders_of_others() {
    let engine = engine();
    let placement = serde_json::from_str(
        r#"{"account":"maker","symbol":"BTC-USD","side":"buy","type":"limit","price":"100000","quantity":"1"}"#,
    );
    let order = engine.place(&placement.expect("a placement"));
    let id = facade_kit::order_uuid(&order);
    let server = serve(support::facade(&engine));
    let body = r#"{"client_order_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","price":"90000"}"#;
    for (method, path, body) in [
        ("GET", "/api/1.0/orders/", ""),
        ("GET", "/api/1.0/orders/fills/", ""),
        ("PUT", "/api/1.0/orders/", body),
        ("DELETE", "/api/1.0/orders/", ""),
    ] {
        let target = format!("{path}{id}");
        let reply = server.send(&signed(&engine, method, &target, |request| request.with_body(body)));
        assert_eq!(message(&reply), (404, format!("Order with ID '{id}' not found.")), "{method} {path}");
    }
    assert_eq!(server.send(&signed(&engine, "DELETE", "/api/1.0/orders", unchanged)).status, 204);
    assert!(engine.handle().views().order(order.id).is_some_and(|order| order.status.is_working()));
}

#[test]
fn limits_hold_for_each_operation_and_caller_when_they_are_on() {
    let engine = engine();
    let server = serve_with(&engine, Config { rate_limits: true, ..Config::development() });
    let ticker = Request::new("GET", "/api/1.0/public/tickers");
    assert_eq!(server.send(&ticker).status, 200);
    let refused = server.send(&ticker);
    assert_eq!(message(&refused), (429, "Rate Limit Exceeded".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1000"));
    assert_eq!(server.send(&Request::new("GET", "/api/1.0/public/last-trades")).status, 200);
    engine.advance(1);
    assert_eq!(server.send(&ticker).status, 200);

    let replace = |target: &str| server.send(&signed(&engine, "PUT", target, unchanged)).status;
    let order = "/api/1.0/orders/7a52e92e-8639-4fe1-abaa-68d3a2d5234b";
    let statuses: Vec<u16> = (0..11).map(|_| replace(order)).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 10);
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(replace("/orders/7a52e92e-8639-4fe1-abaa-68d3a2d5234b"), 429, "the short path is the same");
    assert_eq!(server.send(&signed(&engine, "GET", order, unchanged)).status, 404);
}
