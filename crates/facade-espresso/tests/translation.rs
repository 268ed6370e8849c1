//! Requests, orders, and requests again: what an order of this dialect says survives, and what an order of another
//! dialect says beyond it is listed as lost.
#![expect(clippy::expect_used, reason = "what cannot go on fails its test")]

mod support;

use facade_espresso::placing_request;
use facade_kit::{LossKind, parse_order_uuid};
use order_engine::Order;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use support::{ask, config, facade};
use testkit::http::Reply;
use testkit::{Placement, TestEngine, TestServer, engine, serve};
use uuid::Uuid;

fn build(server: &TestServer, request: &Value) -> Reply {
    server.send(&ask("POST", "/order/build").with_json(&request.to_string()))
}

fn order(engine: &TestEngine, reply: &Reply) -> Arc<Order> {
    let id = reply.json()["order_id"].as_str().map(Uuid::parse_str).expect("an id").expect("a UUID");
    engine.handle().views().order(parse_order_uuid(id).expect("an order's UUID")).expect("the order")
}

fn request_of(engine: &TestEngine, order: &Order) -> (Value, Vec<(&'static str, LossKind)>) {
    let reference = engine.handle().views().reference();
    let request = placing_request(order, &reference, &config()).expect("every instrument has a name");
    (request.value, request.losses.into_iter().map(|loss| (loss.field, loss.kind)).collect())
}

/// Requests that are taken, numbers in their shortest form.
fn requests() -> impl Strategy<Value = Value> {
    let amount =
        (500..200_000_i64).prop_map(|cents| rust_decimal::Decimal::new(cents, 2).normalize().to_string());
    let price =
        (1_000..20_000_i64).prop_map(|ticks| rust_decimal::Decimal::new(ticks, 4).normalize().to_string());
    let symbol = Just("ADAUSDM");
    (
        symbol,
        any::<bool>(),
        amount,
        any::<bool>(),
        proptest::option::of(price),
        proptest::option::of(0..=500_u32),
    )
        .prop_map(|(symbol, is_buy, amount, in_base, price, slippage)| {
            let mut request = Map::new();
            request.insert("symbol".to_owned(), json!(symbol));
            request.insert("side".to_owned(), json!(if is_buy { "buy" } else { "sell" }));
            request.insert("type".to_owned(), json!(if price.is_some() { "limit" } else { "market" }));
            // A limit order by an amount is ordered for what the amount buys, so its own request is another one.
            let by_base = in_base || price.is_some();
            request
                .insert(if by_base { "base_quantity" } else { "quote_quantity" }.to_owned(), json!(amount));
            match (price, slippage) {
                (Some(price), _) => request.insert("price".to_owned(), json!(price)),
                (None, Some(slippage)) => {
                    request.insert("max_slippage_basis_point".to_owned(), json!(slippage.to_string()))
                }
                (None, None) => None,
            };
            Value::Object(request)
        })
}

#[test]
fn an_order_gives_back_the_request_that_placed_it() {
    let engine = engine();
    let server = serve(facade(&engine));
    let mut runner = TestRunner::new(ProptestConfig { cases: 200, ..ProptestConfig::default() });
    let outcome = runner.run(&requests(), |request| {
        let reply = build(&server, &request);
        // The least size of a market order by an amount depends on the market.
        prop_assume!(support::code(&reply) != 4100);
        prop_assert_eq!(reply.status, 200, "{}: {}", request, reply);
        let placed = order(&engine, &reply);
        let (again, losses) = request_of(&engine, &placed);
        prop_assert_eq!(&again, &request);
        prop_assert_eq!(losses, []);
        // And that request places the same order once more.
        let twin = order(&engine, &build(&server, &again));
        prop_assert_eq!(
            (twin.side, twin.kind, twin.size, twin.quantity, twin.price_bound, twin.time_in_force),
            (
                placed.side,
                placed.kind,
                placed.size,
                placed.quantity,
                placed.price_bound,
                placed.time_in_force
            )
        );
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn what_another_dialect_says_beyond_this_one_is_listed() {
    let engine = engine();
    let place = |placement: &str| {
        let placement: Placement = serde_json::from_str(placement).expect("a placement");
        engine.place(&placement)
    };
    let day = place(
        r#"{"account": "demo", "symbol": "TSLA", "side": "buy", "type": "limit", "quantity": "3", "price": "20.50", "tif": "day", "client_order_id": "mine"}"#,
    );
    let (request, losses) = request_of(&engine, &day);
    assert_eq!(
        request,
        json!({"symbol": "TSLAUSD", "side": "buy", "type": "limit", "base_quantity": "3", "price": "20.5"})
    );
    assert_eq!(losses, [("time_in_force", LossKind::Dropped), ("client_order_id", LossKind::Dropped)]);

    let whole = place(
        r#"{"account": "demo", "symbol": "BTC-USD", "side": "sell", "type": "limit", "quantity": "0.5", "price": "200000", "post_only": true}"#,
    );
    let (request, losses) = request_of(&engine, &whole);
    assert_eq!(request["post_only"], json!(true));
    assert_eq!(losses, []);

    let amount = place(
        r#"{"account": "demo", "symbol": "BTC-USD", "side": "buy", "type": "market", "notional": "1000", "tif": "ioc"}"#,
    );
    let (request, losses) = request_of(&engine, &amount);
    assert_eq!(
        request,
        json!({"symbol": "BTCUSD", "side": "buy", "type": "market", "quote_quantity": "1000"})
    );
    assert_eq!(losses, []);
}

#[test]
fn an_order_that_waits_is_shown_as_what_it_will_be_and_its_trigger_is_listed() {
    let engine = engine();
    engine.quote("BTC-USD", "119990", "120000", "5", "5");
    let place = |terms: &str| {
        let common = r#""account": "demo", "symbol": "BTC-USD", "quantity": "0.1""#;
        engine.place(&serde_json::from_str(&format!("{{{common}, {terms}}}")).expect("a placement"))
    };
    let told = [("type", LossKind::Collapsed), ("trigger", LossKind::Dropped)];
    for (terms, order_type, price) in [
        (r#""side": "buy", "type": "stop", "trigger": "121000""#, "market", None),
        (r#""side": "buy", "type": "market-if-touched", "trigger": "118000""#, "market", None),
        (r#""side": "sell", "type": "trailing-stop", "offset_bp": 100"#, "market", None),
        (
            r#""side": "sell", "type": "stop-limit", "trigger": "119000", "price": "118900""#,
            "limit",
            Some("118900"),
        ),
        (
            r#""side": "sell", "type": "trailing-stop-limit", "offset": "1000", "limit_offset": "50""#,
            "limit",
            Some("118940"),
        ),
    ] {
        let (request, losses) = request_of(&engine, &place(terms));
        assert_eq!((&request["type"], request["price"].as_str()), (&json!(order_type), price), "{terms}");
        assert_eq!(losses, told, "{terms}");
    }
}

#[test]
fn no_request_has_a_limit_that_is_not_known_yet() {
    let engine = engine();
    let staged: Placement = serde_json::from_str(
        r#"{"account": "demo", "symbol": "BTC-USD", "side": "sell", "type": "trailing-stop-limit", "offset": "1000", "limit_offset": "50", "quantity": "0.1", "staged_until": "2026-01-05T16:00:00Z"}"#,
    )
    .expect("a placement");
    let reference = engine.handle().views().reference();
    assert_eq!(placing_request(&engine.place(&staged), &reference, &config()), None);
}
