//! The exchanges of the golden files, and the operations of the vendor's document that they are of.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) const DOCUMENT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vendors/clearstreet/openapi-trading.json");
pub(crate) const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

/// One answer of a golden file.
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: String,
    pub(crate) body: Value,
}

/// The exchanges of a file.
pub(crate) fn exchanges(text: &str) -> Vec<Exchange> {
    let request = |block: &str| {
        let (method, target) = block.lines().next()?.split_once(' ')?;
        let (_, answer) = block.split_once("\n<<< ")?;
        let (status, answer) = answer.split_once('\n')?;
        let (_, body) = answer.split_once("\n\n")?;
        let end = body.find("\n}\n").map_or(body.len(), |at| at + 2);
        Some(Exchange {
            method: method.to_lowercase(),
            path: target.split('?').next()?.to_owned(),
            status: status.to_owned(),
            body: serde_json::from_str(&body[..end]).expect("a body in JSON"),
        })
    };
    text.split(">>> ").skip(1).filter_map(request).collect()
}

/// The files below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let (directories, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(directories.iter().flat_map(|path| self::files(path))).collect()
}

/// The operation of a path: the one with the most literal segments.
pub(crate) fn operation<'a>(document: &'a Value, exchange: &Exchange) -> Option<&'a Value> {
    let segments: Vec<&str> = exchange.path.split('/').collect();
    let matches = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == segments.len()
            && template.iter().zip(&segments).all(|(one, other)| one.starts_with('{') || one == other)
    };
    let parameters = |template: &str| template.matches('{').count();
    let paths = document["paths"].as_object()?;
    let (_, item) =
        paths.iter().filter(|(path, _)| matches(path)).min_by_key(|(path, _)| parameters(path))?;
    item.get(&exchange.method)
}
