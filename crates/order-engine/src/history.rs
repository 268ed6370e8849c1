//! What an order was before: its earlier versions, each kept as what it had that the next one has not.
//!
//! The common steps of an order are values that change places with those of the order. Afterwards the step holds what
//! the order had before, and taking it once more takes the order back. So a version that most orders have many of takes
//! a third of what the order takes, and nothing has to be compared to find out what has changed. Rarer steps keep the
//! whole order as it was.

use std::mem::{replace, swap, take};
use std::sync::Arc;

use crate::ids::{ClientOrderId, EventId};
use crate::number::{Amount, Price, Quantity};
use crate::order::{Hold, Order, OrderStatus, Size, StatusReason};
use crate::time::Timestamp;

/// A change of an order that can be taken back.
pub(crate) trait Step: Clone {
    /// The step from one version to the next, as it is once it was taken; nothing when it can't have been one.
    fn of(before: &Order, after: &Order) -> Option<Self>;

    /// Changes places with the order: what it holds is the order's, and what the order had is held.
    fn exchange(&mut self, order: &mut Order);

    /// The link to a version that the step is told from.
    fn link(past: Arc<Past<Self>>) -> Link;
}

/// The order rests at another price, and nothing else is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) price: Price,
    pub(crate) held: Option<Hold>,
    pub(crate) replaces: u32,
    pub(crate) request: Request,
}

/// The order was filled, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traded {
    pub(crate) status: OrderStatus,
    pub(crate) filled: Quantity,
    pub(crate) filled_notional: Amount,
    pub(crate) leaves: Quantity,
    pub(crate) commission: Amount,
    pub(crate) held: Option<Hold>,
}

/// The order was closed before it was filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) status: OrderStatus,
    pub(crate) reason: Option<StatusReason>,
    pub(crate) leaves: Quantity,
    pub(crate) held: Option<Hold>,
    pub(crate) request: Request,
}

/// The caller's id of a request, if it gave one. Boxed, since few do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request(Option<Box<Option<ClientOrderId>>>);

impl Request {
    /// That of a request that changes an order.
    pub(crate) fn new(id: Option<ClientOrderId>) -> Self {
        Self(id.map(|id| Box::new(Some(id))))
    }

    fn exchange(&mut self, order: &mut Order) {
        if let Some(id) = &mut self.0 {
            swap(id.as_mut(), &mut order.request_id);
        }
    }

    /// How a request changed the id of the last one. A later version never goes back to none.
    fn between(before: &Order, after: &Order) -> Self {
        let is_same = before.request_id == after.request_id;
        Self((!is_same).then(|| Box::new(before.request_id.clone())))
    }

    fn id(&self) -> Option<&ClientOrderId> {
        self.0.as_ref()?.as_ref().as_ref()
    }
}

impl Step for Moved {
    fn of(before: &Order, after: &Order) -> Option<Self> {
        let (price, request) = (before.kind.resting_price()?, Request::between(before, after));
        Some(Self { price, held: before.held, replaces: before.replaces, request })
    }

    fn exchange(&mut self, order: &mut Order) {
        if let Some(price) = order.kind.resting_price_mut() {
            swap(&mut self.price, price);
        }
        swap(&mut self.held, &mut order.held);
        swap(&mut self.replaces, &mut order.replaces);
        self.request.exchange(order);
    }

    fn link(past: Arc<Past<Self>>) -> Link {
        Link::Moved(past)
    }
}

impl Step for Traded {
    fn of(before: &Order, _: &Order) -> Option<Self> {
        Some(Self {
            status: before.status,
            filled: before.filled,
            filled_notional: before.filled_notional,
            leaves: before.leaves,
            commission: before.commission,
            held: before.held,
        })
    }

    fn exchange(&mut self, order: &mut Order) {
        swap(&mut self.status, &mut order.status);
        swap(&mut self.filled, &mut order.filled);
        swap(&mut self.filled_notional, &mut order.filled_notional);
        swap(&mut self.leaves, &mut order.leaves);
        swap(&mut self.commission, &mut order.commission);
        swap(&mut self.held, &mut order.held);
    }

    fn link(past: Arc<Past<Self>>) -> Link {
        Link::Traded(past)
    }
}

impl Step for Closed {
    fn of(before: &Order, after: &Order) -> Option<Self> {
        Some(Self {
            status: before.status,
            reason: before.reason.clone(),
            leaves: before.leaves,
            held: before.held,
            request: Request::between(before, after),
        })
    }

    fn exchange(&mut self, order: &mut Order) {
        swap(&mut self.status, &mut order.status);
        swap(&mut self.reason, &mut order.reason);
        swap(&mut self.leaves, &mut order.leaves);
        swap(&mut self.held, &mut order.held);
        self.request.exchange(order);
    }

    fn link(past: Arc<Past<Self>>) -> Link {
        Link::Closed(past)
    }
}

/// A version that is told from the next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Past<S> {
    earlier: Earlier,
    updated_at: Timestamp,
    last_event: EventId,
    /// What it had, after the step was taken.
    step: S,
}

impl<S: Step> Past<S> {
    /// The version that this tells of. `after` is the one that came next.
    fn before(&self, after: &Order) -> Order {
        let mut order = after.clone();
        self.step.clone().exchange(&mut order);
        order.earlier = self.earlier.clone();
        order.updated_at = self.updated_at;
        order.last_event = self.last_event;
        order.version = after.version.saturating_sub(1);
        order
    }
}

impl Order {
    /// Becomes its own next version, by a step.
    pub(crate) fn advance<S: Step>(&mut self, mut step: S, event: EventId, at: Timestamp) {
        step.exchange(self);
        let past = Past {
            earlier: take(&mut self.earlier),
            updated_at: replace(&mut self.updated_at, at),
            last_event: replace(&mut self.last_event, event),
            step,
        };
        self.version += 1;
        self.earlier = Earlier(Some(S::link(Arc::new(past))));
    }
}

/// How the version before is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    Moved(Arc<Past<Moved>>),
    Traded(Arc<Past<Traded>>),
    Closed(Arc<Past<Closed>>),
    /// All of it.
    Whole(Arc<Order>),
}

impl Link {
    fn earlier(&self) -> &Earlier {
        match self {
            Self::Moved(past) => &past.earlier,
            Self::Traded(past) => &past.earlier,
            Self::Closed(past) => &past.earlier,
            Self::Whole(order) => &order.earlier,
        }
    }

    /// Callers' ids that the version has, as far as the next one need not have them.
    pub(crate) fn client_ids(&self) -> impl Iterator<Item = &ClientOrderId> {
        let ids = match self {
            Self::Moved(past) => [past.step.request.id(), None],
            Self::Closed(past) => [past.step.request.id(), None],
            Self::Traded(_) => [None, None],
            Self::Whole(order) => [order.client_order_id.as_ref(), order.request_id.as_ref()],
        };
        ids.into_iter().flatten()
    }

    /// Callers' ids that the version has: that of the order, and that of the last request to it. `after` is the version
    /// that came next.
    fn own_client_ids<'a>(&'a self, after: &'a Order) -> [Option<&'a ClientOrderId>; 2] {
        let request = match self {
            Self::Moved(past) => past.step.request.0.as_deref(),
            Self::Closed(past) => past.step.request.0.as_deref(),
            Self::Traded(_) => None,
            Self::Whole(order) => Some(&order.request_id),
        };
        [after.client_order_id.as_ref(), request.unwrap_or(&after.request_id).as_ref()]
    }

    /// What it leads on to, when nobody else is to be led there by it.
    fn into_earlier(self) -> Option<Self> {
        match self {
            Self::Moved(past) => Arc::into_inner(past)?.earlier.0.take(),
            Self::Traded(past) => Arc::into_inner(past)?.earlier.0.take(),
            Self::Closed(past) => Arc::into_inner(past)?.earlier.0.take(),
            Self::Whole(order) => Arc::into_inner(order)?.earlier.0.take(),
        }
    }
}

/// The chain of earlier versions. Dropped link by link, so that a long history does not exhaust the stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Earlier(Option<Link>);

impl Earlier {
    /// Leads from a version to the one before it, kept as a step where it is one that comes to exactly the same.
    pub(crate) fn between(before: Arc<Order>, after: &Order) -> Self {
        if before.replaces != after.replaces {
            Self::stepping::<Moved>(before, after)
        } else if before.filled != after.filled {
            Self::stepping::<Traded>(before, after)
        } else if after.status.is_closed() {
            Self::stepping::<Closed>(before, after)
        } else {
            Self(Some(Link::Whole(before)))
        }
    }

    fn stepping<S: Step>(before: Arc<Order>, after: &Order) -> Self {
        let Some(step) = S::of(&before, after) else { return Self(Some(Link::Whole(before))) };
        let (updated_at, last_event) = (before.updated_at, before.last_event);
        let past = Past { earlier: before.earlier.clone(), updated_at, last_event, step };
        if is_exactly(&past.before(after), &before) {
            Self(Some(S::link(Arc::new(past))))
        } else {
            Self(Some(Link::Whole(before)))
        }
    }

    /// The version that this leads to, from the one that came after it.
    pub(crate) fn previous(&self, after: &Order) -> Option<Arc<Order>> {
        Some(match self.0.as_ref()? {
            Link::Moved(past) => Arc::new(past.before(after)),
            Link::Traded(past) => Arc::new(past.before(after)),
            Link::Closed(past) => Arc::new(past.before(after)),
            Link::Whole(order) => Arc::clone(order),
        })
    }

    /// [`Link::own_client_ids`] of the version that this leads to.
    pub(crate) fn own_client_ids<'a>(&'a self, after: &'a Order) -> [Option<&'a ClientOrderId>; 2] {
        self.0.as_ref().map_or([None, None], |link| link.own_client_ids(after))
    }

    /// The links from here to the first version.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_ref(), |link| link.earlier().0.as_ref())
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        let mut link = self.0.take();
        while let Some(next) = link {
            link = next.into_earlier();
        }
    }
}

/// Whether versions are the same, the digits of their numbers included.
fn is_exactly(one: &Order, other: &Order) -> bool {
    let digits = |order: &Order| {
        let size = match order.size {
            Size::Base(quantity) => quantity.decimal().scale(),
            Size::Quote(_) => 0,
        };
        let [quantity, filled, leaves] =
            [order.quantity, order.filled, order.leaves].map(|quantity| quantity.decimal().scale());
        let [rests_at, fires_at] = [order.kind.resting_price(), order.kind.trigger_price()]
            .map(|price| price.map(|price| price.decimal().scale()));
        (size, quantity, filled, leaves, rests_at, fires_at)
    };
    one == other && digits(one) == digits(other)
}
