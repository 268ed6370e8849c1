//! Who calls: API key, address, Ed25519 signature, clock, permission, in that order.
//!
//! The signature is over `timestamp METHOD path query body` without separators, over the bytes that came: nothing is
//! decoded, sorted or written anew. The path is the one below the mount point, since that is what a client sends to the
//! vendor's own server.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use order_engine::{AccountId, Timestamp};

use crate::config::{AddressRange, Key, Permission};
use crate::error::ApiError;
use crate::limits::{Operation, Payer};
use crate::query::Query;
use crate::routes::ENDPOINTS;
use crate::state::State;
use crate::translate::lists::DateRange;

const KEY_HEADER: &str = "X-Revx-API-Key";
const TIMESTAMP_HEADER: &str = "X-Revx-Timestamp";
const SIGNATURE_HEADER: &str = "X-Revx-Signature";
/// Set by the vendor's own programs; the command-line client says `CLI`.
const PROGRAM_HEADER: &str = "X-Generated-By";

/// Where the vendor's API starts. Shorter paths stand for paths below it.
pub(crate) const ROOT: &str = "/api/1.0";

/// Whoever has proved to be someone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    /// The account that the key belongs to.
    pub(crate) account: AccountId,
}

/// What is known of a key.
#[derive(Debug)]
struct Credential {
    index: usize,
    verifying_key: VerifyingKey,
    account: String,
    permission: Permission,
    addresses: Vec<AddressRange>,
    command_line: bool,
}

/// All keys, by the hash of the key: how long a search takes tells something of hashes, nothing of keys.
#[derive(Debug)]
pub(crate) struct KeyRing(BTreeMap<[u8; 32], Credential>);

impl KeyRing {
    pub(crate) fn new(keys: &[Key]) -> Self {
        let credential = |index: usize, key: &Key| Credential {
            index,
            verifying_key: *key.public_key.verifying_key(),
            account: key.account.clone(),
            permission: key.permission,
            addresses: key.addresses.clone(),
            command_line: key.command_line,
        };
        let keys = keys.iter().enumerate();
        Self(keys.map(|(index, key)| (hash(key.api_key.as_bytes()), credential(index, key))).collect())
    }

    fn find(&self, api_key: &[u8]) -> Option<&Credential> {
        self.0.get(&hash(api_key))
    }
}

fn hash(api_key: &[u8]) -> [u8; 32] {
    *blake3::hash(api_key).as_bytes()
}

/// The layer that lets nobody unknown in.
pub(crate) async fn require(
    state: Arc<State>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if is_public(state.at.below(request.uri().path())) {
        let payer = Payer::Address(request.peer_addr().map(|peer| peer.ip()));
        return match charge(&state, &request, payer) {
            Ok(()) => next.call(request).await,
            Err(error) => Ok(request.into_response(state.refusal(&error))),
        };
    }
    match authenticate(&state, &mut request).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.call(request).await
        }
        Err(error) => Ok(request.into_response(state.refusal(&error))),
    }
}

fn is_public(path: &str) -> bool {
    path.starts_with("/api/1.0/public/") || path.starts_with("/api/2.0/public/")
}

async fn authenticate(state: &State, request: &mut ServiceRequest) -> Result<Caller, ApiError> {
    let header = |name| request.headers().get(name).map(HeaderValue::as_bytes);
    let api_key = header(KEY_HEADER).ok_or(ApiError::Unauthorized)?;
    let timestamp = header(TIMESTAMP_HEADER).ok_or(ApiError::Unauthorized)?.to_owned();
    let signature = header(SIGNATURE_HEADER).ok_or(ApiError::Unauthorized)?.to_owned();
    let credential = state.keys.find(api_key).ok_or(ApiError::Unauthorized)?;
    check_address(credential, request.peer_addr().map(|peer| peer.ip()))?;
    let sent_at = whole_number(&timestamp).ok_or(ApiError::Unauthorized)?;

    let body = read_body(request, state.config.max_body_bytes).await?;
    let signed = Signed {
        timestamp: &timestamp,
        method: request.method().as_str(),
        path: state.at.below(request.uri().path()),
        query: request.query_string(),
        body: &body,
    };
    if !signed.is_signed_by(&credential.verifying_key, &signature, state.config.signed_question_mark) {
        return Err(ApiError::Unauthorized);
    }
    request.set_payload(Payload::from(body));

    check_clock(state, sent_at)?;
    check_permission(credential, request)?;
    charge(state, request, Payer::Key(credential.index))?;
    let account = state.engine.views().reference().account_by_code(&credential.account).map(|found| found.id);
    if account.is_none() {
        tracing::warn!(account = %credential.account, "a key belongs to an account that does not exist");
    }
    Ok(Caller { account: account.ok_or(ApiError::Unauthorized)? })
}

fn check_address(credential: &Credential, peer: Option<IpAddr>) -> Result<(), ApiError> {
    let listed = |peer: IpAddr| credential.addresses.iter().any(|range| range.contains(peer));
    if credential.addresses.is_empty() || peer.is_some_and(listed) {
        return Ok(());
    }
    Err(ApiError::AddressNotListed)
}

/// A whole number of milliseconds, digits only.
fn whole_number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    digits.then_some(text).and_then(|text| std::str::from_utf8(text).ok()).and_then(|text| text.parse().ok())
}

async fn read_body(request: &mut ServiceRequest, limit: usize) -> Result<web::Bytes, ApiError> {
    let payload = request.extract::<web::Payload>().await.map_err(|_| ApiError::BadRequest)?;
    let read = payload.to_bytes_limited(limit).await.map_err(|_| ApiError::BodyTooLarge)?;
    read.map_err(|_| ApiError::BadRequest)
}

fn check_clock(state: &State, sent_at_ms: u64) -> Result<(), ApiError> {
    let now_ms = state.engine.now().as_millis();
    if sent_at_ms > now_ms.saturating_add(state.config.timestamp_future_ms) {
        return Err(ApiError::ClockAhead);
    }
    if sent_at_ms < now_ms.saturating_sub(state.config.timestamp_past_ms) {
        return Err(ApiError::ClockBehind);
    }
    Ok(())
}

fn check_permission(credential: &Credential, request: &ServiceRequest) -> Result<(), ApiError> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let may_trade = credential.permission == Permission::Trade;
    let by_command_line =
        request.headers().get(PROGRAM_HEADER).is_some_and(|program| program.as_bytes() == b"CLI");
    if (by_command_line && !credential.command_line) || !(reads || may_trade) {
        return Err(ApiError::Forbidden);
    }
    Ok(())
}

/// Takes tokens for a request, when limits are on. What is not served costs nothing.
fn charge(state: &State, request: &ServiceRequest, payer: Payer) -> Result<(), ApiError> {
    let Some(limits) = &state.limits else { return Ok(()) };
    let Some(pattern) = request.match_pattern() else { return Ok(()) };
    let pattern = state.at.below(&pattern);
    let short = if pattern.starts_with("/api/") { "" } else { ROOT };
    let method = request.method().as_str();
    let operation = Operation::find(ENDPOINTS, method, &format!("{short}{pattern}"));
    let Some(operation) = operation else { return Ok(()) };
    let now = state.engine.now();
    let tokens = if operation.costs_by_day { days_asked_for(request.query_string(), now) } else { 1 };
    let taken = limits.take(payer, operation, tokens, now);
    taken.map_err(|retry_after_ms| ApiError::RateLimited { retry_after_ms })
}

/// Days in the range of a query; one for a query that is about to be refused.
fn days_asked_for(query: &str, now: Timestamp) -> u64 {
    let range = Query::parse(query).and_then(|query| DateRange::of_account(&query, now));
    range.map_or(1, |range| range.days())
}

/// What a signature covers.
struct Signed<'a> {
    timestamp: &'a [u8],
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: &'a [u8],
}

impl Signed<'_> {
    fn is_signed_by(&self, key: &VerifyingKey, signature: &[u8], with_question_mark: bool) -> bool {
        let Some(signature) = decode_signature(signature) else { return false };
        let good = |root: &str, mark: &str| key.verify_strict(&self.text(root, mark), &signature).is_ok();
        good("", "")
            // Some clients sign the vendor's path whatever the path is that they are made to send.
            || (!self.path.starts_with("/api/") && good(ROOT, ""))
            || (with_question_mark && !self.query.is_empty() && good("", "?"))
    }

    fn text(&self, root: &str, mark: &str) -> Vec<u8> {
        let parts: [&[u8]; 7] = [
            self.timestamp,
            self.method.as_bytes(),
            root.as_bytes(),
            self.path.as_bytes(),
            mark.as_bytes(),
            self.query.as_bytes(),
            self.body,
        ];
        parts.concat()
    }
}

/// Standard base64 with padding of exactly 64 bytes.
fn decode_signature(text: &[u8]) -> Option<Signature> {
    let bytes: [u8; 64] = STANDARD.decode(text).ok()?.try_into().ok()?;
    Some(Signature::from_bytes(&bytes))
}
