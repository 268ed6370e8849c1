//! The coverage table of the documentation is what is served, and the rest answers as if it were not there.

mod support;

use testkit::http::Request;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/revx.md");

#[test]
fn what_is_not_served_answers_as_an_unknown_path() {
    let engine = testkit::engine();
    let facade = support::facade(&engine);
    let missing = testkit::coverage::check(PAGE, facade.endpoints);
    let server = testkit::serve(facade);
    for (method, path) in missing {
        let path = path.replace("{symbol}", "BTC-USD");
        let mut request = Request::new(&method, &path).with_header("X-Revx-API-Key", support::DEMO_KEY);
        support::sign(&mut request, &engine);
        let reply = server.send(&request);
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(reply.json()["message"], format!("Endpoint {method} {path} not found"));
    }
}
