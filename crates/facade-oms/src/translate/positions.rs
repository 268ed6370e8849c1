//! Balances and positions as the vendor's cash and holdings.
//!
//! Whatever orders are paid with is cash: money, and every asset that something is quoted in. Other assets are holdings
//! of the instrument that trades them; net positions are holdings too, short ones with a negative quantity.

use order_engine::{AssetKind, Balance, Holdings, Instrument, Position, Reference, Side};

use super::terms;
use crate::directory::Lexicon;
use crate::wire::{Account, AssetPosition, BigNumber, CashPosition};

/// The instrument that an asset is held under; nothing for cash.
fn held_under<'a>(balance: &Balance, reference: &'a Reference) -> Option<&'a Instrument> {
    let asset = reference.asset(balance.asset)?;
    let instruments = reference.instruments();
    let is_cash = asset.definition.kind == AssetKind::Fiat
        || instruments.iter().any(|instrument| instrument.quote == asset.id);
    let trades_it = |instrument: &&Instrument| instrument.base == asset.id && !instrument.is_margin();
    if is_cash { None } else { instruments.iter().map(AsRef::as_ref).find(trades_it) }
}

/// All cash of an account.
pub(crate) fn cash_positions(
    holdings: &Holdings,
    account: &Account,
    lexicon: &Lexicon<'_>,
) -> Vec<CashPosition> {
    let reference = &lexicon.reference;
    let cash = holdings.balances.iter().filter(|balance| held_under(balance, reference).is_none());
    cash.filter_map(|balance| {
        let asset = &reference.asset(balance.asset)?.definition;
        Some(CashPosition {
            account: Some(account.clone()),
            currency: asset.code.to_string(),
            balance: Some(terms::amount(balance.total.decimal(), asset.scale)),
            // Fills settle at once.
            unbooked_transactions: Some(BigNumber(0.into())),
            unfilled_buys: Some(terms::amount(balance.held.decimal(), asset.scale)),
            ..CashPosition::default()
        })
    })
    .collect()
}

/// All holdings of an account.
pub(crate) fn asset_positions(
    holdings: &Holdings,
    account: &Account,
    lexicon: &Lexicon<'_>,
) -> Vec<AssetPosition> {
    let reference = &lexicon.reference;
    let assets = holdings
        .balances
        .iter()
        .filter(|balance| !balance.total.is_zero() || !balance.held.is_zero())
        .filter_map(|balance| asset_position(balance, held_under(balance, reference)?, holdings, lexicon));
    let net = holdings
        .positions
        .iter()
        .filter(|position| !position.quantity.is_zero())
        .filter_map(|position| net_position(position, lexicon));
    let mut positions: Vec<AssetPosition> = assets.chain(net).collect();
    for position in &mut positions {
        position.account = Some(account.clone());
    }
    positions.sort_by(|one, other| (&one.exchange, &one.code).cmp(&(&other.exchange, &other.code)));
    positions
}

fn asset_position(
    balance: &Balance,
    instrument: &Instrument,
    holdings: &Holdings,
    lexicon: &Lexicon<'_>,
) -> Option<AssetPosition> {
    let symbol = lexicon.symbol(instrument.id)?;
    // The average price is known when everything that is held was bought here.
    let bought = holdings.position(instrument.id);
    let bought = bought.filter(|position| position.quantity.decimal() == balance.total.decimal());
    Some(AssetPosition {
        code: symbol.code.to_owned(),
        exchange: symbol.exchange.to_owned(),
        quantity: Some(terms::amount(balance.total.decimal(), 0)),
        unfilled_sells: Some(terms::amount(balance.held.decimal(), 0)),
        average_price: bought.and_then(Position::average_price).map(BigNumber),
        currency: bought.and_then(|_| quote_code(instrument, lexicon)).unwrap_or_default(),
        ..AssetPosition::default()
    })
}

fn net_position(position: &Position, lexicon: &Lexicon<'_>) -> Option<AssetPosition> {
    let instrument = lexicon.reference.instrument(position.instrument)?;
    if !instrument.is_margin() {
        return None;
    }
    let symbol = lexicon.symbol(instrument.id)?;
    let quantity = match position.side {
        Side::Buy => position.quantity.decimal(),
        Side::Sell => -position.quantity.decimal(),
    };
    Some(AssetPosition {
        code: symbol.code.to_owned(),
        exchange: symbol.exchange.to_owned(),
        quantity: Some(terms::amount(quantity, 0)),
        average_price: position.average_price().map(BigNumber),
        currency: quote_code(instrument, lexicon).unwrap_or_default(),
        ..AssetPosition::default()
    })
}

fn quote_code(instrument: &Instrument, lexicon: &Lexicon<'_>) -> Option<String> {
    lexicon.reference.asset(instrument.quote).map(|asset| asset.definition.code.to_string())
}
