//! The layers of the configuration, laid over each other key by key. A list is one value: a layer that has it replaces
//! it whole.
//!
//! What is wrong is said with the place where it was written, and an unknown key with the nearest known one.

use std::fmt;
use std::path::{Path, PathBuf};

use super::source::{Step, line_of};
use super::{BUILT_IN, Config};

/// Begins the names of environment variables that configure. A name needs a `__` too, so that
/// `DRAGOMAN_SERVER__WORKERS` is a key and `DRAGOMAN_HOME` is nobody's business.
const PREFIX: &str = "DRAGOMAN_";

/// Parts of key names whose values are not taken from the command line, where every user of the machine can see them.
const SECRET_WORDS: [&str; 6] = ["token", "secret", "key", "passcode", "password", "credential"];

/// Where a layer was written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    BuiltIn,
    File { path: PathBuf, text: String },
    Variable(String),
    Flag(String),
}

#[derive(Debug, Clone)]
struct Layer {
    origin: Origin,
    table: toml::Table,
}

/// All layers, the lowest first.
#[derive(Debug, Clone)]
pub(crate) struct Layers(Vec<Layer>);

/// Why the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LayerError {
    #[error("the configuration file {path} cannot be read: {reason}")]
    File { path: String, reason: String },
    #[error("{place}: {reason}")]
    Syntax { place: String, reason: String },
    #[error("--set {setting}: write it as section.key=value")]
    Setting { setting: String },
    #[error(
        "--set {key}: a secret on the command line can be seen by others; put it into the environment or a file"
    )]
    SecretOnCommandLine { key: String },
    #[error("{place}: unknown key `{key}`{nearest}")]
    UnknownKey { place: String, key: String, nearest: Nearest },
    #[error("{place}: `{key}`: {reason}")]
    Value { place: String, key: String, reason: String },
}

/// A known name close to an unknown one, if there is any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nearest(Option<String>);

impl Nearest {
    /// The nearest of the known names.
    pub(crate) fn of<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let distance = |name: &str| strsim::damerau_levenshtein(unknown, name);
        Self(known.into_iter().min_by_key(|name| distance(name)).map(str::to_owned))
    }

    fn under(self, parent: &str) -> Self {
        Self(self.0.map(|name| joined(parent, &name)))
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |name| write!(f, "; the nearest is `{name}`"))
    }
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

impl Layers {
    /// The built-in profile.
    pub(crate) fn built_in() -> Result<Self, LayerError> {
        let table = BUILT_IN.parse().map_err(|error: toml::de::Error| LayerError::Syntax {
            place: "the built-in configuration".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self(vec![Layer { origin: Origin::BuiltIn, table }]))
    }

    /// A TOML file.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), LayerError> {
        let text = std::fs::read_to_string(path).map_err(|error| LayerError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        let table = text.parse().map_err(|error: toml::de::Error| LayerError::Syntax {
            place: path.display().to_string(),
            reason: error.to_string(),
        })?;
        self.0.push(Layer { origin: Origin::File { path: path.to_owned(), text }, table });
        Ok(())
    }

    /// The variables of an environment that configure: `DRAGOMAN_SECTION__KEY`.
    pub(crate) fn add_environment(
        &mut self,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<(), LayerError> {
        let mut variables: Vec<(String, String)> = variables.collect();
        variables.sort();
        for (name, value) in variables {
            let Some(key) = name.strip_prefix(PREFIX).filter(|key| key.contains("__")) else { continue };
            let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
            if path.iter().any(String::is_empty) {
                let place = format!("the environment variable {name}");
                return Err(LayerError::Syntax { place, reason: "it names no key".to_owned() });
            }
            let table = nested(&path, scalar(&value));
            self.0.push(Layer { origin: Origin::Variable(name), table });
        }
        Ok(())
    }

    /// Settings of the command line: `section.key=value`.
    pub(crate) fn add_settings(&mut self, settings: &[String]) -> Result<(), LayerError> {
        for setting in settings {
            let (key, value) =
                setting.split_once('=').ok_or_else(|| LayerError::Setting { setting: setting.clone() })?;
            let path: Vec<String> = key.split('.').map(|part| part.trim().to_owned()).collect();
            if path.len() < 2 || path.iter().any(String::is_empty) {
                return Err(LayerError::Setting { setting: key.to_owned() });
            }
            let is_secret = |part: &String| {
                SECRET_WORDS.iter().any(|word| part.contains(word)) && !part.ends_with("_file")
            };
            if path.iter().any(is_secret) {
                return Err(LayerError::SecretOnCommandLine { key: key.to_owned() });
            }
            let table = nested(&path, scalar(value));
            self.0.push(Layer { origin: Origin::Flag(format!("--set {key}")), table });
        }
        Ok(())
    }

    /// What flags of their own say.
    pub(crate) fn add_flags(&mut self, table: toml::Table) {
        self.0.push(Layer { origin: Origin::Flag("the command line".to_owned()), table });
    }

    /// The result of all layers.
    pub(crate) fn merged(&self) -> toml::Table {
        let mut merged = toml::Table::new();
        for layer in &self.0 {
            lay_over(&mut merged, &layer.table);
        }
        merged
    }

    /// Reads the result.
    pub(crate) fn read(&self) -> Result<Config, LayerError> {
        serde_path_to_error::deserialize(toml::Value::Table(self.merged())).map_err(|error| {
            let path = steps(error.path());
            self.explain(&path, error.inner().message())
        })
    }

    /// Reads the settings of one facade; nothing when there are none.
    pub(crate) fn read_facade<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, LayerError> {
        let mut merged = self.merged();
        let Some(toml::Value::Table(facades)) = merged.get_mut("facade") else { return Ok(None) };
        let Some(settings) = facades.remove(name) else { return Ok(None) };
        serde_path_to_error::deserialize(settings).map(Some).map_err(|error| {
            let mut path = vec![Step::Key("facade".to_owned()), Step::Key(name.to_owned())];
            path.extend(steps(error.path()));
            self.explain(&path, error.inner().message())
        })
    }

    /// Where a key was written.
    pub(crate) fn place_of(&self, keys: &[&str]) -> String {
        let path: Vec<Step> = keys.iter().map(|key| Step::Key((*key).to_owned())).collect();
        self.place(&path)
    }

    /// The result as TOML, without anything that may be secret.
    pub(crate) fn printable(&self) -> Result<String, toml::ser::Error> {
        let mut merged = self.merged();
        let hidden = || toml::Value::String("<not shown>".to_owned());
        if let Some(token) = merged.get_mut("control").and_then(|control| control.get_mut("token")) {
            *token = hidden();
        }
        if let Some(toml::Value::Table(facades)) = merged.get_mut("facade") {
            facades.iter_mut().for_each(|(_, settings)| *settings = hidden());
        }
        toml::to_string(&merged)
    }

    /// Says what is wrong at a path, and where that was written.
    fn explain(&self, path: &[Step], message: &str) -> LayerError {
        let Some((unknown, known)) = unknown_field(message) else {
            let (place, key) = (self.place(path), written(path));
            return LayerError::Value { place, key, reason: message.to_owned() };
        };
        // The path of an unknown field may or may not end with it, depending on the kind of map it was found in.
        let parent = match path.split_last() {
            Some((Step::Key(last), parent)) if last == unknown => parent,
            Some(_) | None => path,
        };
        let mut whole = parent.to_vec();
        whole.push(Step::Key(unknown.to_owned()));
        LayerError::UnknownKey {
            place: self.place(&whole),
            key: written(&whole),
            nearest: Nearest::of(unknown, known).under(&written(parent)),
        }
    }

    /// Where the value of a path, or the nearest thing around it, was written.
    fn place(&self, path: &[Step]) -> String {
        for length in (0..=path.len()).rev() {
            let part = path.get(..length).unwrap_or_default();
            let found = self.0.iter().rev().find(|layer| !part.is_empty() && has(&layer.table, part));
            if let Some(layer) = found {
                return match &layer.origin {
                    Origin::BuiltIn => "the built-in configuration".to_owned(),
                    Origin::File { path, text } => match line_of(text, part) {
                        Some(line) => format!("{}:{line}", path.display()),
                        None => path.display().to_string(),
                    },
                    Origin::Variable(name) => format!("the environment variable {name}"),
                    Origin::Flag(flag) => flag.clone(),
                };
            }
        }
        "the configuration".to_owned()
    }
}

/// Lays one table over another.
fn lay_over(below: &mut toml::Table, above: &toml::Table) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            _ => {
                below.insert(key.clone(), value.clone());
            }
        }
    }
}

fn nested(path: &[String], value: toml::Value) -> toml::Table {
    let mut table = toml::Table::new();
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            table.insert(key.clone(), toml::Value::Table(nested(rest, value)));
        }
    }
    table
}

/// A value written outside of a file: a number, a truth value or a list when it reads as one, otherwise a text.
fn scalar(text: &str) -> toml::Value {
    let read =
        format!("value = {text}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
    read.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn has(table: &toml::Table, path: &[Step]) -> bool {
    let Some((Step::Key(first), rest)) = path.split_first() else { return false };
    let found = rest.iter().try_fold(table.get(first), |value, step| match step {
        Step::Key(key) => value.and_then(|value| value.get(key)).map(Some),
        Step::Index(index) => value.and_then(|value| value.get(index)).map(Some),
    });
    found.flatten().is_some()
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    use serde_path_to_error::Segment;

    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn written(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Key(key) => joined(&text, key),
        Step::Index(index) => format!("{text}[{index}]"),
    })
}

/// The unknown field that a message of serde is about, and the fields that would have been known.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `")?;
    let (unknown, expected) = rest.split_once('`')?;
    let known = expected.split('`').skip(1).step_by(2).collect();
    Some((unknown, known))
}

#[cfg(test)]
mod tests;
