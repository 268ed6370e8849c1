//! What positions are worth: conversions through quotes, unrealized profit and margin. Pure functions over what the
//! views show, so that the engine and every dialect say the same.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::event::Quote;
use crate::ids::{AssetId, InstrumentId};
use crate::ledger::sum;
use crate::limits::LEDGER_SCALE;
use crate::number::Amount;
use crate::order::Side;
use crate::position::{Holdings, Position};
use crate::reference::{Account, BasisPoints, Instrument, Reference, Settlement};
use crate::settings::AccountSettings;

/// The figures of a margin account, in its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarginSummary {
    /// Free cash in the account's currency: what spot orders hold back is not counted.
    pub balance: Amount,
    /// Profit of all open margin positions at the prices that would close them.
    pub unrealized: Amount,
    /// Margin that the open positions need: value of the base units at mid, times the margin rate.
    pub used: Amount,
    /// Balance plus unrealized profit less used margin; may be negative.
    pub available: Amount,
}

/// What decides about a margin closeout, in the account's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equity {
    /// Cash, what orders hold included and collateral of short positions not, plus the profit of the open margin positions at the prices that would close them.
    pub equity: Amount,
    /// Margin that the open positions need.
    pub used: Amount,
}

impl Equity {
    /// With one more position; nothing when it cannot be valued.
    #[must_use]
    pub fn with(
        self,
        reference: &Reference,
        quotes: impl Fn(InstrumentId) -> Option<Quote>,
        position: &Position,
        account: &Account,
    ) -> Option<Self> {
        let instrument = reference.instrument(position.instrument)?;
        let profit = unrealized_in(reference, &quotes, position, account.currency)?;
        let used = margin_of(reference, &quotes, position, instrument, account)?;
        Some(Self { equity: sum(self.equity, profit), used: sum(self.used, used) })
    }
}

/// The middle of a quote.
#[must_use]
pub fn mid(quote: &Quote) -> Decimal {
    (quote.bid.decimal() + quote.ask.decimal()) / Decimal::TWO
}

/// Converts an amount at the side of the quote that is worse for its owner: a gain is sold, a loss is bought. Nothing
/// when no instrument between the two assets has a quote, or the result does not fit.
#[must_use]
pub fn convert(
    reference: &Reference,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
    amount: Amount,
    from: AssetId,
    to: AssetId,
) -> Option<Amount> {
    at_rate(reference, quotes, amount, from, to, |quote, direct| match (direct, amount.is_negative()) {
        (true, false) | (false, true) => quote.bid.decimal(),
        (true, true) | (false, false) => quote.ask.decimal(),
    })
}

/// Converts an amount at mid.
pub(crate) fn convert_at_mid(
    reference: &Reference,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
    amount: Amount,
    from: AssetId,
    to: AssetId,
) -> Option<Amount> {
    at_rate(reference, quotes, amount, from, to, |quote, _| mid(quote))
}

fn at_rate(
    reference: &Reference,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
    amount: Amount,
    from: AssetId,
    to: AssetId,
    price: impl Fn(&Quote, bool) -> Decimal,
) -> Option<Amount> {
    if from == to {
        return Some(amount);
    }
    reference.instruments().iter().find_map(|instrument| {
        let direct = instrument.base == from && instrument.quote == to;
        let inverse = instrument.base == to && instrument.quote == from;
        if !direct && !inverse {
            return None;
        }
        let quote = quotes(instrument.id)?;
        let rate = price(&quote, direct);
        let value = amount.try_decimal().ok()?;
        let converted = if direct { value.checked_mul(rate)? } else { value.checked_div(rate)? };
        let rounded = converted.round_dp_with_strategy(LEDGER_SCALE, RoundingStrategy::MidpointAwayFromZero);
        Amount::from_decimal(rounded).ok()
    })
}

/// Profit of one open position at the price that would close it, in the quote asset.
#[must_use]
pub fn unrealized(position: &Position, quote: &Quote) -> Option<Amount> {
    let quantity = position.quantity.decimal();
    match position.side {
        Side::Buy => {
            let worth = Amount::from_decimal(quote.bid.decimal().checked_mul(quantity)?).ok()?;
            worth.checked_sub(position.cost)
        }
        Side::Sell => {
            let worth = Amount::from_decimal(quote.ask.decimal().checked_mul(quantity)?).ok()?;
            position.cost.checked_sub(worth)
        }
    }
}

/// Profit of one open position in another asset.
#[must_use]
pub fn unrealized_in(
    reference: &Reference,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
    position: &Position,
    currency: AssetId,
) -> Option<Amount> {
    let instrument = reference.instrument(position.instrument)?;
    let profit = unrealized(position, &quotes(position.instrument)?)?;
    convert(reference, &quotes, profit, instrument.quote, currency)
}

/// The part of a position's value that an account must cover: the instrument's rate, or the account's where that is
/// more. Nothing for an instrument without margin.
#[must_use]
pub fn margin_rate(instrument: &Instrument, settings: &AccountSettings) -> Option<BasisPoints> {
    match instrument.definition.settlement {
        Settlement::Margin { rate } => Some(settings.margin_rate.map_or(rate, |least| rate.max(least))),
        Settlement::Spot | Settlement::Security => None,
    }
}

/// Margin of one open position in the account's currency: quantity at mid, times the margin rate; zero for an
/// instrument without margin.
#[must_use]
pub fn margin_of(
    reference: &Reference,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
    position: &Position,
    instrument: &Instrument,
    account: &Account,
) -> Option<Amount> {
    let currency = account.currency;
    let Some(rate) = margin_rate(instrument, &account.settings) else { return Some(Amount::ZERO) };
    let value = if instrument.base == currency {
        position.quantity.decimal()
    } else {
        mid(&quotes(position.instrument)?).checked_mul(position.quantity.decimal())?
    };
    let from = if instrument.base == currency { currency } else { instrument.quote };
    let margin = value.checked_mul(rate.fraction())?;
    let margin = Amount::from_decimal(margin.round_dp(LEDGER_SCALE)).ok()?;
    convert_at_mid(reference, &quotes, margin, from, currency)
}

/// The margin figures of an account; nothing when a position cannot be valued.
#[must_use]
pub fn margin_summary(
    reference: &Reference,
    holdings: &Holdings,
    quotes: impl Fn(InstrumentId) -> Option<Quote>,
) -> Option<MarginSummary> {
    let account = reference.account(holdings.account)?;
    let currency = account.currency;
    let balance = holdings.balance(currency).available();
    let (mut profit, mut used) = (Amount::ZERO, Amount::ZERO);
    for position in holdings.positions.iter().filter(|position| !position.quantity.is_zero()) {
        let instrument = reference.instrument(position.instrument)?;
        if !instrument.is_margin() {
            continue;
        }
        profit = sum(profit, unrealized_in(reference, &quotes, position, currency)?);
        used = sum(used, margin_of(reference, &quotes, position, instrument, account)?);
    }
    let available = sum(sum(balance, profit), used.negated());
    Some(MarginSummary { balance, unrealized: profit, used, available })
}
