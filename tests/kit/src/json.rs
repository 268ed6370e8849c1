//! JSON laid out for reading, token by token: members keep their order, numbers and strings their spelling, so that
//! `1.10` stays told from `1.1` and `"\u0041"` from `"A"`.

use serde::de::IgnoredAny;

/// The text with two blanks of indentation for each level; nothing when it is not JSON.
#[must_use]
pub fn pretty(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut output = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut rest = text.trim_start();
    let mut previous = ' ';
    while let Some(token) = next_token(rest) {
        let (first, after) = (first_char(token), rest.get(token.len()..).unwrap_or_default().trim_start());
        if matches!(first, '}' | ']') {
            depth -= 1;
            if !matches!(previous, '{' | '[') {
                new_line(&mut output, depth);
            }
        } else if matches!(previous, '{' | '[' | ',') {
            new_line(&mut output, depth);
        }
        output.push_str(token);
        match first {
            '{' | '[' => depth += 1,
            ':' => output.push(' '),
            _ => {}
        }
        previous = first;
        rest = after;
    }
    Some(output)
}

fn first_char(token: &str) -> char {
    token.chars().next().unwrap_or(' ')
}

fn new_line(output: &mut String, depth: usize) {
    output.push('\n');
    output.extend(std::iter::repeat_n("  ", depth));
}

/// The token at the start of what is known to be JSON.
fn next_token(rest: &str) -> Option<&str> {
    let end = match rest.chars().next()? {
        '{' | '}' | '[' | ']' | ',' | ':' => 1,
        '"' => string_end(rest),
        _ => rest.find(|c: char| c.is_whitespace() || "{}[],:".contains(c)).unwrap_or(rest.len()),
    };
    rest.get(..end)
}

fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (position, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return position + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_changes_and_nothing_else() {
        let text = r#"{"b":1.10,"a":[{"x":"}\"\u0041"},null],"e":{},"l":[ ],"n":-1e3}"#;
        let expected = r#"{
  "b": 1.10,
  "a": [
    {
      "x": "}\"\u0041"
    },
    null
  ],
  "e": {},
  "l": [],
  "n": -1e3
}"#;
        assert_eq!(pretty(text).as_deref(), Some(expected));
        assert_eq!(pretty(expected).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_json_is_not_touched() {
        for text in ["", "{", "plain", "{\"a\":1}x", "<html>"] {
            assert_eq!(pretty(text), None, "{text}");
        }
        assert_eq!(pretty(" 12.0 ").as_deref(), Some("12.0"));
    }
}
