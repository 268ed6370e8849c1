//! Golden files: each tells a story in steps, on a fresh engine and a fresh server, and holds whole requests and whole
//! answers.
//!
//! ```text
//! # A comment.
//! @quote BTC-USD 119950.00 120050.00 1000000 1000000
//! >>> POST /api/1.0/orders
//! Content-Type: application/json
//!
//! {"symbol": "BTC-USD"}
//! <<< 400
//! content-type: application/json
//!
//! {
//!   "message": "..."
//! }
//! ```
//!
//! * Directives set the stage between requests: `@clock <RFC 3339>`, `@advance <seconds>`,
//!   `@suspend <account>`, `@resume <account>`, `@close <account>`, `@halt <symbol>`, `@lift <symbol>`, `@options` and `@calendars` (those of the development profile), `@quote <symbol> <bid> <ask> <bid size> <ask size>`, `@adjust <account> <asset> <amount>`,
//!   `@charge <account> fee|correction <amount>`, `@charge <account> interest <amount> <symbol>`, `@reset-profit <account>`,
//!   `@closeout <account> <basis points>`, `@margin-rate <account> <basis points>`,
//!   `@define <symbol> <base> <quote> <another's symbol> [<calendar>]`, an instrument that is otherwise like another,
//!   `@journal refuses`, `@journal breaks`, after which the engine takes no more commands for a while or for good, and
//!   `@place <JSON>`, an order in nobody's dialect (see [`crate::Placement`]).
//! * Of an answer that does not end, the pseudo-header `Lines: <before> <after>` says how many lines are read. Between them
//!   happens what follows the request in lines of `@meanwhile`: a directive, or `open <path>`, another request of this kind that
//!   stays open for as long.
//! * A request is sent as it stands, its body without the line breaks at its end.
//! * An answer is compared with its status, its body and all its headers but `date`, `content-length` and `connection`.
//!   JSON is compared as text after it was laid out anew, so members keep their order and numbers their digits.
//! * With `UPDATE_GOLDEN=1` the answers in the files are written anew, and the difference is for people to read.

mod corpus;
mod file;
mod live;
mod stage;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use facade_kit::Mount;

pub use corpus::{Exchange, exchanges};

use crate::http::Reply;
pub use crate::http::Request as GoldenRequest;
use crate::{TestEngine, engine, json, serve};
use file::{Answer, Step};

/// Headers that say nothing of the facade.
const IGNORED_HEADERS: [&str; 3] = ["connection", "content-length", "date"];

/// Runs every `*.http` file below a directory. `make` builds the facade on the engine of the file, and `prepare` may
/// add to a request what a file cannot hold, such as a signature.
///
/// # Panics
/// When an answer differs, naming file, line and difference; when there is no file at all.
pub fn run(
    directory: impl AsRef<Path>,
    make: impl Fn(&TestEngine) -> Mount,
    prepare: impl Fn(&mut GoldenRequest, &TestEngine),
) {
    let files = files_below(directory.as_ref());
    assert!(!files.is_empty(), "there is no golden file below {}", directory.as_ref().display());
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut failures = Vec::new();
    for path in &files {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let steps = file::parse(&text).unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        let (played, differences) = play(steps, &make, &prepare, path);
        if update {
            let written = file::write(&played);
            if written != text {
                std::fs::write(path, written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
        } else {
            failures.extend(differences);
        }
    }
    assert!(failures.is_empty(), "{} answers differ\n\n{}", failures.len(), failures.join("\n"));
}

/// Plays the steps of a file. Gives them back with the answers that came, and how those differ from the expected ones.
fn play(
    mut steps: Vec<Step>,
    make: impl Fn(&TestEngine) -> Mount,
    prepare: impl Fn(&mut GoldenRequest, &TestEngine),
    path: &Path,
) -> (Vec<Step>, Vec<String>) {
    let engine = engine();
    let server = serve(make(&engine));
    let mut differences = Vec::new();
    for step in &mut steps {
        match step {
            Step::Text(_) => {}
            Step::Directive { line, text } => {
                stage::set(&engine, text)
                    .unwrap_or_else(|error| panic!("{}:{line}: {error}", path.display()));
            }
            Step::Exchange { line, request, meanwhile, answer } => {
                let mut sent = request.clone();
                prepare(&mut sent, &engine);
                let came = match live::lines(&mut sent) {
                    Some(lines) => {
                        let context = format!("{}:{line}", path.display());
                        rendered(&live::play(&engine, &server, &sent, lines, meanwhile, &context))
                    }
                    None => rendered(&server.send(&sent)),
                };
                if *answer != came {
                    let what = format!("{} {}", sent.method, sent.target);
                    let difference = difference(&answer.to_string(), &came.to_string());
                    differences.push(format!("{}:{line}: {what}\n{difference}", path.display()));
                }
                *answer = came;
            }
        }
    }
    (steps, differences)
}

fn rendered(reply: &Reply) -> Answer {
    let headers =
        reply.headers.iter().filter(|(name, _)| !IGNORED_HEADERS.contains(&name.as_str())).cloned().collect();
    Answer { status: reply.status, headers, body: laid_out(&reply.text()) }
}

/// A body as files hold it.
fn laid_out(body: &str) -> String {
    json::pretty(body).unwrap_or_else(|| body.trim_end_matches(['\r', '\n']).to_owned())
}

/// The lines that differ, between those that do not: `-` expected, `+` came.
fn difference(expected: &str, came: &str) -> String {
    let (expected, came): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), came.lines().collect());
    let shorter = expected.len().min(came.len());
    let head = expected.iter().zip(&came).take_while(|(one, other)| one == other).count();
    let most_tail = shorter - head;
    let tail = expected
        .iter()
        .rev()
        .zip(came.iter().rev())
        .take(most_tail)
        .take_while(|(one, other)| one == other)
        .count();
    let mut text = String::new();
    for (mark, lines) in [
        (' ', expected.get(head.saturating_sub(3)..head)),
        ('-', expected.get(head..expected.len() - tail)),
        ('+', came.get(head..came.len() - tail)),
        (' ', came.get(came.len() - tail..(came.len() - tail + 3).min(came.len()))),
    ] {
        for line in lines.unwrap_or_default() {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "  {mark} {line}");
        }
    }
    text
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", directory.display())).path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "http") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_what_changed_and_a_little_around_it() {
        let shown = difference("a\nb\nc\nd\ne", "a\nb\nX\nY\nd\ne");
        assert_eq!(shown, "    a\n    b\n  - c\n  + X\n  + Y\n    d\n    e\n");
    }

    #[test]
    fn a_difference_of_length_alone_is_shown() {
        assert_eq!(difference("a\na", "a"), "    a\n  - a\n");
    }
}
