//! What golden files hold, for tests that ask what they show.

use std::path::Path;

use super::file::{self, Step};
use super::files_below;

/// One exchange of a golden file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The file, from the directory that was asked for.
    pub file: String,
    /// The line of comment right before it, without its mark.
    pub comment: Option<String>,
    /// Method of the request.
    pub method: String,
    /// Path of the request, with its query.
    pub target: String,
    /// Status of the answer.
    pub status: u16,
    /// The JSON documents of the answer: one, or one in each line of an answer that does not end; none without a body.
    pub documents: Vec<String>,
}

/// The exchanges of every `*.http` file below a directory, in the order of the files' names.
///
/// # Panics
/// When a file cannot be read, or a body is no JSON.
#[must_use]
pub fn exchanges(directory: impl AsRef<Path>) -> Vec<Exchange> {
    let directory = directory.as_ref();
    files_below(directory).iter().flat_map(|path| of_file(directory, path)).collect()
}

fn of_file(directory: &Path, path: &Path) -> Vec<Exchange> {
    let name = path.strip_prefix(directory).unwrap_or(path).display().to_string();
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let steps = file::parse(&text).unwrap_or_else(|error| panic!("{name}:{error}"));
    let mut exchanges = Vec::new();
    let mut comment = None;
    for step in steps {
        match step {
            Step::Text(line) => comment = line.strip_prefix("# ").map(str::to_owned),
            Step::Directive { .. } => comment = None,
            Step::Exchange { request, answer, .. } => exchanges.push(Exchange {
                file: name.clone(),
                comment: comment.take(),
                method: request.method,
                target: request.target,
                status: answer.status,
                documents: documents(&answer.body),
            }),
        }
    }
    exchanges
}

fn documents(body: &str) -> Vec<String> {
    let is_document = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if is_document(body) {
        return vec![body.to_owned()];
    }
    let lines: Vec<String> = body.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert!(lines.iter().all(|line| is_document(line)), "a body is no JSON: {body}");
    lines
}
