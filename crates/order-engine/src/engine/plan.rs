//! Planning a match: which resting orders an incoming order would fill, at which prices, without touching anything.

use std::ops::ControlFlow;

use super::reduce::Reducibles;
use crate::book::{Book, BookKey, Resting};
use crate::ids::{AccountId, OrderId};
use crate::number::Amount;
use crate::order::{PriceBound, SelfMatch, Side};
use crate::reject::Reject;
use crate::units::{Lots, Scales, Ticks};

/// What an incoming order may spend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Budget {
    /// A quantity of base.
    Base(Lots),
    /// An amount of quote.
    Quote(Amount),
}

/// The price bound of an order in the book's units.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) lower: Option<Ticks>,
    pub(super) upper: Option<Ticks>,
}

impl Bounds {
    pub(super) fn of(scales: &Scales, bound: &PriceBound) -> Result<Self, Reject> {
        let ticks = |price: Option<_>| price.map(|price| scales.ticks(price)).transpose();
        Ok(Self { lower: ticks(bound.lower)?, upper: ticks(bound.upper)? })
    }

    /// The bound that a price is beyond, if any: whether it is the upper one, and its price.
    pub(super) fn broken_by(self, price: Ticks) -> Option<(bool, Ticks)> {
        match (self.lower, self.upper) {
            (_, Some(upper)) if price > upper => Some((true, upper)),
            (Some(lower), _) if price < lower => Some((false, lower)),
            _ => None,
        }
    }
}

/// An order as it comes to the book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Incoming {
    pub(super) account: AccountId,
    pub(super) side: Side,
    /// Worst price, if the order has a limit.
    pub(super) limit: Option<Ticks>,
    pub(super) bounds: Bounds,
    pub(super) budget: Budget,
    /// The price at which a remainder is to rest, when it is not the limit.
    pub(super) rest_at: Option<Ticks>,
    pub(super) self_match: SelfMatch,
}

impl Incoming {
    /// Whether the order's limit takes a price of the other side.
    pub(super) fn limit_takes(&self, price: Ticks) -> bool {
        match (self.side, self.limit) {
            (_, None) => true,
            (Side::Buy, Some(limit)) => price <= limit,
            (Side::Sell, Some(limit)) => price >= limit,
        }
    }
}

/// One planned fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedFill {
    pub(super) key: BookKey,
    pub(super) price: Ticks,
    pub(super) quantity: Lots,
    pub(super) notional: Amount,
}

/// What would happen to an incoming order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) fills: Vec<PlannedFill>,
    /// Sum of the fills' quantities.
    pub(super) filled: Lots,
    /// Sum of the fills' values.
    pub(super) spent: Amount,
    /// What the budget would still buy where a remainder rests, or else at the last price, when the book ran out or a
    /// price was too bad.
    pub(super) unfilled: Lots,
    /// The first resting order of the same account that is in the way, when that matters.
    pub(super) self_match: Option<(OrderId, Ticks)>,
}

/// Walks the other side of the book in priority until the budget is spent.
///
/// # Errors
/// [`Reject::Overflow`] when a value does not fit.
pub(super) fn plan(
    book: &Book,
    scales: &Scales,
    incoming: &Incoming,
    mut reducibles: Reducibles<'_>,
) -> Result<Plan, Reject> {
    let others = incoming.side.opposite();
    let mut plan = Plan::default();
    let mut left = incoming.budget;
    let mut last_price = None;
    let (mut fault, mut is_spent) = (None, false);
    let mut meet = |key, price, resting: &Resting| {
        if !incoming.limit_takes(price) {
            return ControlFlow::Break(());
        }
        if incoming.bounds.broken_by(price).is_some() {
            return ControlFlow::Break(());
        }
        let room = reducibles.room(resting.account, resting.order);
        let offered = room.map_or(resting.leaves, |room| resting.leaves.min(room));
        if offered.is_zero() {
            return ControlFlow::Continue(());
        }
        last_price = Some(price);
        let wanted = match left {
            Budget::Base(quantity) => quantity,
            Budget::Quote(amount) => scales.affordable(amount, price),
        };
        let quantity = wanted.min(offered);
        if quantity.is_zero() {
            is_spent = true;
            return ControlFlow::Break(());
        }
        let is_own = resting.account == incoming.account && incoming.account != AccountId::HOUSE;
        if is_own && incoming.self_match == SelfMatch::Refuse && plan.self_match.is_none() {
            plan.self_match = Some((resting.order, price));
        }
        match plan.take(scales, key, price, quantity) {
            Ok(notional) => {
                left = left.less(quantity, notional);
                reducibles.take(incoming.account, resting.account, quantity);
            }
            Err(reject) => {
                fault = Some(reject);
                return ControlFlow::Break(());
            }
        }
        // Something is left at this price that the budget cannot buy: worse prices are not for it.
        is_spent = left.is_spent() || wanted < offered;
        if is_spent { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    book.visit(others, &mut meet);
    if let Some(reject) = fault {
        return Err(reject);
    }
    if is_spent {
        // What is left of an amount buys nothing at the best price, and may not rest across it.
        return Ok(plan);
    }
    plan.unfilled = left.buys(scales, incoming.rest_at.or(last_price).or(incoming.limit));
    Ok(plan)
}

impl Plan {
    /// Of an order that reaches nobody.
    pub(super) fn of_unmet(scales: &Scales, incoming: &Incoming) -> Self {
        let unfilled = incoming.budget.buys(scales, incoming.rest_at.or(incoming.limit));
        Self { unfilled, ..Self::default() }
    }

    fn take(
        &mut self,
        scales: &Scales,
        key: BookKey,
        price: Ticks,
        quantity: Lots,
    ) -> Result<Amount, Reject> {
        let notional = scales.notional(price, quantity)?;
        self.spent = self.spent.checked_add(notional).ok_or(Reject::SUM_OVERFLOW)?;
        self.filled = self.filled.plus(quantity);
        self.fills.push(PlannedFill { key, price, quantity, notional });
        Ok(notional)
    }
}

impl Budget {
    /// The quantity that it pays for at a price.
    fn buys(self, scales: &Scales, price: Option<Ticks>) -> Lots {
        match (self, price) {
            (Self::Base(quantity), _) => quantity,
            (Self::Quote(amount), Some(price)) => scales.affordable(amount, price),
            (Self::Quote(_), None) => Lots::ZERO,
        }
    }

    fn less(self, quantity: Lots, notional: Amount) -> Self {
        match self {
            Self::Base(left) => Self::Base(left.minus(quantity)),
            Self::Quote(left) => Self::Quote(left.checked_sub(notional).unwrap_or_default()),
        }
    }

    fn is_spent(self) -> bool {
        match self {
            Self::Base(left) => left.is_zero(),
            Self::Quote(left) => left.is_zero(),
        }
    }
}
