//! An order in nobody's dialect, for tests that need one on the book that no facade placed.

use order_engine::{
    Amount, BasisPoints, ClientOrderId, Offset, OrderKind, PlaceOrder, Price, PriceDifference, Side, Size,
    TimeInForce, Timestamp,
};
use serde::Deserialize;

use crate::engine::{TestEngine, decimal, price, quantity};

/// An order, with decimals as texts. `limit` needs a price, orders that wait a trigger or an offset, `gtd` needs `until`;
/// the size is `quantity` of base or `notional` of quote.
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
    /// Trigger price.
    pub trigger: Option<String>,
    /// Distance of a trailing trigger, in units of price.
    pub offset: Option<String>,
    /// Distance of a trailing trigger, in basis points.
    pub offset_bp: Option<u32>,
    /// How much worse than its trigger the limit of a trailing order is.
    pub limit_offset: Option<String>,
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
#[serde(rename_all = "kebab-case")]
pub enum PlacedKind {
    /// Market.
    Market,
    /// Limit.
    Limit,
    /// Market once the trigger is reached.
    Stop,
    /// Limit once the trigger is reached.
    StopLimit,
    /// Market once the trigger is touched.
    MarketIfTouched,
    /// Stop whose trigger follows the market.
    TrailingStop,
    /// Stop-limit whose trigger follows the market.
    TrailingStopLimit,
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
        let kind = match self.kind {
            PlacedKind::Market => OrderKind::Market,
            PlacedKind::Limit => OrderKind::Limit { price: self.limit() },
            PlacedKind::Stop => OrderKind::Stop { trigger: self.trigger() },
            PlacedKind::StopLimit => OrderKind::StopLimit { trigger: self.trigger(), price: self.limit() },
            PlacedKind::MarketIfTouched => OrderKind::MarketIfTouched { trigger: self.trigger() },
            PlacedKind::TrailingStop => OrderKind::TrailingStop { offset: self.offset() },
            PlacedKind::TrailingStopLimit => {
                OrderKind::TrailingStopLimit { offset: self.offset(), limit_offset: self.limit_offset() }
            }
        };
        self.assert_no_more_than(kind);
        kind
    }

    /// Nothing is dropped in silence: a price that the kind does not have is a mistake of the test.
    fn assert_no_more_than(&self, kind: OrderKind) {
        let offset = match kind {
            OrderKind::TrailingStop { offset } | OrderKind::TrailingStopLimit { offset, .. } => Some(offset),
            OrderKind::Market
            | OrderKind::Limit { .. }
            | OrderKind::MarketToLimit { .. }
            | OrderKind::Stop { .. }
            | OrderKind::StopLimit { .. }
            | OrderKind::MarketIfTouched { .. } => None,
        };
        let has_limit_offset = matches!(kind, OrderKind::TrailingStopLimit { .. });
        let given = (self.price.is_some(), self.trigger.is_some(), self.limit_offset.is_some());
        let known = (kind.resting_price().is_some(), kind.trigger_price().is_some(), has_limit_offset);
        assert_eq!(given, known, "a price, a trigger or a limit offset too many: {self:?}");
        let has_offset = self.offset.is_some() || self.offset_bp.is_some();
        assert_eq!(has_offset, offset.is_some(), "only a trailing order has an offset: {self:?}");
    }

    fn limit(&self) -> Price {
        self.price.as_deref().map_or_else(|| panic!("a limit is needed: {self:?}"), price)
    }

    fn trigger(&self) -> Price {
        self.trigger.as_deref().map_or_else(|| panic!("a trigger is needed: {self:?}"), price)
    }

    fn offset(&self) -> Offset {
        match (&self.offset, self.offset_bp) {
            (Some(distance), None) => Offset::Price(price(distance)),
            (None, Some(points)) => Offset::BasisPoints(BasisPoints::new(points)),
            (Some(_), Some(_)) | (None, None) => panic!("either offset or offset_bp is needed: {self:?}"),
        }
    }

    fn limit_offset(&self) -> PriceDifference {
        match &self.limit_offset {
            Some(difference) => PriceDifference::new(decimal(difference)),
            None => panic!("a limit offset is needed: {self:?}"),
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
