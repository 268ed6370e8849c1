//! JSON Web Tokens: who issued them, whether they are genuine and in force, and whom they name.
//!
//! Time is the engine's, so that tokens expire on a clock that tests can set.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use order_engine::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{Config, PermissionsEntry, TokenKey};

/// What a genuine token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Bearer {
    /// Code of the identity source.
    pub(crate) source: String,
    /// `Client:<client id>` or `User:<subject>`.
    pub(crate) identity: String,
}

/// Verifies tokens against the configured sources.
pub(crate) struct Verifier {
    sources: HashMap<String, Source>,
    skew_secs: u64,
}

struct Source {
    code: String,
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    nbf: Option<u64>,
    sub: Option<String>,
    client_id: Option<String>,
}

impl Verifier {
    /// Prepares the keys. A source whose key cannot be read trusts nobody, and the log says so.
    pub(crate) fn new(config: &Config) -> Self {
        let sources = config.identity_sources.iter().filter_map(|entry| {
            let (key, algorithm) = match decoding_key(&entry.key) {
                Ok(pair) => pair,
                Err(error) => {
                    tracing::error!(source = %entry.code, %error, "the key of an identity source cannot be read");
                    return None;
                }
            };
            let mut validation = Validation::new(algorithm);
            validation.validate_exp = false;
            validation.set_required_spec_claims(&["iss", "aud"]);
            validation.set_issuer(&[&entry.issuer]);
            validation.set_audience(&[entry.audience.as_ref().unwrap_or(&config.audience)]);
            Some((entry.issuer.clone(), Source { code: entry.code.clone(), key, validation }))
        });
        Self { sources: sources.collect(), skew_secs: config.clock_skew_secs }
    }

    /// Whom a token names; nothing when it is not genuine or not in force.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<Bearer> {
        let Issuer { iss } = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
        let source = self.sources.get(&iss)?;
        let claims: Claims = jsonwebtoken::decode(token, &source.key, &source.validation).ok()?.claims;
        let now = now.as_seconds();
        let expired = claims.exp.saturating_add(self.skew_secs) <= now;
        let early = claims.nbf.is_some_and(|start| start > now.saturating_add(self.skew_secs));
        if expired || early {
            return None;
        }
        Some(Bearer { source: source.code.clone(), identity: claims.identity()? })
    }
}

impl Claims {
    /// A token without a subject, or with the client as its own subject, is a client's; any other is a user's.
    fn identity(self) -> Option<String> {
        match (self.sub, self.client_id) {
            (None, Some(client)) => Some(format!("Client:{client}")),
            (Some(subject), Some(client)) if subject == client => Some(format!("Client:{client}")),
            (Some(subject), _) => Some(format!("User:{subject}")),
            (None, None) => None,
        }
    }
}

fn decoding_key(key: &TokenKey) -> Result<(DecodingKey, Algorithm), jsonwebtoken::errors::Error> {
    Ok(match key {
        TokenKey::HS256 { secret } => {
            (DecodingKey::from_secret(secret.reveal().as_bytes()), Algorithm::HS256)
        }
        TokenKey::RS256 { public_key_pem } => {
            (DecodingKey::from_rsa_pem(public_key_pem.as_bytes())?, Algorithm::RS256)
        }
        TokenKey::EdDsa { public_key_pem } => {
            (DecodingKey::from_ed_pem(public_key_pem.as_bytes())?, Algorithm::EdDSA)
        }
    })
}

/// Why no token can be issued.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Only a source with a shared secret lets us sign.
    #[error("no identity source has a shared secret (HS256) to sign with")]
    NoSigningKey,
    /// The client is not on record.
    #[error("no permissions are on record for {0}")]
    UnknownClient(String),
    /// The token could not be written.
    #[error("the token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

#[derive(Serialize)]
struct Issued<'a> {
    iss: &'a str,
    aud: &'a str,
    client_id: &'a str,
    scope: &'static str,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// A token for a client on record, signed by the first identity source that has a shared secret: what the issuer of a
/// deployment would answer to a request with the client's credentials. The client is `demo` or `Client:demo`; the token
/// is in force from `issued_at` for `lifetime_secs`.
///
/// # Errors
/// [`TokenError`] when there is no such source or no such client.
pub fn issue_token(
    config: &Config,
    client: &str,
    issued_at: Timestamp,
    lifetime_secs: u64,
) -> Result<String, TokenError> {
    let signing = config.identity_sources.iter().find_map(|source| match &source.key {
        TokenKey::HS256 { secret } => Some((source, secret)),
        TokenKey::RS256 { .. } | TokenKey::EdDsa { .. } => None,
    });
    let (source, secret) = signing.ok_or(TokenError::NoSigningKey)?;
    let client = client.strip_prefix("Client:").unwrap_or(client);
    let identity = format!("Client:{client}");
    let is_known = |record: &PermissionsEntry| record.source == source.code && record.identity == identity;
    if !config.permissions.iter().any(is_known) {
        return Err(TokenError::UnknownClient(identity));
    }
    let claims = Issued {
        iss: &source.issuer,
        aud: source.audience.as_ref().unwrap_or(&config.audience),
        client_id: client,
        scope: "OMS/Service",
        iat: issued_at.as_seconds(),
        nbf: issued_at.as_seconds(),
        exp: issued_at.as_seconds().saturating_add(lifetime_secs),
    };
    let key = EncodingKey::from_secret(secret.reveal().as_bytes());
    Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    const NOW: Timestamp = Timestamp::from_seconds(1_767_625_200);

    fn sign(claims: &serde_json::Value, secret: &str, algorithm: Algorithm) -> String {
        let key = EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
    }

    fn claims() -> serde_json::Value {
        serde_json::json!({
            "iss": "https://auth.dragoman.localhost/",
            "aud": ["other", "OMS-API"],
            "client_id": "demo",
            "exp": NOW.as_seconds() + 60,
        })
    }

    const SECRET: &str = "dragoman-development-oms-signing-key";

    fn verify(token: &str) -> Option<String> {
        Verifier::new(&Config::development()).verify(token, NOW).map(|bearer| bearer.identity)
    }

    #[test]
    fn issued_tokens_are_genuine_until_they_expire() {
        let config = Config::development();
        let token = issue_token(&config, "OMS$Control", NOW, 60).unwrap();
        let verifier = Verifier::new(&config);
        let bearer = Bearer { source: "Auth".to_owned(), identity: "Client:OMS$Control".to_owned() };
        assert_eq!(verifier.verify(&token, NOW), Some(bearer.clone()));
        assert_eq!(verifier.verify(&token, NOW.plus_seconds(60 + 299)), Some(bearer));
        assert_eq!(verifier.verify(&token, NOW.plus_seconds(60 + 300)), None);
        assert_eq!(verifier.verify(&token, Timestamp::from_seconds(NOW.as_seconds() - 301)), None);
    }

    #[test]
    fn clients_and_users_are_told_apart() {
        let with = |name: &str, value: &str| {
            let mut claims = claims();
            claims[name] = value.into();
            verify(&sign(&claims, SECRET, Algorithm::HS256))
        };
        assert_eq!(with("client_id", "demo").as_deref(), Some("Client:demo"));
        assert_eq!(with("sub", "demo").as_deref(), Some("Client:demo"));
        assert_eq!(with("sub", "someone").as_deref(), Some("User:someone"));
    }

    #[test]
    fn false_tokens_are_refused() {
        let good = sign(&claims(), SECRET, Algorithm::HS256);
        assert!(verify(&good).is_some());
        assert_eq!(verify(&sign(&claims(), "another secret", Algorithm::HS256)), None);
        assert_eq!(verify(&sign(&claims(), SECRET, Algorithm::HS512)), None);
        for (name, value) in [
            ("iss", serde_json::json!("https://elsewhere/")),
            ("aud", serde_json::json!("OTHER-API")),
            ("aud", serde_json::Value::Null),
            ("exp", serde_json::Value::Null),
            ("exp", serde_json::json!(NOW.as_seconds() - 300)),
            ("nbf", serde_json::json!(NOW.as_seconds() + 301)),
            ("client_id", serde_json::Value::Null),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            }
            assert_eq!(verify(&sign(&claims, SECRET, Algorithm::HS256)), None, "{name} = {value}");
        }
        for text in ["", "a.b", "a.b.c", &good.replace('.', ""), &format!("{good}x")] {
            assert_eq!(verify(text), None, "{text}");
        }
    }

    #[test]
    fn tokens_without_a_signature_are_refused() {
        let good = sign(&claims(), SECRET, Algorithm::HS256);
        let payload = good.split('.').nth(1).unwrap();
        // {"alg":"none"}
        assert_eq!(verify(&format!("eyJhbGciOiJub25lIn0.{payload}.")), None);
    }

    /// The pair of RFC 8410, section 10.
    const EDDSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    const EDDSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

    fn trusting(key: TokenKey) -> Verifier {
        let mut config = Config::development();
        config.identity_sources[0].key = key;
        Verifier::new(&config)
    }

    #[test]
    fn public_keys_verify_and_nothing_else_does() {
        let verifier = trusting(TokenKey::EdDsa { public_key_pem: EDDSA_PUBLIC.to_owned() });
        let key = EncodingKey::from_ed_pem(EDDSA_PRIVATE.as_bytes()).unwrap();
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(), &key).unwrap();
        assert!(verifier.verify(&token, NOW).is_some());
        // The public key is no secret: a token signed with its text as one is false.
        assert_eq!(verifier.verify(&sign(&claims(), EDDSA_PUBLIC, Algorithm::HS256), NOW), None);
        assert_eq!(verifier.verify(&sign(&claims(), SECRET, Algorithm::HS256), NOW), None);

        let public_key_pem = include_str!("../tests/keys/rs256-public.pem").to_owned();
        let verifier = trusting(TokenKey::RS256 { public_key_pem: public_key_pem.clone() });
        let token = include_str!("../tests/keys/rs256-token.txt").trim_end();
        let bearer = verifier.verify(token, NOW).map(|bearer| bearer.identity);
        assert_eq!(bearer.as_deref(), Some("User:someone"));
        assert_eq!(verifier.verify(&sign(&claims(), &public_key_pem, Algorithm::HS256), NOW), None);
    }

    #[test]
    fn only_a_shared_secret_signs() {
        let mut config = Config::development();
        config.identity_sources[0].key = TokenKey::EdDsa { public_key_pem: EDDSA_PUBLIC.to_owned() };
        assert!(matches!(issue_token(&config, "demo", NOW, 60), Err(TokenError::NoSigningKey)));
        assert_eq!(Verifier::new(&config).sources.len(), 1);
        config.identity_sources[0].key = TokenKey::EdDsa { public_key_pem: "not PEM".to_owned() };
        assert_eq!(Verifier::new(&config).sources.len(), 0);
        config.identity_sources[0].key = TokenKey::HS256 { secret: Secret::new("s") };
        assert!(issue_token(&config, "Client:demo", NOW, 60).is_ok());
        assert!(matches!(issue_token(&config, "nobody", NOW, 60), Err(TokenError::UnknownClient(_))));
    }
}
