//! The WebSocket, as a client sees it: frames in, frames out.

mod support;

use facade_kit::{IdSource, MountPoint};
use facade_oms::Config;
use support::client::{Client, development, new, placed, request, response, squeezed};
use support::protobuf::{bytes, message, number, text};
use testkit::{engine, serve};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest as _;

const LIMIT: &str = r#""Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT", "Price": 45.00, "Quantity": 10,
    "Lifetime": "LIFETIME_DAY""#;

#[test]
fn the_examples_of_the_vendor() {
    let engine = engine();
    support::make_reference_market(&engine);
    let config = support::reference_config();
    let mount = facade_oms::mount(config.clone(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = serve(mount);
    let mut client = Client::connect(&server, &config, "demo", &engine);
    client.exchange(
        r#"{"Type": "RequestMessageType_ClientRequest", "RequestID": "1",
        "Request": {"Type": "ClientRequestType_New", "RequestID": "R-000001",
        "Account": {"AccountID": "1234", "OwnerID": "XS"},
        "New": {"Code": "XS01", "Exchange": "XSX", "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT",
        "Price": 12.34, "Quantity": 100, "Lifetime": "LIFETIME_DAY", "ExDestination": "XSXM"}}}"#,
        r#"{"Type": "EventMessageType_Response",
        "Request": {"Type": "RequestMessageType_ClientRequest", "RequestID": "1"},
        "RequestResponse": {"Type": "ClientRequestType_New", "RequestID": "R-000001",
        "Account": {"AccountID": "1234", "OwnerID": "XS"}, "OrderID": "0000000000000A01",
        "Status": "Completed"}}"#,
    );
    client.exchange(
        r#"{"Type": "RequestMessageType_ClientRequest", "RequestID": "2",
        "Request": {"Type": "ClientRequestType_New", "RequestID": "R-000002",
        "Account": {"AccountID": "1234", "OwnerID": "XS"},
        "New": {"Code": "XS01", "Exchange": "XSX", "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT",
        "Price": 12.34, "Quantity": 10000, "Lifetime": "LIFETIME_DAY", "ExDestination": "XSXM"}}}"#,
        r#"{"Type": "EventMessageType_Response",
        "Request": {"Type": "RequestMessageType_ClientRequest", "RequestID": "2"},
        "RequestResponse": {"Type": "ClientRequestType_New", "RequestID": "R-000002",
        "Account": {"AccountID": "1234", "OwnerID": "XS"}, "Status": "Rejected",
        "Errors": ["TotalValue.Balance"]}}"#,
    );
    client.exchange(
        r#"{"Type": "RequestMessageType_ClientRequest", "RequestID": "3",
        "Request": {"Type": "ClientRequestType_Amend", "RequestID": "R-000004",
        "Account": {"AccountID": "1234", "OwnerID": "XS"},
        "Amend": {"OrderID": "0000000000000A01", "PrevRequestID": "R-000001", "Code": "XS01", "Exchange": "XSX",
        "Side": "SIDE_BUY", "OrderType": "ORDERTYPE_LIMIT", "Price": 12.50, "Quantity": 120,
        "Lifetime": "LIFETIME_DAY", "ExDestination": "XSXM"}}}"#,
        r#"{"Type": "EventMessageType_Response",
        "Request": {"Type": "RequestMessageType_ClientRequest", "RequestID": "3"},
        "RequestResponse": {"Type": "ClientRequestType_Amend", "RequestID": "R-000004",
        "Account": {"AccountID": "1234", "OwnerID": "XS"}, "OrderID": "0000000000000A01",
        "Status": "Completed"}}"#,
    );
    client.exchange(
        r#"{"Type": "RequestMessageType_ClientRequest", "RequestID": "4",
        "Request": {"Type": "ClientRequestType_Cancel", "RequestID": "R-000005",
        "Account": {"AccountID": "1234", "OwnerID": "XS"},
        "Cancel": {"OrderID": "0000000000000A01", "PrevRequestID": "R-000004", "Code": "XS01", "Exchange": "XSX",
        "Side": "SIDE_BUY", "Quantity": 120, "ExDestination": "XSXM"}}}"#,
        r#"{"Type": "EventMessageType_Response",
        "Request": {"Type": "RequestMessageType_ClientRequest", "RequestID": "4"},
        "RequestResponse": {"Type": "ClientRequestType_Cancel", "RequestID": "R-000005",
        "Account": {"AccountID": "1234", "OwnerID": "XS"}, "OrderID": "0000000000000A01",
        "Status": "Completed"}}"#,
    );
    let order = engine.handle().views().order(order_engine::OrderId::new(0xA01)).unwrap();
    assert_eq!(order.status, order_engine::OrderStatus::Canceled);
    assert_eq!(order.limit_price().unwrap().to_string(), "12.50");
    assert_eq!(order.quantity.to_string(), "120");
    assert_eq!(order.request_id.as_ref().unwrap().as_str(), "R-000005");
}

#[test]
fn orders_are_refused_with_codes_in_the_order_of_fields() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let limit = |changes: &[(&str, &str)]| {
        let mut terms = LIMIT.to_owned();
        for (from, to) in changes {
            assert!(terms.contains(from), "{from}");
            terms = terms.replace(from, to);
        }
        new(&terms)
    };
    let cases = [
        (limit(&[]).replace("\"DRG\"", "\"NONE\""), r#"["Exchange"]"#),
        (limit(&[]).replace("TSLA", "NONE"), r#"["Symbol"]"#),
        (limit(&[("\"Side\"", "\"CfiCode\": \"XXXXXX\", \"Side\"")]), r#"["Symbol"]"#),
        (limit(&[("SIDE_BUY", "SIDE_SHORTSELL")]), r#"["Side"]"#),
        (limit(&[("SIDE_BUY", "SIDE_SHORTSELL_EXEMPT")]).replace("TSLA", "MSFT"), r#"["Side"]"#),
        (
            limit(&[("SIDE_BUY", "SIDE_SHORTSELL")]).replace("TSLA", "MSFT"),
            r#"["TotalQuantity.Holdings 10000"]"#,
        ),
        (limit(&[("ORDERTYPE_LIMIT", "ORDERTYPE_PEGGED")]), r#"["OrderType.Market"]"#),
        (limit(&[("\"Price\": 45.00,", "")]), r#"["LimitPrice.Missing"]"#),
        (limit(&[("ORDERTYPE_LIMIT", "ORDERTYPE_MARKET")]), r#"["LimitPrice.Given"]"#),
        (limit(&[("45.00", "45.001")]), r#"["LimitPrice"]"#),
        (limit(&[("10", "0")]), r#"["TotalQuantity"]"#),
        (limit(&[("10", "0.00005")]), r#"["TotalQuantity"]"#),
        (limit(&[("10", "10000000")]), r#"["TotalQuantity.Maximum 1000000"]"#),
        (limit(&[("LIFETIME_DAY", "LIFETIME_GOOD_TILL_DATE")]), r#"["ExpiryDate"]"#),
        (limit(&[("\"LIFETIME_DAY\"", "5, \"ExpiryDate\": \"2026-01-05\"")]), r#"["ExpiryDate"]"#),
        (
            limit(&[("\"LIFETIME_DAY\"", "\"LIFETIME_DAY\", \"ExDestination\": \"XOTH\"")]),
            r#"["Route.Market"]"#,
        ),
        (limit(&[("SIDE_BUY", "SIDE_SELL"), ("10", "10000.5")]), r#"["TotalQuantity.Holdings 10000"]"#),
        (limit(&[("10", "300000")]), r#"["TotalValue.Balance"]"#),
        (
            r#""New": {"Code": "TSLA", "Exchange": "DRG"}"#.to_owned(),
            r#"["Side", "OrderType", "TotalQuantity", "Validity"]"#,
        ),
        (
            limit(&[]) + r#", "Properties": {"PostOnly": "maybe"}, "Values": {"LowerBound": 0}"#,
            r#"["Values", "Properties"]"#,
        ),
        (limit(&[]) + r#", "Queue": {"QueueID": "Desk"}"#, r#"["Operation"]"#),
        (limit(&[]) + r#", "Cancel": {"OrderID": "0000000000000001"}"#, r#"["Details"]"#),
        (r#""Cancel": {"OrderID": "0000000000000001"}"#.to_owned(), r#"["Details"]"#),
    ];
    for (number, (parts, codes)) in cases.iter().enumerate() {
        let (rpc, id) = (number.to_string(), format!("R-{number}"));
        let status = format!(r#""Status": "Rejected", "Errors": {codes}"#);
        client.send(&request(&rpc, "New", &id, parts));
        // Codes may have blanks inside, so only blanks of ours go.
        let expected = squeezed(&response(&rpc, "New", &id, r#""Status": "Rejected", "Errors": @"#))
            .replace('@', &codes.replace(", ", ","));
        assert_eq!(client.receive(), expected, "{status}");
    }
    assert!(engine.handle().views().orders(engine.account("demo")).is_empty());
}

#[test]
fn a_market_that_refuses_leaves_a_rejected_order() {
    let engine = engine();
    engine.quote("TSLA", "49.98", "50.02", "10", "0");
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let terms = r#""Side": "BUY", "OrderType": "MARKET", "Quantity": 1, "Lifetime": "IMMEDIATE_OR_CANCEL""#;
    client.send(&request("1", "New", "R-1", &new(terms)));
    let answer = client.receive();
    let order = engine.handle().views().orders(engine.account("demo")).pop().unwrap();
    let id = format!("{:016X}", order.id.get());
    let parts = format!(r#""OrderID": "{id}", "Status": "Rejected", "Errors": ["Symbol.Status"]"#);
    assert_eq!(answer, squeezed(&response("1", "New", "R-1", &parts)));
    assert_eq!(order.status, order_engine::OrderStatus::Rejected);
    // A fill-or-kill order that cannot be filled has done what it could.
    let terms = r#""Side": "SELL", "OrderType": "LIMIT", "Price": 49.98, "Quantity": 11, "Lifetime": 4"#;
    client.send(&request("2", "New", "R-2", &new(terms)));
    assert!(client.receive().ends_with(r#""Status":"Completed"}}"#));
}

#[test]
fn a_request_id_is_used_once() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    client.send(&request("1", "New", "R-1", &new(LIMIT)));
    assert!(client.receive().contains(r#""Status":"Completed""#));
    let first = engine.handle().views().orders(engine.account("demo")).pop().unwrap();
    let parts =
        format!(r#""OrderID": "{:016X}", "Status": "Rejected", "Errors": ["Details"]"#, first.id.get());
    client.exchange(&request("2", "New", "R-1", &new(LIMIT)), &response("2", "New", "R-1", &parts));
    // Without an id there is a new one each time.
    client.send(&request("3", "New", "", &new(LIMIT)));
    assert!(client.receive().contains(r#""RequestID":"00000000-0000-4000-8000-000000000001""#));
    client.send(&request("4", "New", "", &new(LIMIT)));
    assert!(client.receive().contains(r#""RequestID":"00000000-0000-4000-8000-000000000002""#));
    assert_eq!(engine.handle().views().orders(engine.account("demo")).len(), 3);
}

#[test]
fn validation_does_nothing() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let validate = |terms: &str| format!(r#""IsValidate": true, {}"#, new(terms));
    client.exchange(
        &request("1", "New", "", &validate(LIMIT)),
        &response("1", "New", "", r#""Status": "Completed""#),
    );
    let too_large = LIMIT.replace("10", "300000");
    client.exchange(
        &request("2", "New", "", &validate(&too_large)),
        &response("2", "New", "", r#""Status": "Rejected", "Errors": ["TotalValue.Balance"]"#),
    );
    // What the market forbids is an error too, though placing it would leave an order.
    let unfillable = r#""Side": "SELL", "OrderType": "LIMIT", "Price": 60, "Quantity": 1, "Lifetime": 4"#;
    client.send(&request("3", "New", "", &validate(unfillable)));
    assert!(client.receive().contains(r#""Errors":["TotalQuantity.Maximum 0"]"#));
    assert!(engine.handle().views().orders(engine.account("demo")).is_empty());
}

#[test]
fn amendments_and_cancellations_must_agree_with_the_order() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    client.send(&request("1", "New", "R-1", &new(LIMIT)));
    client.receive();
    let order = engine.handle().views().orders(engine.account("demo")).pop().unwrap();
    let id = format!("{:016X}", order.id.get());
    let mut refused = |kind: &str, part: &str, codes: &str| {
        let parts = format!(r#""{kind}": {{"OrderID": "{id}", {part}}}"#);
        let rejected = format!(r#""OrderID": "{id}", "Status": "Rejected", "Errors": {codes}"#);
        client.exchange(&request("2", kind, "R-2", &parts), &response("2", kind, "R-2", &rejected));
    };
    refused("Amend", r#""PrevRequestID": "R-0""#, r#"["Status"]"#);
    refused("Amend", r#""Code": "AAPL", "Side": "SELL""#, r#"["Symbol", "Side"]"#);
    refused("Amend", r#""OrderType": "MARKET""#, r#"["OrderType"]"#);
    refused("Amend", r#""Price": 0, "Quantity": -1"#, r#"["LimitPrice", "TotalQuantity"]"#);
    refused("Amend", r#""Lifetime": "FILL_OR_KILL""#, r#"["Validity"]"#);
    refused("Amend", r#""ExpiryDate": "2026-02-01""#, r#"["ExpiryDate"]"#);
    refused("Amend", r#""ExDestination": "XOTH""#, r#"["Route.Market"]"#);
    refused("Amend", r#""Exchange": "DRG""#, r#"["Details"]"#);
    refused("Cancel", r#""Quantity": 11"#, r#"["TotalQuantity"]"#);
    let unknown = r#""Cancel": {"OrderID": "00000000000000FF"}"#;
    client.exchange(
        &request("3", "Cancel", "R-3", unknown),
        &response("3", "Cancel", "R-3", r#""Status": "Rejected", "Errors": ["Order"]"#),
    );
    let still = engine.handle().views().order(order.id).unwrap();
    assert_eq!((still.version, still.status), (order.version, order.status));
    let cancel = format!(r#""Cancel": {{"OrderID": "{id}"}}"#);
    let done = format!(r#""OrderID": "{id}", "Status": "Completed""#);
    client.exchange(&request("4", "Cancel", "R-4", &cancel), &response("4", "Cancel", "R-4", &done));
    let closed = format!(r#""OrderID": "{id}", "Status": "Rejected", "Errors": ["Order.Status"]"#);
    client.exchange(&request("5", "Cancel", "R-5", &cancel), &response("5", "Cancel", "R-5", &closed));
}

#[test]
fn terms_of_other_dialects_can_be_asked_for_by_name() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let terms = r#""Side": "BUY", "OrderType": "MARKET", "Lifetime": "IMMEDIATE_OR_CANCEL""#;
    let by_value =
        format!(r#"{}, "Values": {{"OrderValue": 500.20, "UpperBound": 51, "Estimate": 1}}"#, new(terms));
    client.send(&request("1", "New", "R-1", &by_value));
    assert!(client.receive().contains(r#""Status":"Completed""#));
    let post_only = format!(
        r#"{}, "Properties": {{"PostOnly": "true", "ExtendedHours": "false", "SelfMatch": "Refuse", "Desk": "A"}}"#,
        new(LIMIT)
    );
    client.send(&request("2", "New", "R-2", &post_only));
    assert!(client.receive().contains(r#""Status":"Completed""#));
    let orders = engine.handle().views().orders(engine.account("demo"));
    let [by_value, post_only] = orders.as_slice() else { panic!("{orders:?}") };
    assert_eq!(by_value.filled.to_string(), "10");
    assert_eq!(by_value.price_bound.upper.unwrap().to_string(), "51");
    assert_eq!(by_value.annotations.get("oms.Values"), Some(r#"{"Estimate":1}"#));
    assert!(post_only.post_only);
    assert_eq!(post_only.extended_hours, Some(false));
    assert_eq!(post_only.self_match, order_engine::SelfMatch::Refuse);
    assert_eq!(post_only.annotations.get("oms.Properties"), Some(r#"{"Desk":"A"}"#));
}

#[test]
fn rights_are_what_the_record_says() {
    let engine = engine();
    let mut config = Config::development();
    let mut outsider = config.permissions[0].clone();
    outsider.identity = "Client:outsider".to_owned();
    outsider.owners.clear();
    let mut blind = config.permissions[0].clone();
    blind.identity = "Client:blind".to_owned();
    blind.exchanges.clear();
    config.permissions.extend([outsider, blind]);
    let server =
        serve(facade_oms::mount(config.clone(), engine.handle(), IdSource::counted(), MountPoint::root()));
    for (client, code) in [("outsider", "Account"), ("blind", "Exchange")] {
        let mut client = Client::connect(&server, &config, client, &engine);
        let rejected = format!(r#""Status": "Rejected", "Errors": ["{code}"]"#);
        client.exchange(&request("1", "New", "R-1", &new(LIMIT)), &response("1", "New", "R-1", &rejected));
    }
    let mut outsider = Client::connect(&server, &config, "outsider", &engine);
    for (target, code) in [("Account", "Account"), ("Owner", "Owner"), ("Feed", "Code")] {
        let value = if target == "Account" { "DEMO/0001" } else { "DEMO" };
        outsider.exchange(
            &format!(
                r#"{{"Type": 10, "Subscription": {{"Type": 24, "Targets": [{{"Name": "{target}", "Values": ["{value}"]}}]}}}}"#
            ),
            &format!(
                r#"{{"Type": "EventMessageType_Response",
                "Request": {{"Type": "RequestMessageType_Subscribe", "Errors": ["{code}"]}}}}"#
            ),
        );
    }
}

#[test]
fn frames_that_cannot_be_served_are_answered() {
    let engine = engine();
    let server = development(&engine);
    let bearer = support::bearer(&Config::development(), "demo", &engine);
    let mut client = Client::connect_with(&server, &bearer, "true");
    let refused = |details: &str| format!(r#"{{"Type": "Response", "Request": {{{details}}}}}"#);
    client.exchange("nonsense", &refused(r#""Errors": ["Data.Deserialise"]"#));
    client.exchange(r#"{"Sort": 1}"#, &refused(r#""Errors": ["Data.Deserialise"]"#));
    client.exchange("{}", &refused(r#""Errors": ["Operation.Unknown"]"#));
    client.exchange(
        r#"{"Type": "ClientRequest", "RequestID": "1"}"#,
        &refused(r#""Type": "ClientRequest", "RequestID": "1", "Errors": ["Data"]"#),
    );
    client.exchange(r#"{"Type": "Subscribe"}"#, &refused(r#""Type": "Subscribe", "Errors": ["Data"]"#));
    client.exchange(
        r#"{"Type": "Subscribe", "Subscription": {"Type": "Balances"}}"#,
        &refused(r#""Type": "Subscribe", "Errors": ["Operation.Unknown"]"#),
    );
    client.exchange(
        r#"{"Type": "FeedRequest", "Feed": {"Type": 10}}"#,
        &refused(r#""Type": "FeedRequest", "Errors": ["Authority"]"#),
    );
    let move_order = request("1", "Move", "R-1", r#""Move": {"OrderID": "0000000000000001"}"#);
    client.send(&move_order);
    assert!(client.receive().contains(r#""Errors":["Operation"]"#));
    // A version that there is not.
    client.0.send(Message::binary(number(1, 1))).unwrap();
    let refusal = [number(2, 99), message(9, &[text(10, "Data.Deserialise")])].concat();
    assert_eq!(client.0.read().unwrap(), Message::binary(refusal));
}

#[test]
fn frames_are_answered_in_the_form_of_the_latest() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    let account = message(3, &[text(3, "0001"), text(39, "DEMO")]);
    let price = message(22, &[number(1, 2), bytes(3, &4_500_u16.to_le_bytes())]);
    let quantity = message(23, &[bytes(3, &[10])]);
    let terms = [number(20, 1), number(21, 2), price, quantity, number(24, 1)].concat();
    let new = message(10, &[text(10, "TSLA"), text(11, "DRG"), terms]);
    let placing = message(20, &[number(1, 10), text(2, "R-1"), account.clone(), new]);
    client.0.send(Message::binary([number(2, 20), text(3, "1"), placing].concat())).unwrap();
    let answer = client.0.read().unwrap();
    let order = engine.handle().views().orders(engine.account("demo")).pop().unwrap();
    let id = format!("{:016X}", order.id.get());
    let echo = message(9, &[number(2, 20), text(3, "1")]);
    let done = message(40, &[number(1, 10), text(2, "R-1"), account, text(8, &id), text(10, "Completed")]);
    assert_eq!(answer, Message::binary([number(2, 99), echo, done].concat()));
    assert_eq!(order.limit_price().unwrap().to_string(), "45.00");

    // The view goes on in the other form.
    client.0.send(Message::binary([number(2, 10), message(10, &[number(1, 24)])].concat())).unwrap();
    for message_type in [99, 100, 200, 101] {
        let Message::Binary(frame) = client.0.read().unwrap() else { panic!("{message_type}") };
        assert!(frame.starts_with(&number(2, message_type)), "{message_type}: {frame:02X?}");
    }
    client.exchange(
        r#"{"Type": "Synchronise", "RequestID": "2"}"#,
        r#"{"Type": "EventMessageType_Response",
        "Request": {"Type": "RequestMessageType_Synchronise", "RequestID": "2"}}"#,
    );
    placed(&engine, "demo", "40.00");
    assert!(client.receive().contains(r#""Price":40.00"#));
}

/// More than a connection answers at a time.
const FRAMES: usize = 300;

#[test]
fn answers_keep_the_order_of_frames() {
    let engine = engine();
    let server = development(&engine);
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    for number in 0..FRAMES {
        client.send(&request(&number.to_string(), "New", &format!("R-{number}"), &new(LIMIT)));
    }
    for number in 0..FRAMES {
        let answer = client.receive();
        assert!(answer.contains(&format!(r#""RequestID":"{number}""#)), "{number}: {answer}");
    }
    let orders = engine.handle().views().orders(engine.account("demo"));
    let ids: Vec<_> = orders.iter().map(|order| order.request_id.clone().unwrap().to_string()).collect();
    assert_eq!(ids, (0..FRAMES).map(|number| format!("R-{number}")).collect::<Vec<_>>());
}

#[test]
fn the_orders_view_is_a_snapshot_and_then_every_change() {
    let engine = engine();
    let server = development(&engine);
    let first = placed(&engine, "demo", "40.00");
    let _elsewhere = placed(&engine, "maker", "41.00");
    let bearer = support::bearer(&Config::development(), "demo", &engine);
    let mut client = Client::connect_with(&server, &bearer, "true");
    let order = |id: &str, account: &str, price: &str, rest: &str| {
        format!(
            r#"{{"OrderID": "{id}", "Account": {{"AccountID": "{account}", "OwnerID": "DEMO"}}, "Code": "TSLA",
            "Exchange": "DRG", "Currency": "USD", "CfiCode": "ESVUFR", "Side": "BUY", "OrderType": "LIMIT",
            "Price": {price}, "Quantity": 10, "Lifetime": "GOOD_TILL_CANCEL", "ExDestination": "XDRG",
            "Created": "2026-01-05T15:00:00+00:00", "Timestamp": "2026-01-05T15:00:00+00:00", {rest}}}"#
        )
    };
    let open = r#""ExecutedValue": 0, "ExecutedQuantity": 0, "Status": "OnMarket""#;
    client.exchange(
        r#"{"Type": "Subscribe", "RequestID": "6", "Subscription": {"Type": "Orders",
        "Targets": [{"Name": "Account", "Values": ["DEMO/0001"]}]}}"#,
        r#"{"Type": "Response", "Request": {"Type": "Subscribe", "RequestID": "6"}, "Subscription": {"Type": "Orders",
        "Targets": [{"Name": "Account", "Values": ["DEMO/0001"]}]}}"#,
    );
    let position = u64::from_str_radix(&first, 16).unwrap();
    client.expect(&format!(
        r#"{{"Type": "SnapshotStart", "Subscription": {{"Type": "Orders"}}, "Snapshot": {{"Positions": {{"engine": "{position}"}}}}}}"#
    ));
    client.expect(&format!(
        r#"{{"Type": "Update", "Updates": [{{"Type": "Order", "Order": {}}}]}}"#,
        order(&first, "0001", "40.00", open)
    ));
    client.expect(r#"{"Type": "SnapshotFinish", "Subscription": {"Type": "Orders"}}"#);

    let second = placed(&engine, "demo", "45.00");
    let _elsewhere = placed(&engine, "maker", "42.00");
    let update = |position: &str, order: &str| {
        let position = u64::from_str_radix(position, 16).unwrap();
        format!(
            r#"{{"Type": "Update", "Position": {{"Sequence": "engine", "Position": "{position}",
            "ExecutedAt": "2026-01-05T15:00:00+00:00"}}, "Updates": [{{"Type": "Order", "Order": {order}}}]}}"#
        )
    };
    client.expect(&update(&second, &order(&second, "0001", "45.00", open)));
    engine.quote("TSLA", "44.00", "45.00", "0", "4");
    let filled = r#""ExecutedValue": 180.00, "ExecutedQuantity": 4, "Status": "PartialFill""#;
    let fill = client.receive();
    let at = engine.handle().views().orders(engine.account("demo")).pop().unwrap().last_event;
    assert_eq!(fill, squeezed(&update(&format!("{:X}", at.get()), &order(&second, "0001", "45.00", filled))));

    client.exchange(
        r#"{"Type": "Unsubscribe", "RequestID": "7", "Subscription": {"Type": "Orders"}}"#,
        r#"{"Type": "Response", "Request": {"Type": "Unsubscribe", "RequestID": "7"}, "Subscription": {"Type": "Orders"}}"#,
    );
    placed(&engine, "demo", "46.00");
    assert_eq!(client.until_synchronised(), Vec::<String>::new());
}

#[test]
fn without_targets_the_view_is_of_everything_to_be_seen() {
    let engine = engine();
    let server = development(&engine);
    for client in ["demo", "OMS$Control"] {
        let mut client = Client::connect(&server, &Config::development(), client, &engine);
        client.send(r#"{"Type": 10, "Subscription": {"Type": 24}}"#);
        let frames: Vec<String> = (0..3).map(|_| client.receive()).collect();
        assert!(frames[2].contains("SnapshotFinish"), "{frames:?}");
        for account in ["demo", "maker"] {
            let id = placed(&engine, account, "40.00");
            assert!(client.receive().contains(&id));
        }
        engine.apply(&order_engine::Command::CancelOrders(order_engine::CancelOrders {
            account: engine.account("demo"),
            instruments: None,
            side: None,
            classes: None,
            staged: false,
            short_sale: None,
        }));
        assert!(client.receive().contains("Cancelled"));
        engine.apply(&order_engine::Command::CancelOrders(order_engine::CancelOrders {
            account: engine.account("maker"),
            instruments: None,
            side: None,
            classes: None,
            staged: false,
            short_sale: None,
        }));
        assert!(client.receive().contains("Cancelled"));
        // What is finished is out of the way of the next client after midnight.
        engine.advance(9 * 3_600);
    }
}

#[test]
fn an_order_leaves_the_view_when_its_time_has_come() {
    let engine = engine();
    let server = development(&engine);
    let id = placed(&engine, "demo", "40.00");
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    client.send(r#"{"Type": 10, "Subscription": {"Type": 24}}"#);
    for _ in 0..4 {
        client.receive();
    }
    let cancel = format!(r#""Cancel": {{"OrderID": "{id}"}}"#);
    client.send(&request("1", "Cancel", "R-1", &cancel));
    let mut frames = [client.receive(), client.receive()];
    frames.sort();
    assert!(frames[1].contains(r#""RemoveAfter":"2026-01-06T00:00:00+00:00""#), "{frames:?}");
    engine.advance(9 * 3_600);
    let removed = client.receive();
    assert!(removed.contains(r#""UpdateAction":"UpdateAction_Remove""#), "{removed}");
    assert!(removed.contains(&id), "{removed}");
    assert!(!removed.contains("Position"), "{removed}");
}

#[test]
fn a_reset_engine_starts_a_new_snapshot() {
    let engine = engine();
    let server = development(&engine);
    placed(&engine, "demo", "40.00");
    let mut client = Client::connect(&server, &Config::development(), "demo", &engine);
    client.send(r#"{"Type": 10, "Subscription": {"Type": 24}}"#);
    for _ in 0..4 {
        client.receive();
    }
    engine.apply(&order_engine::Command::Reset);
    let frames: Vec<String> = (0..3).map(|_| client.receive()).collect();
    assert!(frames[0].contains("EventMessageType_Bookmark"), "{frames:?}");
    assert!(frames[1].contains(r#""Positions":{"engine":"0"}"#), "{frames:?}");
    assert!(frames[2].contains("EventMessageType_SnapshotFinish"), "{frames:?}");
}

#[test]
fn a_handshake_needs_a_genuine_token() {
    let engine = engine();
    let server = development(&engine);
    let url = format!("{}/streaming", server.base_url().replace("http://", "ws://"));
    let refused = tungstenite::connect(url.into_client_request().unwrap()).unwrap_err();
    let tungstenite::Error::Http(answer) = refused else { panic!("{refused:?}") };
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
}
