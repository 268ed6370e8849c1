//! What an operator can set. Keys are read and checked once, when the configuration is read.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::DecodePublicKey;
use facade_kit::Secret;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// Configuration of the facade.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who may call.
    #[serde(default)]
    pub keys: Vec<Key>,
    /// Whether one order also carries the names that an earlier page of the vendor gives its fields.
    #[serde(default = "yes")]
    pub seed_names: bool,
    /// Whether a signature over the query with its question mark is taken as well.
    #[serde(default)]
    pub signed_question_mark: bool,
    /// How far behind the clock a request's timestamp may be, in milliseconds. Clients need 2000 at the least.
    #[serde(default = "ten_seconds")]
    pub timestamp_past_ms: u64,
    /// How far ahead of the clock a request's timestamp may be, in milliseconds.
    #[serde(default = "one_second")]
    pub timestamp_future_ms: u64,
    /// Whether the vendor's rate limits hold.
    #[serde(default)]
    pub rate_limits: bool,
    /// Largest body of a request, in bytes.
    #[serde(default = "body_limit")]
    pub max_body_bytes: usize,
    /// Names of pairs that do not follow from their assets: canonical symbol to `BASE-QUOTE`.
    #[serde(default)]
    pub instruments: BTreeMap<String, PairName>,
}

const fn yes() -> bool {
    true
}

const fn ten_seconds() -> u64 {
    10_000
}

const fn one_second() -> u64 {
    1_000
}

const fn body_limit() -> usize {
    64 << 10
}

impl Default for Config {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            seed_names: yes(),
            signed_question_mark: false,
            timestamp_past_ms: ten_seconds(),
            timestamp_future_ms: one_second(),
            rate_limits: false,
            max_body_bytes: body_limit(),
            instruments: BTreeMap::new(),
        }
    }
}

/// One API key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key as clients send it: 64 letters and digits.
    pub api_key: ApiKey,
    /// The public key that its signatures are checked with.
    pub public_key: PublicKey,
    /// Canonical code of the account that it belongs to.
    pub account: String,
    /// What it may do.
    #[serde(default)]
    pub permission: Permission,
    /// Addresses that it may be used from; none for all.
    #[serde(default)]
    pub addresses: Vec<AddressRange>,
    /// Whether it may be used by the vendor's command-line client.
    #[serde(default = "yes")]
    pub command_line: bool,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read.
    View,
    /// Read and trade.
    #[default]
    Trade,
}

/// An API key. Not shown by `Debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// Checks and wraps a key.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_key = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_key.then(|| Self(Secret::new(text)))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.reveal().as_bytes()
    }
}

impl<'de> Deserialize<'de> for ApiKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("an API key is 64 letters and digits"))
    }
}

/// An Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a key: SPKI as PEM, the base64 inside such a PEM, or the 32 bytes in hex.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let key = if text.starts_with("-----") {
            VerifyingKey::from_public_key_pem(text).ok()?
        } else if let Ok(bytes) = hex::decode(text) {
            VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()?
        } else {
            VerifyingKey::from_public_key_der(&STANDARD.decode(text).ok()?).ok()?
        };
        Some(Self(key))
    }

    pub(crate) const fn verifying_key(&self) -> &VerifyingKey {
        &self.0
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom("a public key is an Ed25519 key: SPKI as PEM or base64, or 64 hex digits")
        })
    }
}

/// An address, or all addresses that share a prefix: `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    prefix: u32,
}

impl AddressRange {
    /// Reads an address with or without the length of its prefix.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then_some(Self { address, prefix })
    }

    /// Whether an address is among them. An IPv4 address in IPv6 clothes is that IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 4),
            IpAddr::V6(address) => (address.to_bits(), 6),
        };
        let ((own, family), (other, other_family)) = (bits(self.address), bits(address.to_canonical()));
        let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
        family == other_family && own & mask == other & mask
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is neither an address nor a prefix")))
    }
}

/// The name of a pair: `BTC-USD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairName {
    pub(crate) base: String,
    pub(crate) quote: String,
}

impl PairName {
    /// Reads `BASE-QUOTE`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (base, quote) = text.split_once('-')?;
        let is_code = |code: &str| {
            let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'.';
            !code.is_empty() && code.bytes().all(allowed)
        };
        (is_code(base) && is_code(quote)).then(|| Self { base: base.to_owned(), quote: quote.to_owned() })
    }
}

impl<'de> Deserialize<'de> for PairName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no pair like BTC-USD")))
    }
}

/// Keys of the development profile: account, API key, public key. The private keys lie in `config/dev`.
const DEVELOPMENT_KEYS: [(&str, &str, &str); 2] = [
    (
        "demo",
        "demodemodemodemodemodemodemodemodemodemodemodemodemodemodemodemo",
        "98c87fda4435b9952a5883528c0f8b8ff0b649811fd4eef1d864ea519b0701e4",
    ),
    (
        "maker",
        "makermakermakermakermakermakermakermakermakermakermakermakermake",
        "1321e7396d4385256c5d838f1ecd959de911280e730331fb157a974de15d7563",
    ),
];

impl Config {
    /// The development profile: the accounts `demo` and `maker`, with keys that everyone knows.
    #[must_use]
    pub fn development() -> Self {
        let key = |(account, api_key, public_key): (&str, &str, &str)| {
            Some(Key {
                api_key: ApiKey::new(api_key)?,
                public_key: PublicKey::parse(public_key)?,
                account: account.to_owned(),
                permission: Permission::Trade,
                addresses: Vec::new(),
                command_line: true,
            })
        };
        Self { keys: DEVELOPMENT_KEYS.into_iter().filter_map(key).collect(), ..Self::default() }
    }

    /// Whether a key of the development profile is among the keys, be it the API key or the public key.
    #[must_use]
    pub fn uses_development_credentials(&self) -> bool {
        let development = Self::development();
        let is_known =
            |key: &Key, known: &Key| key.api_key == known.api_key || key.public_key == known.public_key;
        self.keys.iter().any(|key| development.keys.iter().any(|known| is_known(key, known)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_read_in_three_forms() {
        let hex = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
        let base64 = "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        let keys = [hex, base64, &pem].map(|text| PublicKey::parse(text).unwrap());
        assert_eq!(keys[0], keys[1]);
        assert_eq!(keys[0], keys[2]);
        assert_eq!(PublicKey::parse("03a1"), None);
        assert_eq!(PublicKey::parse("not a key"), None);
    }

    #[test]
    fn the_development_profile_has_both_accounts_and_shows_no_key() {
        let config = Config::development();
        let accounts: Vec<&str> = config.keys.iter().map(|key| key.account.as_str()).collect();
        assert_eq!(accounts, ["demo", "maker"]);
        assert!(!format!("{config:?}").contains("demodemo"));
    }

    #[test]
    fn ranges_contain_their_addresses() {
        let contains = |range: &str, address: &str| {
            AddressRange::parse(range).unwrap().contains(address.parse().unwrap())
        };
        assert!(contains("10.1.2.3", "10.1.2.3"));
        assert!(contains("10.1.2.3", "::ffff:10.1.2.3"));
        assert!(!contains("10.1.2.3", "10.1.2.4"));
        assert!(contains("10.0.0.0/8", "10.200.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        for text in ["", "10.0.0", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/x"] {
            assert_eq!(AddressRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn unknown_keys_of_the_configuration_are_refused() {
        assert!(serde_json::from_str::<Config>("{}").is_ok());
        assert!(serde_json::from_str::<Config>(r#"{"seed_name": true}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"instruments": {"TSLA": "TSLA/USD"}}"#).is_err());
    }
}
