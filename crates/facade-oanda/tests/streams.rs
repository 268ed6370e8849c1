//! Streams of prices, read from the socket as they come: chunks, lines, and how they end.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use std::num::{NonZeroU32, NonZeroUsize};

use facade_kit::{IdSource, MountPoint};
use facade_oanda::{Config, ENDPOINTS_STREAM, NAME_STREAM, StreamLimits};
use testkit::http::Request;
use testkit::{TestEngine, TestServer};

use support::{StreamClient as Client, token};

const PRICES: &str = "/v1/prices?accountId=12345&instruments=EUR_USD%2CUSD_JPY";

/// A heartbeat that no test waits for.
const NEVER: u32 = u32::MAX;

fn serve(engine: &TestEngine, heartbeat_millis: u32) -> TestServer {
    let mut config = Config::development();
    config.stream = StreamLimits {
        heartbeat_millis: NonZeroU32::new(heartbeat_millis).unwrap(),
        events_heartbeat_millis: NonZeroU32::new(heartbeat_millis).unwrap(),
        max_instruments: NonZeroUsize::new(3).unwrap(),
        ..StreamLimits::default()
    };
    let mount = facade_oanda::mount_stream(config, engine.handle(), IdSource::counted(), MountPoint::root());
    assert_eq!((mount.name, mount.endpoints), (NAME_STREAM, ENDPOINTS_STREAM));
    testkit::serve(mount)
}

#[test]
fn prices_come_first_and_then_whatever_changes() {
    let engine = testkit::engine();
    let server = serve(&engine, NEVER);
    let mut client = Client::open(&server, "demo", PRICES, "");
    assert!(client.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", client.head);
    for header in ["transfer-encoding: chunked", "content-type: application/json"] {
        assert!(client.head.to_ascii_lowercase().contains(header), "{}", client.head);
    }
    let tick = |instrument: &str, time: &str, prices: &str| {
        Some(format!(r#"{{"tick":{{"instrument":"{instrument}","time":"2026-01-05T{time}Z",{prices}}}}}"#))
    };
    assert_eq!(client.line(), tick("EUR_USD", "15:00:00.000000", r#""bid":1.19671,"ask":1.19683"#));
    assert_eq!(client.line(), tick("USD_JPY", "15:00:00.000000", r#""bid":113.064,"ask":113.076"#));

    engine.advance(1);
    engine.quote("GBP-USD", "1.30000", "1.30010", "1000", "1000");
    engine.quote("USD-JPY", "113.064", "113.076", "5", "5");
    engine.quote("EUR-USD", "1.20000", "1.20010", "1000", "1000");
    assert_eq!(
        client.line(),
        tick("EUR_USD", "15:00:01.000000", r#""bid":1.2,"ask":1.2001"#),
        "another instrument, and a quote at the same prices, are no news"
    );
    engine.advance(2);
    engine.quote("USD-JPY", "113.070", "113.080", "5", "5");
    assert_eq!(client.line(), tick("USD_JPY", "15:00:03.000000", r#""bid":113.07,"ask":113.08"#));
}

#[test]
fn times_have_the_format_that_was_asked_for() {
    let engine = testkit::engine();
    let server = serve(&engine, NEVER);
    let target = "/v1/prices?accountId=12345&instruments=EUR_USD,EUR_USD,TSLA_USD&ignore_heartbeat=True";
    let mut client = Client::open(&server, "demo", target, "X-Accept-Datetime-Format: unix\r\n");
    let expected = |instrument: &str, prices: &str| {
        Some(format!(r#"{{"tick":{{"instrument":"{instrument}","time":"1767625200000000",{prices}}}}}"#))
    };
    assert_eq!(client.line(), expected("EUR_USD", r#""bid":1.19671,"ask":1.19683"#));
    assert_eq!(client.line(), expected("TSLA_USD", r#""bid":49.98,"ask":50.02"#), "a name twice counts once");
}

#[test]
fn a_quiet_stream_gives_signs_of_life() {
    let engine = testkit::engine();
    let server = serve(&engine, 20);
    let mut client = Client::open(&server, "demo", PRICES, "");
    client.skip(2);
    let heartbeat = Some(r#"{"heartbeat":{"time":"2026-01-05T15:00:00.000000Z"}}"#.to_owned());
    assert_eq!([client.line(), client.line()], [heartbeat.clone(), heartbeat]);
}

#[test]
fn a_third_stream_of_a_token_drives_the_oldest_out() {
    let engine = testkit::engine();
    let server = serve(&engine, NEVER);
    let maker = "/v1/prices?accountId=12346&instruments=EUR_USD";
    let mut other = Client::open(&server, "maker", maker, "");
    other.skip(1);
    let open = || {
        let mut client = Client::open(&server, "demo", PRICES, "");
        client.skip(2);
        client
    };
    let [mut first, mut second, mut third] = [open(), open(), open()];
    let farewell = concat!(
        r#"{"disconnect":{"code":60,"message":"Access Token connection limit exceeded: "#,
        r#"This connection will now be disconnected","#,
        r#""moreInfo":"http:\/\/developer.oanda.com\/docs\/v1\/troubleshooting"}}"#
    );
    assert_eq!(first.line().as_deref(), Some(farewell));
    assert_eq!(first.line(), None);
    engine.quote("EUR-USD", "1.20000", "1.20010", "1000", "1000");
    for client in [&mut second, &mut third, &mut other] {
        assert!(client.line().unwrap().contains(r#""bid":1.2,"#));
    }
}

#[test]
fn a_session_that_is_opened_again_leaves_the_older_stream() {
    let engine = testkit::engine();
    let server = serve(&engine, NEVER);
    let target = format!("{PRICES}&sessionId=abc123");
    let mut first = Client::open(&server, "demo", &target, "");
    first.skip(2);
    let mut second = Client::open(&server, "demo", &target, "");
    let farewell = concat!(
        r#"{"disconnect":{"code":64,"message":"Session has been disconnected by a new connection:  "#,
        r#"This connection will now be disconnected","#,
        r#""moreInfo":"http:\/\/developer.oanda.com\/docs\/v1\/troubleshooting"}}"#
    );
    assert_eq!(first.line().as_deref(), Some(farewell));
    assert_eq!(first.line(), None);
    second.skip(2);
}

#[test]
fn what_cannot_be_streamed_is_refused_in_the_envelope() {
    let engine = testkit::engine();
    let server = serve(&engine, NEVER);
    let bearer = format!("Bearer {}", token("demo"));
    let cases = [
        ("GET", "/v1/prices", 400, 2, "Missing required argument: accountId"),
        ("GET", "/v1/prices?accountId=x", 400, 1, "Invalid or malformed argument: accountId"),
        ("GET", "/v1/prices?accountId=9", 404, 32, "The account ID provided is invalid"),
        ("GET", "/v1/prices?accountId=12345", 400, 2, "Missing required argument: instruments"),
        (
            "GET",
            "/v1/prices?accountId=12345&instruments=CAD_FFF",
            400,
            46,
            "Invalid instrument: CAD_FFF is not a valid instrument",
        ),
        (
            "GET",
            "/v1/prices?accountId=12345&instruments=EUR_USD&sessionId=thirteenchars",
            400,
            1,
            "Invalid or malformed argument: sessionId",
        ),
        (
            "GET",
            "/v1/prices?accountId=12345&instruments=EUR_USD&sessionId=a-b",
            400,
            1,
            "Invalid or malformed argument: sessionId",
        ),
        (
            "GET",
            "/v1/prices?accountId=%zz",
            400,
            40,
            "Received request with malformed query string: 'accountId=%zz'",
        ),
        ("POST", "/v1/prices", 405, 7, "Method not allowed"),
        ("GET", "/v1/accounts", 404, 404, "Not Found"),
    ];
    for (method, target, status, code, message) in cases {
        let reply = server.send(&Request::new(method, target).with_header("Authorization", &bearer));
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (status, Some(code)), "{target}");
        assert_eq!(reply.json()["message"], message, "{target}");
    }
    let maker = "/v1/prices?accountId=12346&instruments=EUR_USD";
    let foreign = server.send(&Request::new("GET", maker).with_header("Authorization", &bearer));
    assert_eq!((foreign.status, foreign.json()["code"].as_u64()), (401, Some(4)));
    let nobody = server.send(&Request::new("GET", PRICES));
    assert_eq!((nobody.status, nobody.json()["code"].as_u64()), (401, Some(3)));
    let options = server.send(&Request::new("OPTIONS", "/v1/prices"));
    assert_eq!(options.header("access-control-allow-methods"), Some("GET, OPTIONS"));
}
