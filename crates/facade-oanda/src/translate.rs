//! Between the vendor's words and the core's: pure functions, both ways. What does not come through whole is recorded
//! as a loss beside the value.

pub(crate) mod accounts;
pub(crate) mod arguments;
pub(crate) mod candles;
pub(crate) mod closing;
pub(crate) mod exits;
pub(crate) mod fills;
mod granularity;
pub(crate) mod history;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod orders;
mod pending;
pub(crate) mod placing;
pub(crate) mod positions;
pub(crate) mod rates;
pub(crate) mod requests;
pub(crate) mod trades;
pub(crate) mod transactions;

use std::fmt::Display;

use facade_kit::{Loss, LossKind, Translated};
use order_engine::{Exits, InstrumentId, Reference};

use crate::times::TimeFormat;
use crate::wire;
use names::Names;

/// What it takes to speak the dialect: reference data, names, and the format of times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect<'state> {
    pub(crate) reference: &'state Reference,
    pub(crate) names: &'state Names,
    pub(crate) times: TimeFormat,
}

impl Dialect<'_> {
    /// How exits of a trade in an instrument are shown.
    fn shown_exits(&self, losses: &mut Losses, id: InstrumentId, exits: &Exits) -> exits::Shown {
        exits::of_order(losses, self.names, self.reference.instrument(id).map(AsRef::as_ref), exits)
    }

    /// Name and price decimals of an instrument. One that is gone, which no command of the engine brings about, has its
    /// number for a name.
    fn instrument(&self, id: InstrumentId) -> (String, u32) {
        match self.reference.instrument(id) {
            Some(instrument) => (self.names.name(instrument), instrument.price_scale()),
            None => (id.to_string(), order_engine::limits::MAX_SCALE),
        }
    }
}

/// The value, with its losses in the log.
pub(crate) fn told<T>(translated: Translated<T>) -> T {
    for Loss { field, kind, from, to } in &translated.losses {
        tracing::debug!(field, ?kind, from, to, "lost in translation");
    }
    translated.value
}

/// Many values with all their losses.
pub(crate) fn gathered<T>(all: impl IntoIterator<Item = Translated<T>>) -> Translated<Vec<T>> {
    let (mut value, mut losses) = (Vec::new(), Vec::new());
    for translated in all {
        value.push(translated.value);
        losses.extend(translated.losses);
    }
    Translated { value, losses }
}

/// The losses of one translation, as they come up.
#[derive(Debug, Default)]
struct Losses(Vec<Loss>);

impl Losses {
    fn add(&mut self, field: &'static str, kind: LossKind, from: &dyn Display, to: &dyn Display) {
        self.0.push(Loss { field, kind, from: from.to_string(), to: to.to_string() });
    }

    fn dropped(&mut self, field: &'static str, from: &dyn Display) {
        self.add(field, LossKind::Dropped, from, &"");
    }

    fn around<T>(self, value: T) -> Translated<T> {
        Translated { value, losses: self.0 }
    }
}

const fn side(side: order_engine::Side) -> wire::Side {
    match side {
        order_engine::Side::Buy => wire::Side::Buy,
        order_engine::Side::Sell => wire::Side::Sell,
    }
}
