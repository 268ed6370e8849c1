//! What an operator may set: who may call, how accounts and instruments are called here, and the vendor's limits.

use std::collections::BTreeMap;

pub use facade_kit::Secret;
use serde::Deserialize;

/// Configuration of the facade. Keys that it does not know are an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether to be the vendor's sandbox: nobody needs a token, any account may be touched, and anybody may open one.
    #[serde(default)]
    pub sandbox: bool,
    /// Who may call, by a name for people.
    #[serde(default)]
    pub credentials: BTreeMap<String, Credential>,
    /// Accounts that are visible here, by their canonical code.
    #[serde(default)]
    pub accounts: BTreeMap<String, AccountAlias>,
    /// Instruments whose name or description does not follow the rule, by their canonical symbol.
    #[serde(default)]
    pub instruments: BTreeMap<String, InstrumentAlias>,
    /// Requests allowed for each token; absent for no limit.
    #[serde(default)]
    pub rate_limit: Option<RateLimit>,
    /// Streams.
    #[serde(default)]
    pub stream: StreamLimits,
    /// Most pending orders of an account.
    #[serde(default = "vendor_maximum")]
    pub max_open_orders: usize,
    /// Most open trades of an account.
    #[serde(default = "vendor_maximum")]
    pub max_open_trades: usize,
    /// Largest request body.
    #[serde(default = "default_body")]
    pub max_body_bytes: usize,
}

/// One user's access.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The personal access token.
    pub token: Secret,
    /// Canonical codes of the accounts that it covers.
    pub accounts: Vec<String>,
    /// Whether its application was shut out.
    #[serde(default)]
    pub disabled: bool,
}

/// How an account is called here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountAlias {
    /// `accountId`.
    pub id: u64,
    /// `accountName`.
    #[serde(default = "primary")]
    pub name: String,
    /// Whether trades of one instrument and size must be closed oldest first, as one of the vendor's divisions has it.
    #[serde(default)]
    pub fifo: bool,
}

/// How an instrument is called and described here, where the rule will not do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentAlias {
    /// `instrument`: `SPX500_USD`.
    #[serde(default)]
    pub name: Option<String>,
    /// `displayName`: `US SPX 500`.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `pip`, as it is written: `1.0`.
    #[serde(default)]
    pub pip: Option<String>,
}

/// A limit of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests in a second, on average; more than zero.
    pub requests_per_second: std::num::NonZeroU32,
    /// Requests that may come at once; more than zero.
    pub burst: std::num::NonZeroU32,
    /// New connections in a second; more than zero.
    #[serde(default = "crate::limits::two")]
    pub connections_per_second: std::num::NonZeroU32,
}

/// The vendor's published limits.
impl Default for RateLimit {
    fn default() -> Self {
        const FIFTEEN: std::num::NonZeroU32 = std::num::NonZeroU32::MIN.saturating_add(14);
        Self { requests_per_second: FIFTEEN, burst: FIFTEEN, connections_per_second: crate::limits::two() }
    }
}

/// What streams may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StreamLimits {
    /// Streams of prices that a token may have at a time; of one more the oldest has to go.
    pub per_token: std::num::NonZeroUsize,
    /// Milliseconds between two heartbeats. Clients give a stream up after ten seconds of silence.
    pub heartbeat_millis: std::num::NonZeroU32,
    /// Most instruments of a stream of prices.
    pub max_instruments: std::num::NonZeroUsize,
    /// Streams of events that a token may have at a time; of one more the oldest has to go.
    pub events_per_token: std::num::NonZeroUsize,
    /// Milliseconds between two heartbeats of events. Clients give a stream up after twenty seconds of silence.
    pub events_heartbeat_millis: std::num::NonZeroU32,
    /// Batches of the engine's events that a reader may be behind; one that is further behind is cut off. The engine's
    /// backlog is another bound.
    pub max_behind: std::num::NonZeroU64,
}

impl Default for StreamLimits {
    fn default() -> Self {
        const TWO: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(1);
        const FIVE: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(4);
        const MANY: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(149);
        const FIVE_SECONDS: std::num::NonZeroU32 = std::num::NonZeroU32::MIN.saturating_add(4_999);
        const MUCH: std::num::NonZeroU64 = std::num::NonZeroU64::MIN.saturating_add(4_095);
        const FIFTEEN_SECONDS: std::num::NonZeroU32 = std::num::NonZeroU32::MIN.saturating_add(14_999);
        Self {
            per_token: TWO,
            heartbeat_millis: FIVE_SECONDS,
            max_instruments: MANY,
            events_per_token: FIVE,
            events_heartbeat_millis: FIFTEEN_SECONDS,
            max_behind: MUCH,
        }
    }
}

impl Config {
    /// The development profile. Its tokens are public.
    #[must_use]
    pub fn development() -> Self {
        let credential = |token: &str, account: &str| Credential {
            token: Secret::new(token),
            accounts: vec![account.to_owned()],
            disabled: false,
        };
        let alias = |id| AccountAlias { id, name: primary(), fifo: false };
        Self {
            sandbox: false,
            credentials: BTreeMap::from([
                (
                    "demo".to_owned(),
                    credential("0000000000000000000000000000demo-0000000000000000000000000000demo", "demo"),
                ),
                (
                    "maker".to_owned(),
                    credential("000000000000000000000000000maker-000000000000000000000000000maker", "maker"),
                ),
            ]),
            accounts: BTreeMap::from([("demo".to_owned(), alias(12345)), ("maker".to_owned(), alias(12346))]),
            instruments: BTreeMap::new(),
            rate_limit: None,
            stream: StreamLimits::default(),
            max_open_orders: vendor_maximum(),
            max_open_trades: vendor_maximum(),
            max_body_bytes: default_body(),
        }
    }

    /// Whether any token in it is one of the development profile's, which everybody knows.
    #[must_use]
    pub fn uses_development_credentials(&self) -> bool {
        let public = Self::development();
        let is_public = |token: &Secret| public.credentials.values().any(|known| known.token == *token);
        self.credentials.values().any(|credential| is_public(&credential.token))
    }
}

/// The vendor's cap of trades and of pending orders.
const fn vendor_maximum() -> usize {
    1_000
}

const fn default_body() -> usize {
    64 << 10
}

/// The name of an account that has no other.
pub(crate) fn primary() -> String {
    "Primary".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_not_shown() {
        assert!(!format!("{:?}", Config::development()).contains("00demo"));
    }

    #[test]
    fn a_file_is_read_strictly() {
        let text = "[credentials.ann]\ntoken = \"t\"\naccounts = [\"demo\"]\n[accounts.demo]\nid = 7\n\
                    [instruments.US500]\nname = \"SPX500_USD\"\n[rate_limit]\nrequests_per_second = 15\nburst = 15\n";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.accounts["demo"].name, "Primary");
        assert_eq!(config.max_open_orders, 1_000);
        assert_eq!((config.stream.per_token.get(), config.stream.heartbeat_millis.get()), (2, 5_000));
        let four: Config = toml::from_str("[stream]\nper_token = 4").unwrap();
        assert_eq!((four.stream.per_token.get(), four.stream.heartbeat_millis.get()), (4, 5_000));
        assert!(toml::from_str::<Config>("[stream]\nper_token = 0").is_err());
        assert!(!config.uses_development_credentials());
        assert!(Config::development().uses_development_credentials());
        assert!(toml::from_str::<Config>("ratelimit = 3").is_err());
        assert!(toml::from_str::<Config>("[rate_limit]\nrequests_per_second = 0\nburst = 1").is_err());
    }
}
