//! What is looked at first in an order: whether its parts go together, and whether each of its prices is one that the
//! instrument has. Neither needs the market, so neither depends on what the market is like.

use super::market::Market;
use super::terms::Terms;
use crate::exits::Exits;
use crate::kind::{Offset, OrderKind};
use crate::order::PriceBound;
use crate::reject::{Combination, Reject};

/// Whether some price is within a bound.
pub(super) fn decide_uncrossed(bound: &PriceBound) -> Result<(), Reject> {
    match (bound.lower, bound.upper) {
        (Some(lower), Some(upper)) if lower > upper => Err(Reject::Combination(Combination::CrossedBounds)),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

impl Market {
    /// Whether the parts of an order go together.
    pub(super) fn decide_parts(&self, terms: &Terms<'_>) -> Result<(), Reject> {
        if terms.post_only {
            if !matches!(terms.kind, OrderKind::Limit { .. }) {
                return Err(Reject::Combination(Combination::PostOnlyWithoutLimit));
            }
            if !terms.time_in_force.may_rest() {
                return Err(Reject::Combination(Combination::PostOnlyImmediate));
            }
        }
        decide_uncrossed(terms.price_bound)?;
        if !terms.exits.is_none() {
            if terms.reduce_only {
                return Err(Reject::Combination(Combination::ExitsOnReduceOnly));
            }
            self.decide_has_pips(terms.exits.trailing)?;
        }
        match terms.kind {
            OrderKind::TrailingStop { offset } | OrderKind::TrailingStopLimit { offset, .. } => {
                self.decide_has_pips(Some(offset))
            }
            OrderKind::Market
            | OrderKind::Limit { .. }
            | OrderKind::MarketToLimit { .. }
            | OrderKind::Stop { .. }
            | OrderKind::StopLimit { .. }
            | OrderKind::MarketIfTouched { .. } => Ok(()),
        }
    }

    /// Whether a distance can be one: pips need an instrument that has them.
    pub(super) fn decide_has_pips(&self, offset: Option<Offset>) -> Result<(), Reject> {
        match offset {
            Some(Offset::Pips(_)) if !self.scales.has_pips() => {
                Err(Reject::Combination(Combination::OffsetWithoutPip))
            }
            Some(Offset::Pips(_) | Offset::Price(_) | Offset::BasisPoints(_)) | None => Ok(()),
        }
    }

    /// Whether the instrument has what an order watches for: its trigger, or its distances.
    pub(super) fn decide_trigger_prices(&self, kind: OrderKind) -> Result<(), Reject> {
        match kind {
            OrderKind::Market | OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => Ok(()),
            OrderKind::Stop { trigger }
            | OrderKind::StopLimit { trigger, .. }
            | OrderKind::MarketIfTouched { trigger } => self.scales.ticks(trigger).map(drop),
            OrderKind::TrailingStop { offset } => self.decide_distance(offset),
            OrderKind::TrailingStopLimit { offset, limit_offset } => {
                self.decide_distance(offset)?;
                self.scales.difference(limit_offset).map(drop)
            }
        }
    }

    /// Whether the instrument has the prices and the distance of exits.
    pub(super) fn decide_exit_prices(&self, exits: &Exits) -> Result<(), Reject> {
        // Most orders have none.
        if exits.is_none() {
            return Ok(());
        }
        for price in [exits.take_profit, exits.stop_loss].into_iter().flatten() {
            self.scales.ticks(price)?;
        }
        exits.trailing.map_or(Ok(()), |offset| self.decide_distance(offset))
    }

    fn decide_distance(&self, offset: Offset) -> Result<(), Reject> {
        match offset {
            Offset::Price(distance) => self.scales.ticks(distance).map(drop),
            Offset::Pips(pips) => self.scales.pips(pips).map(drop),
            // What it comes to depends on the market.
            Offset::BasisPoints(_) => Ok(()),
        }
    }
}
