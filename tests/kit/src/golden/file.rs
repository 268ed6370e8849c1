//! The text of a golden file, read into steps and written back.

use std::fmt;

use crate::golden::laid_out;
use crate::http::Request;

/// One part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Comments and empty lines between steps, kept as they are.
    Text(String),
    /// A line that sets the stage, without its `@`.
    Directive { line: usize, text: String },
    /// A request, what happens before all of its answer has come, and the answer that it should get.
    Exchange { line: usize, request: Request, meanwhile: Vec<String>, answer: Answer },
}

/// An answer as a file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<<< {}", self.status)?;
        write_message(f, &self.headers, &self.body)
    }
}

fn write_message(f: &mut impl fmt::Write, headers: &[(String, String)], body: &str) -> fmt::Result {
    for (name, value) in headers {
        writeln!(f, "{}", format!("{name}: {value}").trim_end())?;
    }
    if body.is_empty() { Ok(()) } else { writeln!(f, "\n{body}") }
}

/// Reads a file. An error is `<line>: <what is wrong>`.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at).copied() {
        let number = at + 1;
        if let Some(directive) = line.strip_prefix('@') {
            steps.push(Step::Directive { line: number, text: directive.to_owned() });
            at += 1;
        } else if let Some(request_line) = line.strip_prefix(">>> ") {
            let (method, target) = request_line
                .split_once(' ')
                .ok_or_else(|| format!("{number}: a request is `>>> METHOD /path`"))?;
            let mut request = Request::new(method, target.trim_end());
            let (headers, body, next) = message(&lines, at + 1)?;
            request.headers = headers;
            request.body = body.into_bytes();
            let (meanwhile, next) = meanwhile(&lines, next);
            let (answer, next) = answer(&lines, next)?;
            steps.push(Step::Exchange { line: number, request, meanwhile, answer });
            at = next;
        } else if line.is_empty() || line.starts_with('#') {
            steps.push(Step::Text(line.to_owned()));
            at += 1;
        } else {
            return Err(format!("{number}: neither a comment, a directive (@) nor a request (>>>)"));
        }
    }
    Ok(steps)
}

/// What a line begins with that happens while an answer comes.
const MEANWHILE: &str = "@meanwhile ";

/// What happens while the answer comes, and the line after it.
fn meanwhile(lines: &[&str], from: usize) -> (Vec<String>, usize) {
    let rest = lines.get(from..).unwrap_or_default();
    let happens: Vec<String> =
        rest.iter().map_while(|line| line.strip_prefix(MEANWHILE)).map(str::to_owned).collect();
    let next = from + happens.len();
    (happens, next)
}

/// The expected answer at a line; an empty one when there is none yet.
fn answer(lines: &[&str], at: usize) -> Result<(Answer, usize), String> {
    let Some(status) = lines.get(at).and_then(|line| line.strip_prefix("<<<")) else {
        return Ok((Answer::default(), at));
    };
    let status = status.trim().parse().map_err(|_| format!("{}: an answer is `<<< STATUS`", at + 1))?;
    let (mut headers, body, next) = message(lines, at + 1)?;
    headers.sort();
    Ok((Answer { status, headers, body: laid_out(&body) }, next))
}

type Message = (Vec<(String, String)>, String, usize);

/// Headers and body from a line on, and the line after them.
fn message(lines: &[&str], from: usize) -> Result<Message, String> {
    let mut headers = Vec::new();
    let mut at = from;
    while let Some(line) = lines.get(at).filter(|line| !line.is_empty() && !starts_a_step(line)) {
        let (name, value) =
            line.split_once(':').ok_or_else(|| format!("{}: a header is `name: value`", at + 1))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
        at += 1;
    }
    let body_from = at + usize::from(lines.get(at).is_some_and(|line| line.is_empty()));
    let mut end = body_from;
    while lines.get(end).is_some_and(|line| !starts_a_step(line)) {
        end += 1;
    }
    let body = lines.get(body_from..end).unwrap_or_default().join("\n");
    Ok((headers, body.trim_end_matches('\n').to_owned(), end))
}

fn starts_a_step(line: &str) -> bool {
    line.starts_with('@') || line.starts_with(">>> ") || line.starts_with("<<< ") || line.starts_with("# ")
}

/// Writes the steps as a file.
pub(super) fn write(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        // Writing into a String cannot fail.
        let _ = write_step(&mut text, step);
    }
    text
}

fn write_step(text: &mut String, step: &Step) -> fmt::Result {
    use fmt::Write as _;

    match step {
        Step::Text(line) => writeln!(text, "{line}"),
        Step::Directive { text: directive, .. } => writeln!(text, "@{directive}"),
        Step::Exchange { request, meanwhile, answer, .. } => {
            if !text.is_empty() && !text.ends_with("\n\n") && ends_with_an_answer(text) {
                writeln!(text)?;
            }
            writeln!(text, ">>> {} {}", request.method, request.target)?;
            write_message(text, &request.headers, &String::from_utf8_lossy(&request.body))?;
            meanwhile.iter().try_for_each(|happens| writeln!(text, "{MEANWHILE}{happens}"))?;
            write!(text, "{answer}")
        }
    }
}

/// Whether the last step written is an answer, from which the next request is set off by an empty line.
fn ends_with_an_answer(text: &str) -> bool {
    let last = |mark: &str| text.rfind(mark);
    last("<<< ") > last("\n@").max(last("\n# "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# What it shows.\n@advance 5\n>>> POST /a?b=c\nX-One: 1\n\n{\"k\": 1.10}\n<<< 200\na: b\n\n{\n  \"k\": 1.10\n}\n\n>>> GET /\n<<< 204\na: b\n";

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let steps = parse(FILE).unwrap();
        assert_eq!(steps.len(), 4);
        assert_eq!(write(&steps), FILE);
    }

    #[test]
    fn what_happens_meanwhile_belongs_to_the_request_before_it() {
        let text =
            ">>> GET /stream\nLines: 1 1\n@meanwhile advance 1\n<<< 200\na: b\n\none\ntwo\n@advance 2\n";
        let steps = parse(text).unwrap();
        let [Step::Exchange { meanwhile, answer, .. }, Step::Directive { .. }] = steps.as_slice() else {
            panic!("{steps:?}")
        };
        assert_eq!((meanwhile.as_slice(), answer.body.as_str()), (&["advance 1".to_owned()][..], "one\ntwo"));
        assert_eq!(write(&steps), text);
    }

    #[test]
    fn expected_json_is_laid_out_and_headers_are_sorted() {
        let steps = parse(">>> GET /\n<<< 200\nb: 2\na: 1\n\n{\"k\":[]}").unwrap();
        let [Step::Exchange { answer, .. }] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!(answer.to_string(), "<<< 200\na: 1\nb: 2\n\n{\n  \"k\": []\n}\n");
    }

    #[test]
    fn a_request_without_an_answer_is_one_to_be_written() {
        let steps = parse(">>> DELETE /x\n").unwrap();
        let [Step::Exchange { answer, .. }] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!(*answer, Answer::default());
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        assert_eq!(parse("\nnonsense").unwrap_err().split(':').next(), Some("2"));
        assert_eq!(parse(">>> GET /\nno header\n").unwrap_err().split(':').next(), Some("2"));
        assert_eq!(parse(">>> GET\n").unwrap_err().split(':').next(), Some("1"));
        assert_eq!(parse(">>> GET /\n<<< many\n").unwrap_err().split(':').next(), Some("2"));
    }
}
