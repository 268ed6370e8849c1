//! Pure functions between the vendor's words and the engine's, both ways. What does not come through whole is listed
//! beside the value.

pub(crate) mod account;
pub(crate) mod lists;
pub(crate) mod market;
pub(crate) mod numbers;
pub(crate) mod orders;
pub(crate) mod pairs;
pub(crate) mod placing;
pub(crate) mod trades;
pub(crate) mod waiting;
pub(crate) mod words;

#[cfg(test)]
mod round_trip;

use facade_kit::Translated;

/// The value; its losses go to the log.
pub(crate) fn told<T>(translated: Translated<T>) -> T {
    for loss in &translated.losses {
        tracing::debug!(field = loss.field, kind = ?loss.kind, from = %loss.from, to = %loss.to, "a loss");
    }
    translated.value
}
