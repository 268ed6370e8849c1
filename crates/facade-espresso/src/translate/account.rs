//! From balances to rows.

use facade_kit::decimal::shortest;
use order_engine::{Holdings, Reference};

use crate::names::Names;
use crate::wire::AssetBalance;

/// One row for each token held: ADA first, then by symbol.
pub(crate) fn balances(names: &Names, reference: &Reference, holdings: &Holdings) -> Vec<AssetBalance> {
    let mut rows: Vec<_> = holdings
        .balances
        .iter()
        .filter(|balance| !balance.total.is_zero() || !balance.held.is_zero())
        .filter_map(|balance| {
            let token = names.token(reference.asset(balance.asset)?);
            let row = AssetBalance {
                asset_unit: token.unit_in_balances(),
                asset: token.symbol.clone(),
                free: shortest(balance.available().decimal()),
                locked: shortest(balance.held.decimal()),
            };
            Some((!token.is_ada(), token.symbol, row))
        })
        .collect();
    rows.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    rows.into_iter().map(|(_, _, row)| row).collect()
}
