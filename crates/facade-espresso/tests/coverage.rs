//! The coverage table of the documentation is what is served.

use std::fs;

use facade_espresso::ENDPOINTS;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/espresso.md");

/// The rows `| METHOD /path | done | ... |` of the page.
fn documented(page: &str) -> Vec<(String, String)> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let operation = cells.next()?.trim_end_matches('`').to_owned();
        let state = cells.next()?.trim().to_owned();
        let is_operation = ["GET /", "POST /", "PUT /", "PATCH /", "DELETE /", "WS /"]
            .iter()
            .any(|method| operation.starts_with(method));
        is_operation.then_some((operation, state))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn the_table_lists_what_is_served_and_nothing_else_as_done() {
    let page = fs::read_to_string(PAGE).expect("docs/facades/espresso.md");
    let rows = documented(&page);
    assert!(rows.iter().all(|(_, state)| ["done", "partly", "no"].contains(&state.as_str())), "{rows:?}");
    let mut listed: Vec<String> =
        rows.into_iter().filter(|(_, state)| state != "no").map(|(operation, _)| operation).collect();
    let mut served: Vec<String> =
        ENDPOINTS.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    served.sort();
    listed.sort();
    assert_eq!(listed, served);
}
