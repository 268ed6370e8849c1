//! The stream of events against the list of transactions: the same, of every type, as it happens.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use std::collections::BTreeSet;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::Config;
use order_engine::{BasisPoints, Charge};
use serde_json::Value;
use testkit::http::Request;
use testkit::{TestEngine, TestServer};

use support::{StreamClient, token};

const ACCOUNT: &str = "/v1/accounts/12345";

/// Types that the stream has. An account is opened before anybody can follow it, and the vendor leaves margin rates out.
const STREAMED: [&str; 19] = [
    "DAILY_INTEREST",
    "FEE",
    "LIMIT_ORDER_CREATE",
    "MARGIN_CALL_ENTER",
    "MARGIN_CALL_EXIT",
    "MARGIN_CLOSEOUT",
    "MARKET_IF_TOUCHED_ORDER_CREATE",
    "MARKET_ORDER_CREATE",
    "ORDER_CANCEL",
    "ORDER_FILLED",
    "ORDER_UPDATE",
    "PROFIT_LOSS_RESET",
    "STOP_LOSS_FILLED",
    "STOP_ORDER_CREATE",
    "TAKE_PROFIT_FILLED",
    "TRADE_CLOSE",
    "TRADE_UPDATE",
    "TRAILING_STOP_FILLED",
    "TRANSFER_FUNDS",
];

/// The REST host, and what its caller does.
struct Owner<'test> {
    engine: &'test TestEngine,
    rest: TestServer,
}

impl Owner<'_> {
    fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let request = Request::new(method, &format!("{ACCOUNT}{path}"));
        let request = request.with_header("Authorization", &format!("Bearer {}", token("demo")));
        let reply = self.rest.send(&if body.is_empty() { request } else { request.with_body(body) });
        assert!(reply.status < 300, "{method} {path} {body}: {}", reply.text());
        reply.json()
    }

    fn order(&self, terms: &str) -> String {
        let body = format!("instrument=EUR_USD&expiry=2026-02-01T00:00:00Z&{terms}");
        self.call("POST", "/orders", &body)["orderOpened"]["id"].to_string()
    }

    fn trade(&self, terms: &str) -> String {
        let body = format!("instrument=EUR_USD&side=buy&type=market&{terms}");
        self.call("POST", "/orders", &body)["tradeOpened"]["id"].to_string()
    }

    fn quote(&self, bid: &str, ask: &str) {
        self.engine.quote("EUR-USD", bid, ask, "1000000", "1000000");
    }

    fn transactions(&self) -> Vec<Value> {
        let list = self.call("GET", "/transactions?count=500", "");
        list["transactions"].as_array().unwrap().iter().rev().cloned().collect()
    }

    /// Something of every type.
    fn trade_a_lot(&self) {
        self.quote("1.10000", "1.10010");
        let limit = self.order("units=5&side=buy&type=limit&price=1.0");
        self.call("PATCH", &format!("/orders/{limit}"), "units=6");
        self.call("DELETE", &format!("/orders/{limit}"), "");
        let touched = self.order("units=5&side=sell&type=marketIfTouched&price=1.05");
        self.call("DELETE", &format!("/orders/{touched}"), "");

        let first = self.trade("units=100");
        self.call("PATCH", &format!("/trades/{first}"), "takeProfit=1.15");
        self.quote("1.16000", "1.16010");
        self.trade("units=100&stopLoss=1.14");
        self.quote("1.13000", "1.13010");
        self.trade("units=100&trailingStop=50");
        self.quote("1.12000", "1.12010");
        self.order("units=100&side=buy&type=stop&price=1.13");
        self.quote("1.13500", "1.13510");
        let open = self.call("GET", "/trades", "")["trades"][0]["id"].to_string();
        self.call("DELETE", &format!("/trades/{open}"), "");
    }

    /// What happens to the account itself.
    fn run_into_trouble(&self) {
        let engine = self.engine;
        engine.charge("demo", Charge::Fee, "-1");
        engine.charge("demo", Charge::Correction, "1");
        engine.charge("demo", Charge::Interest { instrument: engine.instrument("EUR-USD") }, "-0.5");
        engine.reset_profit("demo");
        engine.set_margin_rate("demo", BasisPoints::new(600));
        engine.set_closeout("demo", BasisPoints::new(5_000));
        engine.adjust("demo", "USD", "-9999000");
        self.trade("units=10000");
        self.quote("1.10000", "1.10010");
        self.quote("1.13000", "1.13010");
        self.quote("1.06000", "1.06010");
    }
}

#[test]
fn every_type_of_transaction_is_streamed_as_it_is_listed() {
    let engine = testkit::engine();
    let (config, at) = (Config::development(), MountPoint::root);
    let rest = facade_oanda::mount(config.clone(), engine.handle(), IdSource::counted(), at());
    let stream = facade_oanda::mount_stream(config, engine.handle(), IdSource::counted(), at());
    let owner = Owner { engine: &engine, rest: testkit::serve(rest) };
    let server = testkit::serve(stream);
    let known = owner.transactions().len();
    let mut client = StreamClient::open(&server, "demo", "/v1/events", "");
    client.skip(1);

    owner.trade_a_lot();
    owner.run_into_trouble();
    engine.adjust("maker", "USD", "1");

    let listed = owner.transactions().split_off(known);
    let (left_out, listed): (Vec<Value>, Vec<Value>) =
        listed.into_iter().partition(|transaction| transaction["type"] == "SET_MARGIN_RATE");
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    let types: BTreeSet<&str> =
        listed.iter().filter_map(|transaction| transaction["type"].as_str()).collect();
    assert_eq!(types, STREAMED.into_iter().collect());
    for transaction in listed {
        let mut line = client.line().unwrap();
        while line.starts_with(r#"{"heartbeat""#) {
            line = client.line().unwrap();
        }
        let told: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told, serde_json::json!({ "transaction": transaction }));
    }
}
