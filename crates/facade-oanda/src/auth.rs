//! Who calls. This layer wraps all routes and does checks 1 to 3 of [`crate::error`]: the token, the rate, the method
//! override. It also merges doubled slashes, which the vendor's own wrapper sends.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, ResponseError as _};

use crate::archive;
use crate::config::{Config, Credential, Secret};
use crate::error::ApiError;
use crate::state::State;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// Somebody with a token, by its position in the [`Keyring`].
    Token(usize),
    /// Anybody, where no token is asked for: a sandbox. All that is known is the address.
    Anybody(IpAddr),
}

/// All tokens and what they cover.
#[derive(Debug)]
pub(crate) struct Keyring(Vec<Key>);

#[derive(Debug)]
struct Key {
    /// The user, by a name for people.
    name: String,
    token: Secret,
    is_disabled: bool,
    accounts: BTreeSet<u64>,
}

impl Keyring {
    pub(crate) fn new(config: &Config) -> Self {
        let number = |code: &String| config.accounts.get(code).map(|alias| alias.id);
        let key = |(name, credential): (&String, &Credential)| Key {
            name: name.clone(),
            token: credential.token.clone(),
            is_disabled: credential.disabled,
            accounts: credential.accounts.iter().filter_map(number).collect(),
        };
        Self(config.credentials.iter().map(key).collect())
    }

    fn key(&self, caller: Caller) -> Option<&Key> {
        match caller {
            Caller::Token(position) => self.0.get(position),
            Caller::Anybody(_) => None,
        }
    }

    /// The accounts that a caller's token covers; none without a token.
    pub(crate) fn accounts(&self, caller: Caller) -> impl Iterator<Item = u64> {
        self.key(caller).into_iter().flat_map(|key| key.accounts.iter().copied())
    }

    /// The accounts of a user; nothing when there is no such user.
    pub(crate) fn accounts_of(&self, name: &str) -> Option<Vec<u64>> {
        let key = self.0.iter().find(|key| key.name == name)?;
        Some(key.accounts.iter().copied().collect())
    }

    /// Whether a caller may touch an account. In a sandbox anybody may touch any.
    pub(crate) fn covers(&self, caller: Caller, account: u64) -> bool {
        match caller {
            Caller::Token(_) => self.key(caller).is_some_and(|key| key.accounts.contains(&account)),
            Caller::Anybody(_) => true,
        }
    }

    /// Compares with every token, so that the time tells nothing about which one is near.
    fn find(&self, token: &str) -> Option<Caller> {
        let matching = |(credential, key): (usize, &Key)| {
            key.token.is(token.as_bytes()).then_some(Caller::Token(credential))
        };
        self.0.iter().enumerate().map(matching).fold(None, Option::or)
    }
}

/// The layer, for `from_fn`.
pub(crate) async fn require(
    state: Arc<State>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match admit(&state, &request) {
        Ok((caller, method)) => {
            request.head_mut().method = method;
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            merge_slashes(&mut request);
            next.call(request).await
        }
        Err(refusal) => Ok(request.into_response(refusal.error_response())),
    }
}

/// The caller and the method that is meant. A browser asks with OPTIONS before it may send a credential, so that OPTIONS
/// needs none; neither does the address of a full history, which is a secret itself.
fn admit(state: &State, request: &ServiceRequest) -> Result<(Option<Caller>, Method), ApiError> {
    let peer = request.peer_addr();
    let is_open = *request.method() == Method::OPTIONS || archive::is_archive(request.path());
    let caller = if state.is_sandbox {
        Some(Caller::Anybody(peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip())))
    } else if is_open {
        None
    } else {
        Some(identify(&state.keyring, request.headers())?)
    };
    if let Some(caller) = caller {
        state.charge(caller, peer)?;
    }
    Ok((caller, overridden(request.method(), request.headers())?))
}

fn identify(keyring: &Keyring, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::AuthorizationMissing)?;
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .ok_or(ApiError::AuthorizationMalformed)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(ApiError::AuthorizationMalformed);
    }
    let caller = keyring.find(token).ok_or(ApiError::NotAuthorized)?;
    if keyring.key(caller).is_some_and(|key| key.is_disabled) {
        return Err(ApiError::Disabled);
    }
    Ok(caller)
}

/// The method after `X-HTTP-Method-Override`.
fn overridden(actual: &Method, headers: &HeaderMap) -> Result<Method, ApiError> {
    let Some(wanted) = headers.get("x-http-method-override") else {
        return Ok(actual.clone());
    };
    let allowed: &[Method] = match *actual {
        Method::GET => &[Method::GET, Method::OPTIONS],
        Method::POST => &[Method::POST, Method::PATCH, Method::DELETE],
        _ => return Err(ApiError::OverrideOfOtherMethod),
    };
    let wanted = wanted.as_bytes();
    allowed
        .iter()
        .find(|method| method.as_str().as_bytes().eq_ignore_ascii_case(wanted))
        .cloned()
        .ok_or_else(|| ApiError::OverrideNotAllowed { method: actual.clone() })
}

/// Makes one slash of several, in the path only.
fn merge_slashes(request: &mut ServiceRequest) {
    let Some(merged) = merged(request.uri()) else { return };
    request.match_info_mut().get_mut().update(&merged);
    request.head_mut().uri = merged;
}

fn merged(uri: &Uri) -> Option<Uri> {
    if !uri.path().contains("//") {
        return None;
    }
    let mut target = String::with_capacity(uri.path().len());
    for character in uri.path().chars() {
        if !(character == '/' && target.ends_with('/')) {
            target.push(character);
        }
    }
    if let Some(query) = uri.query() {
        target.push('?');
        target.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let name = actix_web::http::header::HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_token_is_found_only_whole() {
        let keyring = Keyring::new(&Config::development());
        let maker = "Bearer 000000000000000000000000000maker-000000000000000000000000000maker";
        let caller = identify(&keyring, &headers("authorization", maker)).unwrap();
        assert!(keyring.covers(caller, 12346));
        assert!(!keyring.covers(caller, 12345));
        assert_eq!(keyring.accounts(caller).collect::<Vec<_>>(), [12346]);
        let refusal = |text: &str| identify(&keyring, &headers("authorization", text)).unwrap_err().code();
        assert_eq!(refusal(&maker[..maker.len() - 1]), 4);
        for malformed in ["Bearer", "Bearer ", "Basic eDp5", "token", ""] {
            assert_eq!(refusal(malformed), 8, "{malformed:?}");
        }
        assert_eq!(identify(&keyring, &HeaderMap::new()).unwrap_err().code(), 3);
    }

    #[test]
    fn a_disabled_application_is_told_so() {
        let mut config = Config::development();
        config.credentials.get_mut("maker").unwrap().disabled = true;
        let maker = "Bearer 000000000000000000000000000maker-000000000000000000000000000maker";
        let refused = identify(&Keyring::new(&config), &headers("authorization", maker));
        assert_eq!(refused.unwrap_err().code(), 58);
    }

    #[test]
    fn only_get_and_post_are_overridden() {
        let name = "x-http-method-override";
        assert_eq!(overridden(&Method::POST, &headers(name, "PATCH")).unwrap(), Method::PATCH);
        assert_eq!(overridden(&Method::GET, &headers(name, "OPTIONS")).unwrap(), Method::OPTIONS);
        assert_eq!(overridden(&Method::GET, &headers(name, "DELETE")).unwrap_err().code(), 66);
        assert_eq!(overridden(&Method::PATCH, &headers(name, "PATCH")).unwrap_err().code(), 67);
        assert_eq!(overridden(&Method::DELETE, &HeaderMap::new()).unwrap(), Method::DELETE);
    }

    #[test]
    fn slashes_are_merged_in_the_path_only() {
        let uri: Uri = "//v1///prices?instruments=a//b".parse().unwrap();
        assert_eq!(merged(&uri).unwrap().to_string(), "/v1/prices?instruments=a//b");
        assert_eq!(merged(&"/v1/prices?a=//".parse().unwrap()), None);
    }
}
