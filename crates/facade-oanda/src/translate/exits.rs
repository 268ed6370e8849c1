//! Take profit, stop loss and trailing stop: of an order for the trade that it opens, and of an open trade.
//!
//! A trailing stop is a distance in pips. What a pip is here is what the instrument's list says, also where the engine
//! knows of none.

use facade_kit::LossKind;
use facade_kit::decimal::parse_plain;
use order_engine::{ExitChange, ExitChanges, Exits, Instrument, LotExits, Offset, Pips, Price};
use rust_decimal::Decimal;

use super::names::Names;
use super::rates::TRAILING_STOP;
use super::{Losses, arguments};
use crate::error::ApiError;
use crate::wire::Number;

/// The three arguments as they came.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'text> {
    pub(crate) stop_loss: Option<&'text str>,
    pub(crate) take_profit: Option<&'text str>,
    pub(crate) trailing_stop: Option<&'text str>,
}

/// What becomes of each, read but not yet fitted to an instrument: zero removes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    stop_loss: ExitChange<Price>,
    take_profit: ExitChange<Price>,
    trailing_stop: ExitChange<Decimal>,
}

impl Asked<'_> {
    /// Reads what is there, in the vendor's order.
    ///
    /// # Errors
    /// Code 1.
    pub(super) fn read(self) -> Result<Read, ApiError> {
        let price = |text: Option<&str>, name| {
            text.map_or(Ok(ExitChange::Keep), |text| arguments::optional_price(text, name).map(named))
        };
        Ok(Read {
            stop_loss: price(self.stop_loss, "stopLoss")?,
            take_profit: price(self.take_profit, "takeProfit")?,
            trailing_stop: self
                .trailing_stop
                .map_or(Ok(ExitChange::Keep), |text| distance(text).map(named))?,
        })
    }
}

/// What becomes of an exit that is named.
fn named<T>(value: Option<T>) -> ExitChange<T> {
    value.map_or(ExitChange::Remove, ExitChange::Set)
}

/// A distance in pips; none for zero.
fn distance(text: &str) -> Result<Option<Decimal>, ApiError> {
    let pips = parse_plain(text).filter(|pips| !pips.is_sign_negative());
    let pips = pips.ok_or(ApiError::Malformed("trailingStop"))?;
    Ok(Some(pips).filter(|pips| !pips.is_zero()))
}

impl Read {
    /// Whether nothing is named.
    pub(super) fn is_empty(&self) -> bool {
        self.stop_loss == ExitChange::Keep
            && self.take_profit == ExitChange::Keep
            && self.trailing_stop == ExitChange::Keep
    }

    /// What becomes of the exits of an order or a trade in an instrument.
    ///
    /// # Errors
    /// Codes 18 and 36.
    pub(super) fn changes(&self, names: &Names, instrument: &Instrument) -> Result<ExitChanges, ApiError> {
        let price = |asked: ExitChange<Price>| match asked {
            ExitChange::Keep => Ok(ExitChange::Keep),
            ExitChange::Remove => Ok(ExitChange::Remove),
            ExitChange::Set(price) => arguments::precise(price, instrument).map(ExitChange::Set),
        };
        let (stop_loss, take_profit) = (price(self.stop_loss)?, price(self.take_profit)?);
        let trailing = match self.trailing_stop {
            ExitChange::Keep => ExitChange::Keep,
            ExitChange::Remove => ExitChange::Remove,
            ExitChange::Set(pips) => ExitChange::Set(offset(names, instrument, pips)?),
        };
        Ok(ExitChanges { take_profit, stop_loss, trailing })
    }

    /// The exits of a new order.
    ///
    /// # Errors
    /// As [`Self::changes`].
    pub(super) fn exits(&self, names: &Names, instrument: &Instrument) -> Result<Exits, ApiError> {
        self.changes(names, instrument).map(|changes| Exits::NONE.changed(&changes))
    }
}

fn offset(names: &Names, instrument: &Instrument, pips: Decimal) -> Result<Offset, ApiError> {
    let tenths = Pips::from_decimal(pips).ok_or(ApiError::Precision)?;
    let (least, most) = TRAILING_STOP;
    if pips < Decimal::from(least) || pips > Decimal::from(most) {
        return Err(ApiError::OutOfRange("trailingStop"));
    }
    if instrument.definition.pip.map(Price::decimal) == Some(names.pip_size(instrument)) {
        return Ok(Offset::Pips(tenths));
    }
    let distance =
        pips.checked_mul(names.pip_size(instrument)).ok_or(ApiError::OutOfRange("trailingStop"))?;
    let distance = distance.normalize();
    if distance.scale() > instrument.price_scale() {
        return Err(ApiError::Precision);
    }
    Price::new(distance).map(Offset::Price).map_err(|_| ApiError::OutOfRange("trailingStop"))
}

/// Exits as they are shown; zero for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) take_profit: Number,
    pub(super) stop_loss: Number,
    pub(super) trailing_stop: Number,
    /// Where a trailing stop fires now.
    pub(super) trailing_amount: Number,
}

/// The exits of an order.
pub(super) fn of_order(
    losses: &mut Losses,
    names: &Names,
    instrument: Option<&Instrument>,
    exits: &Exits,
) -> Shown {
    let number = |price: Option<Price>| price.map_or(Number::NONE, |price| Number(price.decimal()));
    let trailing = exits.trailing.zip(instrument);
    Shown {
        take_profit: number(exits.take_profit),
        stop_loss: number(exits.stop_loss),
        trailing_stop: trailing
            .map_or(Number::NONE, |(offset, instrument)| pips(losses, names, instrument, offset)),
        trailing_amount: Number::NONE,
    }
}

/// The exits of an open trade.
pub(super) fn of_lot(
    losses: &mut Losses,
    names: &Names,
    instrument: Option<&Instrument>,
    exits: &LotExits,
) -> Shown {
    let shown = of_order(losses, names, instrument, &exits.terms());
    let amount = exits.trailing.as_ref().map(|trailing| Number(trailing.price.decimal()));
    Shown { trailing_amount: amount.unwrap_or(Number::NONE), ..shown }
}

/// A distance in pips, with one decimal. A part of the price has no word here.
fn pips(losses: &mut Losses, names: &Names, instrument: &Instrument, offset: Offset) -> Number {
    let distance = match offset {
        Offset::Pips(pips) => return Number(pips.decimal()),
        Offset::Price(distance) => distance.decimal(),
        Offset::BasisPoints(points) => {
            losses.dropped("trailingStop", &format_args!("{} basis points", points.get()));
            return Number::NONE;
        }
    };
    let exact = distance.checked_div(names.pip_size(instrument)).unwrap_or_default();
    let shown = exact.round_dp(1);
    if shown != exact {
        losses.add("trailingStop", LossKind::Rounded, &exact, &shown);
    }
    Number(shown)
}
