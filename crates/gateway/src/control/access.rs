//! Who may use the control plane: whoever has the token, or, in the development profile, whoever is on the machine. In
//! no case a page in a browser that belongs to somebody else.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _};
use anyhow::Context as _;
use facade_kit::same_secret;

use super::Control;
use super::error::ControlError;
use crate::config::{Config, Profile};
use crate::listener::without_port;

/// The rules of access.
#[derive(Clone)]
pub(crate) struct Access {
    profile: Profile,
    hosts: Vec<String>,
    token: Option<String>,
}

impl Access {
    /// The rules that the configuration says. Reads the token's file.
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        let control = &config.control;
        let token = match (&control.token, &control.token_file) {
            (Some(_), Some(_)) => anyhow::bail!("both `control.token` and `control.token_file` are set"),
            (Some(token), None) => Some(token.clone()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("`control.token_file` {} cannot be read", path.display()))?;
                Some(text.trim().to_owned())
            }
            (None, None) => None,
        };
        anyhow::ensure!(token.as_deref() != Some(""), "the token of the control plane is empty");
        let hosts = control.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(Self { profile: config.server.profile, hosts, token })
    }

    /// Whether the state may be thrown away.
    pub(super) fn may_reset(&self) -> bool {
        self.profile == Profile::Development
    }

    /// The first rule that a request breaks.
    fn check(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        let host = text(headers, &header::HOST).unwrap_or_default();
        if !self.is_own_host(host) {
            return Err(ControlError::ForeignHost);
        }
        let own_page = |origin: &str| {
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        };
        let from_elsewhere =
            headers.contains_key(header::ORIGIN) && !text(headers, &header::ORIGIN).is_some_and(own_page);
        let fetched_from_elsewhere = headers
            .get("sec-fetch-site")
            .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
        if from_elsewhere || fetched_from_elsewhere {
            return Err(ControlError::CrossOrigin);
        }
        match &self.token {
            None => Ok(()),
            Some(token) => {
                let given =
                    text(headers, &header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
                let known = given.is_some_and(|given| same_secret(given.as_bytes(), token.as_bytes()));
                known.then_some(()).ok_or(ControlError::Unauthorized)
            }
        }
    }

    /// A name that somebody else's name server could point here is not our own.
    fn is_own_host(&self, host: &str) -> bool {
        let is_address = host.parse::<SocketAddr>().is_ok()
            || host.parse::<IpAddr>().is_ok()
            || without_port(host).trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let name = without_port(host).to_ascii_lowercase();
        is_address || name == "localhost" || self.hosts.contains(&name)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Lets through what the rules allow.
pub(super) async fn require(
    control: Arc<Control>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match control.access.check(request.headers()) {
        Ok(()) => next.call(request).await,
        Err(refusal) => Ok(request.into_response(refusal.error_response())),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn check(token: Option<&str>, headers: &[(&str, &str)]) -> Result<(), ControlError> {
        let access = Access {
            profile: Profile::Development,
            hosts: vec!["control.example".to_owned()],
            token: token.map(str::to_owned),
        };
        let request =
            headers.iter().fold(TestRequest::default(), |request, header| request.insert_header(*header));
        access.check(request.to_http_request().headers())
    }

    #[test]
    fn only_names_that_nobody_else_can_point_here_are_answered() {
        for host in
            ["127.0.0.1:7400", "localhost", "LOCALHOST:7400", "[::1]:7400", "[::1]", "control.example:80"]
        {
            assert_eq!(check(None, &[("Host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7400", ""] {
            assert_eq!(check(None, &[("Host", host)]), Err(ControlError::ForeignHost), "{host}");
        }
    }

    #[test]
    fn pages_of_others_are_refused() {
        let host = ("Host", "127.0.0.1:7400");
        for header in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Origin", "http://127.0.0.1:7401"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            assert_eq!(check(None, &[host, header]), Err(ControlError::CrossOrigin), "{header:?}");
        }
        for header in [("Origin", "http://127.0.0.1:7400"), ("Sec-Fetch-Site", "none")] {
            assert_eq!(check(None, &[host, header]), Ok(()), "{header:?}");
        }
    }

    #[test]
    fn a_token_is_needed_where_there_is_one() {
        let host = ("Host", "127.0.0.1:7400");
        assert_eq!(check(Some("hush"), &[host, ("Authorization", "Bearer hush")]), Ok(()));
        for header in ["Bearer other", "hush", "Basic hush", "Bearer "] {
            let outcome = check(Some("hush"), &[host, ("Authorization", header)]);
            assert_eq!(outcome, Err(ControlError::Unauthorized), "{header}");
        }
        assert_eq!(check(Some("hush"), &[host]), Err(ControlError::Unauthorized));
    }
}
