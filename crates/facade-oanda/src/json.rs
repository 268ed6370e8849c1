//! The vendor's layout of JSON: one member a line, tabs, ` : ` after a name, `\/` for a slash, `[]` and `{}` when empty,
//! no newline at the end. Clients do not care; the `ETag` is a hash of exactly these bytes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

#[derive(Debug, Default)]
struct Layout {
    depth: usize,
    has_value: bool,
}

impl Layout {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"\t"))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        escaped(writer, fragment)
    }
}

/// The layout of a stream: no blanks, `\/` for a slash.
#[derive(Debug)]
struct Line;

impl Formatter for Line {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        escaped(writer, fragment)
    }
}

fn escaped<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut parts = fragment.split('/');
    if let Some(part) = parts.next() {
        writer.write_all(part.as_bytes())?;
    }
    parts.try_for_each(|part| {
        writer.write_all(b"\\/")?;
        writer.write_all(part.as_bytes())
    })
}

/// Adds a value to a stream, as a line that ends in CRLF.
///
/// # Errors
/// When the value refuses to be serialized; the line is then not whole.
pub(crate) fn add_line<T: Serialize>(stream: &mut Vec<u8>, value: &T) -> Result<(), serde_json::Error> {
    value.serialize(&mut Serializer::with_formatter(&mut *stream, Line))?;
    stream.extend_from_slice(b"\r\n");
    Ok(())
}

/// The bytes of a body.
///
/// # Errors
/// When the value refuses to be serialized.
pub(crate) fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Layout::default()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> String {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        String::from_utf8(to_bytes(&value).unwrap()).unwrap()
    }

    #[test]
    fn members_stand_on_their_own_lines() {
        let text = r#"{"positions":[{"instrument":"EUR_USD","units":280000}]}"#;
        let expected = "{\n\t\"positions\" : [\n\t\t{\n\t\t\t\"instrument\" : \"EUR_USD\",\n\t\t\t\"units\" : 280000\n\t\t}\n\t]\n}";
        assert_eq!(laid_out(text), expected);
    }

    #[test]
    fn slashes_are_escaped_and_empty_containers_are_short() {
        assert_eq!(
            laid_out(r#"{"a":[],"b":{},"c":"//x/\"/"}"#),
            "{\n\t\"a\" : [],\n\t\"b\" : {},\n\t\"c\" : \"\\/\\/x\\/\\\"\\/\"\n}"
        );
        assert_eq!(
            laid_out(r#"[{"a":{}},{"b":[[]]}]"#),
            "[\n\t{\n\t\t\"a\" : {}\n\t},\n\t{\n\t\t\"b\" : [\n\t\t\t[]\n\t\t]\n\t}\n]"
        );
    }
}
