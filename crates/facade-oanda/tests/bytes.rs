//! What golden files cannot hold: exact bytes of bodies, entity tags, reason phrases, chunked bodies, links under a
//! prefix, and limits.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::num::NonZeroU32;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::{Config, RateLimit};
use sha1::{Digest as _, Sha1};
use testkit::http::{Reply, Request};
use testkit::{TestEngine, TestServer};

const ORDERS: &str = "/v1/accounts/12345/orders";
const LIMIT: &str = "instrument=EUR_USD&units=5&side=buy&type=limit&price=1.1&expiry=2026-02-01T00:00:00Z";
const MARKET: &str = "instrument=EUR_USD&units=5&side=buy&type=market";

fn serve(engine: &TestEngine, config: Config) -> TestServer {
    testkit::serve(facade_oanda::mount(config, engine.handle(), IdSource::counted(), MountPoint::root()))
}

fn bearer() -> String {
    format!("Bearer {}", Config::development().credentials["demo"].token.reveal())
}

fn get(target: &str) -> Request {
    Request::new("GET", target).with_header("Authorization", &bearer())
}

fn post(target: &str, body: &str) -> Request {
    Request::new("POST", target).with_header("Authorization", &bearer()).with_body(body)
}

/// Sends bytes as they are, and gives back the head and the body that come, with the connection closed after them.
fn raw(server: &TestServer, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.base_url().trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn code(reply: &Reply) -> u64 {
    reply.json()["code"].as_u64().unwrap()
}

#[test]
fn bodies_have_the_vendors_layout_and_its_hash() {
    let engine = testkit::engine();
    let server = serve(&engine, Config::development());
    engine.quote("EUR-USD", "1.12230", "1.12240", "1000000", "1000000");
    let opened = server.send(&post(ORDERS, "instrument=EUR_USD&units=280000&side=buy&type=market"));
    assert_eq!(opened.status, 200);

    // The body and the hash that the vendor's server was recorded with.
    let reply = server.send(&get("/v1/accounts/12345/positions"));
    let expected = "{\n\t\"positions\" : [\n\t\t{\n\t\t\t\"instrument\" : \"EUR_USD\",\n\t\t\t\"units\" : 280000,\n\t\t\t\"side\" : \"buy\",\n\t\t\t\"avgPrice\" : 1.1224\n\t\t}\n\t]\n}";
    assert_eq!(reply.text(), expected);
    assert_eq!(reply.header("etag"), Some("\"a2e0154b6b5d56267df3c2f2d28d8a0a3d0d8fc2\""));
}

#[test]
fn an_entity_tag_is_the_hash_of_the_body_and_saves_it() {
    let engine = testkit::engine();
    let server = serve(&engine, Config::development());
    let request = get("/v1/prices?instruments=EUR_USD");
    let reply = server.send(&request);
    let tag = reply.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", hex::encode(Sha1::digest(&reply.body))));

    let known = server.send(&request.clone().with_header("If-None-Match", &tag));
    assert_eq!((known.status, known.header("etag"), known.body.len()), (304, Some(tag.as_str()), 0));

    engine.quote("EUR-USD", "1.1", "1.2", "1", "1");
    let changed = server.send(&request.with_header("If-None-Match", &tag));
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

#[test]
fn a_wrong_method_is_answered_with_the_recorded_bytes() {
    let engine = testkit::engine();
    let server = serve(&engine, Config::development());
    let bearer = bearer();
    let (head, body) = raw(
        &server,
        &format!(
            "PATCH {ORDERS} HTTP/1.1\r\nHost: h\r\nAuthorization: {bearer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        ),
    );
    assert!(head.starts_with("HTTP/1.1 405 METHOD_NOT_ALLOWED\r\n"), "{head}");
    assert!(head.contains("content-length: 132"), "{head}");
    assert_eq!(
        body,
        "{\n\t\"code\" : 7,\n\t\"message\" : \"Method not allowed\",\n\t\"moreInfo\" : \"http:\\/\\/developer.oanda.com\\/docs\\/v1\\/troubleshooting\\/#errors\"\n}"
    );
}

#[test]
fn a_body_may_come_in_chunks_and_without_a_type() {
    let engine = testkit::engine();
    let server = serve(&engine, Config::development());
    let bearer = bearer();
    let (one, other) = LIMIT.split_at(30);
    let (head, body) = raw(
        &server,
        &format!(
            "POST {ORDERS} HTTP/1.1\r\nHost: api.example:8080\r\nAuthorization: {bearer}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\n\r\n",
            one.len(),
            other.len()
        ),
    );
    assert!(head.starts_with("HTTP/1.1 201 CREATED\r\n"), "{head}");
    let opened: serde_json::Value = serde_json::from_str(&body).unwrap();
    let id = &opened["orderOpened"]["id"];
    assert!(head.contains(&format!("location: http://api.example:8080{ORDERS}/{id}")), "{head}");
}

#[test]
fn addresses_carry_the_prefix_of_the_mount() {
    let engine = testkit::engine();
    let at = MountPoint { prefix: "/oanda".to_owned() };
    let mount = facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), at);
    let server = testkit::serve_at(mount, "/oanda");
    let created = server.send(&post(&format!("/oanda/{ORDERS}"), LIMIT));
    assert_eq!(created.status, 201);
    let location = created.header("location").unwrap();
    assert!(location.starts_with("http://dragoman.test/oanda/v1/accounts/12345/orders/"), "{location}");
    assert_eq!(server.send(&post(&format!("/oanda{ORDERS}"), LIMIT)).status, 201);
    let page = server.send(&get(&format!("/oanda{ORDERS}?count=1")));
    let link = page.header("link").unwrap();
    assert!(
        link.starts_with("<http://dragoman.test/oanda/v1/accounts/12345/orders?count=1&maxId="),
        "{link}"
    );
    assert_eq!(server.send(&get(ORDERS)).status, 404);
}

#[test]
fn a_token_has_its_rate() {
    let engine = testkit::engine();
    let two = NonZeroU32::new(2).unwrap();
    let rate_limit = Some(RateLimit { requests_per_second: two, burst: two, ..RateLimit::default() });
    let server = serve(&engine, Config { rate_limit, ..Config::development() });
    let statuses = [(); 3].map(|()| server.send(&get("/v1/accounts")).status);
    assert_eq!(statuses, [200, 200, 429]);
    let refused = server.send(&get("/v1/nothing"));
    assert_eq!(refused.json()["message"], "Rate limit violation. Allowed rate: 2 requests per second");
    let maker = format!("Bearer {}", Config::development().credentials["maker"].token.reveal());
    let other = Request::new("GET", "/v1/accounts").with_header("Authorization", &maker);
    assert_eq!(server.send(&other).status, 200);
    engine.advance(1);
    assert_eq!(server.send(&get("/v1/accounts")).status, 200);
}

#[test]
fn orders_and_trades_have_their_caps() {
    let engine = testkit::engine();
    let config = Config { max_open_orders: 1, max_open_trades: 1, ..Config::development() };
    let server = serve(&engine, config);
    assert_eq!(server.send(&post(ORDERS, LIMIT)).status, 201);
    let refused = server.send(&post(ORDERS, LIMIT));
    assert_eq!((refused.status, code(&refused)), (403, 16));

    assert_eq!(server.send(&post(ORDERS, MARKET)).status, 200);
    let refused = server.send(&post(ORDERS, MARKET));
    assert_eq!((refused.status, code(&refused)), (403, 15));
    // Closing opens nothing; turning the position would.
    let sell = |units: u32| post(ORDERS, &format!("instrument=EUR_USD&units={units}&side=sell&type=market"));
    assert_eq!(code(&server.send(&sell(6))), 15);
    assert_eq!(server.send(&sell(5)).status, 200);
}
