//! From reference data to the market configuration, and from the clock to the venue's cycle.

use order_engine::{AssetId, Timestamp};

use crate::config::HydraCycle;
use crate::directory::Directory;
use crate::names::{Names, Pair, Token};
use crate::times;
use crate::wire::{Cycle, MarketConfig, MarketConfigAsset, MarketConfigPair, MarketConfigToken};

/// All pairs in the order of their definition, and every token that trades in one.
pub(crate) fn market_config(names: &Names, directory: &Directory) -> MarketConfig {
    let assets = directory
        .reference()
        .assets()
        .iter()
        .filter_map(|asset| {
            let places: Vec<(&Pair, u32)> =
                directory.pairs().filter_map(|pair| decimals_in(pair, asset.id)).collect();
            let token = names.token(asset);
            Some(MarketConfigAsset {
                symbol: token.symbol,
                unit: token.unit.to_string(),
                decimals: token.decimals,
                max_qty_dp: places.iter().map(|(_, decimals)| *decimals).max()?,
                trading_pairs: places.iter().map(|(pair, _)| pair.symbol.clone()).collect(),
            })
        })
        .collect();
    let trading_pairs = directory
        .pairs()
        .map(|pair| MarketConfigPair {
            symbol: pair.symbol.clone(),
            base_token: listed(&pair.base),
            quote_token: listed(&pair.quote),
            price_max_dp: pair.instrument.price_scale(),
        })
        .collect();
    MarketConfig { assets, trading_pairs }
}

/// The decimals of an amount of an asset in a pair; nothing when it does not trade there.
fn decimals_in(pair: &Pair, asset: AssetId) -> Option<(&Pair, u32)> {
    let is_of_pair = [pair.instrument.base, pair.instrument.quote].contains(&asset);
    is_of_pair.then(|| (pair, pair.token(asset).max_qty_dp))
}

fn listed(token: &Token) -> MarketConfigToken {
    MarketConfigToken {
        symbol: token.symbol.clone(),
        unit: token.unit.to_string(),
        decimals: token.decimals,
        max_qty_dp: token.max_qty_dp,
    }
}

/// The cycle in which an instant lies.
pub(crate) fn cycle(rule: HydraCycle, now: Timestamp) -> Cycle {
    let length = u64::from(rule.seconds.get());
    let start = Timestamp::from_seconds(now.as_seconds() / length * length);
    Cycle { start: times::format(start), end: times::format(start.plus_seconds(length)) }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn cycles_follow_each_other() {
        let rule = HydraCycle { seconds: NonZeroU32::new(3_600).unwrap() };
        let now = cycle(rule, Timestamp::from_seconds(1_767_625_500));
        assert_eq!(
            (now.start.as_str(), now.end.as_str()),
            ("2026-01-05T15:00:00.000000Z", "2026-01-05T16:00:00.000000Z")
        );
        assert_eq!(cycle(rule, Timestamp::from_seconds(1_767_628_800)).start, now.end);
    }
}
