//! What waits for the market in one instrument, by the price at which it fires: orders, and exits of open lots.
//!
//! When several fire on one change, buys go before sells, those that waited for a rise before those that waited for a
//! fall, of either the one with the nearer trigger first, and of equal triggers the older first. An exit is as old as its
//! lot, and buys when it closes what was sold.

use std::collections::BTreeSet;

use crate::exits::ExitKind;
use crate::ids::{AccountId, LotId, OrderId};
use crate::kind::Direction;
use crate::order::Side;
use crate::units::Ticks;

/// Who waits. Orders and lots are numbered by one counter, so that the smaller number is the older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Watcher {
    number: u64,
    what: Watching,
}

/// What waits under a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watching {
    /// The order of that number.
    Order,
    /// An exit of the lot of that number.
    Exit { kind: ExitKind, account: AccountId },
}

impl Watcher {
    const FIRST: Self = Self { number: 0, what: Watching::Order };

    pub(crate) const fn order(id: OrderId) -> Self {
        Self { number: id.get(), what: Watching::Order }
    }

    pub(crate) const fn exit(lot: LotId, kind: ExitKind, account: AccountId) -> Self {
        Self { number: lot.get(), what: Watching::Exit { kind, account } }
    }

    pub(crate) const fn what(self) -> Watching {
        self.what
    }

    /// The order, for what an order waits for.
    pub(crate) const fn order_id(self) -> OrderId {
        OrderId::new(self.number)
    }

    /// The lot, for an exit.
    pub(crate) const fn lot_id(self) -> LotId {
        LotId::new(self.number)
    }
}

/// Triggers of one side.
#[derive(Debug, Default)]
struct SideTriggers {
    rising: BTreeSet<(Ticks, Watcher)>,
    falling: BTreeSet<(Ticks, Watcher)>,
    trailing: BTreeSet<Watcher>,
}

/// Where a trigger stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Armed {
    pub(crate) side: Side,
    pub(crate) direction: Direction,
    pub(crate) level: Ticks,
    pub(crate) trails: bool,
}

/// The market prices that fire the triggers of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FiringPrices {
    /// For orders.
    pub(crate) orders: Option<Ticks>,
    /// For exits; nothing while they wait for liquidity.
    pub(crate) exits: Option<Ticks>,
}

/// Triggers of both sides.
#[derive(Debug, Default)]
struct BothSides {
    buys: SideTriggers,
    sells: SideTriggers,
}

/// All triggers of an instrument.
#[derive(Debug, Default)]
pub(crate) struct Triggers {
    orders: BothSides,
    exits: BothSides,
}

impl Triggers {
    pub(crate) fn is_empty(&self) -> bool {
        let both = [&self.orders, &self.exits];
        both.iter().flat_map(|both| [&both.buys, &both.sells]).all(SideTriggers::is_empty)
    }

    pub(crate) fn arm(&mut self, watcher: Watcher, armed: Armed) {
        let side = self.of_mut(watcher).side_mut(armed.side);
        side.levels_mut(armed.direction).insert((armed.level, watcher));
        if armed.trails {
            side.trailing.insert(watcher);
        }
    }

    pub(crate) fn disarm(&mut self, watcher: Watcher, armed: Armed) {
        let side = self.of_mut(watcher).side_mut(armed.side);
        side.levels_mut(armed.direction).remove(&(armed.level, watcher));
        side.trailing.remove(&watcher);
    }

    /// What fires next when the market is at these prices for buys and for sells.
    pub(crate) fn fired(&self, for_buys: FiringPrices, for_sells: FiringPrices) -> Option<Watcher> {
        [(Side::Buy, for_buys), (Side::Sell, for_sells)].into_iter().find_map(|(side, prices)| {
            let order = prices.orders.and_then(|market| self.orders.side(side).fired(market));
            let exit = prices.exits.and_then(|market| self.exits.side(side).fired(market));
            [order, exit].into_iter().flatten().min().map(|turn| turn.2)
        })
    }

    /// All orders that wait.
    pub(crate) fn ids(&self) -> impl Iterator<Item = OrderId> {
        let BothSides { buys, sells } = &self.orders;
        let waiting = |side: &SideTriggers| {
            side.rising.iter().chain(&side.falling).map(|(_, watcher)| watcher.order_id()).collect::<Vec<_>>()
        };
        waiting(buys).into_iter().chain(waiting(sells))
    }

    /// The trailing orders of a side, oldest first.
    pub(crate) fn trailing_orders(&self, side: Side) -> impl Iterator<Item = Watcher> {
        self.orders.side(side).trailing.iter().copied()
    }

    /// The trailing exits of a closing side, oldest lot first.
    pub(crate) fn trailing_exits(&self, side: Side) -> impl Iterator<Item = Watcher> {
        self.exits.side(side).trailing.iter().copied()
    }

    fn of_mut(&mut self, watcher: Watcher) -> &mut BothSides {
        match watcher.what {
            Watching::Order => &mut self.orders,
            Watching::Exit { .. } => &mut self.exits,
        }
    }
}

impl BothSides {
    fn side(&self, side: Side) -> &SideTriggers {
        match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut SideTriggers {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

/// Whose turn it is: rises before falls, then the nearer trigger, then the older watcher.
type Turn = (Direction, i64, Watcher);

impl SideTriggers {
    fn is_empty(&self) -> bool {
        self.rising.is_empty() && self.falling.is_empty()
    }

    fn levels_mut(&mut self, direction: Direction) -> &mut BTreeSet<(Ticks, Watcher)> {
        match direction {
            Direction::Rising => &mut self.rising,
            Direction::Falling => &mut self.falling,
        }
    }

    fn fired(&self, market: Ticks) -> Option<Turn> {
        let rising = self.rising.first().filter(|(level, _)| *level <= market);
        let rising = rising.map(|(level, watcher)| (Direction::Rising, level.get(), *watcher));
        rising.or_else(|| self.first_falling(market))
    }

    /// The highest level at or above the market, and of its watchers the oldest.
    fn first_falling(&self, market: Ticks) -> Option<Turn> {
        let (level, _) = self.falling.last().filter(|(level, _)| *level >= market)?;
        let (level, watcher) = self.falling.range((*level, Watcher::FIRST)..).next()?;
        Some((Direction::Falling, -level.get(), *watcher))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(side: Side, direction: Direction, level: i64) -> Armed {
        Armed { side, direction, level: Ticks::new(level), trails: false }
    }

    const fn stop_loss(lot: u64) -> Watcher {
        Watcher::exit(LotId::new(lot), ExitKind::StopLoss, AccountId::new(1))
    }

    const fn order(id: u64) -> Watcher {
        Watcher::order(OrderId::new(id))
    }

    fn all_fired(watchers: &[(Watcher, Armed)], exits: Option<Ticks>) -> Vec<Watcher> {
        let mut triggers = Triggers::default();
        for (watcher, armed) in watchers {
            triggers.arm(*watcher, *armed);
        }
        let prices = FiringPrices { orders: Some(Ticks::new(85)), exits };
        let mut fired = Vec::new();
        while let Some(watcher) = triggers.fired(prices, prices) {
            let (_, armed) = watchers.iter().find(|(known, _)| *known == watcher).unwrap();
            triggers.disarm(watcher, *armed);
            fired.push(watcher);
        }
        assert_eq!(triggers.is_empty(), fired.len() == watchers.len());
        fired
    }

    #[test]
    fn the_nearer_trigger_fires_first_and_of_equals_the_older() {
        let watchers = [
            (order(1), armed(Side::Sell, Direction::Falling, 90)),
            (order(2), armed(Side::Sell, Direction::Falling, 95)),
            (order(3), armed(Side::Sell, Direction::Falling, 95)),
            (order(4), armed(Side::Buy, Direction::Rising, 80)),
            (order(5), armed(Side::Buy, Direction::Rising, 70)),
            (order(6), armed(Side::Buy, Direction::Falling, 99)),
        ];
        assert_eq!(all_fired(&watchers, None), [5, 4, 6, 2, 3, 1].map(order));
    }

    #[test]
    fn exits_take_their_turn_among_orders_unless_they_wait_for_liquidity() {
        let watchers = [
            (order(4), armed(Side::Sell, Direction::Falling, 95)),
            (stop_loss(2), armed(Side::Sell, Direction::Falling, 95)),
            (stop_loss(7), armed(Side::Sell, Direction::Falling, 95)),
            (stop_loss(9), armed(Side::Sell, Direction::Falling, 99)),
            (order(8), armed(Side::Buy, Direction::Rising, 80)),
        ];
        let expected = [order(8), stop_loss(9), stop_loss(2), order(4), stop_loss(7)];
        assert_eq!(all_fired(&watchers, Some(Ticks::new(85))), expected);
        assert_eq!(all_fired(&watchers, None), [order(8), order(4)]);
    }
}
