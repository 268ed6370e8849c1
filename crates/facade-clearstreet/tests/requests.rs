//! The orders that the vendor has published are taken as they stand. Skipped where they are not at hand.

use std::fs;

use facade_clearstreet::{Config, mount};
use facade_kit::{IdSource, MountPoint};
use serde_json::Value;
use testkit::http::Request;
use testkit::{engine, serve};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vendors/clearstreet/examples");

#[test]
fn published_orders_are_taken() {
    let Ok(folder) = fs::read_dir(EXAMPLES) else {
        eprintln!("skipped: the vendor's examples are not at hand");
        return;
    };
    let mut paths: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().contains("submit_orders.request."));
    paths.sort();
    assert_eq!(paths.len(), 7, "the published requests");
    for path in paths {
        let text = fs::read_to_string(&path).expect("an example");
        let asked: Value = serde_json::from_str(&text).expect("an example in JSON");
        let engine = engine();
        let server =
            serve(mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root()));
        let send = |method: &str, target: &str, body: &str| {
            let request = Request::new(method, target);
            let request = if body.is_empty() { request } else { request.with_json(body) };
            let reply = server.send(&request.with_header("Authorization", "Bearer demo.clearstreet-key"));
            let answer: Value = serde_json::from_slice(&reply.body).expect("an answer in JSON");
            assert_eq!(reply.status, 200, "{}: {answer}", path.display());
            answer["data"].clone()
        };
        // A trailing order follows the last trade.
        let trade =
            r#"[{"order_type":"MARKET","quantity":"1","side":"BUY","symbol":"TSLA","time_in_force":"DAY"}]"#;
        send("POST", "/v1/accounts/19816/orders", trade);
        let acknowledged = send("POST", "/v1/accounts/19816/orders", &text);
        let (order, wanted) = (&acknowledged[0], asked[0].as_object().expect("an order"));
        assert_eq!(order["status"], "PENDING_NEW");
        for (name, value) in wanted {
            assert_eq!(&order[name], value, "{}: {name}", path.display());
        }
        let id = order["id"].as_str().expect("an id");
        let read = send("GET", &format!("/v1/accounts/19816/orders/{id}"), "");
        let expected = if wanted["order_type"] == "MARKET" { "FILLED" } else { "NEW" };
        assert_eq!(read["status"], expected, "{}", path.display());
    }
}
