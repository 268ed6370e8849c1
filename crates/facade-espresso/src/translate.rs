//! Between this dialect and the core, both ways, without side effects.

mod account;
mod amounts;
mod losses;
mod market;
mod order;
mod place;
mod request;
mod transaction;

pub(crate) use account::balances;
pub(crate) use market::{cycle, market_config};
pub(crate) use order::{Shown, execution_record, order_response, submitted_response};
pub(crate) use place::{Venue, place_order};
pub(crate) use request::build_request;
pub(crate) use transaction::{Signer, intent};

/// Texts that are kept with an order, since the core has no place for what they say.
mod annotation {
    /// The slippage that a market order was asked for with, in basis points.
    pub(super) const SLIPPAGE_BP: &str = "espresso.slippage-bp";
    /// The price of the market when a market order was built.
    pub(super) const REFERENCE_PRICE: &str = "espresso.reference-price";
    /// The amount of quote that a market sell was asked for with.
    pub(super) const QUOTE_QUANTITY: &str = "espresso.quote-quantity";
}
