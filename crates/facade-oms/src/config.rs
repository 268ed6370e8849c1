//! Configuration of the facade: who is trusted, what they may do, and what accounts and instruments are called here.

use std::collections::BTreeMap;

pub use facade_kit::Secret;
use serde::Deserialize;

/// Everything that the facade is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The audience of tokens whose identity source names none.
    #[serde(default = "default_audience")]
    pub audience: String,
    /// How far clocks of token issuers may differ from ours, in seconds.
    #[serde(default = "default_clock_skew")]
    pub clock_skew_secs: u64,
    /// Trusted issuers of tokens.
    #[serde(default)]
    pub identity_sources: Vec<IdentitySourceEntry>,
    /// What identities may do. An identity without an entry may do nothing.
    #[serde(default)]
    pub permissions: Vec<PermissionsEntry>,
    /// Owners and their accounts. An account of the engine that is not listed does not exist here.
    #[serde(default)]
    pub owners: Vec<OwnerEntry>,
    /// Exchanges with their destinations.
    #[serde(default)]
    pub exchanges: Vec<ExchangeEntry>,
    /// The exchange of instruments that `instruments` says nothing of.
    pub home_exchange: String,
    /// Instruments whose code here is not their canonical name, or that are at home elsewhere, by canonical name.
    #[serde(default)]
    pub instruments: BTreeMap<String, InstrumentEntry>,
    /// When a finished order leaves the book: seconds after midnight UTC (0 to 86,399), the first such time after it
    /// was finished.
    #[serde(default)]
    pub remove_finished_at_secs: u32,
    /// Most bytes of a request body or a WebSocket message.
    #[serde(default = "default_max_message_bytes")]
    pub max_message_bytes: usize,
}

fn default_audience() -> String {
    "OMS-API".to_owned()
}

const fn default_clock_skew() -> u64 {
    300
}

const fn default_max_message_bytes() -> usize {
    1 << 20
}

/// A trusted issuer of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySourceEntry {
    /// Short name, unique.
    pub code: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// What tokens say in `iss`.
    pub issuer: String,
    /// What tokens must have in `aud`; absent for the facade's audience.
    #[serde(default)]
    pub audience: Option<String>,
    /// The key that its signatures are verified with.
    pub key: TokenKey,
}

/// A key for token signatures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "algorithm", deny_unknown_fields)]
pub enum TokenKey {
    /// A shared secret.
    HS256 {
        /// The secret's text.
        secret: Secret,
    },
    /// An RSA public key.
    RS256 {
        /// PEM text.
        public_key_pem: String,
    },
    /// An Ed25519 public key.
    #[serde(rename = "EdDSA")]
    EdDsa {
        /// PEM text.
        public_key_pem: String,
    },
}

/// A right that goes beyond what an identity's owners and exchanges give. Rights do not imply each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Feature {
    /// Read everything; identities too.
    Admin,
    /// Write data and metadata.
    Alter,
    /// Read audit records.
    Audit,
    /// Read everything.
    Operator,
    /// Ask feeds.
    Query,
}

impl Feature {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Alter => "Alter",
            Self::Audit => "Audit",
            Self::Operator => "Operator",
            Self::Query => "Query",
        }
    }
}

/// What kind of an identity someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum IdentityKind {
    /// The system itself.
    System,
    /// A program.
    Service,
    /// Someone at work.
    Operator,
}

/// What one identity may do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionsEntry {
    /// Code of its identity source.
    pub source: String,
    /// `Client:<client id>` or `User:<subject>`.
    pub identity: String,
    /// Kind.
    pub kind: IdentityKind,
    /// Owners that it may see.
    #[serde(default)]
    pub owners: Vec<String>,
    /// Exchanges that it may see.
    #[serde(default)]
    pub exchanges: Vec<String>,
    /// Further rights.
    #[serde(default)]
    pub features: Vec<Feature>,
}

/// An owner of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerEntry {
    /// Code, unique.
    pub code: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// Its accounts.
    #[serde(default)]
    pub accounts: Vec<AccountEntry>,
}

/// A trading account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    /// Code, unique for its owner.
    pub code: String,
    /// Canonical name of the engine's account.
    pub account: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// Class label.
    #[serde(default)]
    pub classification: String,
}

/// An exchange.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeEntry {
    /// Code, unique.
    pub code: String,
    /// Destinations; the first is where orders go that name none.
    pub destinations: Vec<DestinationEntry>,
}

/// An execution destination.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestinationEntry {
    /// Code, by rights a MIC.
    pub code: String,
    /// The feed that executes; empty for the exchange's own code.
    #[serde(default)]
    pub route: String,
    /// Whether it maps directly to a lit market.
    #[serde(default)]
    pub is_lit: bool,
    /// The lit market to take prices from.
    #[serde(default)]
    pub lit_source: String,
}

/// What an instrument is called here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentEntry {
    /// Code; the canonical name when absent.
    #[serde(default)]
    pub code: Option<String>,
    /// Exchange; the home exchange when absent.
    #[serde(default)]
    pub exchange: Option<String>,
    /// CFI code (ISO 10962).
    #[serde(default)]
    pub cfi_code: String,
}

/// The public signing key of the development profile.
const DEVELOPMENT_SECRET: &str = "dragoman-development-oms-signing-key";

impl Config {
    /// Whether anyone can sign tokens that would be taken.
    #[must_use]
    pub fn uses_development_credentials(&self) -> bool {
        let public = TokenKey::HS256 { secret: Secret::new(DEVELOPMENT_SECRET) };
        self.identity_sources.iter().any(|source| source.key == public)
    }

    /// The development profile: owner `DEMO` with the accounts `0001` (`demo`) and `0002` (`maker`), the exchange
    /// `DRG`, and the clients `demo`, which trades, and `OMS$Control`, which may do everything else. Its signing key is
    /// public.
    #[must_use]
    pub fn development() -> Self {
        let client = |name: &str, kind, owner: &[&str], features: &[Feature]| PermissionsEntry {
            source: "Auth".to_owned(),
            identity: format!("Client:{name}"),
            kind,
            owners: owner.iter().map(|&code| code.to_owned()).collect(),
            exchanges: owner.iter().map(|_| "DRG".to_owned()).collect(),
            features: features.to_vec(),
        };
        let account = |code: &str, canonical: &str, name: &str| AccountEntry {
            code: code.to_owned(),
            account: canonical.to_owned(),
            name: name.to_owned(),
            classification: "Standard".to_owned(),
        };
        let share = InstrumentEntry { cfi_code: "ESVUFR".to_owned(), ..InstrumentEntry::default() };
        Self {
            audience: default_audience(),
            clock_skew_secs: default_clock_skew(),
            identity_sources: vec![IdentitySourceEntry {
                code: "Auth".to_owned(),
                name: "Dragoman development".to_owned(),
                issuer: "https://auth.dragoman.localhost/".to_owned(),
                audience: None,
                key: TokenKey::HS256 { secret: Secret::new(DEVELOPMENT_SECRET) },
            }],
            permissions: vec![
                client("demo", IdentityKind::Service, &["DEMO"], &[]),
                client(
                    "OMS$Control",
                    IdentityKind::Operator,
                    &[],
                    &[Feature::Admin, Feature::Alter, Feature::Audit, Feature::Operator],
                ),
            ],
            owners: vec![OwnerEntry {
                code: "DEMO".to_owned(),
                name: "Demonstration".to_owned(),
                accounts: vec![account("0001", "demo", "Demo"), account("0002", "maker", "Maker")],
            }],
            exchanges: vec![ExchangeEntry {
                code: "DRG".to_owned(),
                destinations: vec![DestinationEntry {
                    code: "XDRG".to_owned(),
                    route: String::new(),
                    is_lit: true,
                    lit_source: "DRG".to_owned(),
                }],
            }],
            home_exchange: "DRG".to_owned(),
            instruments: ["TSLA", "AAPL", "MSFT"]
                .into_iter()
                .map(|symbol| (symbol.to_owned(), share.clone()))
                .collect(),
            remove_finished_at_secs: 0,
            max_message_bytes: default_max_message_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        assert!(!format!("{:?}", Config::development()).contains("signing-key"));
    }
}
