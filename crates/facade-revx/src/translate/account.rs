//! Balances, currencies and pairs in the vendor's words.

use facade_kit::decimal::{at_least, shortest};
use facade_kit::{LossKind, Translated};
use order_engine::{AssetKind, Holdings, Reference};

use super::pairs::Pairs;
use crate::wire::account::{AssetType, Balance, Currencies, Currency, Status, TradingPair, TradingPairs};

/// Balances of all currencies by code, those of which the account has nothing included.
pub(crate) fn balances(holdings: Option<&Holdings>, reference: &Reference) -> Vec<Balance> {
    let mut assets: Vec<_> = reference.assets().iter().collect();
    assets.sort_by(|one, other| one.definition.code.cmp(&other.definition.code));
    let balance = |asset: &order_engine::Asset| {
        let scale = asset.definition.scale;
        let balance = holdings.map(|holdings| holdings.balance(asset.id));
        let text = |amount: order_engine::Amount| at_least(amount.decimal(), scale);
        Balance {
            currency: asset.definition.code.as_str().to_owned(),
            available: text(balance.map_or_else(Default::default, |balance| balance.available())),
            reserved: text(balance.map_or_else(Default::default, |balance| balance.held)),
            total: text(balance.map_or_else(Default::default, |balance| balance.total)),
        }
    };
    assets.into_iter().map(|asset| balance(asset)).collect()
}

/// All currencies. The vendor knows no shares, so that they are shown as tokens.
pub(crate) fn currencies(reference: &Reference) -> Translated<Currencies> {
    let mut currencies = Translated::whole(Currencies::new());
    for asset in reference.assets() {
        let definition = &asset.definition;
        let asset_type = match definition.kind {
            AssetKind::Fiat => AssetType::Fiat,
            AssetKind::Crypto => AssetType::Crypto,
            AssetKind::Security => {
                currencies = currencies.with_loss("asset_type", LossKind::Collapsed, &"security", &"crypto");
                AssetType::Crypto
            }
        };
        let symbol = definition.code.as_str().to_owned();
        let currency = Currency {
            symbol: symbol.clone(),
            name: definition.name.to_string(),
            scale: definition.scale,
            asset_type,
            status: Status::Active,
        };
        currencies.value.insert(symbol, currency);
    }
    currencies
}

/// All pairs.
pub(crate) fn trading_pairs(pairs: &Pairs) -> TradingPairs {
    let entry = |pair: super::pairs::Pair<'_>| {
        let definition = &pair.instrument.definition;
        let shown = TradingPair {
            base: pair.base_code.to_owned(),
            quote: pair.quote_code.to_owned(),
            base_step: shortest(definition.lot.decimal()),
            quote_step: shortest(definition.tick.decimal()),
            min_order_size: shortest(definition.minimum_quantity.decimal()),
            max_order_size: shortest(definition.maximum_quantity.decimal()),
            min_order_size_quote: shortest(definition.minimum_notional.decimal()),
            status: Status::Active,
        };
        (pair.symbol(), shown)
    };
    pairs.all().map(entry).collect()
}
