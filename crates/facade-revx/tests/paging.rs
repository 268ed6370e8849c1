//! Lists in pages: following the cursor shows every row once, newest first.
#![expect(clippy::expect_used, reason = "an answer of another shape fails the test")]

mod support;

use order_engine::{CancelOrder, Command};
use serde_json::Value;
use testkit::http::Request;
use testkit::{Placement, TestEngine, TestServer, engine, serve};

fn place(engine: &TestEngine, account: &str, terms: &str) -> String {
    let json = format!(r#"{{"account":"{account}",{terms}}}"#);
    let placement: Placement = serde_json::from_str(&json).expect("a placement");
    facade_kit::order_uuid(&engine.place(&placement)).to_string()
}

/// All rows of a list, page by page.
fn walk(engine: &TestEngine, server: &TestServer, path: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let escaped = cursor.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let mut request = Request::new("GET", &format!("{path}?limit={limit}&cursor={escaped}"))
            .with_header("X-Revx-API-Key", support::DEMO_KEY);
        support::sign(&mut request, engine);
        let page = server.send(&request).json();
        let data = page["data"].as_array().expect("a page has rows").clone();
        assert!(data.len() <= limit, "a page is too long: {page}");
        rows.extend(data);
        page["metadata"]["next_cursor"].as_str().expect("a page has a cursor").clone_into(&mut cursor);
        if cursor.is_empty() {
            return rows;
        }
    }
}

fn ids(rows: &[Value], member: &str) -> Vec<String> {
    rows.iter().map(|row| row[member].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn every_order_is_shown_once() {
    let engine = engine();
    let resting = r#""symbol":"BTC-USD","side":"buy","type":"limit","price":"1000","quantity":"0.01""#;
    let mut placed = Vec::new();
    for number in 0..7 {
        placed.push(place(&engine, "demo", resting));
        place(&engine, "maker", resting);
        if number % 3 == 0 {
            engine.advance(1);
        }
    }
    placed.reverse();
    let server = serve(support::facade(&engine));
    for limit in [1, 2, 3, 7, 300] {
        assert_eq!(ids(&walk(&engine, &server, "/api/1.0/orders/active", limit), "id"), placed);
    }

    for order in engine.handle().views().open_orders(engine.account("demo")) {
        let cancel = CancelOrder { account: order.account, order: order.id, client_order_id: None };
        engine.apply(&Command::CancelOrder(cancel));
    }
    assert!(walk(&engine, &server, "/api/1.0/orders/active", 300).is_empty());
    for limit in [1, 2, 3, 7, 300] {
        assert_eq!(ids(&walk(&engine, &server, "/api/1.0/orders/historical", limit), "id"), placed);
    }
}

#[test]
fn every_trade_is_shown_once() {
    let engine = engine();
    let market =
        |symbol: &str| format!(r#""symbol":"{symbol}","side":"buy","type":"market","quantity":"0.01""#);
    for _ in 0..5 {
        place(&engine, "demo", &market("BTC-USD"));
        place(&engine, "demo", &market("ETH-USD"));
        place(&engine, "maker", &market("BTC-USD"));
        engine.advance(1);
    }
    let server = serve(support::facade(&engine));
    for (path, count) in [("/api/1.0/trades/private/BTC-USD", 5), ("/api/1.0/trades/all/BTC-USD", 10)] {
        let whole = ids(&walk(&engine, &server, path, 1_900), "tid");
        assert_eq!(whole.len(), count, "{path}");
        let mut sorted = whole.clone();
        sorted.sort();
        sorted.dedup();
        sorted.reverse();
        assert_eq!(whole, sorted, "{path}: once each, newest first");
        for limit in [1, 2, 3] {
            assert_eq!(ids(&walk(&engine, &server, path, limit), "tid"), whole, "{path}");
        }
    }
    let public = ids(&walk(&engine, &server, "/api/1.0/public/trades/all", 4), "id");
    assert_eq!(public.len(), 15);
}

#[test]
fn a_trade_of_an_order_with_its_own_owner_is_two_rows() {
    let engine = engine();
    engine.quote("BTC-USD", "100000", "130000", "1", "1");
    let side = |side: &str| {
        format!(r#""symbol":"BTC-USD","side":"{side}","type":"limit","price":"120000","quantity":"0.5""#)
    };
    place(&engine, "demo", &side("sell"));
    place(&engine, "demo", &side("buy"));
    let server = serve(support::facade(&engine));
    let rows = walk(&engine, &server, "/api/1.0/trades/private/BTC-USD", 1);
    let sides: Vec<&str> = rows.iter().filter_map(|row| row["s"].as_str()).collect();
    assert_eq!(sides.len(), 2);
    assert_ne!(sides[0], sides[1]);
    assert_eq!(rows[0]["tid"], rows[1]["tid"]);
}
