//! The server and the client, against a facade that echoes.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use facade_kit::{Endpoint, Mount};
use testkit::http::Request;
use testkit::{serve, serve_at};

const ENDPOINTS: &[Endpoint] = &[Endpoint { method: "*", path: "/echo", has_body: true, needs_auth: false }];

/// Answers with the request as it came.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    let mut headers: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    text.extend(headers);
    text.push_str(&String::from_utf8_lossy(&body));
    HttpResponse::Found().insert_header(("Location", "/elsewhere")).body(text)
}

fn echoing() -> Mount {
    Mount {
        name: "echo",
        endpoints: ENDPOINTS,
        has_streams: false,
        configure: Arc::new(|app| {
            app.service(
                web::scope("")
                    .app_data(web::PayloadConfig::new(1 << 10))
                    .service(web::resource("/echo").to(echo)),
            );
        }),
    }
}

#[test]
fn a_request_arrives_as_it_was_written_and_a_redirect_is_an_answer() {
    let server = serve(echoing());
    let request = Request::new("DELETE", "/echo?a=%2F&a=+x").with_header("X-Any", "1").with_body("body");
    let reply = server.send(&request);
    assert_eq!(reply.status, 302);
    assert_eq!(
        reply.text(),
        "DELETE /echo?a=%2F&a=+x\ncontent-length: 4\nhost: dragoman.test\nx-any: 1\nbody"
    );
}

#[test]
fn a_bare_request_adds_nothing_of_its_own() {
    let server = serve(echoing());
    let reply = server.send(&Request::new("ODD", "/echo"));
    assert_eq!(reply.text(), "ODD /echo\nhost: dragoman.test\n");
    let reply = server.send(&Request::new("POST", "/echo"));
    assert_eq!(reply.text(), "POST /echo\ncontent-length: 0\nhost: dragoman.test\n");
}

#[test]
fn a_prefix_belongs_to_the_mount() {
    let server = serve_at(echoing(), "/under");
    assert_eq!(server.send(&Request::new("GET", "/under/echo")).status, 302);
    assert_eq!(server.send(&Request::new("GET", "/echo")).status, 404);
}

#[test]
fn a_body_past_the_limit_gets_its_answer() {
    let server = serve(echoing());
    let request = Request::new("POST", "/echo").with_body(vec![b' '; 4 << 20]);
    assert_eq!(server.send(&request).status, 413);
}
