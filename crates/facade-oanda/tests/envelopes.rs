//! Every operation times everything that can be wrong with a request: each answer is in the vendor's envelope, with the
//! vendor's code and status.

use facade_kit::{Endpoint, IdSource, MountPoint};
use facade_oanda::{Config, ENDPOINTS};
use testkit::envelopes::{self, Case, Expectations};
use testkit::http::{Reply, Request};

struct Oanda {
    order: u64,
}

impl Expectations for Oanda {
    fn request(&self, endpoint: &Endpoint) -> Request {
        let target = endpoint
            .path
            .replace("{account_id}", "12345")
            .replace("{order_id}", &self.order.to_string())
            .replace("{trade_id}", "1")
            .replace("{transaction_id}", "1")
            .replace("{key}", "00000000000040008000000000000001")
            .replace("{instrument}", "EUR_USD");
        let query = match endpoint.path {
            "/v1/instruments" => "?accountId=12345",
            "/v1/prices" => "?instruments=EUR_USD",
            "/v1/candles" => "?instrument=EUR_USD",
            _ => "",
        };
        let request = Request::new(endpoint.method, &format!("{target}{query}"));
        if !endpoint.has_body {
            return request;
        }
        let body = match endpoint.method {
            "PATCH" => "units=5",
            _ => "instrument=EUR_USD&units=5&side=buy&type=limit&price=1.1&expiry=2026-02-01T00:00:00Z",
        };
        request.with_header("Content-Type", "application/x-www-form-urlencoded").with_body(body)
    }

    fn authenticate(&self, request: &mut Request) {
        let token = Config::development().credentials["demo"].token.reveal().to_owned();
        request.set_header("Authorization", &format!("Bearer {token}"));
    }

    fn misauthenticate(&self, request: &mut Request) {
        let token = "f".repeat(32);
        request.set_header("Authorization", &format!("Bearer {token}-{token}"));
    }

    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
        let (status, code) = match case {
            Case::NoCredential => (401, 3),
            Case::BadCredential => (401, 4),
            Case::WrongMethod => (405, 7),
            // What only begins like the address of a history needs a token.
            Case::UnknownPath if endpoint.path == "/{key}.json.zip" => (401, 3),
            Case::UnknownPath => (404, 404),
            // Only the sandbox opens accounts.
            _ if endpoint.method == "POST" && endpoint.path == "/v1/accounts" => (405, 7),
            // The address of a history says all that is asked, and this one is nobody's.
            _ if endpoint.path == "/{key}.json.zip" => (404, 404),
            // No trade has that number; what is wrong with the request itself comes first.
            Case::BadBody | Case::NoContentType if endpoint.path.ends_with("{trade_id}") => (404, 12),
            // No text is malformed as a form. This one is a form without any argument that the operation knows.
            Case::BadBody if endpoint.method == "PATCH" => (400, 35),
            Case::BadBody => (400, 2),
            Case::WrongContentType => (415, 42),
            Case::NoContentType => return expect_success(endpoint, reply),
            Case::TooLarge => (413, 413),
            Case::BadQuery => (400, 40),
        };
        let is_auth = matches!(code, 3 | 4);
        let envelope = reply.json();
        let help = if is_auth { "auth/#overview" } else { "troubleshooting/#errors" };
        let has_help = envelope["moreInfo"] == format!("http://developer.oanda.com/docs/v1/{help}");
        let has_members = envelope.as_object().is_some_and(|members| members.len() == 3)
            && envelope["message"].as_str().is_some_and(|message| !message.is_empty());
        if reply.status != status || envelope["code"] != code || !has_help || !has_members {
            return Err(format!("expected status {status} and code {code}"));
        }
        if reply.header("content-type") != Some("application/json") {
            return Err("expected application/json".to_owned());
        }
        Ok(())
    }

    fn bad_query(&self, _endpoint: &Endpoint) -> String {
        "instruments=%zz".to_owned()
    }
}

/// A body without a type is a form.
fn expect_success(endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
    let expected = if endpoint.method == "POST" { 201 } else { 200 };
    if reply.status == expected { Ok(()) } else { Err(format!("expected status {expected}")) }
}

#[test]
fn every_bad_request_is_answered_in_the_envelope() {
    let engine = testkit::engine();
    let order = engine.place(
        &serde_json::from_value(serde_json::json!({
            "account": "demo", "symbol": "EUR-USD", "side": "buy", "type": "limit", "price": "1.1", "quantity": "10"
        }))
        .unwrap(),
    );
    let mount =
        facade_oanda::mount(Config::development(), engine.handle(), IdSource::counted(), MountPoint::root());
    let server = testkit::serve(mount);
    let sent = envelopes::check(&server, ENDPOINTS, &Oanda { order: order.id.get() });
    assert!(sent >= ENDPOINTS.len() * 5, "{sent} requests were sent");
}
