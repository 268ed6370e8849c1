//! Instruments and prices.

use order_engine::{Instrument, Settlement, Timestamp};
use runtime::MarketView;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::Dialect;
use crate::error::ApiError;
use crate::wire::Number;
use crate::wire::rates::{Instrument as WireInstrument, InterestRate, InterestRates, Price, PriceStatus};

/// The vendor's bounds of a trailing stop, in pips.
pub(super) const TRAILING_STOP: (i64, i64) = (5, 10_000);

/// A member of an instrument that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    DisplayName,
    Pip,
    MaxTradeUnits,
    Precision,
    MaxTrailingStop,
    MinTrailingStop,
    MarginRate,
    Halted,
    InterestRate,
}

/// What is returned when nothing is asked for.
pub(crate) const DEFAULT_FIELDS: [Field; 3] = [Field::DisplayName, Field::Pip, Field::MaxTradeUnits];

/// The members of a list of names. `instrument` is always returned.
///
/// # Errors
/// Code 1 for a name that is none.
pub(crate) fn fields<'text>(names: impl Iterator<Item = &'text str>) -> Result<Vec<Field>, ApiError> {
    let named = |name: &str| match name {
        "instrument" => Ok(None),
        "displayName" => Ok(Some(Field::DisplayName)),
        "pip" => Ok(Some(Field::Pip)),
        "maxTradeUnits" => Ok(Some(Field::MaxTradeUnits)),
        "precision" => Ok(Some(Field::Precision)),
        "maxTrailingStop" => Ok(Some(Field::MaxTrailingStop)),
        "minTrailingStop" => Ok(Some(Field::MinTrailingStop)),
        "marginRate" => Ok(Some(Field::MarginRate)),
        "halted" => Ok(Some(Field::Halted)),
        "interestRate" => Ok(Some(Field::InterestRate)),
        _ => Err(ApiError::Malformed("fields")),
    };
    names.filter_map(|name| named(name).transpose()).collect()
}

/// An instrument with the members asked for.
pub(crate) fn instrument(
    dialect: &Dialect<'_>,
    instrument: &Instrument,
    market: Option<&MarketView>,
    fields: &[Field],
) -> WireInstrument {
    let definition = &instrument.definition;
    let has = |field| fields.contains(&field);
    let (least, most) = TRAILING_STOP;
    WireInstrument {
        name: dialect.names.name(instrument),
        display_name: has(Field::DisplayName)
            .then(|| dialect.names.display_name(dialect.reference, instrument)),
        pip: has(Field::Pip).then(|| dialect.names.pip(instrument)),
        max_trade_units: has(Field::MaxTradeUnits)
            .then(|| definition.maximum_quantity.decimal().trunc().to_u64().unwrap_or(u64::MAX)),
        precision: has(Field::Precision).then(|| definition.tick.decimal().normalize().to_string()),
        max_trailing_stop: has(Field::MaxTrailingStop).then(|| Number(Decimal::from(most))),
        min_trailing_stop: has(Field::MinTrailingStop).then(|| Number(Decimal::from(least))),
        margin_rate: has(Field::MarginRate).then(|| Number(margin_rate(definition.settlement))),
        halted: has(Field::Halted).then(|| market.is_none_or(is_halted)),
        interest_rate: has(Field::InterestRate).then(|| interest(instrument)),
    }
}

/// What is paid in full has a rate of one.
fn margin_rate(settlement: Settlement) -> Decimal {
    match settlement {
        Settlement::Margin { rate } => rate.fraction(),
        Settlement::Spot | Settlement::Security => Decimal::ONE,
    }
}

/// No financing is charged or paid on open positions.
fn interest(instrument: &Instrument) -> InterestRates {
    let none = InterestRate { bid: Number::NONE, ask: Number::NONE };
    let definition = &instrument.definition;
    InterestRates([(definition.base.to_string(), none), (definition.quote.to_string(), none)])
}

/// An instrument is halted when it does not trade, or when nobody quotes both ways.
fn is_halted(market: &MarketView) -> bool {
    !market.state.is_trading() || market.quote.is_none() || market.touch().is_none()
}

/// The dealer's price of an instrument; nothing when it has none, or none that is newer than asked for.
pub(crate) fn price(
    dialect: &Dialect<'_>,
    instrument: &Instrument,
    market: &MarketView,
    since: Option<Timestamp>,
) -> Option<Price> {
    let quote = market.quote.filter(|quote| since.is_none_or(|since| quote.at > since))?;
    Some(Price {
        instrument: dialect.names.name(instrument),
        time: dialect.times.micros(quote.at),
        bid: Number(quote.bid.decimal()),
        ask: Number(quote.ask.decimal()),
        status: is_halted(market).then_some(PriceStatus::Halted),
    })
}
