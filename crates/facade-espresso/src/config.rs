//! What can be configured: API keys with their accounts and operation keys, names of pairs and tokens, limits.
//!
//! An absent table is empty; the public values of the development profile come from [`Config::development`] only.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

pub use facade_kit::Secret;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::unit::AssetUnit;

/// Seconds for which a built order waits for its submission, unless configuration says otherwise.
const BUILD_LIFETIME_SECONDS: u64 = 300;
/// Most open orders of an account, unless configuration says otherwise.
const MAX_OPEN_ORDERS: usize = 200;
/// Least size of an order, in ADA for pairs of ADA and in the quote token for others.
const MINIMUM_SIZE: u32 = 5;
/// Length of a cycle of the development profile.
const SECONDS_PER_DAY: NonZeroU32 = match NonZeroU32::new(86_400) {
    Some(seconds) => seconds,
    None => NonZeroU32::MIN,
};
/// Largest request body that is read unless configuration says otherwise, in bytes.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// Configuration of the facade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The chain whose units and addresses transactions carry.
    pub network: Network,
    /// API keys and their accounts.
    pub accounts: Vec<AccountConfig>,
    /// Pairs, by canonical symbol. A pair that is not here follows the rules.
    pub instruments: BTreeMap<String, InstrumentConfig>,
    /// Tokens, by canonical code. A token that is not here follows the rules.
    pub assets: BTreeMap<String, AssetConfig>,
    /// Seconds for which a built order waits for its submission.
    pub build_lifetime_seconds: u64,
    /// Most open orders of an account.
    pub max_open_orders: usize,
    /// Least size of an order in a pair of ADA, in ADA.
    #[serde(deserialize_with = "decimal")]
    pub minimum_ada: Decimal,
    /// Least value of an order in any other pair, in its quote token.
    #[serde(deserialize_with = "decimal")]
    pub minimum_quote: Decimal,
    /// Whether orders are refused because trading is locked.
    pub trading_locked: bool,
    /// The rate limit of each API key; absent for none.
    pub rate_limit: Option<RateLimit>,
    /// The text of the terms and conditions; absent when there are none.
    pub terms: Option<String>,
    /// Cycles of the venue; absent when there are none.
    pub hydra_cycle: Option<HydraCycle>,
    /// Largest request body that is read, in bytes.
    pub body_limit_bytes: usize,
}

/// A Cardano network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// The test network.
    #[default]
    Preprod,
    /// The real one.
    Mainnet,
}

/// An API key, the account behind it, and what the account signs with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Canonical account code.
    pub account: String,
    /// Value of `X-API-KEY`.
    pub api_key: Secret,
    /// The account's id on the wire; by rule a UUID computed from the canonical code.
    #[serde(default)]
    pub account_id: Option<Uuid>,
    /// What orders are signed with; an account without one cannot place orders.
    #[serde(default)]
    pub operation_key: Option<OperationKey>,
}

/// An operation key as the server knows it: sealed with a passcode that only its owner has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationKey {
    /// JSON text with `iv`, `salt` and `ciphertext`; handed to the client as it stands.
    pub encrypted: Secret,
    /// BLAKE2b-224 of the public key, in hex.
    #[serde(deserialize_with = "key_hash")]
    pub hash: [u8; 28],
}

/// What a pair has of its own. What is absent follows the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstrumentConfig {
    /// Name on the wire; by rule base and quote without anything between.
    pub symbol: Option<String>,
    /// Prices that are taken; absent for all.
    pub price_band: Option<PriceBand>,
}

/// The lowest and the highest price of a limit order, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBand {
    /// Lowest.
    #[serde(deserialize_with = "decimal")]
    pub lowest: Decimal,
    /// Highest.
    #[serde(deserialize_with = "decimal")]
    pub highest: Decimal,
}

/// What a token has of its own. What is absent follows the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssetConfig {
    /// Unit on the chain; by rule the vendor's for its own tokens, and else the code under one policy.
    pub unit: Option<AssetUnit>,
    /// Decimals of the smallest on-chain unit; by rule those of the asset, at least six.
    pub decimals: Option<u32>,
    /// Decimals of an amount of the token where it is the quote token; by rule two for the vendor's own tokens, and else
    /// those of the asset. Where it is the base token the pair's lot decides.
    pub max_qty_dp: Option<u32>,
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Builds and cancels that come back each second.
    pub per_second: NonZeroU32,
    /// Builds and cancels that can be sent at once.
    pub burst: NonZeroU32,
}

/// Cycles that follow each other from the epoch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HydraCycle {
    /// Length of one cycle in seconds.
    pub seconds: NonZeroU32,
}

/// Decimals are texts in configuration, so that none is rounded on the way.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(deserializer)?;
    facade_kit::decimal::parse_plain(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a plain decimal")))
}

fn key_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 28], D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut hash = [0; 28];
    hex::decode_to_slice(&text, &mut hash)
        .map_err(|error| serde::de::Error::custom(format!("a key hash is 28 bytes in hex: {error}")))?;
    Ok(hash)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            network: Network::default(),
            accounts: Vec::new(),
            instruments: BTreeMap::new(),
            assets: BTreeMap::new(),
            build_lifetime_seconds: BUILD_LIFETIME_SECONDS,
            max_open_orders: MAX_OPEN_ORDERS,
            minimum_ada: Decimal::from(MINIMUM_SIZE),
            minimum_quote: Decimal::from(MINIMUM_SIZE),
            trading_locked: false,
            rate_limit: None,
            terms: None,
            hydra_cycle: None,
            body_limit_bytes: BODY_LIMIT_BYTES,
        }
    }
}

impl Config {
    /// The development profile: public keys for the accounts `demo` and `maker`, whose operation keys open with the
    /// passcodes `demo-passcode` and `maker-passcode`.
    #[must_use]
    pub fn development() -> Self {
        Self {
            accounts: vec![
                AccountConfig::development(
                    "demo",
                    concat!(
                        r#"{"iv":"G14NUNDAUB1XNkSa","salt":"tezp1EOdVjf6WQzwQEXzuQ==","ciphertext":""#,
                        "QFWceADZ8F5ledZvRxlFSD2kFYcNbigJqsBEQKm5KQt6/+zpnVneU05EZJHwm5KvKE74SltZ+QJEBEDMv5kVZB71+UqE7fSa",
                        "2kV6sehnNeKFShUyog6kaA7Tesot1SE4JCRTwkYf3kbUnwLV2DH2BZrhk65nceHQCkJOVdt3ynihsRutgNQej3k6S6cTeUXy",
                        r#"9J3Sz6lhournMBDJWyPBacEs/SdluRXu9HhdBRCdCD9/bRBqPw=="}"#,
                    ),
                    [
                        0xd8, 0xfb, 0x9f, 0x57, 0xce, 0x81, 0xd9, 0x45, 0x5d, 0xef, 0x2a, 0x12, 0x8d, 0x79,
                        0xa4, 0x84, 0x7c, 0x78, 0xe0, 0x0b, 0x83, 0xef, 0x61, 0x42, 0x40, 0x73, 0xb4, 0x0a,
                    ],
                ),
                AccountConfig::development(
                    "maker",
                    concat!(
                        r#"{"iv":"O1JKFaghHu+QwoPI","salt":"Afp8h6Xdog5KDlUpmibf/w==","ciphertext":""#,
                        "oO8zAo1oY0dIfLTKrtar7l2lEjs1/jNB7rWaF4ZAtAcjbVjTb3zsrgwW7KJ7O+5jlNAEbjCWXOdibxAIfLDTntOC7F9l2EQ4",
                        "7dwi2nUnVKfD3wJCiyl7wbkrl7bpPctivhBTXFrztMPo6g7Ok5oAhWxwdwUHMwf9Ukiu+UKJo7lju+ZhyuBU1MsfjyeqTCek",
                        r#"9isiQYYWnyhSpbuDJo0qcKFFUivBWgvWO9Ua2wPoXLtHdzJA8Q=="}"#,
                    ),
                    [
                        0x1f, 0xa5, 0x9c, 0xe9, 0xe6, 0x7c, 0x4d, 0xc0, 0xb9, 0x36, 0x7e, 0xd6, 0x2a, 0xe9,
                        0x58, 0x58, 0x69, 0xf6, 0xff, 0xe7, 0x0d, 0x23, 0xaf, 0xbb, 0x79, 0x57, 0xf5, 0x9e,
                    ],
                ),
            ],
            terms: Some(
                "This is a test venue: tokens have no value, and the ledger may be emptied at any time."
                    .to_owned(),
            ),
            hydra_cycle: Some(HydraCycle { seconds: SECONDS_PER_DAY }),
            ..Self::default()
        }
    }

    /// Whether an API key or an operation key is one of the development profile, which everyone knows.
    #[must_use]
    pub fn uses_development_credentials(&self) -> bool {
        let public = Self::development().accounts;
        self.accounts.iter().any(|account| {
            public.iter().any(|known| {
                known.api_key == account.api_key
                    || (account.operation_key.is_some() && known.operation_key == account.operation_key)
            })
        })
    }
}

impl AccountConfig {
    fn development(account: &str, encrypted: &str, hash: [u8; 28]) -> Self {
        Self {
            account: account.to_owned(),
            api_key: Secret::new(format!("{account}-espresso-key")),
            account_id: None,
            operation_key: Some(OperationKey { encrypted: Secret::new(encrypted), hash }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_keys_have_the_hashes_of_the_profile() {
        let hashes: Vec<String> = Config::development()
            .accounts
            .iter()
            .filter_map(|account| account.operation_key.as_ref())
            .map(|key| hex::encode(key.hash))
            .collect();
        assert_eq!(
            hashes,
            [
                "d8fb9f57ce81d9455def2a128d79a4847c78e00b83ef61424073b40a",
                "1fa59ce9e67c4dc0b9367ed62ae9585869f6ffe70d23afbb7957f59e"
            ]
        );
    }

    #[test]
    fn the_development_keys_are_json_with_an_iv_of_twelve_bytes() {
        for account in Config::development().accounts {
            let key = account.operation_key.unwrap();
            let sealed: serde_json::Value = serde_json::from_str(key.encrypted.reveal()).unwrap();
            assert_eq!(sealed["iv"].as_str().map(str::len), Some(16));
            assert_eq!(sealed["salt"].as_str().map(str::len), Some(24));
        }
    }

    #[test]
    fn public_keys_are_known_as_such() {
        let mut config = Config::development();
        assert!(config.uses_development_credentials());
        for account in &mut config.accounts {
            account.api_key = Secret::new("39f49e5650a508250dc34ec900b6c089");
        }
        assert!(config.uses_development_credentials(), "the operation keys are still public");
        for account in &mut config.accounts {
            account.operation_key = None;
        }
        assert!(!config.uses_development_credentials());
        assert!(!Config::default().uses_development_credentials());
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let text = format!("{:?}", Config::development());
        assert!(!text.contains("espresso-key") && !text.contains("ciphertext"), "{text}");
    }

    #[test]
    fn a_configuration_is_read_strictly() {
        let text = r#"
            network = "mainnet"
            minimum_ada = "2.5"
            rate_limit = { per_second = 5, burst = 5 }

            [[accounts]]
            account = "alice"
            api_key = "39f49e5650a508250dc34ec900b6c089"

            [accounts.operation_key]
            encrypted = "{}"
            hash = "9493315cd92eb5d8c4304e67b7e16ae36d61d34502694657811a2c8e"

            [instruments.ADA-USDM]
            price_band = { lowest = "0.1", highest = "10" }

            [assets.USDC]
            unit = "0483b457673b527c1b6e8ca680a5f3a5676f27cdfea0c9bf285d09385553444358"
        "#;
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.minimum_ada.to_string(), "2.5");
        assert_eq!(config.build_lifetime_seconds, 300);
        assert!(toml::from_str::<Config>("minimum_adaa = \"1\"").is_err());
        assert!(toml::from_str::<Config>("[assets.X]\nunit = \"zz\"").is_err());
    }
}
