//! Stops on the WebSocket: placing them, moving their triggers, and watching them fire.

mod support;

use facade_oms::Config;
use order_engine::{
    BasisPoints, Command, Offset, Order, OrderKind, OrderStatus, PlaceOrder, Price, PriceDifference,
    Quantity, Side, Size,
};
use support::client::{Client, development, request, response, squeezed};
use testkit::engine;

/// Buys one bitcoin once it costs so much.
const STOP: &str = r#""Code": "BTC-USD", "Exchange": "DRG", "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_STOP",
    "Quantity": 0.1, "Lifetime": "LIFETIME_GOOD_TILL_CANCEL""#;

#[test]
fn stops_are_placed_amended_and_fired() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let stop = format!(r#""New": {{{STOP}}}, "Values": {{"StopPrice": 121000.00}}"#);
    client.send(&request("1", "New", "R-1", &stop));
    assert!(client.receive().contains(r#""Status":"Completed""#));
    let limit = STOP.replace("_STOP", "_STOP_LIMIT") + r#", "Price": 121500.00"#;
    let limit = format!(r#""New": {{{limit}}}, "Values": {{"StopPrice": 121100, "Estimate": 1}}"#);
    client.send(&request("2", "New", "R-2", &limit));
    assert!(client.receive().contains(r#""Status":"Completed""#));
    let orders = engine.handle().views().orders(engine.account("demo"));
    let [stop, limit] = orders.as_slice() else { panic!("{orders:?}") };
    let price = |text: &str| Price::new(text.parse().unwrap()).unwrap();
    assert_eq!(stop.kind, OrderKind::Stop { trigger: price("121000.00") });
    let kind = OrderKind::StopLimit { trigger: price("121100"), price: price("121500.00") };
    assert_eq!(limit.kind, kind);
    assert_eq!(limit.annotations.get("oms.Values"), Some(r#"{"Estimate":1}"#));
    assert!(stop.is_armed() && limit.is_armed());

    let mut amend = |order: &Order, rpc: &str, parts: &str, values: &str, status: &str| {
        let id = format!("{:016X}", order.id.get());
        let parts = format!(r#""Amend": {{"OrderID": "{id}"{parts}}}, "Values": {{{values}}}"#);
        let answer = response(rpc, "Amend", rpc, &format!(r#""OrderID": "{id}", "Status": {status}"#));
        client.exchange(&request(rpc, "Amend", rpc, &parts), &answer);
        engine.handle().views().order(order.id).unwrap()
    };
    let completed = r#""Completed""#;
    let moved = amend(stop, "A1", "", r#""StopPrice": 122000"#, completed);
    assert_eq!(moved.trigger.unwrap().price, price("122000"));
    // A trigger may be repeated like everything else.
    let larger = amend(
        stop,
        "A2",
        r#", "OrderType": "STOP", "Quantity": 0.2"#,
        r#""StopPrice": 122000.00"#,
        completed,
    );
    assert_eq!(
        (larger.trigger.unwrap().price, larger.quantity.to_string()),
        (price("122000"), "0.2".to_owned())
    );
    let both = amend(limit, "A3", r#", "Price": 121600"#, r#""StopPrice": 121200"#, completed);
    let kind = OrderKind::StopLimit { trigger: price("121200"), price: price("121600") };
    assert_eq!((both.kind, both.is_armed()), (kind, true));
    let mut refused = |order: &Order, parts: &str, values: &str, codes: &str| {
        amend(order, "B1", parts, values, &format!(r#""Rejected", "Errors": {codes}"#));
    };
    refused(stop, r#", "Price": 122000"#, "", r#"["LimitPrice.Given"]"#);
    refused(stop, "", r#""StopPrice": 0"#, r#"["StopPrice"]"#);
    refused(stop, "", r#""StopPrice": 122000.001"#, r#"["StopPrice"]"#);
    refused(limit, r#", "Price": 121600.001"#, r#""StopPrice": 121200"#, r#"["LimitPrice"]"#);
    refused(stop, "", r#""StopPrice": 123000, "UpperBound": 124000"#, r#"["Values"]"#);
    refused(stop, r#", "OrderType": "STOP_LIMIT""#, r#""StopPrice": 123000"#, r#"["OrderType"]"#);

    engine.quote("BTC-USD", "121650", "121700", "10", "10");
    let live = engine.handle().views().order(limit.id).unwrap();
    assert_eq!((live.status, live.is_armed()), (OrderStatus::New, false));
    let moved = amend(limit, "A4", r#", "Price": 121650"#, r#""StopPrice": 121200"#, completed);
    assert_eq!(moved.limit_price(), Some(price("121650")));
    amend(limit, "B2", "", r#""StopPrice": 121300"#, r#""Rejected", "Errors": ["StopPrice.Given"]"#);
    engine.quote("BTC-USD", "122000", "122050", "10", "10");
    assert_eq!(engine.handle().views().order(stop.id).unwrap().status, OrderStatus::Filled);
}

#[test]
fn stops_are_refused_with_codes_too() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let stop = |changes: (&str, &str)| STOP.replace(changes.0, changes.1);
    let at = |price: &str| format!(r#""StopPrice": {price}"#);
    let cases = [
        (stop(("", "")), String::new(), r#"["StopPrice.Missing"]"#),
        (stop(("", "")), at("0"), r#"["StopPrice"]"#),
        (stop(("", "")), at("121000.001"), r#"["StopPrice"]"#),
        (stop(("\"Quantity\"", "\"Price\": 1, \"Quantity\"")), at("121000"), r#"["LimitPrice.Given"]"#),
        (stop(("_STOP", "_STOP_LIMIT")), at("-1"), r#"["LimitPrice.Missing", "StopPrice"]"#),
        (stop(("_STOP", "_MARKET")), at("121000"), r#"["StopPrice.Given"]"#),
        (stop(("_STOP", "_PEGGED")), at("121000"), r#"["OrderType.Market"]"#),
        (stop(("0.1", "100000")), at("121000"), r#"["TotalQuantity.Maximum 1000"]"#),
    ];
    for (number, (terms, values, codes)) in cases.iter().enumerate() {
        let (rpc, id) = (number.to_string(), format!("R-{number}"));
        let parts = format!(r#""New": {{{terms}}}, "Values": {{{values}}}"#);
        client.send(&request(&rpc, "New", &id, &parts));
        let expected = squeezed(&response(&rpc, "New", &id, r#""Status": "Rejected", "Errors": @"#))
            .replace('@', &codes.replace(", ", ","));
        assert_eq!(client.receive(), expected);
    }
    let touched = format!(
        r#""New": {{{STOP}}}, "Values": {{"StopPrice": 121000}}, "Properties": {{"Trigger": "Touched"}}"#
    );
    client.send(&request("9", "New", "R-9", &touched));
    assert!(client.receive().contains(r#""Errors":["Properties"]"#));
    assert!(engine.handle().views().orders(engine.account("demo")).is_empty());
}

#[test]
fn a_stop_that_fires_at_once_and_cannot_go_on_is_rejected() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let parts = format!(r#""New": {{{STOP}}}, "Values": {{"StopPrice": 120000, "UpperBound": 120010}}"#);
    client.send(&request("1", "New", "R-1", &parts));
    let answer = client.receive();
    let order = engine.handle().views().orders(engine.account("demo")).pop().unwrap();
    let id = format!("{:016X}", order.id.get());
    let parts = format!(r#""OrderID": "{id}", "Status": "Rejected", "Errors": ["LimitPrice.Distance"]"#);
    assert_eq!(answer, squeezed(&response("1", "New", "R-1", &parts)));
    client.send(r#"{"Type": 10, "Subscription": {"Type": 24}}"#);
    let frames: Vec<String> = (0..4).map(|_| client.receive()).collect();
    let shown = r#""IsCompleted":true,"Errors":["LimitPrice.Distance"],"Status":"Rejected""#;
    assert!(frames[2].contains(shown), "{frames:?}");
}

#[test]
fn what_follows_the_market_can_be_repeated_and_not_set() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let offset = Offset::Price(Price::new("200".parse().unwrap()).unwrap());
    let kind =
        OrderKind::TrailingStopLimit { offset, limit_offset: PriceDifference::new("50".parse().unwrap()) };
    let size = Size::Base(Quantity::new("0.1".parse().unwrap()).unwrap());
    let (account, instrument) = (engine.account("demo"), engine.instrument("BTC-USD"));
    let trailing = PlaceOrder::new(account, instrument, Side::Sell, kind, size);
    let order = engine.apply(&Command::PlaceOrder(trailing)).order().cloned().unwrap();
    let id = format!("{:016X}", order.id.get());
    let mut amend = |rpc: &str, price: &str, stop: &str, status: &str| {
        let parts = format!(
            r#""Amend": {{"OrderID": "{id}", "OrderType": "STOP_LIMIT", "Price": {price}, "Quantity": 0.2}},
            "Values": {{"StopPrice": {stop}}}"#
        );
        let answer = response(rpc, "Amend", rpc, &format!(r#""OrderID": "{id}", "Status": {status}"#));
        client.exchange(&request(rpc, "Amend", rpc, &parts), &answer);
    };
    amend("1", "119700", "119750", r#""Completed""#);
    amend("2", "119600", "119800", r#""Rejected", "Errors": ["LimitPrice", "StopPrice"]"#);
    let amended = engine.handle().views().order(order.id).unwrap();
    assert_eq!((amended.kind, amended.quantity.to_string()), (kind, "0.2".to_owned()));
}

#[test]
fn the_orders_view_shows_triggers_move_and_fire() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    client.send(r#"{"Type": 10, "Subscription": {"Type": 24}}"#);
    for _ in 0..3 {
        client.receive();
    }
    let kind = OrderKind::TrailingStop { offset: Offset::BasisPoints(BasisPoints::new(100)) };
    let size = Size::Base(Quantity::new("0.1".parse().unwrap()).unwrap());
    let (account, instrument) = (engine.account("demo"), engine.instrument("BTC-USD"));
    engine.apply(&Command::PlaceOrder(PlaceOrder::new(account, instrument, Side::Sell, kind, size)));
    let mut expect = |part: &str| {
        let frame = client.receive();
        assert!(frame.contains(part), "{part} is not in {frame}");
    };
    expect(r#""Values":{"StopPrice":118750.50},"Properties":{"Trigger":"Trailing"}"#);
    engine.quote("BTC-USD", "121000", "121100", "10", "10");
    expect(r#""Values":{"StopPrice":119790.00}"#);
    engine.quote("BTC-USD", "119700", "119800", "10", "10");
    expect(r#""Properties":{"Trigger":"Trailing","TriggeredAt":"2026-01-05T15:00:00+00:00"}"#);
    expect(r#""Status":"Filled""#);
}
