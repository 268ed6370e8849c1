//! What few orders have: kept apart from the order and shared by its versions, so that a plain order stays small.

use std::ops::Deref;
use std::sync::Arc;

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder};
use minicbor::{Decode, Encode};

use crate::exits::Exits;
use crate::ids::OrderId;
use crate::kind::Trigger;
use crate::order::{Closing, Order, PriceBound};
use crate::session::Queue;
use crate::time::Timestamp;

/// The rarer parts of an order. They read like fields of the order itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Extras {
    /// Worst prices of a fill.
    #[n(0)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub price_bound: PriceBound,
    /// The order whose place it took.
    #[n(1)]
    pub predecessor: Option<OrderId>,
    /// The order that took its place.
    #[n(2)]
    pub successor: Option<OrderId>,
    /// When staging ends, while it is staged.
    #[n(3)]
    pub staged_until: Option<Timestamp>,
    /// What it watches for, or what it watched for until it fired. Nothing for an order that was live at once, and
    /// nothing while it is staged.
    #[n(4)]
    pub trigger: Option<Trigger>,
    /// What a unit of base costs at a price of one, for an option; nothing for everything else, where that is one.
    #[n(47)]
    pub multiplier: Option<u32>,
    /// Where it stands, or stood, with its release by time or by the market; nothing for an order that was live at once.
    #[n(8)]
    pub queue: Option<Queue>,
    /// When its caller wanted it released.
    #[n(9)]
    pub release_at: Option<Timestamp>,
    /// Exits that its fills hand to the lots that they open.
    #[n(5)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub exits: Exits,
    /// Whether it may only reduce its account's position in the instrument.
    #[n(6)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub reduce_only: bool,
    /// What it closes, when it was made to close something.
    #[n(7)]
    pub closing: Option<Closing>,
    /// Whether it is a short sale.
    #[n(44)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub short_sale: bool,
}

/// What a plain order has.
static PLAIN: Extras = Extras {
    price_bound: PriceBound { lower: None, upper: None },
    predecessor: None,
    successor: None,
    staged_until: None,
    trigger: None,
    multiplier: None,
    queue: None,
    release_at: None,
    exits: Exits::NONE,
    reduce_only: false,
    closing: None,
    short_sale: false,
};

/// Extras in as little as they need: a plain order has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SharedExtras(Option<Arc<Extras>>);

impl SharedExtras {
    pub(crate) fn new(extras: Extras) -> Self {
        Self((extras != PLAIN).then(|| Arc::new(extras)))
    }

    /// Changes the extras of this version; earlier ones keep theirs.
    fn edit(&mut self, change: impl FnOnce(&mut Extras)) {
        let mut edited = Extras::clone(self);
        change(&mut edited);
        if edited != **self {
            *self = Self::new(edited);
        }
    }
}

impl Deref for SharedExtras {
    type Target = Extras;

    fn deref(&self) -> &Extras {
        self.0.as_deref().unwrap_or(&PLAIN)
    }
}

impl Deref for Order {
    type Target = Extras;

    fn deref(&self) -> &Extras {
        &self.extras
    }
}

impl Order {
    /// Whether it has anything that few orders have.
    pub(crate) const fn has_extras(&self) -> bool {
        self.extras.0.is_some()
    }

    /// Changes what few orders have.
    pub(crate) fn edit_extras(&mut self, change: impl FnOnce(&mut Extras)) {
        self.extras.edit(change);
    }

    /// Keeps in memory once what is the same in the version before.
    pub(crate) fn share_with(&mut self, before: &Self) {
        if self.extras == before.extras {
            self.extras = before.extras.clone();
        }
        if self.annotations == before.annotations {
            self.annotations = before.annotations.clone();
        }
        if self.client_order_id == before.client_order_id {
            self.client_order_id.clone_from(&before.client_order_id);
        }
        if self.request_id == before.request_id {
            self.request_id.clone_from(&before.request_id);
        }
    }
}

impl<C> Encode<C> for SharedExtras {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        self.0.as_deref().encode(e, context)
    }
}

impl<C> Decode<'_, C> for SharedExtras {
    fn decode(d: &mut Decoder<'_>, context: &mut C) -> Result<Self, decode::Error> {
        let extras: Option<Extras> = Option::decode(d, context)?;
        Ok(extras.map(Self::new).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_without_extras_keeps_none() {
        assert_eq!(PLAIN, Extras::default());
        let mut extras = SharedExtras::default();
        extras.edit(|extras| extras.staged_until = None);
        assert_eq!(extras.0, None);
        extras.edit(|extras| extras.staged_until = Some(Timestamp::EPOCH));
        assert_eq!(extras.staged_until, Some(Timestamp::EPOCH));
        extras.edit(|extras| extras.staged_until = None);
        assert_eq!(extras.0, None);
    }

    #[test]
    fn extras_survive_encoding() {
        let some = SharedExtras::new(Extras { successor: Some(OrderId::new(7)), ..Extras::default() });
        for extras in [SharedExtras::default(), some] {
            let bytes = minicbor::to_vec(&extras).unwrap();
            assert_eq!(minicbor::decode::<SharedExtras>(&bytes).unwrap(), extras);
        }
    }
}
