//! Requests as clients in the field write them: compressed answers, absolute targets, bodies where none is asked for,
//! times in every spelling.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use flate2::read::GzDecoder;
use testkit::http::{Reply, Request};
use testkit::{TestEngine, TestServer};

use support::{address, token};

const ORDERS: &str = "/v1/accounts/12345/orders";
/// Longer than what is left as it is.
const LONG: &str = "/v1/instruments?accountId=12345&fields=displayName%2Cpip%2CmaxTradeUnits%2Cprecision%2CmaxTrailingStop%2CminTrailingStop%2CmarginRate%2Chalted%2CinterestRate";

fn serve(engine: &TestEngine) -> TestServer {
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    testkit::serve(mount)
}

fn request(method: &str, target: &str) -> Request {
    Request::new(method, target).with_header("Authorization", &format!("Bearer {}", token("demo")))
}

/// Sends a head and a body as they are, and reads the answer until the connection is closed.
fn raw(server: &TestServer, line: &str, headers: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address(server)).unwrap();
    let token = token("demo");
    write!(
        stream,
        "{line}\r\nHost: api-sandbox.oanda.com\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn opened(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["orderOpened"]["expiry"].as_str().unwrap().to_owned()
}

#[test]
fn a_long_answer_is_compressed_for_who_takes_it() {
    let engine = testkit::engine();
    let server = serve(&engine);
    let plain = server.send(&request("GET", LONG));
    assert!(plain.body.len() >= 1_024 && plain.header("content-encoding").is_none());
    let tag = plain.header("etag").unwrap();
    for encodings in ["gzip, deflate", "GZIP", "br, gzip;q=0.5", "*"] {
        let packed = server.send(
            &request("GET", LONG).with_header("Accept-Encoding", encodings).with_header("If-None-Match", tag),
        );
        assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")), "{encodings}");
        assert_eq!(packed.header("content-type"), Some("application/json"));
        assert_eq!(packed.header("etag"), None, "a compressed answer has no tag, and none is looked at");
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
        assert!(packed.body.len() < plain.body.len() / 2);
    }
    for encodings in ["identity", "gzip;q=0", "deflate", ""] {
        let reply = server.send(&request("GET", LONG).with_header("Accept-Encoding", encodings));
        assert_eq!((reply.header("content-encoding"), &reply.body), (None, &plain.body), "{encodings}");
    }
    let short = server.send(&request("GET", "/v1/accounts").with_header("Accept-Encoding", "gzip"));
    assert_eq!(short.header("content-encoding"), None);
    assert!(short.header("etag").is_some());
}

#[test]
fn a_target_may_be_absolute_and_have_doubled_slashes() {
    let engine = testkit::engine();
    let server = serve(&engine);
    let plain = server.send(&request("GET", "/v1/accounts/12345"));
    for target in [
        "http://api-sandbox.oanda.com/v1/accounts/12345",
        "http://api-sandbox.oanda.com//v1/accounts/12345",
        "//v1/accounts//12345",
    ] {
        let (head, body) = raw(&server, &format!("GET {target} HTTP/1.1"), "", "");
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{target}: {head}");
        assert_eq!(body, plain.text(), "{target}");
    }
    let line = format!("POST http://api-sandbox.oanda.com{ORDERS} HTTP/1.1");
    let form =
        "instrument=EUR_USD&units=5&side=buy&type=limit&price=1.1&expiry=2026-02-01+01%3A02%3A03&unknown=1";
    let (head, body) = raw(&server, &line, &format!("Content-Length: {}\r\n", form.len()), form);
    assert!(head.starts_with("HTTP/1.1 201 CREATED"), "{head} {body}");
    assert!(head.contains(&format!("location: http://api-sandbox.oanda.com{ORDERS}/")), "{head}");
    assert!(body.contains("2026-02-01T01:02:03.000000Z"), "{body}");
}

#[test]
fn a_body_where_none_is_read_is_ignored() {
    let engine = testkit::engine();
    let server = serve(&engine);
    let form = "instrument=EUR_USD&units=5&side=buy&type=limit&price=1.1&expiry=2026-02-01T00:00:00Z";
    for (headers, body) in [("Content-Length: 0\r\n", ""), ("Content-Length: 7\r\n", "units=1")] {
        let opened = server.send(&request("POST", ORDERS).with_body(form)).json();
        let line = format!("DELETE {ORDERS}/{} HTTP/1.1", opened["orderOpened"]["id"]);
        let (head, answer) = raw(&server, &line, headers, body);
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head} {answer}");
        assert!(answer.contains("\"units\" : 5"), "{answer}");
    }
}

#[test]
fn an_expiry_is_read_in_every_spelling_of_the_field() {
    let engine = testkit::engine();
    let server = serve(&engine);
    let send = |format: Option<&str>, expiry: &str| {
        let form = format!(
            "instrument=EUR_USD&units=5&side=buy&type=limit&price=1.1&expiry={}",
            expiry.replace('+', "%2B")
        );
        let request = request("POST", ORDERS).with_body(form);
        server.send(&match format {
            Some(format) => request.with_header("X-Accept-Datetime-Format", format),
            None => request,
        })
    };
    for expiry in [
        "2030-01-08T19:26:42Z",
        "2030-01-08T19:26:42.123456Z",
        "2030-01-08T19:26:42+00:00",
        "2030-01-08T20:26:42+01:00",
        "2030-01-08T19:26:42",
        "2030-01-08T19:26:42.5",
        "2030-01-08 19:26:42",
    ] {
        for format in [None, Some("RFC3339"), Some("rfc3339")] {
            assert_eq!(opened(&send(format, expiry)), "2030-01-08T19:26:42.000000Z", "{expiry}");
        }
        assert_eq!(opened(&send(Some("UNIX"), expiry)), "1894130802000000", "{expiry}");
    }
    for expiry in ["1894130802", "1894130802.75", "1894130802000", "1894130802000000"] {
        assert_eq!(opened(&send(Some("unix"), expiry)), "1894130802000000", "{expiry}");
    }
    for (format, expiry, code) in [
        (None, "1894130802", 1),
        (None, "2030-01-08", 1),
        (None, "tomorrow", 1),
        (None, "2026-01-05T15:00:00Z", 1),
        (Some("UNIX"), "soon", 1),
        (Some("iso"), "2030-01-08T19:26:42Z", 62),
    ] {
        let refused = send(format, expiry);
        assert_eq!((refused.status, refused.json()["code"].as_u64()), (400, Some(code)), "{expiry}");
    }
}
