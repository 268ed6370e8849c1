//! Translation losses: what a dialect could not say, or could say only with other words.

use std::fmt::Display;

use order_engine::Order;

/// How a value suffered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossKind {
    /// It is left out.
    Dropped,
    /// It was not there and got a value all the same.
    Defaulted,
    /// It has fewer digits.
    Rounded,
    /// It shares its word with other values.
    Collapsed,
}

/// One value that did not come through whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The field, in the words of the side that is written.
    pub field: &'static str,
    /// How it suffered.
    pub kind: LossKind,
    /// The value before; empty when there was none.
    pub from: String,
    /// The value after; empty when there is none.
    pub to: String,
}

/// What a dialect without members for exits leaves out of an order: the exits, and that it may only reduce a position.
pub fn exit_losses(order: &Order) -> impl Iterator<Item = Loss> {
    let dropped = |field, from| Loss { field, kind: LossKind::Dropped, from, to: String::new() };
    let exits = (!order.exits.is_none()).then(|| dropped("exits", format!("{:?}", order.exits)));
    let reduce_only = order.reduce_only.then(|| dropped("reduce_only", "true".to_owned()));
    exits.into_iter().chain(reduce_only)
}

/// A translated value together with its losses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated<T> {
    /// The value.
    pub value: T,
    /// What did not come through whole.
    pub losses: Vec<Loss>,
}

impl<T> Translated<T> {
    /// A value that came through whole.
    #[must_use]
    pub const fn whole(value: T) -> Self {
        Self { value, losses: Vec::new() }
    }

    /// The value with one loss more.
    #[must_use]
    pub fn with_loss(
        mut self,
        field: &'static str,
        kind: LossKind,
        from: &dyn Display,
        to: &dyn Display,
    ) -> Self {
        self.losses.push(Loss { field, kind, from: from.to_string(), to: to.to_string() });
        self
    }

    /// The same losses around another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Translated<U> {
        Translated { value: change(self.value), losses: self.losses }
    }
}
