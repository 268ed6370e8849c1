//! Lots of one account in one instrument: fills that opened a position, consumed oldest first.

use std::collections::VecDeque;

use minicbor::{Decode, Encode};

use crate::execution::LotClosure;
use crate::exits::LotExits;
use crate::ids::{EventId, LotId};
use crate::ledger::sum;
use crate::number::{Amount, Quantity};
use crate::order::Side;
use crate::position::{Lot, Position};
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::units::{Lots, Scales, Ticks};

/// An open lot in the book's units.
#[derive(Debug)]
struct OpenLot {
    id: LotId,
    price: Ticks,
    quantity: Lots,
    opened_at: Timestamp,
    /// Few lots have any.
    exits: Option<Box<LotExits>>,
}

/// The lots of a position. All have the same side.
#[derive(Debug)]
pub(crate) struct LotQueue {
    side: Side,
    open: VecDeque<OpenLot>,
    /// The sum over the lots.
    quantity: Lots,
    /// What the open lots are worth at the prices that opened them: the sum over the lots, kept so that nobody has to go
    /// through all of them for an order or a quote.
    cost: Amount,
    realized: Amount,
}

/// What one fill did to the lots.
#[derive(Debug, Default)]
pub(crate) struct LotChange {
    pub(crate) opened: Option<(LotId, Lots)>,
    pub(crate) closed: Vec<LotClosure>,
    /// Profit of what was closed, in the quote asset.
    pub(crate) profit: Amount,
    /// Exits of the lots that are closed whole.
    pub(crate) ended: Vec<(LotId, Box<LotExits>)>,
}

/// A fill as the lots see it.
#[derive(Debug)]
pub(crate) struct LotFill {
    pub(crate) id: LotId,
    pub(crate) side: Side,
    pub(crate) price: Ticks,
    pub(crate) quantity: Lots,
    pub(crate) at: Timestamp,
    /// Whether a sell may open lots. Where an account sells what it owns, what it did not buy here has no lot.
    pub(crate) may_open_short: bool,
    /// The lot to close, whichever is the oldest; nothing for oldest first.
    pub(crate) closes: Option<LotId>,
    /// Exits of the lot that it opens.
    pub(crate) exits: Option<Box<LotExits>>,
}

impl Default for LotQueue {
    fn default() -> Self {
        Self {
            side: Side::Buy,
            open: VecDeque::new(),
            quantity: Lots::ZERO,
            cost: Amount::ZERO,
            realized: Amount::ZERO,
        }
    }
}

impl LotQueue {
    /// Side and sum of the open lots.
    pub(crate) fn net(&self) -> (Side, Lots) {
        (self.side, self.quantity)
    }

    /// Number of open lots.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// Lets a fill close lots of the other side, the named one or else oldest first, and open one with what is left.
    pub(crate) fn fill(&mut self, scales: &Scales, fill: LotFill) -> LotChange {
        let mut change = LotChange::default();
        let mut left = fill.quantity;
        if let Some(lot) = fill.closes {
            let index = self.find(lot);
            left = self.close(scales, &fill, index, left, &mut change);
            assert!(left.is_zero(), "Invariant: no more is closed of a lot than it has");
        }
        while self.side != fill.side && !left.is_zero() && !self.open.is_empty() {
            left = self.close(scales, &fill, Some(0), left, &mut change);
        }
        self.realized = sum(self.realized, change.profit);
        if !left.is_zero() && (fill.side == Side::Buy || fill.may_open_short) {
            assert!(self.open.is_empty() || self.side == fill.side, "Invariant: lots have one side");
            self.side = fill.side;
            self.quantity = self.quantity.plus(left);
            self.cost = sum(self.cost, value(scales, fill.price, left));
            self.open.push_back(OpenLot {
                id: fill.id,
                price: fill.price,
                quantity: left,
                opened_at: fill.at,
                exits: fill.exits,
            });
            change.opened = Some((fill.id, left));
        }
        change
    }

    /// Takes as much as possible off one lot, and says what is left to take.
    fn close(
        &mut self,
        scales: &Scales,
        fill: &LotFill,
        index: Option<usize>,
        left: Lots,
        change: &mut LotChange,
    ) -> Lots {
        let Some((index, lot)) = index.and_then(|index| Some((index, self.open.get_mut(index)?))) else {
            return left;
        };
        let taken = left.min(lot.quantity);
        lot.quantity = lot.quantity.minus(taken);
        let (id, opened_at, whole) = (lot.id, lot.price, lot.quantity.is_zero());
        if whole
            && let Some(gone) = self.open.remove(index)
            && let Some(exits) = gone.exits
        {
            change.ended.push((id, exits));
        }
        let cost = value(scales, opened_at, taken);
        let gain = sum(value(scales, fill.price, taken), cost.negated());
        let profit = match self.side {
            Side::Buy => gain,
            Side::Sell => gain.negated(),
        };
        self.quantity = self.quantity.minus(taken);
        self.cost = sum(self.cost, cost.negated());
        change.profit = sum(change.profit, profit);
        change.closed.push(LotClosure {
            lot: id,
            opened_by: self.side,
            quantity: scales.quantity(taken),
            whole,
            profit,
            number: EventId::new(fill.id.get()),
            booked: Amount::ZERO,
        });
        left.minus(taken)
    }

    /// Where a lot is. Lots are in the order of their numbers.
    fn find(&self, id: LotId) -> Option<usize> {
        self.open.binary_search_by_key(&id, |lot| lot.id).ok()
    }

    /// One open lot as anyone may read it.
    pub(crate) fn lot(&self, scales: &Scales, id: LotId) -> Option<Lot> {
        let lot = self.open.get(self.find(id)?)?;
        Some(self.shown(scales, lot))
    }

    /// Gives an open lot other exits, and says which it had.
    pub(crate) fn set_exits(&mut self, id: LotId, exits: LotExits) -> LotExits {
        let Some(lot) = self.find(id).and_then(|index| self.open.get_mut(index)) else {
            return LotExits::default();
        };
        let exits = (!exits.is_none()).then(|| Box::new(exits));
        std::mem::replace(&mut lot.exits, exits).map_or_else(LotExits::default, |before| *before)
    }

    /// The lots that watch for something, oldest first.
    pub(crate) fn watching(&self) -> impl Iterator<Item = (LotId, &LotExits)> {
        self.open.iter().filter_map(|lot| Some((lot.id, lot.exits.as_deref()?)))
    }

    fn shown(&self, scales: &Scales, lot: &OpenLot) -> Lot {
        Lot {
            id: lot.id,
            side: self.side,
            quantity: scales.quantity(lot.quantity),
            price: scales.price(lot.price),
            opened_at: lot.opened_at,
            exits: lot.exits.as_deref().copied().unwrap_or_default(),
        }
    }

    /// The position with all but its lots one by one.
    pub(crate) fn position_without_lots(
        &self,
        scales: &Scales,
        instrument: crate::ids::InstrumentId,
    ) -> Position {
        Position {
            instrument,
            side: self.side,
            quantity: scales.quantity(self.quantity),
            cost: self.cost,
            realized: self.realized,
            multiplier: scales.multiplier(),
            collateral: Amount::ZERO,
            covered: Quantity::ZERO,
            lots: Vec::new(),
        }
    }

    /// The position as anyone may read it.
    pub(crate) fn position(&self, scales: &Scales, instrument: crate::ids::InstrumentId) -> Position {
        let lots: Vec<Lot> = self.open.iter().map(|lot| self.shown(scales, lot)).collect();
        Position { lots, ..self.position_without_lots(scales, instrument) }
    }
}

/// What a quantity of the book comes to at a price.
fn value(scales: &Scales, price: Ticks, quantity: Lots) -> Amount {
    scales.notional(price, quantity).unwrap_or_else(|reject: Reject| {
        unreachable!("Invariant: a fill that was opened can be valued: {reject}")
    })
}

/// A position as an image has it.
#[derive(Debug, Encode, Decode)]
pub(crate) struct LotQueueImage {
    #[n(0)]
    side: Side,
    #[n(1)]
    realized: Amount,
    /// Oldest first.
    #[n(2)]
    open: Vec<LotImage>,
}

/// A lot as an image has it, in the book's units.
#[derive(Debug, Encode, Decode)]
struct LotImage {
    #[n(0)]
    id: LotId,
    #[n(1)]
    price: i64,
    #[n(2)]
    quantity: i64,
    #[n(3)]
    opened_at: Timestamp,
    #[n(4)]
    exits: Option<LotExits>,
}

impl LotQueue {
    /// What an image has of it.
    pub(crate) fn image(&self) -> LotQueueImage {
        // Without a rest, so that a new field has to be looked at here. Quantity and cost are sums over the lots.
        let Self { side, open, quantity: _, cost: _, realized } = self;
        let image = |lot: &OpenLot| {
            let OpenLot { id, price, quantity, opened_at, exits } = lot;
            LotImage {
                id: *id,
                price: price.get(),
                quantity: quantity.get(),
                opened_at: *opened_at,
                exits: exits.as_deref().copied(),
            }
        };
        LotQueueImage { side: *side, realized: *realized, open: open.iter().map(image).collect() }
    }

    /// The lots that an image has; nothing when a number is out of range, or lots are worth more than any fill could be.
    pub(crate) fn restore(scales: &Scales, image: LotQueueImage) -> Option<Self> {
        let LotQueueImage { side, realized, open } = image;
        let mut queue = Self { side, open: VecDeque::with_capacity(open.len()), realized, ..Self::default() };
        let mut quantities = 0_i64;
        for LotImage { id, price, quantity, opened_at, exits } in open {
            if price <= 0 || quantity <= 0 || queue.open.back().is_some_and(|before| before.id >= id) {
                return None;
            }
            quantities = quantities.checked_add(quantity)?;
            let (price, quantity) = (Ticks::new(price), Lots::new(quantity));
            queue.cost = queue.cost.checked_add(scales.notional(price, quantity).ok()?)?;
            let exits = exits.map(Box::new);
            queue.open.push_back(OpenLot { id, price, quantity, opened_at, exits });
        }
        queue.quantity = Lots::new(quantities);
        Some(queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lots of ids, prices and quantities, as an image has them.
    fn restored(lots: &[(u64, i64, i64)]) -> Option<LotQueue> {
        let lot = |&(id, price, quantity)| LotImage {
            id: LotId::new(id),
            price,
            quantity,
            opened_at: Timestamp::EPOCH,
            exits: None,
        };
        let open = lots.iter().map(lot).collect();
        let image = LotQueueImage { side: Side::Buy, realized: Amount::ZERO, open };
        LotQueue::restore(&Scales::decimal(2, 3), image)
    }

    #[test]
    fn lots_of_an_image_are_within_their_ranges_and_in_order() {
        let queue = restored(&[(1, 250, 2_000), (2, 300, 1_000)]).unwrap();
        assert_eq!((queue.net(), queue.len()), ((Side::Buy, Lots::new(3_000)), 2));
        assert_eq!(queue.cost, Amount::from_units(8_000_000_000_000));
        for refused in [
            &[(1, 0, 1)][..],
            &[(1, -1, 1)],
            &[(1, 1, 0)],
            &[(1, 1, -1)],
            &[(2, 1, 1), (1, 1, 1)],
            &[(1, 1, 1), (1, 1, 1)],
            &[(1, 1, i64::MAX), (2, 1, 1)],
            // Worth more than ten to the eighteenth.
            &[(1, i64::MAX, i64::MAX)],
        ] {
            assert!(restored(refused).is_none(), "{refused:?}");
        }
    }
}
