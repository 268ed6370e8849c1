//! Orders of one instrument that wait for the market, by the price at which they fire.
//!
//! When several fire on one change, buys go before sells, those that waited for a rise before those that waited for a
//! fall, of either the one with the nearer trigger first, and of equal triggers the older order first.

use std::collections::BTreeSet;

use crate::ids::OrderId;
use crate::kind::Direction;
use crate::order::Side;
use crate::units::Ticks;

/// Triggers of one side.
#[derive(Debug, Default)]
struct SideTriggers {
    rising: BTreeSet<(Ticks, OrderId)>,
    falling: BTreeSet<(Ticks, OrderId)>,
    trailing: BTreeSet<OrderId>,
}

/// Where an armed order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Armed {
    pub(crate) side: Side,
    pub(crate) direction: Direction,
    pub(crate) level: Ticks,
    pub(crate) trails: bool,
}

/// All triggers of an instrument.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    buys: SideTriggers,
    sells: SideTriggers,
}

impl Triggers {
    pub(crate) fn is_empty(&self) -> bool {
        [&self.buys, &self.sells].iter().all(|side| side.rising.is_empty() && side.falling.is_empty())
    }

    pub(crate) fn arm(&mut self, id: OrderId, armed: Armed) {
        let side = self.side_mut(armed.side);
        side.levels_mut(armed.direction).insert((armed.level, id));
        if armed.trails {
            side.trailing.insert(id);
        }
    }

    pub(crate) fn disarm(&mut self, id: OrderId, armed: Armed) {
        let side = self.side_mut(armed.side);
        side.levels_mut(armed.direction).remove(&(armed.level, id));
        side.trailing.remove(&id);
    }

    /// The next order to fire when the market is at these prices for buys and for sells.
    pub(crate) fn fired(&self, for_buys: Option<Ticks>, for_sells: Option<Ticks>) -> Option<OrderId> {
        let fired = |side: &SideTriggers, market: Option<Ticks>| side.fired(market?);
        fired(&self.buys, for_buys).or_else(|| fired(&self.sells, for_sells))
    }

    /// All orders that wait.
    pub(crate) fn ids(&self) -> impl Iterator<Item = OrderId> {
        let side = |side: &'_ SideTriggers| {
            side.rising.iter().chain(&side.falling).map(|(_, id)| *id).collect::<Vec<_>>()
        };
        side(&self.buys).into_iter().chain(side(&self.sells))
    }

    /// The trailing orders of a side, oldest first.
    pub(crate) fn trailing(&self, side: Side) -> impl Iterator<Item = OrderId> {
        match side {
            Side::Buy => self.buys.trailing.iter().copied(),
            Side::Sell => self.sells.trailing.iter().copied(),
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut SideTriggers {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

impl SideTriggers {
    fn levels_mut(&mut self, direction: Direction) -> &mut BTreeSet<(Ticks, OrderId)> {
        match direction {
            Direction::Rising => &mut self.rising,
            Direction::Falling => &mut self.falling,
        }
    }

    fn fired(&self, market: Ticks) -> Option<OrderId> {
        let rising = self.rising.first().filter(|(level, _)| *level <= market);
        rising.or_else(|| self.first_falling(market)).map(|(_, id)| *id)
    }

    /// The highest level at or above the market, and of its orders the oldest.
    fn first_falling(&self, market: Ticks) -> Option<&(Ticks, OrderId)> {
        let (level, _) = self.falling.last().filter(|(level, _)| *level >= market)?;
        self.falling.range((*level, OrderId::new(0))..).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(side: Side, direction: Direction, level: i64) -> Armed {
        Armed { side, direction, level: Ticks::new(level), trails: false }
    }

    #[test]
    fn the_nearer_trigger_fires_first_and_of_equals_the_older() {
        let mut triggers = Triggers::default();
        let orders = [
            (1, armed(Side::Sell, Direction::Falling, 90)),
            (2, armed(Side::Sell, Direction::Falling, 95)),
            (3, armed(Side::Sell, Direction::Falling, 95)),
            (4, armed(Side::Buy, Direction::Rising, 80)),
            (5, armed(Side::Buy, Direction::Rising, 70)),
            (6, armed(Side::Buy, Direction::Falling, 99)),
        ];
        for (id, armed) in orders {
            triggers.arm(OrderId::new(id), armed);
        }
        let mut fired = Vec::new();
        let market = Some(Ticks::new(85));
        while let Some(id) = triggers.fired(market, market) {
            let (_, armed) = orders[usize::try_from(id.get()).unwrap() - 1];
            triggers.disarm(id, armed);
            fired.push(id.get());
        }
        assert_eq!(fired, [5, 4, 6, 2, 3, 1]);
        assert!(triggers.is_empty());
    }
}
