//! The on-chain unit of an asset: `lovelace`, or a minting policy and a name.

use std::fmt;

use blake2::Blake2b;
use blake2::digest::Digest;
use blake2::digest::consts::U28;
use serde::Deserialize;

/// Bytes of a minting policy.
const POLICY_BYTES: usize = 28;
/// Most bytes of a name.
const MAX_NAME_BYTES: usize = 32;
/// Hashed into the policy of every asset that neither the vendor nor configuration gives a unit.
const DEFAULT_POLICY: &[u8] = b"token-policy";

/// `BLAKE2b` with 28 bytes: hashes of keys, scripts and policies.
pub(crate) fn blake2b_224(bytes: &[u8]) -> [u8; POLICY_BYTES] {
    Blake2b::<U28>::digest(bytes).into()
}

/// What an asset is called on the chain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AssetUnit {
    /// Nothing for the chain's own coin.
    policy: Option<[u8; POLICY_BYTES]>,
    name: Vec<u8>,
}

/// Why a text is no unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitError;

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a unit is `lovelace`, or in hex 28 bytes of policy and up to 32 bytes of name")
    }
}

impl std::error::Error for UnitError {}

impl AssetUnit {
    /// The chain's own coin.
    pub(crate) const LOVELACE: Self = Self { policy: None, name: Vec::new() };

    /// The unit of an asset that has none of its own: its code, minted under one policy.
    pub(crate) fn by_rule(code: &str) -> Self {
        Self { policy: Some(blake2b_224(DEFAULT_POLICY)), name: code.as_bytes().to_vec() }
    }

    /// Policy and name as transactions write them; both are empty for the chain's own coin.
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        (self.policy.as_ref().map_or(&[], <[u8; POLICY_BYTES]>::as_slice), &self.name)
    }

    pub(crate) const fn is_lovelace(&self) -> bool {
        self.policy.is_none()
    }
}

impl fmt::Display for AssetUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.policy {
            None => f.write_str("lovelace"),
            Some(policy) => write!(f, "{}{}", hex::encode(policy), hex::encode(&self.name)),
        }
    }
}

impl TryFrom<String> for AssetUnit {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        if text == "lovelace" {
            return Ok(Self::LOVELACE);
        }
        let bytes = hex::decode(text).map_err(|_| UnitError)?;
        let (policy, name) = bytes.split_first_chunk::<POLICY_BYTES>().ok_or(UnitError)?;
        if name.len() > MAX_NAME_BYTES {
            return Err(UnitError);
        }
        Ok(Self { policy: Some(*policy), name: name.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USDM: &str = "c69b981db7a65e339a6d783755f85a2e03afa1cece9714c55fe4c9135553444d";

    #[test]
    fn units_are_written_as_they_were_read() {
        for text in ["lovelace", USDM] {
            assert_eq!(AssetUnit::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        assert_eq!(AssetUnit::try_from(USDM.to_owned()).unwrap().parts().1, b"USDM");
        for text in ["", "ada", "c69b98", &USDM.replace('c', "x"), &format!("{USDM}{USDM}")] {
            assert_eq!(AssetUnit::try_from(text.to_owned()), Err(UnitError), "{text}");
        }
    }

    #[test]
    fn a_unit_by_rule_can_be_read_again() {
        let unit = AssetUnit::by_rule("BTC");
        assert_eq!(AssetUnit::try_from(unit.to_string()), Ok(unit));
    }
}
