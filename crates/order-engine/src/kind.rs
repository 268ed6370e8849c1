//! How an order finds its price: kinds, and what those that wait for the market watch for.

use minicbor::{Decode, Encode};

use crate::number::{Price, PriceDifference};
use crate::reference::{BasisPoints, Pips};
use crate::time::Timestamp;

/// How an order finds its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum OrderKind {
    /// At whatever the book offers, within the price bound; what cannot be filled at once is canceled.
    #[n(0)]
    Market,
    /// At the limit or better.
    #[n(1)]
    Limit {
        /// Worst acceptable price.
        #[n(0)]
        price: Price,
    },
    /// At whatever the book offers within the price bound; what is left rests as a limit order.
    #[n(2)]
    MarketToLimit {
        /// Price at which the remainder rests.
        #[n(0)]
        rest_at: Price,
    },
    /// A market order once the market has come to the trigger or gone through it, for the worse.
    #[n(3)]
    Stop {
        /// Trigger price.
        #[n(0)]
        trigger: Price,
    },
    /// A limit order once the market has come to the trigger or gone through it, for the worse.
    #[n(4)]
    StopLimit {
        /// Trigger price.
        #[n(0)]
        trigger: Price,
        /// Worst acceptable price from then on.
        #[n(1)]
        price: Price,
    },
    /// A market order once the market has come to the trigger or gone through it, from whichever side it was on when the
    /// order was placed.
    #[n(5)]
    MarketIfTouched {
        /// Trigger price.
        #[n(0)]
        trigger: Price,
    },
    /// A stop whose trigger follows the best price that the market has seen since, at a distance.
    #[n(6)]
    TrailingStop {
        /// Distance.
        #[n(0)]
        offset: Offset,
    },
    /// A stop-limit whose trigger follows the best price that the market has seen since, at a distance, and whose limit
    /// follows the trigger.
    #[n(7)]
    TrailingStopLimit {
        /// Distance of the trigger.
        #[n(0)]
        offset: Offset,
        /// How much worse than the trigger the limit is; negative for better.
        #[n(1)]
        limit_offset: PriceDifference,
    },
}

impl OrderKind {
    /// The price at which the order rests, if it can rest and its price is fixed.
    #[must_use]
    pub const fn resting_price(mut self) -> Option<Price> {
        match self.resting_price_mut() {
            Some(price) => Some(*price),
            None => None,
        }
    }

    /// [`Self::resting_price`], to be changed.
    pub(crate) const fn resting_price_mut(&mut self) -> Option<&mut Price> {
        match self {
            Self::Market
            | Self::Stop { .. }
            | Self::MarketIfTouched { .. }
            | Self::TrailingStop { .. }
            | Self::TrailingStopLimit { .. } => None,
            Self::Limit { price }
            | Self::MarketToLimit { rest_at: price }
            | Self::StopLimit { price, .. } => Some(price),
        }
    }

    /// The trigger price, if it is fixed.
    #[must_use]
    pub const fn trigger_price(self) -> Option<Price> {
        match self {
            Self::Stop { trigger } | Self::StopLimit { trigger, .. } | Self::MarketIfTouched { trigger } => {
                Some(trigger)
            }
            Self::Market
            | Self::Limit { .. }
            | Self::MarketToLimit { .. }
            | Self::TrailingStop { .. }
            | Self::TrailingStopLimit { .. } => None,
        }
    }

    /// The kind that stands in for it while its market is not looked at: a limit order at the worst price that is known for
    /// it, or a market order.
    pub(crate) const fn known_form(self) -> Self {
        match self {
            Self::Market | Self::Limit { .. } | Self::MarketToLimit { .. } => self,
            Self::Stop { trigger } | Self::MarketIfTouched { trigger } => Self::Limit { price: trigger },
            Self::StopLimit { price, .. } => Self::Limit { price },
            Self::TrailingStop { .. } | Self::TrailingStopLimit { .. } => Self::Market,
        }
    }

    /// Whether it is filled at a limit or better once it is live.
    #[must_use]
    pub const fn has_limit(self) -> bool {
        match self {
            Self::Limit { .. } | Self::StopLimit { .. } | Self::TrailingStopLimit { .. } => true,
            Self::Market
            | Self::MarketToLimit { .. }
            | Self::Stop { .. }
            | Self::MarketIfTouched { .. }
            | Self::TrailingStop { .. } => false,
        }
    }

    /// The kind without its prices.
    #[must_use]
    pub const fn class(self) -> OrderClass {
        match self {
            Self::Market => OrderClass::Market,
            Self::Limit { .. } => OrderClass::Limit,
            Self::MarketToLimit { .. } => OrderClass::MarketToLimit,
            Self::Stop { .. } => OrderClass::Stop,
            Self::StopLimit { .. } => OrderClass::StopLimit,
            Self::MarketIfTouched { .. } => OrderClass::MarketIfTouched,
            Self::TrailingStop { .. } => OrderClass::TrailingStop,
            Self::TrailingStopLimit { .. } => OrderClass::TrailingStopLimit,
        }
    }
}

/// The distance of a trailing trigger from the best price seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Offset {
    /// In units of price.
    #[n(0)]
    Price(#[n(0)] Price),
    /// In hundredths of a percent of the best price seen.
    #[n(1)]
    BasisPoints(#[n(0)] BasisPoints),
    /// In pips of the instrument, for one that has a pip.
    #[n(2)]
    Pips(#[n(0)] Pips),
}

/// Where the market must be for an armed order to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Direction {
    /// At the trigger or above.
    #[n(0)]
    Rising,
    /// At the trigger or below.
    #[n(1)]
    Falling,
}

/// The best price that the market has seen since a trailing order was armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Watermark {
    /// The price: the highest for a sell, the lowest for a buy.
    #[n(0)]
    pub price: Price,
    /// When it was seen.
    #[n(1)]
    pub at: Timestamp,
}

/// What an order that waits for the market watches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Trigger {
    /// Trigger price now.
    #[n(0)]
    pub price: Price,
    /// Which way the market must go.
    #[n(1)]
    pub direction: Direction,
    /// Best price seen, for a trailing order.
    #[n(2)]
    pub watermark: Option<Watermark>,
    /// Limit price now, for a trailing order that will have one.
    #[n(3)]
    pub limit: Option<Price>,
    /// When it fired; from then on the order is a market or a limit order.
    #[n(4)]
    pub fired_at: Option<Timestamp>,
}

impl Trigger {
    /// Whether a market price fires it.
    #[must_use]
    pub fn is_reached(&self, market: Price) -> bool {
        match self.direction {
            Direction::Rising => market >= self.price,
            Direction::Falling => market <= self.price,
        }
    }
}

/// An order kind without its prices, for filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum OrderClass {
    /// See [`OrderKind::Market`].
    #[n(0)]
    Market,
    /// See [`OrderKind::Limit`].
    #[n(1)]
    Limit,
    /// See [`OrderKind::MarketToLimit`].
    #[n(2)]
    MarketToLimit,
    /// See [`OrderKind::Stop`].
    #[n(3)]
    Stop,
    /// See [`OrderKind::StopLimit`].
    #[n(4)]
    StopLimit,
    /// See [`OrderKind::MarketIfTouched`].
    #[n(5)]
    MarketIfTouched,
    /// See [`OrderKind::TrailingStop`].
    #[n(6)]
    TrailingStop,
    /// See [`OrderKind::TrailingStopLimit`].
    #[n(7)]
    TrailingStopLimit,
}
