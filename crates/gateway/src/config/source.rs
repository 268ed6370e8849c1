//! Finds the line of a TOML file on which a key was written.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One step into a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The line, from 1, of the key or list entry at a path.
pub(super) fn line_of(text: &str, path: &[Step]) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let start = start_of(document.get_ref(), path)?;
    Some(text.get(..start)?.bytes().filter(|byte| *byte == b'\n').count() + 1)
}

fn start_of(table: &DeTable<'_>, path: &[Step]) -> Option<usize> {
    let (Step::Key(first), rest) = path.split_first()? else { return None };
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    if rest.is_empty() { Some(key.span().start) } else { start_in(value, rest) }
}

fn start_in(value: &Spanned<DeValue<'_>>, path: &[Step]) -> Option<usize> {
    match (path.split_first(), value.get_ref()) {
        (None, _) => Some(value.span().start),
        (Some((Step::Key(_), _)), DeValue::Table(table)) => start_of(table, path),
        (Some((Step::Index(index), rest)), DeValue::Array(list)) => start_in(list.get(*index)?, rest),
        (Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_entries_have_lines() {
        let text = "[a]\nx = 1\n\n[[m]]\ny = 2\n[[m]]\n# note\ny = 3\n";
        let key = |name: &str| Step::Key(name.to_owned());
        assert_eq!(line_of(text, &[key("a"), key("x")]), Some(2));
        assert_eq!(line_of(text, &[key("m"), Step::Index(1), key("y")]), Some(8));
        assert_eq!(line_of(text, &[key("m"), Step::Index(1)]), Some(6));
        assert_eq!(line_of(text, &[key("b")]), None);
    }
}
