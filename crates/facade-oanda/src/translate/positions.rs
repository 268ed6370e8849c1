//! Positions.

use facade_kit::Translated;
use order_engine::{Holdings, Position};

use super::{Dialect, Losses, gathered, numbers, side};
use crate::wire::positions::Position as WirePosition;

/// All open positions of an account, by name.
pub(crate) fn open(dialect: &Dialect<'_>, holdings: &Holdings) -> Translated<Vec<WirePosition>> {
    let is_open = |position: &&Position| !position.quantity.is_zero();
    let mut all =
        gathered(holdings.positions.iter().filter(is_open).map(|position| self::position(dialect, position)));
    all.value.sort_by(|one, other| one.instrument.cmp(&other.instrument));
    all
}

/// A position in the vendor's words.
pub(crate) fn position(dialect: &Dialect<'_>, position: &Position) -> Translated<WirePosition> {
    let mut losses = Losses::default();
    let (instrument, scale) = dialect.instrument(position.instrument);
    let average = position.average_price().unwrap_or_default();
    let wire = WirePosition {
        instrument,
        units: numbers::units(&mut losses, position.quantity.decimal()),
        side: side(position.side),
        avg_price: numbers::average(&mut losses, "avgPrice", average, scale),
    };
    losses.around(wire)
}
