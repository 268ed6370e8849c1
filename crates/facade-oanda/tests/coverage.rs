//! The coverage table of `docs/facades/oanda.md` says what is served. `UPDATE_GOLDEN=1` writes it anew.

use facade_oanda::ENDPOINTS;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/oanda.md");
const BEGIN: &str = "<!-- coverage: written by a test -->\n";
const END: &str = "<!-- end of coverage -->";

/// Method, path, how far it is served, and what is to be known of it; the vendor's order.
const ROWS: [(&str, &str, &str, &str); 29] = [
    ("GET", "/v1/instruments", "done", ""),
    ("GET", "/v1/prices", "done", "the house's quote"),
    ("GET", "/v1/candles", "no", "no history of prices is kept yet"),
    ("GET", "/v1/accounts", "done", ""),
    ("POST", "/v1/accounts", "no", "the vendor's sandbox only"),
    ("GET", "/v1/accounts/{account_id}", "done", ""),
    ("GET", "/v1/accounts/{account_id}/orders", "done", ""),
    ("POST", "/v1/accounts/{account_id}/orders", "partly", "no `takeProfit`, `stopLoss`, `trailingStop`"),
    ("GET", "/v1/accounts/{account_id}/orders/{order_id}", "done", ""),
    (
        "PATCH",
        "/v1/accounts/{account_id}/orders/{order_id}",
        "partly",
        "no `takeProfit`, `stopLoss`, `trailingStop`",
    ),
    ("DELETE", "/v1/accounts/{account_id}/orders/{order_id}", "done", ""),
    ("GET", "/v1/accounts/{account_id}/trades", "done", ""),
    ("GET", "/v1/accounts/{account_id}/trades/{trade_id}", "done", ""),
    ("PATCH", "/v1/accounts/{account_id}/trades/{trade_id}", "no", "the engine has no exits yet"),
    (
        "DELETE",
        "/v1/accounts/{account_id}/trades/{trade_id}",
        "no",
        "the engine cannot close one lot yet; an opposite market order closes the oldest",
    ),
    ("GET", "/v1/accounts/{account_id}/positions", "done", ""),
    ("GET", "/v1/accounts/{account_id}/positions/{instrument}", "done", ""),
    (
        "DELETE",
        "/v1/accounts/{account_id}/positions/{instrument}",
        "no",
        "a plain market order could turn the position when two come at once",
    ),
    ("GET", "/v1/accounts/{account_id}/transactions", "no", ""),
    ("GET", "/v1/accounts/{account_id}/transactions/{transaction_id}", "no", ""),
    ("GET", "/v1/accounts/{account_id}/alltransactions", "no", ""),
    ("GET", "/v1/prices (stream host)", "no", ""),
    ("GET", "/v1/events (stream host)", "no", ""),
    ("GET", "/labs/v1/calendar", "no", ""),
    ("GET", "/labs/v1/historical_position_ratios", "no", ""),
    ("GET", "/labs/v1/spreads", "no", ""),
    ("GET", "/labs/v1/commitments_of_traders", "no", ""),
    ("GET", "/labs/v1/orderbook_data", "no", ""),
    ("GET", "/labs/v1/signal/autochartist", "no", ""),
];

fn table() -> String {
    let rows = ROWS.map(|(method, path, state, note)| format!("| {method} `{path}` | {state} | {note} |\n"));
    format!("| endpoint | served | note |\n|---|---|---|\n{}", rows.concat())
}

#[test]
fn the_rows_are_the_endpoints() {
    for endpoint in ENDPOINTS {
        let row = ROWS.iter().find(|(method, path, ..)| (endpoint.method, endpoint.path) == (*method, *path));
        assert!(row.is_some_and(|(_, _, state, _)| *state != "no"), "{endpoint:?}");
    }
    let served = ROWS.iter().filter(|(_, _, state, _)| *state != "no").count();
    assert_eq!(served, ENDPOINTS.len());
}

#[test]
fn the_document_has_the_table() {
    let text = std::fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the document marks where the table begins");
    let (written, after) = rest.split_once(END).expect("the document marks where the table ends");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(DOCUMENT, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(written, table(), "the coverage table is stale; UPDATE_GOLDEN=1 writes it anew");
    }
}
