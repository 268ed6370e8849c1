//! Every endpoint times everything that can be wrong before a handler has a say.

mod support;

use facade_kit::Endpoint;
use testkit::envelopes::{self, Case, Expectations};
use testkit::http::{Reply, Request};
use testkit::{TestEngine, engine, serve};

struct Vendor<'a>(&'a TestEngine);

const ORDER: &str = "7a52e92e-8639-4fe1-abaa-68d3a2d5234b";

impl Expectations for Vendor<'_> {
    fn request(&self, endpoint: &Endpoint) -> Request {
        let target = endpoint.path.replace("{venue_order_id}", ORDER).replace("{symbol}", "BTC-USD");
        let request = Request::new(endpoint.method, &target);
        match endpoint.method {
            "POST" => request.with_json(
                r#"{"client_order_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","symbol":"BTC-USD","side":"buy","order_configuration":{"limit":{"base_size":"0.1","price":"90000"}}}"#,
            ),
            "PUT" => request.with_json(
                r#"{"client_order_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","price":"51000.00"}"#,
            ),
            _ => request,
        }
    }

    fn authenticate(&self, request: &mut Request) {
        request.set_header("X-Revx-API-Key", support::DEMO_KEY);
        support::sign(request, self.0);
    }

    fn misauthenticate(&self, request: &mut Request) {
        request.set_header("X-Revx-API-Key", &support::DEMO_KEY.replace('d', "D"));
        support::sign(request, self.0);
    }

    fn bad_query(&self, endpoint: &Endpoint) -> String {
        let reads_a_limit = ["active", "historical", "/trades/private/", "/trades/all", "order-book"];
        if reads_a_limit.iter().any(|part| endpoint.path.contains(part)) {
            "limit=many&region=US".to_owned()
        } else {
            String::new()
        }
    }

    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
        let expected: &[u16] = match case {
            Case::NoCredential | Case::BadCredential => &[401],
            Case::BadBody | Case::BadQuery => &[400],
            Case::TooLarge => &[413],
            // Nobody looks at the content type: the order is placed, then its id is taken; the one to replace is
            // unknown.
            Case::WrongContentType | Case::NoContentType if endpoint.method == "POST" => &[200, 400],
            Case::WrongMethod | Case::UnknownPath | Case::WrongContentType | Case::NoContentType => &[404],
        };
        if !expected.contains(&reply.status) {
            return Err(format!("the status is not among {expected:?}"));
        }
        if reply.status == 200 { Ok(()) } else { is_envelope(reply) }
    }
}

/// A message, an id and the engine's time, and nothing else.
fn is_envelope(reply: &Reply) -> Result<(), String> {
    if reply.header("content-type") != Some("application/json") {
        return Err("it is not JSON".to_owned());
    }
    let body = reply.json();
    let members: Vec<&str> = body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    if members != ["error_id", "message", "timestamp"] {
        return Err(format!("the members are {members:?}"));
    }
    let has_message = body["message"].as_str().is_some_and(|message| !message.is_empty());
    let has_id = body["error_id"].as_str().is_some_and(|id| id.len() == 36);
    let has_time = body["timestamp"].as_u64() == Some(1_767_625_200_000);
    if has_message && has_id && has_time { Ok(()) } else { Err("a member is wrong".to_owned()) }
}

#[test]
fn every_bad_request_is_answered_in_the_vendors_envelope() {
    let engine = engine();
    let mount = support::facade(&engine);
    let endpoints = mount.endpoints;
    let server = serve(mount);
    let sent = envelopes::check(&server, endpoints, &Vendor(&engine));
    assert!(sent > 4 * endpoints.len(), "only {sent} requests were sent");
}
