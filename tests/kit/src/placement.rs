//! An order in nobody's dialect, for tests that need one on the book that no facade placed.

use order_engine::{Amount, ClientOrderId, OrderKind, PlaceOrder, Side, Size, TimeInForce, Timestamp};
use serde::Deserialize;

use crate::engine::{TestEngine, decimal, price, quantity};

/// An order, with decimals as texts. `limit` needs a price, `gtd` needs `until`; the size is `quantity` of base or
/// `notional` of quote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Account code.
    pub account: String,
    /// Canonical symbol.
    pub symbol: String,
    /// Which way.
    pub side: PlacedSide,
    /// How it finds its price.
    #[serde(rename = "type")]
    pub kind: PlacedKind,
    /// Limit price.
    pub price: Option<String>,
    /// Quantity of base.
    pub quantity: Option<String>,
    /// Amount of quote.
    pub notional: Option<String>,
    /// How long it lives.
    #[serde(default)]
    pub tif: PlacedTimeInForce,
    /// End of a `gtd` order, RFC 3339.
    pub until: Option<String>,
    /// Whether it may only add liquidity.
    #[serde(default)]
    pub post_only: bool,
    /// The client order id.
    pub client_order_id: Option<String>,
    /// Record it without putting it on the book, until this instant, RFC 3339.
    pub staged_until: Option<String>,
}

/// A side, as a test writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlacedSide {
    /// Buys base.
    Buy,
    /// Sells base.
    Sell,
}

/// An order kind, as a test writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlacedKind {
    /// Market.
    Market,
    /// Limit.
    Limit,
}

/// A time in force, as a test writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlacedTimeInForce {
    /// Until the day ends.
    Day,
    /// Until filled or canceled.
    #[default]
    Gtc,
    /// What can be filled at once.
    Ioc,
    /// All at once, or nothing.
    Fok,
    /// Until an instant.
    Gtd,
}

impl Placement {
    /// The command that places it.
    ///
    /// # Panics
    /// When a part is missing or no number.
    #[must_use]
    pub fn command(&self, engine: &TestEngine) -> PlaceOrder {
        let side = match self.side {
            PlacedSide::Buy => Side::Buy,
            PlacedSide::Sell => Side::Sell,
        };
        let account = engine.account(&self.account);
        let mut order =
            PlaceOrder::new(account, engine.instrument(&self.symbol), side, self.kind(), self.size());
        order.time_in_force = self.time_in_force();
        order.post_only = self.post_only;
        order.staged_until = self.staged_until.as_deref().map(instant);
        order.client_order_id = self.client_order_id.as_deref().map(|text| match ClientOrderId::new(text) {
            Ok(id) => id,
            Err(error) => panic!("{text:?} is no client order id: {error}"),
        });
        order
    }

    fn kind(&self) -> OrderKind {
        match (self.kind, &self.price) {
            (PlacedKind::Market, None) => OrderKind::Market,
            (PlacedKind::Limit, Some(limit)) => OrderKind::Limit { price: price(limit) },
            (PlacedKind::Market, Some(_)) => panic!("a market order has no price: {self:?}"),
            (PlacedKind::Limit, None) => panic!("a limit order needs a price: {self:?}"),
        }
    }

    fn size(&self) -> Size {
        match (&self.quantity, &self.notional) {
            (Some(base), None) => Size::Base(quantity(base)),
            (None, Some(quote)) => match Amount::from_decimal(decimal(quote)) {
                Ok(amount) => Size::Quote(amount),
                Err(error) => panic!("{quote:?} is no amount: {error}"),
            },
            (Some(_), Some(_)) | (None, None) => panic!("either quantity or notional is needed: {self:?}"),
        }
    }

    fn time_in_force(&self) -> TimeInForce {
        match (self.tif, &self.until) {
            (PlacedTimeInForce::Gtd, Some(until)) => TimeInForce::Gtd(instant(until)),
            (PlacedTimeInForce::Gtd, None) => panic!("a gtd order needs until: {self:?}"),
            (_, Some(_)) => panic!("only a gtd order has until: {self:?}"),
            (PlacedTimeInForce::Day, None) => TimeInForce::Day,
            (PlacedTimeInForce::Gtc, None) => TimeInForce::Gtc,
            (PlacedTimeInForce::Ioc, None) => TimeInForce::Ioc,
            (PlacedTimeInForce::Fok, None) => TimeInForce::Fok,
        }
    }
}

/// Reads RFC 3339.
pub(crate) fn instant(text: &str) -> Timestamp {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
        .ok()
        .and_then(facade_kit::time::from_calendar)
        .unwrap_or_else(|| panic!("{text:?} is no RFC 3339 time after 1970"))
}
