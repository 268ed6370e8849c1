//! The table of bad requests: every endpoint of a facade times everything that can be wrong before a handler has a say.
//! Whatever comes back must be in the vendor's envelope; what that is, the facade's test says.

use facade_kit::Endpoint;

use crate::http::{Reply, Request};
use crate::server::TestServer;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// No credential.
    NoCredential,
    /// A credential of the right form that nobody has.
    BadCredential,
    /// A method that the path does not have.
    WrongMethod,
    /// The path with a segment more.
    UnknownPath,
    /// A body that cannot be parsed.
    BadBody,
    /// A good body under a content type that the vendor does not read.
    WrongContentType,
    /// A good body without a content type.
    NoContentType,
    /// A body past every limit.
    TooLarge,
    /// A query that cannot be parsed.
    BadQuery,
}

const CASES: [Case; 9] = [
    Case::NoCredential,
    Case::BadCredential,
    Case::WrongMethod,
    Case::UnknownPath,
    Case::BadBody,
    Case::WrongContentType,
    Case::NoContentType,
    Case::TooLarge,
    Case::BadQuery,
];

/// The methods tried as wrong ones.
const METHODS: [&str; 5] = ["PATCH", "DELETE", "PUT", "POST", "GET"];

/// What a facade's test knows of its vendor.
pub trait Expectations {
    /// A good request for an endpoint, without a credential: parameters filled in, body and content type set where the
    /// endpoint has one.
    fn request(&self, endpoint: &Endpoint) -> Request;

    /// Adds a good credential. Called last, so that signatures cover what is sent.
    fn authenticate(&self, request: &mut Request);

    /// Adds a credential of the right form that nobody has.
    fn misauthenticate(&self, request: &mut Request);

    /// Judges an answer.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    fn judge(&self, case: Case, endpoint: &Endpoint, reply: &Reply) -> Result<(), String>;

    /// A body that cannot be parsed.
    fn bad_body(&self) -> Vec<u8> {
        b"{\"unfinished\": ".to_vec()
    }

    /// A content type that the vendor does not read.
    fn wrong_content_type(&self) -> &'static str {
        "text/csv"
    }

    /// Bytes of a body past every limit.
    fn too_many_bytes(&self) -> usize {
        4 << 20
    }

    /// A query that cannot be parsed; empty when the vendor takes every query.
    fn bad_query(&self, _endpoint: &Endpoint) -> String {
        String::new()
    }
}

/// Sends every bad request and has every answer judged. Returns how many there were.
///
/// # Panics
/// When answers are wrong, naming all of them; when one has a status of 500 or more.
pub fn check(server: &TestServer, endpoints: &[Endpoint], expectations: &impl Expectations) -> usize {
    let mut failures = Vec::new();
    let mut sent = 0;
    for endpoint in endpoints {
        for case in CASES {
            let Some(request) = bad_request(case, endpoint, endpoints, expectations) else { continue };
            let reply = server.send(&request);
            sent += 1;
            let verdict = if reply.status >= 500 {
                Err("a bad request is never the server's fault".to_owned())
            } else {
                expectations.judge(case, endpoint, &reply)
            };
            if let Err(fault) = verdict {
                failures.push(format!("{case:?}, {} {}: {fault}\n{reply}\n", request.method, request.target));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {sent} answers are wrong\n\n{}", failures.len(), failures.join("\n"));
    sent
}

/// The request of a case; nothing when the case makes no sense for the endpoint.
fn bad_request(
    case: Case,
    endpoint: &Endpoint,
    endpoints: &[Endpoint],
    expectations: &impl Expectations,
) -> Option<Request> {
    let mut request = expectations.request(endpoint);
    match case {
        Case::NoCredential | Case::BadCredential if !endpoint.needs_auth => return None,
        Case::BadBody | Case::WrongContentType | Case::NoContentType | Case::TooLarge
            if !endpoint.has_body =>
        {
            return None;
        }
        Case::NoCredential => return Some(request),
        Case::BadCredential => {
            expectations.misauthenticate(&mut request);
            return Some(request);
        }
        Case::WrongMethod => wrong_method(endpoint, endpoints)?.clone_into(&mut request.method),
        Case::UnknownPath => {
            request.target = format!("{}/no-such-thing/at-all", request.path());
        }
        Case::BadBody => request.body = expectations.bad_body(),
        Case::WrongContentType => request.set_header("Content-Type", expectations.wrong_content_type()),
        Case::NoContentType => request.remove_header("Content-Type"),
        Case::TooLarge => request.body = vec![b' '; expectations.too_many_bytes()],
        Case::BadQuery => {
            let query = expectations.bad_query(endpoint);
            if query.is_empty() {
                return None;
            }
            request.target = format!("{}?{query}", request.path());
        }
    }
    if endpoint.needs_auth {
        expectations.authenticate(&mut request);
    }
    Some(request)
}

/// A method that no endpoint has on this path, nor on one that could be meant by the same text.
fn wrong_method(endpoint: &Endpoint, endpoints: &[Endpoint]) -> Option<&'static str> {
    METHODS.into_iter().find(|method| {
        !endpoints.iter().any(|other| other.method == *method && may_be_same(other.path, endpoint.path))
    })
}

/// Whether two path patterns can match the same path.
fn may_be_same(one: &str, other: &str) -> bool {
    let is_parameter = |segment: &str| segment.starts_with('{');
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    one.len() == other.len()
        && one.iter().zip(&other).all(|(a, b)| a == b || is_parameter(a) || is_parameter(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn endpoint(method: &'static str, path: &'static str) -> Endpoint {
        Endpoint { method, path, has_body: false, needs_auth: true }
    }

    #[test]
    fn a_wrong_method_is_wrong_for_every_reading_of_the_path() {
        let all =
            [endpoint("GET", "/orders/{id}"), endpoint("PATCH", "/orders/active"), endpoint("PUT", "/x")];
        assert_eq!(wrong_method(&all[0], &all), Some("DELETE"));
        assert_eq!(wrong_method(&all[2], &all), Some("PATCH"));
    }
}
