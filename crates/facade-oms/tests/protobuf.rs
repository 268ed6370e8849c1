//! Bodies as protobuf's bytes, in both directions.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use facade_kit::{IdSource, MountPoint};
use facade_oms::Config;
use support::protobuf::{bytes, message, number, text};
use testkit::http::Request;
use testkit::{TestEngine, TestServer, engine, serve};

const PROTOBUF: &str = "application/x-protobuf";
const ORDER: &str = "/order/for/XS/1234/0000000000000A01";

/// The vendor's example order as the vendor writes it.
fn example() -> Vec<u8> {
    STANDARD.decode(include_str!("fixtures/order.pb.base64").replace('\n', "")).unwrap()
}

/// The example's market, with 40 of the order's 100 bought.
fn reference() -> (TestEngine, Config, TestServer) {
    let engine = engine();
    support::make_reference_market(&engine);
    let order = r#"{"account": "demo", "symbol": "XS01", "side": "buy", "type": "limit", "price": "12.34",
        "quantity": "100", "tif": "day", "client_order_id": "R-000001"}"#;
    engine.place(&serde_json::from_str(order).unwrap());
    engine.quote("XS01", "12.30", "12.34", "0", "40");
    let config = support::reference_config();
    let mount = facade_oms::mount(config.clone(), engine.handle(), IdSource::counted(), MountPoint::root());
    (engine, config, serve(mount))
}

#[test]
fn an_order_is_overwritten_and_read_with_the_vendors_bytes() {
    let (engine, config, server) = reference();
    let bearer = support::bearer(&config, "OMS$Control", &engine);
    let ask = |method: &str, path: &str| {
        Request::new(method, path).with_header("Authorization", &bearer).with_header("Accept", PROTOBUF)
    };
    let overwrite = ask("PATCH", ORDER).with_header("Content-Type", PROTOBUF).with_body(example());
    for request in [overwrite, ask("GET", ORDER)] {
        let reply = server.send(&request);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(PROTOBUF)), "{reply}");
        assert_eq!(reply.body, example());
    }
    // One of 238 bytes; a list of one is it behind its length.
    let list = server.send(&ask("GET", "/order"));
    assert_eq!(list.body, [vec![0xEE, 0x01], example()].concat());
    assert!(server.send(&ask("GET", "/order?onlyActive=true&asAt=2020-01-01")).body.is_empty());
    // In the other form the same.
    let json = server.send(&Request::new("GET", ORDER).with_header("Authorization", &bearer)).json();
    assert_eq!((&json["Status"], &json["FeeCodes"]["Brokerage"]), (&"PartialFill".into(), &"STD".into()));
}

#[test]
fn refusals_have_one_form_only() {
    let (engine, config, server) = reference();
    let bearer = support::bearer(&config, "OMS$Control", &engine);
    let patch = |content_type: &str, body: Vec<u8>| {
        let request = Request::new("PATCH", ORDER).with_header("Authorization", &bearer);
        let request = request.with_header("Accept", PROTOBUF).with_header("Content-Type", content_type);
        server.send(&request.with_body(body))
    };
    let cases = [
        (Vec::new(), r#"["Data"]"#),
        (vec![0x0A], r#"["Data.Deserialise"]"#),
        ([example(), number(20, 7)].concat(), r#"["Data.Deserialise"]"#),
        ([example(), number(20, 2)].concat(), r#"["Side"]"#),
        ([example(), message(23, &[bytes(3, &[39])])].concat(), r#"["TotalQuantity"]"#),
    ];
    for (body, codes) in cases {
        let reply = patch(PROTOBUF, body);
        assert_eq!((reply.status, reply.header("content-type")), (422, Some("application/json")), "{reply}");
        assert_eq!(reply.text(), codes);
    }
    // JSON is not protobuf, whatever it is called.
    assert_eq!(patch(PROTOBUF, b"{}".to_vec()).status, 422);
    assert_eq!(patch("application/protobuf", example()).status, 415);
}

#[test]
fn every_read_has_both_forms() {
    let (engine, config, server) = reference();
    let bearer = support::bearer(&config, "OMS$Control", &engine);
    let get = |path: &str| {
        let request = Request::new("GET", path).with_header("Authorization", &bearer);
        let reply = server.send(&request.with_header("Accept", PROTOBUF));
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(PROTOBUF)), "{path}");
        reply.body
    };
    let pair = [text(3, "1234"), text(39, "XS")];
    assert!(get("/owner/byid/XS").starts_with(&text(1, "XS")));
    assert!(get("/account/byid/XS/1234").starts_with(&message(1, &pair)));
    assert!(get("/exchange/byid/XSX").starts_with(&text(5, "XSX")));
    assert!(get("/identity/current").starts_with(&[number(1, 3), text(10, "Client:OMS$Control")].concat()));
    let holding = get("/holding/for/XS/1234");
    let shares =
        [message(1, &pair), text(2, "XS01"), text(3, "XSX"), message(10, &[bytes(3, &[0x10, 0x04])])];
    assert!(holding.windows(shares.concat().len()).any(|part| part == shares.concat()), "{holding:02X?}");
    for path in
        ["/order/for/XS", "/order/on/XSX", "/balance", "/status/request", "/identity", "/identity/source"]
    {
        assert!(!get(path).is_empty(), "{path}");
    }
}
