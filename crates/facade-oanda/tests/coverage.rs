//! The coverage table of the documentation is what is served.

use facade_kit::Endpoint;
use facade_oanda::{ENDPOINTS, ENDPOINTS_STREAM};
use testkit::golden::{self, Exchange};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/oanda.md");

#[test]
fn the_table_lists_what_is_served_and_nothing_else_as_done() {
    // The table tells the two hosts apart, which paths do not.
    let of_stream_host = |endpoint: &Endpoint| Endpoint {
        path: format!("{} (stream host)", endpoint.path).leak(),
        ..*endpoint
    };
    let streams: Vec<Endpoint> = ENDPOINTS_STREAM.iter().map(of_stream_host).collect();
    testkit::coverage::check(PAGE, ENDPOINTS.iter().chain(&streams));
}

/// Whether a path is of an endpoint.
fn is_of(template: &str, target: &str) -> bool {
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

#[test]
fn every_endpoint_has_a_golden_file_that_it_answers_well() {
    let exchanges = golden::exchanges(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let streamed = |exchange: &Exchange| {
        exchange.file.starts_with("golden-stream/") || exchange.file.starts_with("golden-heartbeats/")
    };
    let is_shown = |endpoint: &Endpoint, is_stream: bool| {
        exchanges.iter().any(|exchange| {
            let is_it = exchange.method == endpoint.method && is_of(endpoint.path, &exchange.target);
            is_it && streamed(exchange) == is_stream && (200..300).contains(&exchange.status)
        })
    };
    // The file of a full history is no text; how it is fetched is tested elsewhere.
    let rest = ENDPOINTS.iter().filter(|endpoint| endpoint.needs_auth);
    let missing: Vec<_> = rest
        .map(|endpoint| (endpoint, false))
        .chain(ENDPOINTS_STREAM.iter().map(|endpoint| (endpoint, true)))
        .filter(|(endpoint, is_stream)| !is_shown(endpoint, *is_stream))
        .collect();
    assert!(missing.is_empty(), "no golden file has {missing:?}");
    assert_eq!(
        ENDPOINTS.len() + ENDPOINTS_STREAM.len(),
        24,
        "the vendor's 23, and the file of a full history"
    );
}
