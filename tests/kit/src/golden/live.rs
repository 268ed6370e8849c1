//! Answers that do not end: read line by line, with what happens between two lines.

use crate::golden::stage;
use crate::http::{LiveReply, Reply, Request};
use crate::{TestEngine, TestServer};

/// How many lines of an answer are read before and after what happens meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines {
    before: usize,
    after: usize,
}

/// Takes the pseudo-header away that says so; nothing where an answer ends by itself.
pub(super) fn lines(request: &mut Request) -> Option<Lines> {
    let (before, after) = request.header("Lines")?.split_once(' ')?;
    let lines = Lines { before: before.parse().ok()?, after: after.parse().ok()? };
    request.remove_header("Lines");
    Some(lines)
}

/// Plays one such exchange. Whatever is still to come of the answer is cut off.
pub(super) fn play(
    engine: &TestEngine,
    server: &TestServer,
    request: &Request,
    lines: Lines,
    meanwhile: &[String],
    context: &str,
) -> Reply {
    let mut live = server.open(request);
    let mut body = read(&mut live, lines.before);
    let mut others = Vec::new();
    for happens in meanwhile {
        if let Some(target) = happens.strip_prefix("open ") {
            let mut other = server.open(&Request { target: target.to_owned(), ..request.clone() });
            // It is at work once something came of it.
            read(&mut other, 1);
            others.push(other);
        } else {
            stage::set(engine, happens).unwrap_or_else(|error| panic!("{context}: {error}"));
        }
    }
    body.extend(read(&mut live, lines.after));
    drop(others);
    Reply { status: live.status, headers: live.headers.clone(), body: body.join("\n").into_bytes() }
}

fn read(live: &mut LiveReply, lines: usize) -> Vec<String> {
    (0..lines).map_while(|_| live.line()).collect()
}
