//! What this dialect calls pairs and tokens: by rule from the reference data, unless configuration names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use order_engine::{Asset, AssetId, Instrument, Reference};

use crate::config::{AssetConfig, Config, InstrumentConfig, Network, PriceBand};
use crate::unit::AssetUnit;

/// Decimals of every token that the vendor lists.
const VENDOR_DECIMALS: u32 = 6;
/// Decimals of an amount of such a token in an order.
const VENDOR_QTY_DP: u32 = 2;
/// The code of the chain's own coin.
const ADA: &str = "ADA";

/// The vendor's tokens with their units on the test network and on the real one.
const VENDOR_TOKENS: [(&str, &str, &str); 3] = [
    (
        "USDM",
        "c69b981db7a65e339a6d783755f85a2e03afa1cece9714c55fe4c9135553444d",
        "c48cbb3d5e57ed56e276bc45f99ab39abe94e6cd7ac39fb402da47ad0014df105553444d",
    ),
    (
        "USDC",
        "0483b457673b527c1b6e8ca680a5f3a5676f27cdfea0c9bf285d09385553444358",
        "1f3aec8bfe7ea4fe14c5f121e2a92e301afe414147860d557cac7e345553444378",
    ),
    (
        "NIGHT",
        "3363b99384d6ee4c4b009068af396c8fdf92dafd111e58a857af04294e49474854",
        "0691b2fecca1ac4f53cb6dfb00b7013e561d1f34403b957cbb5af1fa4e49474854",
    ),
];

/// A token as this dialect sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) symbol: String,
    pub(crate) unit: AssetUnit,
    /// Decimals of the smallest on-chain unit.
    pub(crate) decimals: u32,
    /// Decimals of an amount in an order.
    pub(crate) max_qty_dp: u32,
}

impl Token {
    pub(crate) const fn is_ada(&self) -> bool {
        self.unit.is_lovelace()
    }

    /// The unit as balances write it: nothing for the chain's own coin.
    pub(crate) fn unit_in_balances(&self) -> String {
        if self.is_ada() { String::new() } else { self.unit.to_string() }
    }
}

/// A pair as this dialect sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) instrument: Arc<Instrument>,
    pub(crate) symbol: String,
    pub(crate) base: Token,
    pub(crate) quote: Token,
    pub(crate) price_band: Option<PriceBand>,
}

impl Pair {
    /// The token of one of the pair's two assets.
    pub(crate) fn token(&self, asset: AssetId) -> &Token {
        if asset == self.instrument.base { &self.base } else { &self.quote }
    }
}

/// The names that configuration gives.
#[derive(Debug)]
pub(crate) struct Names {
    instruments: BTreeMap<String, InstrumentConfig>,
    assets: BTreeMap<String, AssetConfig>,
    vendor_units: BTreeMap<&'static str, AssetUnit>,
}

impl Names {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            instruments: config.instruments.clone(),
            assets: config.assets.clone(),
            vendor_units: vendor_units(config.network),
        }
    }

    /// An instrument as a pair; nothing only when the reference lacks one of its assets.
    pub(crate) fn pair(&self, reference: &Reference, instrument: &Arc<Instrument>) -> Option<Pair> {
        let (base, quote) = (reference.asset(instrument.base)?, reference.asset(instrument.quote)?);
        let configured = self.instruments.get(instrument.symbol().as_str());
        let by_rule = || format!("{}{}", base.definition.code, quote.definition.code);
        let base = Token { max_qty_dp: instrument.quantity_scale(), ..self.token(base) };
        Some(Pair {
            instrument: Arc::clone(instrument),
            symbol: configured.and_then(|entry| entry.symbol.clone()).unwrap_or_else(by_rule),
            base,
            quote: self.token(quote),
            price_band: configured.and_then(|entry| entry.price_band),
        })
    }

    /// An asset as a token.
    pub(crate) fn token(&self, asset: &Asset) -> Token {
        let code = asset.definition.code.as_str();
        let known = self.vendor_units.get(code);
        let configured = self.assets.get(code);
        let by_rule = || known.cloned().unwrap_or_else(|| AssetUnit::by_rule(code));
        let scale = asset.definition.scale;
        Token {
            symbol: code.to_owned(),
            unit: configured.and_then(|entry| entry.unit.clone()).unwrap_or_else(by_rule),
            decimals: configured.and_then(|entry| entry.decimals).unwrap_or(scale.max(VENDOR_DECIMALS)),
            max_qty_dp: configured.and_then(|entry| entry.max_qty_dp).unwrap_or(if known.is_some() {
                VENDOR_QTY_DP
            } else {
                scale
            }),
        }
    }
}

fn vendor_units(network: Network) -> BTreeMap<&'static str, AssetUnit> {
    let units = VENDOR_TOKENS.into_iter().filter_map(|(code, preprod, mainnet)| {
        let unit = match network {
            Network::Preprod => preprod,
            Network::Mainnet => mainnet,
        };
        Some((code, AssetUnit::try_from(unit.to_owned()).ok()?))
    });
    units.chain([(ADA, AssetUnit::LOVELACE)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vendor_token_has_a_unit_that_ends_with_its_name() {
        for network in [Network::Preprod, Network::Mainnet] {
            let units = vendor_units(network);
            assert_eq!(units.len(), VENDOR_TOKENS.len() + 1);
            assert!(units["USDM"].parts().1.ends_with(b"USDM"));
            assert!(units["NIGHT"].parts().1.ends_with(b"NIGHT"));
        }
        assert_ne!(vendor_units(Network::Preprod)["USDM"], vendor_units(Network::Mainnet)["USDM"]);
    }
}
