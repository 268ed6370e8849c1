//! The coverage table of the documentation is what is served.

use facade_espresso::ENDPOINTS;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/espresso.md");

#[test]
fn the_table_lists_what_is_served_and_nothing_else_as_done() {
    testkit::coverage::check(PAGE, ENDPOINTS);
}
