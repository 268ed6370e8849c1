//! Every code of the vendor is given by a golden file, with its status and its text, or says why it is not.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use facade_oanda::{CODES, Given, Published};
use testkit::golden::{self, Exchange};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/facades/oanda.md");
const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vendors/oanda/errors.csv");

/// A refusal in a golden file.
#[derive(Debug)]
struct Refusal {
    /// Below the folder of tests.
    file: String,
    /// None of the last line of a stream.
    status: Option<u16>,
    code: u64,
    message: String,
}

fn refusals() -> Vec<Refusal> {
    golden::exchanges(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).iter().flat_map(refused).collect()
}

fn refused(exchange: &Exchange) -> Vec<Refusal> {
    let of = |document: &String| {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let (envelope, status) = match document.get("disconnect") {
            Some(envelope) => (envelope, None),
            None => (&document, Some(exchange.status)),
        };
        Some(Refusal {
            file: exchange.file.clone(),
            status,
            code: envelope.get("code")?.as_u64()?,
            message: envelope.get("message")?.as_str()?.to_owned(),
        })
    };
    exchange.documents.iter().filter_map(of).collect()
}

fn entry(code: u64) -> Option<&'static Published> {
    CODES.iter().find(|published| u64::from(published.code) == code)
}

/// What the table says of an answer, when that is something else.
fn contradiction(refusal: &Refusal) -> Option<String> {
    let Some(published) = entry(refusal.code) else {
        // What the vendor has no code for has the status as its code.
        return (refusal.status.map(u64::from) != Some(refusal.code)).then(|| "no such code".to_owned());
    };
    let is_text = if published.varies {
        refusal.message.starts_with(published.text) && refusal.message.len() > published.text.len()
    } else {
        refusal.message == published.text
    };
    (refusal.status != published.status || !is_text).then(|| format!("{published:?}"))
}

#[test]
fn every_refusal_in_a_golden_file_is_one_of_the_table() {
    let refusals = refusals();
    assert!(refusals.len() > 200, "{} refusals were found", refusals.len());
    let wrong: Vec<_> =
        refusals.iter().filter_map(|refusal| Some((refusal, contradiction(refusal)?))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_code_that_is_given_is_shown_and_no_other() {
    let shown: BTreeSet<u64> = refusals().iter().map(|refusal| refusal.code).collect();
    for published in CODES {
        let is_shown = shown.contains(&u64::from(published.code));
        match published.given {
            Given::Answer | Given::LastLine => assert!(is_shown, "no golden file gives {published:?}"),
            Given::Never(_) => assert!(!is_shown, "a golden file gives {published:?}"),
        }
    }
}

#[test]
fn the_table_of_the_page_is_the_table_of_the_facade() {
    let mut shown: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for refusal in refusals() {
        shown.entry(refusal.code).or_default().insert(refusal.file);
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let section = page.split_once("### Every code\n").unwrap().1;
    let rows: Vec<Vec<&str>> = section
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let suggested: Vec<String> = CODES.iter().map(|published| suggested(published, &shown)).collect();
    assert_eq!(rows.len(), CODES.len(), "one row for each code:\n{}", suggested.join("\n"));
    for ((row, published), suggested) in rows.iter().zip(CODES).zip(suggested) {
        let [code, status, text, proof] = row.as_slice() else { panic!("a row has four cells: {row:?}") };
        assert_eq!(*code, published.code.to_string(), "{suggested}");
        assert_eq!(*status, status_of(published), "{suggested}");
        assert_eq!(*text, published.text.trim_end(), "{suggested}");
        match published.given {
            Given::Answer | Given::LastLine => {
                assert!(shown[&u64::from(published.code)].contains(*proof), "{suggested}");
            }
            Given::Never(why) => assert_eq!(*proof, format!("never: {why}"), "{suggested}"),
        }
    }
}

fn status_of(published: &Published) -> String {
    published.status.map_or_else(|| "stream".to_owned(), |status| status.to_string())
}

/// A row that would do.
fn suggested(published: &Published, shown: &BTreeMap<u64, BTreeSet<String>>) -> String {
    let files = shown.get(&u64::from(published.code)).into_iter().flatten();
    let file = files.min_by_key(|file| (!file.starts_with("golden/"), *file));
    let proof = match published.given {
        Given::Answer | Given::LastLine => format!("`{}`", file.map_or("", String::as_str)),
        Given::Never(why) => format!("never: {why}"),
    };
    format!("| {} | {} | `{}` | {proof} |", published.code, status_of(published), published.text.trim_end())
}

/// The fields of a line, of which some are in quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(character),
        }
    }
    fields
}

#[test]
fn the_table_is_the_published_one() {
    if !Path::new(PUBLISHED).exists() {
        println!("skipped: the published list is not here");
        return;
    }
    let text = std::fs::read_to_string(PUBLISHED).unwrap();
    let rows: Vec<Vec<String>> = text.lines().skip(1).map(fields).collect();
    assert_eq!(rows.len(), CODES.len());
    for (row, published) in rows.iter().zip(CODES) {
        let [code, status, text, ..] = row.as_slice() else { panic!("{row:?}") };
        assert_eq!(*code, published.code.to_string());
        assert_eq!(*status, published.status.map_or_else(String::new, |status| status.to_string()));
        // As it was seen, this text does not say which level was asked for.
        let text = text.replace("[stopLoss] ", "").replace("[takeProfit] ", "");
        if published.varies {
            assert!(text.starts_with(published.text.trim_end()), "{text:?} {published:?}");
        } else {
            assert_eq!(text, published.text);
        }
    }
}
