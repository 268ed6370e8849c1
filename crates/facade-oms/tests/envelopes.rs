//! Every operation times everything that can be wrong with a request before a handler has a say.

mod support;

use std::cell::Cell;

use facade_kit::{Endpoint, IdSource, MountPoint};
use facade_oms::Config;
use testkit::envelopes::{Case, Expectations, check};
use testkit::http::{Reply, Request};
use testkit::{TestEngine, engine, serve, serve_at};

struct Oms<'a> {
    engine: &'a TestEngine,
    prefix: &'static str,
    judged: Cell<usize>,
}

impl Expectations for Oms<'_> {
    fn request(&self, endpoint: &Endpoint) -> Request {
        let path = endpoint
            .path
            .replace("{owner}", "DEMO")
            .replace("{account}", "0001")
            .replace("{order}", "0000000000000048")
            .replace("{exchange}", "DRG")
            .replace("{status}", "Completed")
            .replace("{source}", "Auth")
            .replace("{identity}", "Client%3Ademo");
        let request = Request::new(endpoint.method, &format!("{}{path}", self.prefix));
        if endpoint.has_body { request.with_json("[]") } else { request }
    }

    fn authenticate(&self, request: &mut Request) {
        let bearer = support::bearer(&Config::development(), "OMS$Control", self.engine);
        request.set_header("Authorization", &bearer);
    }

    fn misauthenticate(&self, request: &mut Request) {
        let genuine = support::bearer(&Config::development(), "OMS$Control", self.engine);
        // The same token with the last character of its signature changed.
        let (signed, last) = genuine.split_at(genuine.len() - 1);
        let other = if last == "A" { "Q" } else { "A" };
        request.set_header("Authorization", &format!("{signed}{other}"));
    }

    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String> {
        self.judged.set(self.judged.get() + 1);
        let status = match case {
            Case::NoCredential | Case::BadCredential => 401,
            // Below a public path nothing is public.
            Case::UnknownPath if !endpoint.needs_auth => 401,
            Case::WrongMethod => 405,
            Case::UnknownPath => 404,
            Case::BadBody => 422,
            Case::WrongContentType | Case::NoContentType => 415,
            Case::TooLarge => 413,
            Case::BadQuery => 400,
        };
        // An order must be there before its new state is read.
        let status = if endpoint.method == "PATCH" && case == Case::BadBody { 404 } else { status };
        if reply.status != status {
            return Err(format!("the status should be {status}"));
        }
        let body = if status == 422 { r#"["Data.Deserialise"]"# } else { "" };
        if reply.text() != body {
            return Err(format!("the body should be {body:?}"));
        }
        let challenge = match case {
            Case::NoCredential => Some("Bearer"),
            Case::UnknownPath if !endpoint.needs_auth => Some("Bearer"),
            Case::BadCredential => Some(r#"Bearer error="invalid_token""#),
            Case::WrongMethod
            | Case::UnknownPath
            | Case::BadBody
            | Case::WrongContentType
            | Case::NoContentType
            | Case::TooLarge
            | Case::BadQuery => None,
        };
        if reply.header("www-authenticate") != challenge {
            return Err(format!("the challenge should be {challenge:?}"));
        }
        Ok(())
    }

    fn bad_query(&self, endpoint: &Endpoint) -> String {
        let no_as_at = ["/identity", "/diagnostics", "/owner/byid", "/status/request/byid", "/streaming"];
        let takes_none = no_as_at.iter().any(|start| endpoint.path.starts_with(start));
        if takes_none || endpoint.method == "PATCH" { String::new() } else { "asAt=soon".to_owned() }
    }
}

#[test]
fn nothing_leaves_but_in_the_vendors_way() {
    for prefix in ["", "/oms"] {
        let engine = engine();
        let at = MountPoint { prefix: prefix.to_owned() };
        let mount = facade_oms::mount(Config::development(), engine.handle(), IdSource::counted(), at);
        let endpoints = mount.endpoints;
        let server = if prefix.is_empty() { serve(mount) } else { serve_at(mount, prefix) };
        let expectations = Oms { engine: &engine, prefix, judged: Cell::new(0) };
        let sent = check(&server, endpoints, &expectations);
        assert_eq!(sent, expectations.judged.get());
        assert!(sent > 4 * endpoints.len(), "only {sent} requests were sent");
    }
}

#[test]
fn codes_in_paths_may_have_any_character() {
    let engine = engine();
    let mut config = Config::development();
    config.owners[0].code = "A/B 100%".to_owned();
    let mount = facade_oms::mount(config, engine.handle(), IdSource::counted(), MountPoint::root());
    let server = serve(mount);
    let bearer = support::bearer(&Config::development(), "OMS$Control", &engine);
    let get = |path: &str| server.send(&Request::new("GET", path).with_header("Authorization", &bearer));
    assert_eq!(get("/owner/byid/A%2FB%20100%25").json()["OwnerID"], "A/B 100%");
    assert_eq!(get("/order/for/A%2fB%20100%25/0001").text(), "[]");
    assert_eq!(get("/owner/byid/A/B%20100%25").status, 404);
}
