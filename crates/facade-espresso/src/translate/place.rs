//! From `POST /order/build` to the command that records the order.
//!
//! The checks come in the order of `docs/facades/espresso.md#order-of-checks`; those that need the book or the ledger
//! (liquidity within the slippage, balance) are the engine's, which decides a staged order as it would a live one.

use facade_kit::decimal::{parse_plain, shortest};
use order_engine::{
    AccountId, Amount, Annotations, OrderKind, PlaceOrder, Price, PriceBound, Quantity, Side, Size,
    TimeInForce, Timestamp,
};
use runtime::MarketView;
use rust_decimal::{Decimal, RoundingStrategy};

use super::amounts::{quotient, value};
use super::annotation;
use crate::config::Config;
use crate::error::ApiError;
use crate::names::Pair;
use crate::wire::{BuildRequest, Figure, OrderType};

/// The most that slippage can be, in basis points: everything.
const MAX_SLIPPAGE_BP: u32 = 10_000;

/// What is known where an order is placed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Venue<'a> {
    pub(crate) config: &'a Config,
    pub(crate) pair: &'a Pair,
    pub(crate) market: Option<&'a MarketView>,
    pub(crate) account: AccountId,
    pub(crate) has_operation_key: bool,
    pub(crate) open_orders: usize,
    pub(crate) now: Timestamp,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Base(Decimal),
    Quote(Decimal),
}

/// What a request comes to before anything is looked up.
#[derive(Debug, Clone, Copy)]
struct Asked {
    side: Side,
    ask: Ask,
    /// The limit; nothing for a market order.
    limit: Option<Decimal>,
    post_only: bool,
    /// The slippage of a market order in basis points; nothing when it may be any.
    slippage: Option<u32>,
}

/// The command that records an order.
pub(crate) fn place_order(request: &BuildRequest, venue: &Venue<'_>) -> Result<PlaceOrder, ApiError> {
    let asked = Asked::read(request, venue.pair)?;
    if !venue.has_operation_key {
        return Err(ApiError::MissingOperationKey);
    }
    let price = asked.limit.or_else(|| venue.reference_price(asked.side));
    let base = asked.base(venue.pair, price);
    if base.is_some_and(|base| venue.is_too_small(&asked, base, price)) {
        return Err(ApiError::OrderTooSmall);
    }
    if venue.open_orders >= venue.config.max_open_orders {
        return Err(ApiError::TooManyOpenOrders);
    }
    let (Some(price), Some(base)) = (price, base) else { return Err(ApiError::NoLiquidity) };
    if asked.post_only && venue.would_match(asked.side, price) {
        return Err(ApiError::PostOnlyWouldMatch);
    }
    asked.command(venue, price, base)
}

impl Asked {
    fn read(request: &BuildRequest, pair: &Pair) -> Result<Self, ApiError> {
        let side = match request.side.as_str() {
            "buy" => Side::Buy,
            "sell" => Side::Sell,
            _other => return Err(ApiError::InvalidRequest),
        };
        let order_type = match request.order_type.as_str() {
            "limit" => OrderType::Limit,
            "market" => OrderType::Market,
            _other => return Err(ApiError::InvalidRequest),
        };
        let ask = ask(request)?;
        let limit = match order_type {
            OrderType::Limit => Some(limit_price(request.price.as_ref())?),
            OrderType::Market => None,
        };
        if limit.is_some_and(|limit| decimals(limit) > pair.instrument.price_scale()) {
            return Err(ApiError::PriceTooPrecise);
        }
        let is_too_precise = match ask {
            Ask::Base(base) => decimals(base) > pair.base.max_qty_dp,
            Ask::Quote(quote) => decimals(quote) > pair.quote.max_qty_dp,
        };
        if is_too_precise {
            return Err(ApiError::QuantityTooPrecise);
        }
        let post_only = request.post_only.unwrap_or_default();
        if post_only && order_type == OrderType::Market {
            return Err(ApiError::PostOnlyWithoutLimit);
        }
        let slippage = match order_type {
            OrderType::Limit => None,
            OrderType::Market => slippage(request.max_slippage_basis_point.as_ref())?,
        };
        if let (Some(band), Some(limit)) = (pair.price_band, limit) {
            if limit > band.highest {
                return Err(ApiError::PriceTooHigh);
            }
            if limit < band.lowest {
                return Err(ApiError::PriceTooLow);
            }
        }
        Ok(Self { side, ask, limit, post_only, slippage })
    }

    /// The quantity of base that is ordered, as far as a price is known.
    fn base(&self, pair: &Pair, price: Option<Decimal>) -> Option<Decimal> {
        match self.ask {
            Ask::Base(base) => Some(base),
            Ask::Quote(amount) => Some(quotient(amount, price?, pair.instrument.quantity_scale())),
        }
    }

    fn command(&self, venue: &Venue<'_>, price: Decimal, base: Decimal) -> Result<PlaceOrder, ApiError> {
        let price = Price::new(price.normalize()).map_err(|_| ApiError::PriceNotPositive)?;
        let base = Size::Base(Quantity::new(base.normalize()).map_err(|_| ApiError::QuantityNotPositive)?);
        let (account, instrument) = (venue.account, venue.pair.instrument.id);
        let staged_until = Some(venue.now.plus_seconds(venue.config.build_lifetime_seconds));
        if self.limit.is_some() {
            let kind = OrderKind::Limit { price };
            let order = PlaceOrder::new(account, instrument, self.side, kind, base);
            return Ok(PlaceOrder { post_only: self.post_only, staged_until, ..order });
        }
        // A buy ends when the amount is spent. A sell gives the quantity that the amount comes to.
        let size = match (self.side, self.ask) {
            (Side::Buy, Ask::Quote(amount)) => {
                Size::Quote(Amount::from_decimal(amount).map_err(|_| ApiError::InvalidRequest)?)
            }
            (Side::Buy | Side::Sell, Ask::Base(_)) | (Side::Sell, Ask::Quote(_)) => base,
        };
        let kind = match self.slippage {
            Some(_) => OrderKind::MarketToLimit { rest_at: price },
            None => OrderKind::Market,
        };
        let time_in_force = if self.slippage.is_some() { TimeInForce::Gtc } else { TimeInForce::Ioc };
        Ok(PlaceOrder {
            time_in_force,
            price_bound: self.price_bound(price, venue.pair.instrument.price_scale()),
            staged_until,
            annotations: self.annotations(price)?,
            ..PlaceOrder::new(account, instrument, self.side, kind, size)
        })
    }

    /// The reference price, moved by the slippage and cut to the scale of prices on the safe side.
    fn price_bound(&self, reference: Price, scale: u32) -> PriceBound {
        let Some(slippage) = self.slippage else { return PriceBound::default() };
        let moved = |factor: u32, strategy| {
            let exact = reference.decimal().checked_mul(Decimal::new(i64::from(factor), 4));
            exact.and_then(|price| Price::new(price.round_dp_with_strategy(scale, strategy).normalize()).ok())
        };
        match self.side {
            Side::Buy => {
                PriceBound { lower: None, upper: moved(MAX_SLIPPAGE_BP + slippage, RoundingStrategy::ToZero) }
            }
            Side::Sell => PriceBound {
                lower: moved(MAX_SLIPPAGE_BP - slippage, RoundingStrategy::ToPositiveInfinity),
                upper: None,
            },
        }
    }

    fn annotations(&self, reference: Price) -> Result<Annotations, ApiError> {
        let quote = match (self.side, self.ask) {
            (Side::Sell, Ask::Quote(amount)) => Some((annotation::QUOTE_QUANTITY, shortest(amount))),
            (Side::Buy | Side::Sell, Ask::Base(_)) | (Side::Buy, Ask::Quote(_)) => None,
        };
        let slippage = self.slippage.map(|slippage| (annotation::SLIPPAGE_BP, slippage.to_string()));
        let reference = Some((annotation::REFERENCE_PRICE, shortest(reference.decimal())));
        Ok(Annotations::new([quote, slippage, reference].into_iter().flatten())?)
    }
}

impl Venue<'_> {
    /// The price from which slippage is counted: of the last trade, or of the best order on the other side.
    fn reference_price(&self, side: Side) -> Option<Decimal> {
        let market = self.market?;
        let last = market.last_trade().map(|trade| trade.price);
        last.or_else(|| best_opposite(market, side)).map(Price::decimal)
    }

    fn would_match(&self, side: Side, limit: Decimal) -> bool {
        let best = self.market.and_then(|market| best_opposite(market, side));
        best.is_some_and(|best| match side {
            Side::Buy => limit >= best.decimal(),
            Side::Sell => limit <= best.decimal(),
        })
    }

    /// Pairs of ADA have a least quantity, the others a least value.
    fn is_too_small(&self, asked: &Asked, base: Decimal, price: Option<Decimal>) -> bool {
        if self.pair.base.is_ada() {
            return base < self.config.minimum_ada;
        }
        let worth = match (asked.ask, asked.limit, price) {
            (Ask::Quote(amount), None, _) => Some(amount),
            (Ask::Base(_) | Ask::Quote(_), _, price) => price.map(|price| value(base, price, self.pair)),
        };
        worth.is_some_and(|worth| worth < self.config.minimum_quote)
    }
}

fn best_opposite(market: &MarketView, side: Side) -> Option<Price> {
    let levels = match side {
        Side::Buy => &market.asks,
        Side::Sell => &market.bids,
    };
    levels.first().map(|level| level.price)
}

/// Exactly one of the two quantities, above zero.
fn ask(request: &BuildRequest) -> Result<Ask, ApiError> {
    let base = request.base_quantity.as_ref().and_then(given).map(decimal).transpose()?;
    let quote = request.quote_quantity.as_ref().and_then(given).map(decimal).transpose()?;
    let (ask, amount) = match (base, quote) {
        (Some(base), None) => (Ask::Base(base), base),
        (None, Some(quote)) => (Ask::Quote(quote), quote),
        (Some(_), Some(_)) | (None, None) => return Err(ApiError::InvalidRequest),
    };
    if amount <= Decimal::ZERO { Err(ApiError::QuantityNotPositive) } else { Ok(ask) }
}

fn limit_price(price: Option<&Figure>) -> Result<Decimal, ApiError> {
    let price = price.and_then(given).ok_or(ApiError::InvalidRequest).and_then(decimal)?;
    if price <= Decimal::ZERO { Err(ApiError::PriceNotPositive) } else { Ok(price) }
}

fn slippage(figure: Option<&Figure>) -> Result<Option<u32>, ApiError> {
    let Some(figure) = figure.and_then(given) else { return Ok(None) };
    let points = decimal(figure)?;
    if !points.fract().is_zero() {
        return Err(ApiError::InvalidRequest);
    }
    let whole = u32::try_from(points.trunc().mantissa()).ok().filter(|points| *points <= MAX_SLIPPAGE_BP);
    whole.map(Some).ok_or(ApiError::SlippageOutOfRange)
}

/// An empty text is an absent one.
fn given(figure: &Figure) -> Option<&Figure> {
    match figure {
        Figure::Text(text) if text.is_empty() => None,
        Figure::Text(_) | Figure::Number(_) => Some(figure),
    }
}

/// The value of a figure. A bare number may have an exponent, since clients' own serializers write some so.
fn decimal(figure: &Figure) -> Result<Decimal, ApiError> {
    let value = match figure {
        Figure::Text(text) => parse_plain(text),
        Figure::Number(number) => {
            let text = number.to_string();
            parse_plain(&text).or_else(|| Decimal::from_scientific(&text).ok())
        }
    };
    value.ok_or(ApiError::InvalidRequest)
}

/// Decimals without trailing zeros.
fn decimals(value: Decimal) -> u32 {
    value.normalize().scale()
}
