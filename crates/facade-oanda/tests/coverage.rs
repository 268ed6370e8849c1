//! The coverage table of the documentation is what is served.

use facade_kit::Endpoint;
use facade_oanda::{ENDPOINTS, ENDPOINTS_STREAM};

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
