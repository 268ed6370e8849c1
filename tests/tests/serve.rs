//! How the process starts, what it refuses to start with, and how it stops.

use std::process::Output;

use dragoman_tests::dialects::{self, Clearstreet, Dialect, Ticket};
use dragoman_tests::gateway::{self, Data, FACADES, Gateway, configuration};
use testkit::http::{Client, Request};

fn reason(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_listener_says_where_it_is_and_then_the_process_is_ready() {
    let gateway = Gateway::start(Data::Ephemeral);
    let events = gateway.announcements();
    assert_eq!(events.len(), FACADES.len() + 2, "five facades, the control plane, ready: {events:?}");
    let (ready, listening) = events.split_last().unwrap();
    assert_eq!(ready["event"], "ready");
    for event in listening {
        assert_eq!(event["event"], "listening");
        assert_eq!(event["url"], format!("http://{}", event["address"].as_str().unwrap()));
        assert!(!event["address"].as_str().unwrap().ends_with(":0"), "the port is the real one: {event}");
    }
    assert_eq!(gateway.call_control("GET", "/health", "").status, 200);
    assert_eq!(gateway.call_control("GET", "/ready", "").status, 200);
}

#[test]
fn each_facade_is_served_by_port_and_by_prefix() {
    let under_prefixes =
        FACADES.map(|name| format!("[[mount]]\nfacade = \"{name}\"\nprefix = \"/{name}\"\n"));
    let gateway = Gateway::start_with(Data::Ephemeral, &configuration(&under_prefixes.concat()));
    // What each vendor's server answers to a caller without a credential.
    let cases = [
        ("oms", "/identity/current", 401),
        ("revx", "/api/1.0/balances", 401),
        ("espresso", "/accounts/balance", 401),
        ("oanda", "/v1/accounts", 401),
        ("clearstreet", "/v1/accounts", 401),
    ];
    let client = Client::default();
    for (name, path, status) in cases {
        let own_port = gateway
            .announcements()
            .iter()
            .find(|event| event["facades"] == serde_json::json!([name]) && event["control"] != true);
        let own_port = own_port.unwrap_or_else(|| panic!("{name} has no port of its own"));
        let by_port = client.send(own_port["url"].as_str().unwrap(), &Request::new("GET", path));
        let by_prefix = client.send(gateway.control(), &Request::new("GET", &format!("/{name}{path}")));
        assert_eq!((by_port.status, by_prefix.status), (status, status), "{name}");
        assert_eq!(by_port.header("content-type"), by_prefix.header("content-type"), "{name}");
    }
    let astray = client.send(gateway.control(), &Request::new("GET", "/v1/accounts"));
    assert_eq!(astray.status, 404, "nobody is mounted at the root of the control plane's port");
}

#[test]
fn a_signal_stops_it_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    let id = Clearstreet::new(gateway.url("clearstreet")).place(&Ticket::bid("TSLA", 1, "20.50")).unwrap();
    let status = gateway.terminate();
    assert_eq!(status.code(), Some(0));

    let gateway = Gateway::start(Data::Directory(directory.path()));
    let order = Clearstreet::new(gateway.url("clearstreet")).read(&id).unwrap().unwrap();
    assert_eq!((order.status.as_deref(), order.price.as_deref()), (Some("NEW"), Some("20.50")));
}

#[test]
fn a_restart_keeps_orders_and_does_not_seed_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut earlier = None;
    for start in 0..3 {
        let gateway = Gateway::start(Data::Directory(directory.path()));
        let mut client = Clearstreet::new(gateway.url("clearstreet"));
        client.place(&Ticket::market("TSLA", 10)).unwrap();
        assert_eq!(client.order_ids().unwrap().len(), start + 1);
        let balances = balances(&gateway);
        assert_ne!(earlier.replace(balances.clone()), Some(balances), "each purchase costs something");
        assert!(gateway.terminate().success());
    }
}

/// What the account owns, as one dialect says it.
fn balances(gateway: &Gateway) -> String {
    let request = Request::new("GET", "/accounts/balance").with_header("X-API-KEY", "demo-espresso-key");
    Client::default().send(gateway.url("espresso"), &request).text()
}

#[test]
fn without_a_directory_nothing_is_kept() {
    for _ in 0..2 {
        let gateway = Gateway::start(Data::Ephemeral);
        let mut client = Clearstreet::new(gateway.url("clearstreet"));
        client.place(&Ticket::bid("TSLA", 1, "20.50")).unwrap();
        assert_eq!(client.order_ids().unwrap().len(), 1);
    }
}

#[test]
fn a_reset_brings_the_beginning_back() {
    let gateway = Gateway::start(Data::Ephemeral);
    let before = balances(&gateway);
    for dialect in &mut dialects::all(&gateway) {
        dialect.place(&Ticket::market("ADA-USDM", 100)).unwrap();
    }
    assert_ne!(balances(&gateway), before);
    let reply = gateway.call_control("POST", "/_dragoman/reset", "");
    assert!((200..300).contains(&reply.status), "{reply}");
    assert_eq!(balances(&gateway), before);
    assert!(Clearstreet::new(gateway.url("clearstreet")).order_ids().unwrap().is_empty());
}

#[test]
fn an_operator_charges_an_account_and_counts_its_profit_anew() {
    let gateway = Gateway::start(Data::Ephemeral);
    let charges = "/_dragoman/accounts/demo/charges";
    let booked = gateway.call_control("POST", charges, r#"{"kind": "fee", "amount": "-1.5"}"#);
    assert_eq!(booked.status, 200, "{booked}");
    let interest = r#"{"kind": "interest", "amount": "-0.25", "instrument": "EUR-USD"}"#;
    let then = gateway.call_control("POST", charges, interest);
    let balance =
        |reply: &testkit::http::Reply| -> f64 { reply.json()["balance"].as_str().unwrap().parse().unwrap() };
    assert!((balance(&booked) - balance(&then) - 0.25).abs() < 1e-9, "{booked} {then}");
    for (path, body, status, code) in [
        (charges, r#"{"kind": "interest", "amount": "-1"}"#, 400, "bad_request"),
        (charges, r#"{"kind": "fee", "amount": "x"}"#, 400, "bad_request"),
        (charges, r#"{"kind": "fee", "amount": "-1000000000"}"#, 422, "rejected"),
        ("/_dragoman/accounts/nobody/charges", r#"{"kind": "fee", "amount": "-1"}"#, 404, "unknown_account"),
    ] {
        let refused = gateway.call_control("POST", path, body);
        assert_eq!(
            (refused.status, refused.json()["error"]["code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
    }
    let reset = gateway.call_control("DELETE", "/_dragoman/accounts/demo/realized-profit", "");
    assert_eq!(reset.status, 204, "{reset}");
}

#[test]
fn one_directory_has_one_process() {
    let directory = tempfile::tempdir().unwrap();
    let first = Gateway::start(Data::Directory(directory.path()));
    let reason = reason(&Gateway::refused(Data::Directory(directory.path()), &configuration("")));
    assert!(reason.contains(&*directory.path().to_string_lossy()), "which directory: {reason}");
    assert_eq!(first.call_control("GET", "/health", "").status, 200, "the first is not disturbed");
}

#[test]
fn two_mounts_for_the_same_request_are_refused_by_name() {
    let clash = "[[mount]]\nfacade = \"oanda\"\nprefix = \"/v\"\n[[mount]]\nfacade = \"clearstreet\"\nprefix = \"/v\"\n";
    let reason = reason(&Gateway::refused(Data::Ephemeral, &configuration(clash)));
    assert!(reason.contains("oanda") && reason.contains("clearstreet"), "who with whom: {reason}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let reason = reason(&Gateway::refused(Data::Ephemeral, &configuration("[server]\nworker = 2\n")));
    assert!(reason.contains("worker") && reason.contains("`server.workers`"), "{reason}");
    assert!(reason.contains("gateway.toml"), "which file: {reason}");
}

#[test]
fn public_credentials_stay_on_this_machine() {
    let open = "[[mount]]\nfacade = \"oanda\"\nlisten = \"0.0.0.0:0\"\n";
    let reason = reason(&Gateway::refused(Data::Ephemeral, &configuration(open)));
    assert!(reason.contains("oanda") && reason.contains("0.0.0.0"), "{reason}");
}

#[test]
fn the_built_in_configuration_checks() {
    let output = gateway::run(&["config", "check"]);
    assert!(output.status.success(), "{}", reason(&output));
    let output = gateway::run(&["config", "print"]);
    assert!(output.status.success(), "{}", reason(&output));
    let printed = String::from_utf8_lossy(&output.stdout);
    for address in ["127.0.0.1:7400", "127.0.0.1:7401", "127.0.0.1:7406"] {
        assert!(printed.contains(address), "{printed}");
    }
}
