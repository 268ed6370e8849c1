//! Requests about orders, as commands. The order of checks is 8 to 12 of [`crate::error`].
//!
//! Order types and exits have one place each: [`OrderArguments`] for what an order type needs, [`arguments::no_exit`] for
//! what is attached to the trade that an order opens.

use order_engine::{
    AccountId, Instrument, Order, OrderKind, PlaceOrder, Price, PriceBound, Quantity, ReplaceOrder, Size,
    TimeInForce, Timestamp,
};
use rust_decimal::Decimal;

use super::{Dialect, arguments};
use crate::error::ApiError;
use crate::wire::orders::{ChangeOrder, CreateOrder};

/// What is particular to an order type, read but not yet fitted to an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OrderArguments {
    Market,
    Limit { price: Price, expiry: Timestamp },
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
    no_exits([&request.stop_loss, &request.take_profit, &request.trailing_stop].map(Option::as_ref))?;

    let instrument = dialect.names.find(dialect.reference, name).ok_or(ApiError::UnknownInstrument)?;
    let (kind, time_in_force) = match particular {
        OrderArguments::Market => (OrderKind::Market, TimeInForce::Fok),
        OrderArguments::Limit { price, expiry } => {
            (OrderKind::Limit { price: arguments::precise(price, instrument)? }, TimeInForce::Gtd(expiry))
        }
    };
    let price_bound = arguments::precise_bound(bound, instrument)?;
    let size = Size::Base(arguments::within_limit(units, instrument)?);
    Ok(PlaceOrder { time_in_force, price_bound, ..PlaceOrder::new(account, instrument.id, side, kind, size) })
}

/// The type must be there, and what a pending order needs.
fn require_for_type(request: &CreateOrder) -> Result<(), ApiError> {
    let order_type = arguments::required(request.order_type.as_ref(), "type")?;
    if matches!(order_type, "limit" | "stop" | "marketIfTouched") {
        arguments::required(request.price.as_ref(), "price")?;
        arguments::required(request.expiry.as_ref(), "expiry")?;
    }
    Ok(())
}

/// Reads the type and what is particular to it. A market order's price and expiry are ignored. The engine has no
/// triggers yet, so that `stop` and `marketIfTouched` are refused like a type that does not exist.
fn read_type(
    dialect: &Dialect<'_>,
    request: &CreateOrder,
    now: Timestamp,
) -> Result<OrderArguments, ApiError> {
    match request.order_type.as_deref() {
        Some("market") => Ok(OrderArguments::Market),
        Some("limit") => Ok(OrderArguments::Limit {
            price: arguments::price(arguments::required(request.price.as_ref(), "price")?, "price")?,
            expiry: arguments::expiry(
                arguments::required(request.expiry.as_ref(), "expiry")?,
                dialect.times,
                now,
            )?,
        }),
        _ => Err(ApiError::Malformed("type")),
    }
}

fn read_bound(text: Option<&String>, name: &'static str) -> Result<Option<Price>, ApiError> {
    Ok(text.map(|text| arguments::optional_price(text, name)).transpose()?.flatten())
}

/// Exits of the trade that an order opens, in the vendor's order: stop loss, take profit, trailing stop.
fn no_exits([stop_loss, take_profit, trailing_stop]: [Option<&String>; 3]) -> Result<(), ApiError> {
    arguments::no_exit(stop_loss, "stopLoss")?;
    arguments::no_exit(take_profit, "takeProfit")?;
    arguments::no_exit(trailing_stop, "trailingStop")
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
    let bound = changed_bound(order.price_bound, request)?;
    no_exits([&request.stop_loss, &request.take_profit, &request.trailing_stop].map(Option::as_ref))?;

    let price = price.map(|price| arguments::precise(price, instrument)).transpose()?;
    let price_bound = bound.map(|bound| arguments::precise_bound(bound, instrument)).transpose()?;
    let quantity = units
        .map(|units| arguments::within_limit(units, instrument).and_then(|units| with_filled(order, units)))
        .transpose()?;
    let command = ReplaceOrder {
        account: order.account,
        order: order.id,
        price,
        quantity,
        time_in_force: expiry.map(TimeInForce::Gtd),
        price_bound,
        client_order_id: None,
        annotations: None,
    };
    let is_change = price.is_some() || quantity.is_some() || expiry.is_some() || price_bound.is_some();
    Ok(is_change.then_some(command))
}

/// The bound after a change; nothing when none is named.
fn changed_bound(current: PriceBound, request: &ChangeOrder) -> Result<Option<PriceBound>, ApiError> {
    let lower = request.lower_bound.as_ref();
    let upper = request.upper_bound.as_ref();
    if lower.is_none() && upper.is_none() {
        return Ok(None);
    }
    Ok(Some(PriceBound {
        lower: if lower.is_some() { read_bound(lower, "lowerBound")? } else { current.lower },
        upper: if upper.is_some() { read_bound(upper, "upperBound")? } else { current.upper },
    }))
}

/// Units are what is still to be traded here; the engine counts what is filled as well.
fn with_filled(order: &Order, units: Quantity) -> Result<Quantity, ApiError> {
    let total: Option<Decimal> = units.decimal().checked_add(order.filled.decimal());
    total.and_then(|total| Quantity::new(total).ok()).ok_or(ApiError::OutOfRange("units"))
}
