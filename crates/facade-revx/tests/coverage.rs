//! The coverage table of `docs/facades/revx.md` says what is served. `UPDATE_GOLDEN=1` writes it anew.

mod support;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/revx.md");
const BEGIN: &str = "<!-- coverage: written by a test -->\n";
const END: &str = "<!-- end of coverage -->";

/// Method, path, how far it is served, and what is to be known of it; the vendor's order.
const ROWS: [(&str, &str, &str, &str); 33] = [
    ("POST", "/api/1.0/orders", "done", "limit and market; `post_only` with `ioc` is 400"),
    ("PUT", "/api/1.0/orders/{venue_order_id}", "done", ""),
    ("DELETE", "/api/1.0/orders/{venue_order_id}", "done", ""),
    ("DELETE", "/api/1.0/orders", "done", "`symbol` and `symbols` are honored as filters"),
    ("GET", "/api/1.0/orders/{venue_order_id}", "done", "with the earlier page's names (`seed_names`)"),
    ("GET", "/api/1.0/orders/active", "done", ""),
    ("GET", "/api/1.0/orders/historical", "done", ""),
    ("GET", "/api/1.0/orders/fills/{venue_order_id}", "done", ""),
    ("GET", "/api/1.0/trades/private/{symbol}", "done", ""),
    ("GET", "/api/1.0/balances", "done", "nothing is staked"),
    ("GET", "/api/1.0/configuration/currencies", "done", ""),
    ("GET", "/api/1.0/configuration/pairs", "done", ""),
    ("GET", "/api/1.0/order-book/{symbol}", "done", ""),
    ("GET", "/api/1.0/tickers", "done", ""),
    ("GET", "/api/1.0/candles/{symbol}", "no", "no history of prices is kept yet"),
    ("GET", "/api/1.0/trades/all/{symbol}", "done", "the last 10,000 trades of a pair"),
    ("GET", "/api/2.0/public/order-book/{symbol}", "done", ""),
    ("GET", "/api/1.0/public/tickers", "done", ""),
    ("GET", "/api/1.0/public/candles/{symbol}", "no", "no history of prices is kept yet"),
    ("GET", "/api/1.0/public/trades/all", "done", "the last 10,000 trades of a pair"),
    ("GET", "/api/1.0/public/configuration/currencies", "done", ""),
    ("GET", "/api/1.0/public/configuration/pairs", "done", ""),
    ("GET", "/api/1.0/public/last-trades", "done", "deprecated by the vendor"),
    ("GET", "/api/1.0/public/order-book/{symbol}", "done", "deprecated by the vendor"),
    ("GET", "/api/1.0/transactions", "no", "not documented by the vendor"),
    ("POST", "/orders", "done", "short paths: the same as with `/api/1.0`"),
    ("PUT", "/orders/{venue_order_id}", "done", ""),
    ("DELETE", "/orders/{venue_order_id}", "done", ""),
    ("DELETE", "/orders", "done", ""),
    ("GET", "/orders/{venue_order_id}", "done", ""),
    ("GET", "/orders/active", "done", ""),
    ("GET", "/orders/historical", "done", ""),
    ("GET", "/orders/fills/{venue_order_id}", "done", ""),
];

fn table() -> String {
    let rows = ROWS.map(|(method, path, state, note)| format!("| {method} `{path}` | {state} | {note} |\n"));
    format!("| endpoint | served | note |\n|---|---|---|\n{}", rows.concat())
}

#[test]
fn the_rows_are_the_endpoints() {
    let engine = testkit::engine();
    let endpoints = support::facade(&engine).endpoints;
    for endpoint in endpoints {
        let row = ROWS.iter().find(|(method, path, ..)| (endpoint.method, endpoint.path) == (*method, *path));
        assert!(row.is_some_and(|(_, _, state, _)| *state != "no"), "{endpoint:?}");
    }
    assert_eq!(ROWS.iter().filter(|(_, _, state, _)| *state != "no").count(), endpoints.len());
}

#[test]
fn what_is_not_served_answers_as_an_unknown_path() {
    let engine = testkit::engine();
    let server = testkit::serve(support::facade(&engine));
    for (method, path, ..) in ROWS.iter().filter(|(_, _, state, _)| *state == "no") {
        let path = path.replace("{symbol}", "BTC-USD");
        let mut request =
            testkit::http::Request::new(method, &path).with_header("X-Revx-API-Key", support::DEMO_KEY);
        support::sign(&mut request, &engine);
        let reply = server.send(&request);
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(reply.json()["message"], format!("Endpoint {method} {path} not found"));
    }
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
