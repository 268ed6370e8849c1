//! Whether the state has room for one more order.

use super::Engine;
use super::terms::Terms;
use crate::ids::{AccountId, InstrumentId};
use crate::limits;
use crate::lots::LotQueue;
use crate::order::Side;
use crate::reject::{Capacity, Reject};

/// What there is already that one more order would add to.
#[derive(Debug, Clone, Copy)]
struct Counts {
    /// Open orders of its account.
    open: usize,
    /// Orders of the state.
    orders: usize,
    /// Open lots of its account in its instrument, where it adds to them.
    lots: usize,
}

impl Counts {
    /// # Errors
    /// The first limit that is reached.
    fn decide(self) -> Result<(), Reject> {
        if self.open >= limits::MAX_OPEN_ORDERS_PER_ACCOUNT {
            return Err(Reject::TooManyOpenOrders { limit: limits::MAX_OPEN_ORDERS_PER_ACCOUNT as u64 });
        }
        room_for_orders(self.orders)?;
        room_for_lots(self.lots)
    }
}

/// Whether a position can have one more lot beside so many.
fn room_for_lots(lots: usize) -> Result<(), Reject> {
    if lots < limits::MAX_LOTS_PER_POSITION {
        return Ok(());
    }
    Err(Reject::CapacityExhausted { what: Capacity::Lots, limit: limits::MAX_LOTS_PER_POSITION as u64 })
}

/// Whether one more order can be remembered beside so many.
fn room_for_orders(orders: usize) -> Result<(), Reject> {
    if orders < limits::MAX_ORDERS {
        return Ok(());
    }
    Err(Reject::CapacityExhausted { what: Capacity::Orders, limit: limits::MAX_ORDERS as u64 })
}

impl Engine {
    /// Whether there is room for a new order.
    pub(super) fn decide_capacity(&self, terms: &Terms<'_>) -> Result<(), Reject> {
        let counts = Counts {
            open: self.orders.open_count(terms.account),
            orders: self.orders.len(),
            lots: self.lots_added_to(terms.account, terms.instrument, terms.side),
        };
        counts.decide()
    }

    /// Whether a position has room for the lot that a fill of this side opens.
    pub(super) fn decide_room_for_lots(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
    ) -> Result<(), Reject> {
        room_for_lots(self.lots_added_to(account, instrument, side))
    }

    /// Open lots that a fill of this side adds one to. It closes those of the other side before it opens one.
    fn lots_added_to(&self, account: AccountId, instrument: InstrumentId, side: Side) -> usize {
        let lots = self.lots.get(&(account, instrument));
        lots.filter(|lots| lots.net().0 == side).map_or(0, LotQueue::len)
    }

    /// Whether there is room for an order that closes something, which the engine makes: it adds to nothing else.
    pub(super) fn decide_room_for_closes(&self) -> Result<(), Reject> {
        room_for_orders(self.orders.len())
    }
}

#[cfg(test)]
mod tests {
    //! Millions of orders are more than a test can have, so what is decided about their numbers is asked alone.

    use super::*;

    #[test]
    fn the_last_order_has_room_and_the_next_has_none() {
        let last = Counts {
            open: limits::MAX_OPEN_ORDERS_PER_ACCOUNT - 1,
            orders: limits::MAX_ORDERS - 1,
            lots: limits::MAX_LOTS_PER_POSITION - 1,
        };
        assert_eq!(last.decide(), Ok(()));
        let too_many = Counts { open: last.open + 1, ..last };
        assert_eq!(too_many.decide(), Err(Reject::TooManyOpenOrders { limit: 2_000_000 }));
        let full = |what, limit| Err(Reject::CapacityExhausted { what, limit });
        let too_many = Counts { orders: last.orders + 1, ..last };
        assert_eq!(too_many.decide(), full(Capacity::Orders, 20_000_000));
        let too_many = Counts { lots: last.lots + 1, ..last };
        assert_eq!(too_many.decide(), full(Capacity::Lots, 100_000));
    }

    #[test]
    fn of_several_limits_that_of_the_account_is_told() {
        let full = Counts { open: usize::MAX, orders: usize::MAX, lots: usize::MAX };
        assert!(matches!(full.decide(), Err(Reject::TooManyOpenOrders { .. })));
        let full = Counts { open: 0, ..full };
        assert!(matches!(full.decide(), Err(Reject::CapacityExhausted { what: Capacity::Orders, .. })));
    }
}
