//! Requests about orders, as commands. The order of checks is 8 to 12 of [`crate::error`].
//!
//! Order types and exits have one place each: [`OrderArguments`] for what an order type needs, [`super::exits`] for what is
//! attached to the trade that an order opens.

use order_engine::{
    AccountId, ExitChanges, Instrument, Order, OrderKind, PlaceOrder, Price, PriceBound, Quantity,
    ReplaceOrder, Side, Size, TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use super::exits::Asked;
use super::{Dialect, arguments};
use crate::error::ApiError;
use crate::wire::orders::{ChangeOrder, CreateOrder};

/// What is particular to an order type, read but not yet fitted to an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrderArguments {
    Market,
    Pending { kind: PendingKind, price: Price, expiry: Timestamp },
}

/// What an order waits for: a price, or a market that comes to a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PendingKind {
    Limit,
    Stop,
    MarketIfTouched,
}

impl PendingKind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "limit" => Some(Self::Limit),
            "stop" => Some(Self::Stop),
            "marketIfTouched" => Some(Self::MarketIfTouched),
            _ => None,
        }
    }

    const fn at(self, price: Price) -> OrderKind {
        match self {
            Self::Limit => OrderKind::Limit { price },
            Self::Stop => OrderKind::Stop { trigger: price },
            Self::MarketIfTouched => OrderKind::MarketIfTouched { trigger: price },
        }
    }
}

/// The command that places an order.
///
/// # Errors
/// The first of checks 8 to 12 that fails.
pub(crate) fn place(
    dialect: &Dialect<'_>,
    account: AccountId,
    request: &CreateOrder,
    now: Timestamp,
) -> Result<PlaceOrder, ApiError> {
    let name = arguments::required(request.instrument.as_ref(), "instrument")?;
    let units = arguments::required(request.units.as_ref(), "units")?;
    let side = arguments::required(request.side.as_ref(), "side")?;
    require_for_type(request)?;

    let units = arguments::units(units)?;
    let side = arguments::side(side)?;
    let particular = read_type(dialect, request, now)?;
    let bound = PriceBound {
        lower: read_bound(request.lower_bound.as_ref(), "lowerBound")?,
        upper: read_bound(request.upper_bound.as_ref(), "upperBound")?,
    };
    let exits = Asked {
        stop_loss: request.stop_loss.as_deref(),
        take_profit: request.take_profit.as_deref(),
        trailing_stop: request.trailing_stop.as_deref(),
    };
    let exits = exits.read()?;

    let instrument = dialect.names.find(dialect.reference, name).ok_or(ApiError::UnknownInstrument)?;
    let (kind, time_in_force) = match particular {
        OrderArguments::Market => (OrderKind::Market, TimeInForce::Fok),
        OrderArguments::Pending { kind, price, expiry } => {
            (kind.at(arguments::precise(price, instrument)?), TimeInForce::Gtd(expiry))
        }
    };
    let price_bound = arguments::precise_bound(bound, instrument)?;
    let exits = exits.exits(dialect.names, instrument)?;
    let size = Size::Base(arguments::within_limit(units, instrument)?);
    Ok(PlaceOrder {
        time_in_force,
        price_bound,
        exits,
        ..PlaceOrder::new(account, instrument.id, side, kind, size)
    })
}

/// The type must be there, and what a pending order needs.
fn require_for_type(request: &CreateOrder) -> Result<(), ApiError> {
    let order_type = arguments::required(request.order_type.as_ref(), "type")?;
    if PendingKind::named(order_type).is_some() {
        arguments::required(request.price.as_ref(), "price")?;
        arguments::required(request.expiry.as_ref(), "expiry")?;
    }
    Ok(())
}

/// Reads the type and what is particular to it. A market order's price and expiry are ignored.
fn read_type(
    dialect: &Dialect<'_>,
    request: &CreateOrder,
    now: Timestamp,
) -> Result<OrderArguments, ApiError> {
    let name = arguments::required(request.order_type.as_ref(), "type")?;
    if name == "market" {
        return Ok(OrderArguments::Market);
    }
    let kind = PendingKind::named(name).ok_or(ApiError::Malformed("type"))?;
    let price = arguments::required(request.price.as_ref(), "price")?;
    let expiry = arguments::required(request.expiry.as_ref(), "expiry")?;
    Ok(OrderArguments::Pending {
        kind,
        price: arguments::price(price, "price")?,
        expiry: arguments::expiry(expiry, dialect.times, now)?,
    })
}

fn read_bound(text: Option<&String>, name: &'static str) -> Result<Option<Price>, ApiError> {
    Ok(text.map(|text| arguments::optional_price(text, name)).transpose()?.flatten())
}

/// The command that changes an order; nothing when what is asked for is so already.
///
/// # Errors
/// The first of checks 9 to 12 that fails.
pub(crate) fn change(
    dialect: &Dialect<'_>,
    order: &Order,
    instrument: &Instrument,
    request: &ChangeOrder,
    now: Timestamp,
) -> Result<Option<ReplaceOrder>, ApiError> {
    if *request == ChangeOrder::default() {
        return Err(ApiError::NoParameters);
    }
    let units = request.units.as_deref().map(arguments::units).transpose()?;
    let price = request.price.as_deref().map(|text| arguments::price(text, "price")).transpose()?;
    let expiry =
        request.expiry.as_deref().map(|text| arguments::expiry(text, dialect.times, now)).transpose()?;
    let (limit, bound) = changed_bounds(order, request)?;
    let exits = Asked {
        stop_loss: request.stop_loss.as_deref(),
        take_profit: request.take_profit.as_deref(),
        trailing_stop: request.trailing_stop.as_deref(),
    };
    let exits = exits.read()?;

    let precise = |price: Option<Price>| price.map(|price| arguments::precise(price, instrument)).transpose();
    let (price, limit) = (precise(price)?, precise(limit)?);
    let (price, trigger) = if order.is_armed() { (limit, price) } else { (price, None) };
    let price_bound = bound.map(|bound| arguments::precise_bound(bound, instrument)).transpose()?;
    let quantity = units
        .map(|units| arguments::within_limit(units, instrument).and_then(|units| with_filled(order, units)))
        .transpose()?;
    let exits = exits.changes(dialect.names, instrument)?;
    let has_exits = order.exits.changed(&exits) != order.exits;
    let exits = if has_exits { exits } else { ExitChanges::KEEP };
    let command = ReplaceOrder {
        price,
        quantity,
        time_in_force: expiry.map(TimeInForce::Gtd),
        price_bound,
        trigger,
        exits,
        ..ReplaceOrder::new(order.account, order.id)
    };
    let is_change = price.is_some()
        || trigger.is_some()
        || quantity.is_some()
        || expiry.is_some()
        || price_bound.is_some()
        || has_exits;
    Ok(is_change.then_some(command))
}

/// The limit and the bound after a change; nothing when none is named. An order that will have a limit once it fires
/// shows that limit as the bound on its side; such a limit can be moved, but neither taken away nor made to stop trailing.
fn changed_bounds(
    order: &Order,
    request: &ChangeOrder,
) -> Result<(Option<Price>, Option<PriceBound>), ApiError> {
    let PriceBound { mut lower, mut upper } = order.price_bound;
    let (names_lower, names_upper) = (request.lower_bound.is_some(), request.upper_bound.is_some());
    if !names_lower && !names_upper {
        return Ok((None, None));
    }
    if names_lower {
        lower = read_bound(request.lower_bound.as_ref(), "lowerBound")?;
    }
    if names_upper {
        upper = read_bound(request.upper_bound.as_ref(), "upperBound")?;
    }
    let (of_limit, is_named, name) = match order.side {
        Side::Buy => (&mut upper, names_upper, "upperBound"),
        Side::Sell => (&mut lower, names_lower, "lowerBound"),
    };
    let mut limit = None;
    if is_named && order.is_armed() && order.kind.has_limit() {
        limit = of_limit.take().filter(|_| order.kind.resting_price().is_some());
        limit.ok_or(ApiError::Malformed(name))?;
    }
    Ok((limit, Some(PriceBound { lower, upper })))
}

/// Units are what is still to be traded here; the engine counts what is filled as well.
fn with_filled(order: &Order, units: Quantity) -> Result<Quantity, ApiError> {
    let total: Option<Decimal> = units.decimal().checked_add(order.filled.decimal());
    total.and_then(|total| Quantity::new(total).ok()).ok_or(ApiError::OutOfRange("units"))
}
