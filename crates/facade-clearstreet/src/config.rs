//! What can be configured: accounts and their numbers, API keys, names of instruments, limits.
//!
//! An absent table is empty; the public values of the development profile come from [`Config::development`] only.

use std::collections::BTreeMap;

use facade_kit::Secret;
use serde::Deserialize;
use uuid::Uuid;

/// Largest request body that is read unless configuration says otherwise, in bytes.
const BODY_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// Configuration of the facade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Accounts by the numbers that this dialect gives them.
    pub accounts: Vec<AccountProfile>,
    /// API keys.
    pub credentials: Vec<Credential>,
    /// Names of instruments, by canonical symbol. An instrument that is not here is named by rule.
    pub instruments: BTreeMap<String, InstrumentNaming>,
    /// Requests that one API key may send; absent for no limit.
    pub rate_limit: Option<RateLimit>,
    /// Largest request body that is read, in bytes.
    pub body_limit_bytes: usize,
}

/// An account as this dialect shows it. What the ledger knows (opening date, currency, holdings) is not repeated here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountProfile {
    /// Number in paths and bodies.
    pub id: i64,
    /// Canonical account code.
    pub account: String,
    /// Short name.
    pub short_name: String,
    /// Full name; `account_name` filters look at it.
    pub full_name: String,
    /// Number of the legal entity that holds the account.
    pub account_holder_entity_id: i64,
    /// Country of tax residency.
    #[serde(default)]
    pub country_of_tax_residency: Option<String>,
    /// Date of birth, `YYYY-MM-DD`.
    #[serde(default)]
    pub date_of_birth: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// Mailing address.
    #[serde(default)]
    pub mailing_address: Option<Address>,
}

/// A mailing address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// First line.
    pub line1: String,
    /// Second line.
    #[serde(default)]
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default)]
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// Country.
    pub country: String,
}

/// An API key and the accounts that it may touch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The key, used as the bearer token.
    pub key: Secret,
    /// Account numbers.
    pub accounts: Vec<i64>,
}

/// How this dialect names an instrument. What is absent follows the rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstrumentNaming {
    /// Trading symbol; by rule the canonical symbol.
    pub symbol: Option<String>,
    /// Instrument id; by rule a UUID computed from the canonical symbol.
    #[serde(deserialize_with = "uuid")]
    pub id: Option<Uuid>,
    /// MIC of the venue; by rule `XOFF`, off exchange.
    pub venue: Option<String>,
    /// Country of issue; by rule `US` for shares and `XX`, unknown, for everything else.
    pub country_of_issue: Option<String>,
}

/// Requests per window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests that a key may send in one window.
    pub requests: u32,
    /// Length of a window in seconds.
    pub per_seconds: u32,
}

fn uuid<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Uuid::parse_str(&text).map(Some).map_err(serde::de::Error::custom)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            credentials: Vec::new(),
            instruments: BTreeMap::new(),
            rate_limit: None,
            body_limit_bytes: BODY_LIMIT_BYTES,
        }
    }
}

impl Config {
    /// The development profile: public keys for the accounts `demo` and `maker`.
    #[must_use]
    pub fn development() -> Self {
        let naming = |id: Option<Uuid>, venue: &str| InstrumentNaming {
            id,
            venue: Some(venue.to_owned()),
            ..InstrumentNaming::default()
        };
        Self {
            accounts: vec![
                AccountProfile::development(
                    19816,
                    "demo",
                    "TST-ACCOUNT-01",
                    "Test Trading Account",
                    987_654_321,
                ),
                AccountProfile::development(
                    19817,
                    "maker",
                    "TST-ACCOUNT-02",
                    "Second Test Account",
                    987_654_322,
                ),
            ],
            credentials: vec![
                Credential { key: Secret::new("demo.clearstreet-key"), accounts: vec![19816] },
                Credential { key: Secret::new("maker.clearstreet-key"), accounts: vec![19817] },
            ],
            instruments: BTreeMap::from([
                (
                    "TSLA".to_owned(),
                    naming(Some(Uuid::from_u128(0xd4d5_d6d7_e4e5_f4f5_a4a5_a6a7_a8a9_aaab)), "XNAS"),
                ),
                (
                    "AAPL".to_owned(),
                    naming(Some(Uuid::from_u128(0x0f5a_1a4e_5b3e_4d8f_9b7a_2b1d_0e3f_4a5b)), "XNMS"),
                ),
                ("MSFT".to_owned(), naming(None, "XNMS")),
            ]),
            ..Self::default()
        }
    }

    /// Whether a key is one of the development profile, which everyone knows.
    #[must_use]
    pub fn uses_development_credentials(&self) -> bool {
        let public = Self::development().credentials;
        self.credentials.iter().any(|credential| public.iter().any(|known| known.key == credential.key))
    }
}

impl AccountProfile {
    fn development(id: i64, account: &str, short_name: &str, full_name: &str, holder: i64) -> Self {
        Self {
            id,
            account: account.to_owned(),
            short_name: short_name.to_owned(),
            full_name: full_name.to_owned(),
            account_holder_entity_id: holder,
            country_of_tax_residency: None,
            date_of_birth: None,
            phone_number: None,
            mailing_address: None,
        }
    }
}
