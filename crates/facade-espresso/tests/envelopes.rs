//! Whatever is wrong with a request, the answer is in the vendor's envelope.

mod support;

use facade_kit::{Endpoint, IdSource, MountPoint};
use serde_json::Value;
use support::{DEMO_KEY, config, facade};
use testkit::envelopes::{Case, Expectations, check};
use testkit::http::{Reply, Request};
use testkit::{engine, serve, serve_at};

const ORDER: &str =
    r#"{"symbol": "ADAUSDM", "side": "buy", "type": "limit", "base_quantity": "10", "price": "0.5"}"#;
const NO_ORDER: &str = "550e8400-e29b-41d4-a716-446655440000";

struct Espresso;

impl Expectations for Espresso {
    fn request(&self, endpoint: &Endpoint) -> Request {
        let path = endpoint.path.replace("{orderId}", NO_ORDER).replace("{id}", NO_ORDER);
        let query = match path.as_str() {
            "/account/order" => format!("?id={NO_ORDER}"),
            "/market/market-price" => "?symbol=ADAUSDM".to_owned(),
            _ => String::new(),
        };
        let request = Request::new(endpoint.method, &format!("{path}{query}"));
        match endpoint.path.rsplit('/').next() {
            Some("build") => request.with_json(ORDER),
            Some("submit") => {
                request.with_json(&format!(r#"{{"order_id": "{NO_ORDER}", "signed_tx": "84a0a0f5f6"}}"#))
            }
            Some("cancel-all") => request.with_json(r#"{"symbol": "BTCUSD"}"#),
            _ => request,
        }
    }

    fn authenticate(&self, request: &mut Request) {
        request.set_header("X-API-KEY", DEMO_KEY);
    }

    fn misauthenticate(&self, request: &mut Request) {
        request.set_header("X-API-KEY", "demo-espresso-kez");
    }

    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
        match case {
            Case::NoCredential | Case::BadCredential => refusal(reply, 401, 4010, "Unauthorized access"),
            Case::WrongMethod | Case::UnknownPath => no_such_page(reply),
            Case::BadBody | Case::TooLarge | Case::BadQuery => {
                refusal(reply, 422, 4000, "Invalid request data")
            }
            // The content type is not looked at, so the request is as good as it was.
            Case::WrongContentType | Case::NoContentType => match endpoint.path.rsplit('/').next() {
                Some("build") if reply.status == 200 => Ok(()),
                Some("submit" | "cancel-all") => refusal(reply, 400, 4200, "Order not found"),
                _ => Err("the content type was looked at".to_owned()),
            },
        }
    }

    fn bad_query(&self, endpoint: &Endpoint) -> String {
        let query = match endpoint.path.rsplit('/').next().unwrap_or_default() {
            "open-orders" => "page=0",
            "trade-orders" => "limit=251",
            "trades" => "page=one",
            "market-price" => "symbol=",
            "order" => "order_id=x",
            _ => "",
        };
        query.to_owned()
    }
}

fn no_such_page(reply: &Reply) -> Result<(), String> {
    let is_plain = reply.header("content-type") == Some("text/plain");
    let is_it = reply.status == 404 && is_plain && reply.body == b"404 page not found";
    if is_it && reply.header("allow").is_none() { Ok(()) } else { Err("not the plain 404".to_owned()) }
}

/// Whether an answer is a refusal in the envelope: exactly `error` and `code`.
fn refusal(reply: &Reply, status: u16, code: u64, text: &str) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}"))?;
    let members: Vec<&String> = body.as_object().ok_or("no object")?.keys().collect();
    let expect = |holds: bool, fault: &str| if holds { Ok(()) } else { Err(fault.to_owned()) };
    expect(reply.status == status, &format!("the status is not {status}"))?;
    expect(
        reply.header("content-type") == Some("application/json; charset=utf-8"),
        "the content type is not JSON",
    )?;
    expect(members.len() == 2, "there are other members than error and code")?;
    expect(body["code"].as_u64() == Some(code), &format!("the code is not {code}"))?;
    expect(body["error"] == text, &format!("the text is not: {text}"))
}

#[test]
fn every_bad_request_is_answered_in_the_envelope() {
    let engine = engine();
    let mount = facade(&engine);
    let endpoints = mount.endpoints;
    let sent = check(&serve(mount), endpoints, &Espresso);
    assert!(sent > 90, "only {sent} requests were tried");
}

#[test]
fn a_prefix_changes_nothing() {
    let engine = engine();
    let at = MountPoint { prefix: "/espresso".to_owned() };
    let mount = facade_espresso::mount(config(), engine.handle(), IdSource::counted(), at);
    let server = serve_at(mount, "/espresso");
    let ask = |path: &str| server.send(&Request::new("GET", path));
    refusal(&ask("/espresso/accounts/balance"), 401, 4010, "Unauthorized access").unwrap();
    no_such_page(&ask("/espresso/accounts/balances")).unwrap();
    assert_eq!(ask("/espresso/app/market-config").status, 200);
    let known = Request::new("GET", "/espresso/accounts/balance").with_header("x-api-key", DEMO_KEY);
    assert_eq!(server.send(&known).status, 200);
}

#[test]
fn no_spelling_of_a_path_gets_past_the_gate() {
    let engine = engine();
    let server = serve(facade(&engine));
    for path in ["/accounts/bal%61nce", "/%61ccounts/balance", "/accounts/open-order%73"] {
        let reply = server.send(&Request::new("GET", path));
        refusal(&reply, 401, 4010, "Unauthorized access")
            .or_else(|_| no_such_page(&reply))
            .unwrap_or_else(|fault| panic!("{path}: {fault}\n{reply}"));
    }
    for path in ["/accounts//balance", "//accounts/balance", "/accounts/balance/", "/accounts/order/"] {
        let reply = server.send(&Request::new("GET", path));
        no_such_page(&reply).unwrap_or_else(|fault| panic!("{path}: {fault}\n{reply}"));
    }
}
