//! Coverage tables: what a page of the documentation says is served is what is served.
//!
//! A row is `| METHOD /path | done | note |`, with backquotes wherever the page wants them. `done` and `partly` are
//! served, `no` is not.

use std::collections::BTreeSet;
use std::path::Path;

use facade_kit::Endpoint;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "WS"];

/// Checks the table of a page, and gives back the methods and paths that it calls not served.
///
/// # Panics
/// When the page cannot be read or has no table, says neither of the three words of a row or has a row twice, or calls
/// served what is not, or does not call served what is.
pub fn check<'e>(
    page: impl AsRef<Path>,
    endpoints: impl IntoIterator<Item = &'e Endpoint>,
) -> Vec<(String, String)> {
    let page = page.as_ref();
    let text = std::fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let mut documented = BTreeSet::new();
    let mut missing = Vec::new();
    for (method, path, served) in text.lines().filter_map(row) {
        let operation = (method.to_owned(), path.to_owned());
        match served {
            "done" | "partly" => assert!(documented.insert(operation), "{method} {path} is there twice"),
            "no" => missing.push(operation),
            other => panic!("{method} {path} is done, partly or no, and not {other:?}"),
        }
    }
    let served: BTreeSet<(String, String)> = endpoints
        .into_iter()
        .map(|endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned()))
        .collect();
    let difference: Vec<_> = documented.symmetric_difference(&served).collect();
    assert!(difference.is_empty(), "{} is stale about {difference:?}", page.display());
    missing
}

/// Method, path and state of a line that is a row.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let (method, path) = cells.next()?.trim_matches('`').split_once(' ')?;
    let path = path.trim_start_matches('`');
    let is_operation = METHODS.contains(&method) && path.starts_with('/');
    is_operation.then_some((method, path, cells.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_backquotes_anywhere() {
        assert_eq!(row("| GET `/a/{id}` | done | as `x` |"), Some(("GET", "/a/{id}", "done")));
        assert_eq!(row("| `WS /stream` | no | |"), Some(("WS", "/stream", "no")));
        assert_eq!(row("| GET `/v1/prices (stream host)` | no |  |").unwrap().1, "/v1/prices (stream host)");
        for line in ["| endpoint | served | note |", "|---|---|---|", "GET /a", "| GET | /a |", ""] {
            assert_eq!(row(line), None, "{line}");
        }
    }
}
