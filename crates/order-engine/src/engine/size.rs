//! The size of an order: whether its quantity and its value are in the instrument's range.

use super::Engine;
use super::market::Market;
use super::terms::Terms;
use crate::ids::InstrumentId;
use crate::number::Amount;
use crate::order::Size;
use crate::reject::Reject;
use crate::units::{Lots, Ticks};

impl Engine {
    /// Whether the quantity, as far as it is known, and the value are in the instrument's range: a limit gives the value of
    /// a size in base, a size in quote is one.
    pub(super) fn decide_size(
        &self,
        terms: &Terms<'_>,
        market: &Market,
        quantity: Option<Lots>,
        limit: Option<Ticks>,
    ) -> Result<(), Reject> {
        if let Some(quantity) = quantity {
            self.decide_quantity(terms.instrument, market, quantity)?;
        }
        match (terms.size, quantity, limit) {
            (_, Some(quantity), Some(limit)) => {
                decide_notional(market, market.scales.notional(limit, quantity)?)
            }
            (Size::Quote(amount), _, _) => decide_notional(market, amount),
            (Size::Base(_), _, _) => Ok(()),
        }
    }

    /// Whether a quantity is in the instrument's range.
    pub(super) fn decide_quantity(
        &self,
        instrument: InstrumentId,
        market: &Market,
        quantity: Lots,
    ) -> Result<(), Reject> {
        if quantity.is_zero() || !market.quantities.contains(&quantity) {
            return Err(self.size_refused(instrument, market, quantity));
        }
        Ok(())
    }

    /// Why a quantity is out of the instrument's range, with the numbers of its definition.
    fn size_refused(&self, instrument: InstrumentId, market: &Market, quantity: Lots) -> Reject {
        let Some(known) = self.reference.instrument(instrument) else {
            return Reject::UnknownInstrument(instrument);
        };
        let given = market.scales.quantity(quantity);
        if quantity.is_zero() || quantity < *market.quantities.start() {
            Reject::QuantityTooSmall { given, minimum: known.definition.minimum_quantity }
        } else {
            Reject::QuantityTooLarge { given, maximum: known.definition.maximum_quantity }
        }
    }
}

/// Whether a value is no less than the least one of its market.
pub(super) fn decide_notional(market: &Market, given: Amount) -> Result<(), Reject> {
    let minimum = market.minimum_notional;
    if given < minimum { Err(Reject::NotionalTooSmall { given, minimum }) } else { Ok(()) }
}
