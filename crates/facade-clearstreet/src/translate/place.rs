//! Requests of this dialect as commands.

use facade_kit::decimal::parse_plain;
use order_engine::{
    AccountId, ClientOrderId, MarketRefusal, Order, PlaceOrder, Quantity, ReplaceOrder, SelfMatch, Side,
    Size, TimeInForce,
};

use super::kind;
use super::orders::order_type;
use crate::error::ApiError;
use crate::format;
use crate::naming::{Directory, Listing};
use crate::wire::{self, NewOrder, RequestOrderType, RequestTimeInForce};

/// Longest id that a caller may give an order, in characters.
pub(super) const MAX_ID_LENGTH: usize = 64;

/// The command for one entry of a submission.
pub(crate) fn place(
    request: &NewOrder,
    account: AccountId,
    directory: &Directory,
) -> Result<PlaceOrder, ApiError> {
    let client_order_id = request.id.as_deref().map(client_order_id).transpose()?;
    let listing = instrument(request, directory)?;
    let (side, short_sale) = match request.side {
        wire::Side::Buy => (Side::Buy, false),
        wire::Side::Sell => (Side::Sell, false),
        wire::Side::SellShort => (Side::Sell, true),
        wire::Side::Other => return Err(invalid("side OTHER is not supported".to_owned())),
    };
    kind::check(request)?;
    if listing.option.is_some() {
        check_option(request)?;
    }
    let time_in_force = time_in_force(request)?;
    let quantity = order_quantity(&request.quantity)?;
    let kind = kind::read(request)?;
    Ok(PlaceOrder {
        time_in_force,
        self_match: SelfMatch::Refuse,
        extended_hours: request.extended_hours,
        client_order_id,
        market_refusal: MarketRefusal::Record,
        short_sale,
        ..PlaceOrder::new(account, listing.instrument.id, side, kind, Size::Base(quantity))
    })
}

/// Contracts are bought and sold at the market or with a limit, within the regular session.
fn check_option(request: &NewOrder) -> Result<(), ApiError> {
    match request.order_type {
        RequestOrderType::Market | RequestOrderType::Limit => {}
        word @ (RequestOrderType::Stop
        | RequestOrderType::StopLimit
        | RequestOrderType::TrailingStop
        | RequestOrderType::TrailingStopLimit) => {
            return Err(invalid(format!("order_type {word} is not supported for options")));
        }
    }
    if request.extended_hours == Some(true) {
        return Err(invalid("extended_hours is not supported for options".to_owned()));
    }
    Ok(())
}

pub(super) fn invalid(text: String) -> ApiError {
    ApiError::Invalid(text)
}

fn client_order_id(text: &str) -> Result<ClientOrderId, ApiError> {
    if text.chars().count() > MAX_ID_LENGTH {
        return Err(invalid(format!("Order id must not be longer than {MAX_ID_LENGTH} characters")));
    }
    ClientOrderId::new(text).map_err(|_| invalid("Order id must be printable text".to_owned()))
}

fn instrument<'a>(request: &NewOrder, directory: &'a Directory) -> Result<&'a Listing, ApiError> {
    let find =
        |text: &str| directory.find(text).ok_or_else(|| invalid(format!("Instrument not found: {text}")));
    match (&request.symbol, &request.instrument_id) {
        (Some(text), None) | (None, Some(text)) => find(text),
        (None, None) => Err(invalid("Either symbol or instrument_id must be provided".to_owned())),
        (Some(symbol), Some(id)) => {
            let (by_symbol, by_id) = (find(symbol)?, find(id)?);
            if by_symbol.instrument.id == by_id.instrument.id {
                Ok(by_symbol)
            } else {
                Err(invalid("symbol and instrument_id do not name the same instrument".to_owned()))
            }
        }
    }
}

fn time_in_force(request: &NewOrder) -> Result<TimeInForce, ApiError> {
    let word = request.time_in_force;
    let plain = match word {
        RequestTimeInForce::Day => TimeInForce::Day,
        RequestTimeInForce::GoodTillCancel => TimeInForce::Gtc,
        RequestTimeInForce::ImmediateOrCancel => TimeInForce::Ioc,
        RequestTimeInForce::FillOrKill => TimeInForce::Fok,
        RequestTimeInForce::GoodTillDate => {
            let expiry = request
                .expires_at
                .ok_or_else(|| invalid(format!("expires_at is required for {word} orders")))?;
            return Ok(TimeInForce::Gtd(format::saturated(expiry.0)));
        }
        RequestTimeInForce::AtTheOpening => TimeInForce::AtOpen,
        RequestTimeInForce::AtTheClose => TimeInForce::AtClose,
        RequestTimeInForce::GoodTillCrossing
        | RequestTimeInForce::GoodThroughCrossing
        | RequestTimeInForce::AtCrossing => {
            return Err(invalid(format!("time_in_force {word} is not supported")));
        }
    };
    if request.expires_at.is_some() {
        return Err(invalid(format!("expires_at is not allowed for {word} orders")));
    }
    Ok(plain)
}

fn order_quantity(text: &str) -> Result<Quantity, ApiError> {
    let value = parse_plain(text).ok_or_else(|| ApiError::unprocessable("quantity", text))?;
    let not_positive = || invalid("Order quantity must be greater than zero".to_owned());
    let quantity = Quantity::new(value).map_err(|_| not_positive())?;
    if quantity.is_zero() { Err(not_positive()) } else { Ok(quantity) }
}

/// The command for a replacement of an order.
pub(crate) fn replace(request: &wire::ReplaceOrder, order: &Order) -> Result<ReplaceOrder, ApiError> {
    if *request == wire::ReplaceOrder::default() {
        return Err(invalid("At least one field must be provided".to_owned()));
    }
    let word = order_type(order.kind.class());
    let unused = [
        ("limit_price", request.limit_price.is_some() && order.kind.resting_price().is_none()),
        ("stop_price", request.stop_price.is_some() && order.kind.trigger_price().is_none()),
    ];
    if let Some((field, _)) = unused.into_iter().find(|(_, is_given)| *is_given) {
        return Err(invalid(format!("{field} is not allowed for {word} orders")));
    }
    Ok(ReplaceOrder {
        price: request.limit_price.as_deref().map(kind::limit_price).transpose()?,
        trigger: request.stop_price.as_deref().map(kind::stop_price).transpose()?,
        quantity: request.quantity.as_deref().map(order_quantity).transpose()?,
        ..ReplaceOrder::new(order.account, order.id)
    })
}
