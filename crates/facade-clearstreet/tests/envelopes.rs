//! Whatever is wrong with a request, the answer is in the vendor's envelope.

use facade_clearstreet::{Config, RateLimit, mount};
use facade_kit::{Endpoint, IdSource, MountPoint};
use serde_json::Value;
use testkit::envelopes::{Case, Expectations, check};
use testkit::http::{Reply, Request};
use testkit::{engine, serve, serve_at};

const ENTRY: &str = r#"{"order_type":"LIMIT","quantity":"1","side":"BUY","symbol":"TSLA","time_in_force":"DAY","limit_price":"1.00"}"#;
const NO_ORDER: &str = "019c7b89-feea-7600-9e56-f15ef0557835";

struct ClearStreet;

impl Expectations for ClearStreet {
    fn request(&self, endpoint: &Endpoint) -> Request {
        let path = endpoint
            .path
            .replace("{account_id}", "19816")
            .replace("{order_id}", NO_ORDER)
            .replace("{watchlist_id}", NO_ORDER)
            .replace("{item_id}", NO_ORDER)
            .replace("{instruction_id}", NO_ORDER)
            .replace("{instrument_id}", "TSLA");
        let request = Request::new(endpoint.method, &path);
        if endpoint.path.starts_with("/v1/watchlists") && endpoint.has_body {
            return request.with_json(r#"{"name": "a", "instrument_id": "TSLA"}"#);
        }
        match (endpoint.method, endpoint.has_body) {
            ("POST", true) => request.with_json(&format!("[{ENTRY}]")),
            (_, true) => request.with_json(r#"{"quantity": "2"}"#),
            (_, false) => request,
        }
    }

    fn authenticate(&self, request: &mut Request) {
        request.set_header("Authorization", "Bearer demo.clearstreet-key");
    }

    fn misauthenticate(&self, request: &mut Request) {
        request.set_header("Authorization", "Bearer demo.clearstreet-kez");
    }

    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
        let (status, message) = match case {
            Case::NoCredential | Case::BadCredential => {
                (401, "The request does not have valid authentication credentials")
            }
            Case::WrongMethod => (405, "Method Not Allowed"),
            // Below an open path nothing is open.
            Case::UnknownPath if !endpoint.needs_auth => {
                (401, "The request does not have valid authentication credentials")
            }
            Case::UnknownPath => (404, "Some requested entity was not found"),
            Case::BadBody => (400, "Failed to parse the request body as JSON: "),
            Case::WrongContentType | Case::NoContentType => {
                (415, "Expected request with `Content-Type: application/json`")
            }
            Case::TooLarge => (413, "Failed to buffer the request body: length limit exceeded"),
            Case::BadQuery => (400, "Failed to deserialize query string: "),
        };
        // An array is expected where one is submitted, so that an object is wrong before it ends too early.
        let takes_array = endpoint.method == "POST" && !endpoint.path.starts_with("/v1/watchlists");
        // Settings refuse what they do not know, before they see how the body ends.
        let is_strict = endpoint.method == "PATCH" && endpoint.path == "/v1/accounts/{account_id}";
        let (status, message) = if case == Case::BadBody && (takes_array || is_strict) {
            (422, "Failed to deserialize the JSON body into the target type: ")
        } else {
            (status, message)
        };
        failure(reply, status, message)
    }

    fn bad_query(&self, endpoint: &Endpoint) -> String {
        let parameter = match endpoint.path.rsplit('/').next().unwrap_or_default() {
            "orders" if endpoint.method == "GET" => "page_size=0",
            "orders" if endpoint.method == "DELETE" => "side=HOLD",
            "positions" | "{instrument_id}" if endpoint.method == "DELETE" => "",
            "watchlists" if endpoint.method == "GET" => "page_size=1001",
            "contracts" => "underlier=TSLA&expiry=2026-02-30",
            "accounts" | "instruments" | "executions" | "positions" => "page_token=%21",
            "search" => "q=x&page_size=ten",
            "portfolio-history" => "end_date=2026-01-05",
            "balances" => "top_margin_contributors_limit=0",
            "{instrument_id}" => "include_options_expiry_dates=1",
            "daily-summary" => "instrument_ids=",
            "market-hours" => "date=2026-02-30",
            "snapshot" => "instrument_ids=TSLA&instrument_ids=AAPL",
            _ => "",
        };
        parameter.to_owned()
    }
}

/// Whether an answer is a failure in the envelope: exactly `error` and `metadata`, with the status inside too.
fn failure(reply: &Reply, status: u16, message: &str) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}"))?;
    let members: Vec<&String> = body.as_object().ok_or("no object")?.keys().collect();
    let expect = |holds: bool, fault: &str| if holds { Ok(()) } else { Err(fault.to_owned()) };
    expect(reply.status == status, &format!("the status is not {status}"))?;
    expect(reply.header("content-type") == Some("application/json"), "the content type is not JSON")?;
    expect(members == ["error", "metadata"], "the members are not error and metadata")?;
    expect(body["error"]["code"].as_u64() == Some(u64::from(status)), "the code is not the status")?;
    let text = body["error"]["message"].as_str().ok_or("the message is no text")?;
    expect(text.starts_with(message), &format!("the message does not begin with: {message}"))?;
    let id = body["metadata"]["request_id"].as_str().ok_or("there is no request id")?;
    expect(id.len() == 36, "the request id is no UUID")
}

#[test]
fn every_bad_request_is_answered_in_the_envelope() {
    let engine = engine();
    let mount = mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let endpoints = mount.endpoints;
    let sent = check(&serve(mount), endpoints, &ClearStreet);
    assert!(sent > 70, "only {sent} requests were tried");
}

#[test]
fn a_prefix_changes_nothing() {
    let engine = engine();
    let at = MountPoint { prefix: "/clearstreet".to_owned() };
    let server =
        serve_at(mount(Config::development(), engine.handle(), IdSource::counted(), at), "/clearstreet");
    let version = server.send(&Request::new("GET", "/clearstreet/v1/version"));
    assert_eq!(version.status, 200, "{version}");
    let clock = server.send(&Request::new("GET", "/clearstreet/v1/clock"));
    failure(&clock, 401, "The request does not have").unwrap();
}

#[test]
fn a_used_up_key_is_told_when_to_come_back() {
    let engine = engine();
    let rate_limit = Some(RateLimit { requests: 2, per_seconds: 60 });
    let config = Config { rate_limit, ..Config::development() };
    let server = serve(mount(config, engine.handle(), IdSource::counted(), MountPoint::root()));
    let ask = |key: &str| server.send(&Request::new("GET", "/v1/clock").with_header("Authorization", key));
    assert_eq!(ask("Bearer demo.clearstreet-key").status, 200);
    assert_eq!(ask("Bearer demo.clearstreet-key").status, 200);
    let limited = ask("Bearer demo.clearstreet-key");
    failure(&limited, 429, "Some resource has been exhausted").unwrap();
    assert_eq!(limited.header("retry-after"), Some("60"));
    assert_eq!(ask("Bearer maker.clearstreet-key").status, 200, "another key has its own share");
    engine.advance(60);
    assert_eq!(ask("Bearer demo.clearstreet-key").status, 200);
}
