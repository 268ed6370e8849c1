//! Every type of transaction that the vendor knows is told in some golden file, or has a row that says why it never is.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/oanda.md");

/// The vendor's types, in the order of section 10.4 of its reference.
const TYPES: [&str; 23] = [
    "MARKET_ORDER_CREATE",
    "LIMIT_ORDER_CREATE",
    "STOP_ORDER_CREATE",
    "MARKET_IF_TOUCHED_ORDER_CREATE",
    "ORDER_UPDATE",
    "ORDER_CANCEL",
    "ORDER_FILLED",
    "TRADE_UPDATE",
    "TRADE_CLOSE",
    "TAKE_PROFIT_FILLED",
    "STOP_LOSS_FILLED",
    "TRAILING_STOP_FILLED",
    "MIGRATE_TRADE_CLOSE",
    "MIGRATE_TRADE_OPEN",
    "MARGIN_CALL_ENTER",
    "MARGIN_CALL_EXIT",
    "MARGIN_CLOSEOUT",
    "SET_MARGIN_RATE",
    "TRANSFER_FUNDS",
    "DAILY_INTEREST",
    "FEE",
    "PROFIT_LOSS_RESET",
    "CREATE",
];

/// Rows of the documentation's table: type, and whether it is told.
fn rows() -> BTreeMap<String, String> {
    let page = fs::read_to_string(PAGE).unwrap();
    let section = page.split_once("### Transactions").unwrap().1.split_once("\n### ").unwrap().0.to_owned();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let kind = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?.to_owned();
        Some((kind, (*cells.get(2)?).to_owned()))
    };
    section.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

/// Types that a golden file shows.
fn shown(folder: &Path, types: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            shown(&path, types);
            continue;
        }
        for line in fs::read_to_string(path).unwrap().lines() {
            let kind = line.trim().strip_prefix("\"type\": \"").and_then(|rest| rest.split_once('"'));
            types.extend(kind.map(|(kind, _)| kind.to_owned()));
        }
    }
}

#[test]
fn every_type_is_told_or_has_its_reason() {
    let rows = rows();
    let known: BTreeSet<&str> = TYPES.into_iter().collect();
    assert_eq!(rows.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let mut types = BTreeSet::new();
    shown(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"), &mut types);
    for (kind, here) in &rows {
        match here.as_str() {
            "told" => assert!(types.contains(kind), "no golden file shows {kind}"),
            "never" => assert!(!types.contains(kind), "{kind} is told after all"),
            other => panic!("{kind}: {other:?} is neither told nor never"),
        }
    }
}

#[test]
fn the_types_are_those_of_the_reference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vendors/oanda/README.md");
    let Ok(reference) = fs::read_to_string(root) else {
        println!("skipped: the reference is not there");
        return;
    };
    let section =
        reference.split_once("### 10.4").unwrap().1.split_once("`ORDER_CANCEL.reason`").unwrap().0.to_owned();
    let words = section.lines().filter_map(|line| line.strip_prefix("| `")).flat_map(|line| {
        let cell = line.split_once('|').map_or(line, |(cell, _)| cell).to_owned();
        let kinds: Vec<String> =
            cell.replace('`', "").split(", ").map(|kind| kind.trim().to_owned()).collect();
        kinds
    });
    assert_eq!(words.collect::<BTreeSet<_>>(), TYPES.into_iter().map(str::to_owned).collect());
}
