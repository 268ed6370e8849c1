//! The full history: asked for, fetched from where it is, unpacked, and compared with the list.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use std::io::Read as _;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use flate2::read::DeflateDecoder;
use serde_json::Value;
use testkit::TestServer;
use testkit::http::{Reply, Request};

use support::token;

const ACCOUNT: &str = "/v1/accounts/12345";

fn send(server: &TestServer, method: &str, path: &str, body: &str) -> Reply {
    let request = Request::new(method, &format!("{ACCOUNT}{path}"));
    let request = request.with_header("Authorization", &format!("Bearer {}", token("demo")));
    server.send(&if body.is_empty() { request } else { request.with_body(body) })
}

/// The one file of an archive, found by the archive's directory: its name and content.
fn unpacked(archive: &[u8]) -> (String, Vec<u8>) {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let end = &archive[archive.len() - 22..];
    assert_eq!((&end[..4], number(&end[10..12])), (&b"PK\x05\x06"[..], 1), "one file");
    let directory = &archive[number(&end[16..20])..];
    assert_eq!((&directory[..4], number(&directory[10..12])), (&b"PK\x01\x02"[..], 8), "deflated");
    let (packed, size, name) =
        (number(&directory[20..24]), number(&directory[24..28]), number(&directory[28..30]));
    let at = number(&directory[42..46]);
    let file = &archive[at..];
    assert_eq!(&file[..4], b"PK\x03\x04");
    let start = 30 + number(&file[26..28]) + number(&file[28..30]);
    let mut content = Vec::new();
    DeflateDecoder::new(&file[start..start + packed]).read_to_end(&mut content).unwrap();
    assert_eq!(content.len(), size);
    assert_eq!(number(&directory[16..20]), usize::try_from(crc32fast::hash(&content)).unwrap());
    (String::from_utf8(directory[46..46 + name].to_vec()).unwrap(), content)
}

#[test]
fn a_history_is_fetched_without_a_token_and_ends_at_the_last_close() {
    let engine = testkit::engine();
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = testkit::serve(mount);
    let market = "instrument=EUR_USD&units=100&side=buy&type=market";
    assert_eq!(send(&server, "POST", "/orders", market).status, 200);
    let before: Vec<Value> = listed(&server);
    // From ten in the morning of New York to five in the afternoon: trading closed at four.
    engine.advance(7 * 3_600);
    assert_eq!(send(&server, "POST", "/orders", market).status, 200);

    let accepted = send(&server, "GET", "/alltransactions", "");
    assert_eq!((accepted.status, accepted.body.len()), (202, 0));
    let location = accepted.header("location").unwrap().strip_prefix("http://dragoman.test").unwrap();
    let fetch = |method: &str| server.send(&Request::new(method, location));
    let head = fetch("HEAD");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let file = fetch("GET");
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/zip")));
    let (name, content) = unpacked(&file.body);
    assert_eq!(format!("/{name}.zip"), location);
    let told: Vec<Value> = serde_json::from_slice(&content).unwrap();
    assert_eq!(told, before.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(fetch("GET"), file, "the same again");

    engine.advance(3_600);
    assert_eq!(fetch("GET").status, 404, "it is good for an hour");
}

fn listed(server: &TestServer) -> Vec<Value> {
    let list = send(server, "GET", "/transactions?count=500", "").json();
    list["transactions"].as_array().unwrap().clone()
}
