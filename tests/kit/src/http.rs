//! A client that sends what it is told and returns what it gets: no redirects followed, no status taken for an error, no
//! header added but `Host` and `Content-Length`.

use std::fmt;
use std::io::{BufRead as _, BufReader};

/// The host name that requests carry unless they name another, so that absolute links in answers do not depend on the
/// port.
pub const HOST: &str = "dragoman.test";

/// The most that an answer may hold.
const MAX_REPLY_BYTES: u64 = 64 << 20;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, any token.
    pub method: String,
    /// Path with query, sent as it is.
    pub target: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// Body; empty for none.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers with lower-case names, in the order of the names.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer whose body is read as it comes. The connection is closed when it is dropped.
pub struct LiveReply {
    /// Status code.
    pub status: u16,
    /// Headers with lower-case names, in the order of the names.
    pub headers: Vec<(String, String)>,
    body: BufReader<ureq::BodyReader<'static>>,
}

impl LiveReply {
    /// The next line without its end; nothing at the end of the body.
    ///
    /// # Panics
    /// When the body cannot be read.
    pub fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.body.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => panic!("a body broke off: {error}"),
        }
    }
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// The same with one header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same with a JSON body and its content type.
    #[must_use]
    pub fn with_json(self, body: &str) -> Self {
        self.with_header("Content-Type", "application/json").with_body(body)
    }

    /// Sets a header, in place of earlier ones of the same name.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Takes a header away.
    pub fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query without its question mark; empty for none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

impl Reply {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is not JSON ({error}): {}", self.text()))
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", self.text())
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A client with its own connections.
#[derive(Debug, Clone)]
pub struct Client(ureq::Agent);

impl Default for Client {
    fn default() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .build();
        Self(config.into())
    }
}

impl Client {
    /// Sends a request and waits for the answer.
    ///
    /// # Panics
    /// When there is no answer, or the request cannot be written.
    #[must_use]
    pub fn send(&self, base_url: &str, request: &Request) -> Reply {
        self.try_send(base_url, request)
            .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
    }

    /// Sends a request and waits for the answer, for tests in which a server may be gone.
    ///
    /// # Errors
    /// When there is no answer, or the request cannot be written.
    pub fn try_send(&self, base_url: &str, request: &Request) -> Result<Reply, ureq::Error> {
        let (parts, mut body) = self.exchange(base_url, request)?.into_parts();
        let body = body.with_config().limit(MAX_REPLY_BYTES).read_to_vec()?;
        Ok(Reply { status: parts.status.as_u16(), headers: named(&parts.headers), body })
    }

    /// Sends a request and waits for the head of the answer.
    ///
    /// # Panics
    /// When there is no answer, or the request cannot be written.
    #[must_use]
    pub fn open(&self, base_url: &str, request: &Request) -> LiveReply {
        let (parts, body) = self
            .exchange(base_url, request)
            .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
            .into_parts();
        let body = BufReader::new(body.into_reader());
        LiveReply { status: parts.status.as_u16(), headers: named(&parts.headers), body }
    }

    fn exchange(
        &self,
        base_url: &str,
        request: &Request,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let mut builder = ureq::http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{base_url}{}", request.target));
        if request.header("host").is_none() {
            builder = builder.header("Host", HOST);
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let expects_a_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
        if request.body.is_empty() && !expects_a_body {
            self.0.run(builder.body(())?)
        } else {
            self.0.run(builder.body(request.body.as_slice())?)
        }
    }
}

/// Headers in the order of their names.
fn named(headers: &ureq::http::HeaderMap) -> Vec<(String, String)> {
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    headers.sort();
    headers
}
