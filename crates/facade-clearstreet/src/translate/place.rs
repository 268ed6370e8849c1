//! Requests of this dialect as commands, and orders of the core as the request that would place them.

use facade_kit::decimal::parse_plain;
use facade_kit::{LossKind, Translated};
use order_engine::{
    AccountId, ClientOrderId, MarketRefusal, Order, OrderId, OrderKind, PlaceOrder, Price, PriceBound,
    Quantity, ReplaceOrder, SelfMatch, Side, Size, TimeInForce,
};
use rust_decimal::Decimal;

use super::orders::{bound_text, side};
use crate::error::ApiError;
use crate::format;
use crate::naming::{Directory, Listing};
use crate::wire::{self, NewOrder, RequestOrderType, RequestTimeInForce};

/// Longest id that a caller may give an order, in characters.
const MAX_ID_LENGTH: usize = 64;

/// The command for one entry of a submission.
pub(crate) fn place(
    request: &NewOrder,
    account: AccountId,
    directory: &Directory,
) -> Result<PlaceOrder, ApiError> {
    let client_order_id = request.id.as_deref().map(client_order_id).transpose()?;
    let listing = instrument(request, directory)?;
    let side = match request.side {
        wire::Side::Buy => Side::Buy,
        wire::Side::Sell => Side::Sell,
        wire::Side::SellShort => {
            return Err(invalid(format!("Instrument {} cannot be sold short", listing.symbol)));
        }
        wire::Side::Other => return Err(invalid("side OTHER is not supported".to_owned())),
    };
    check_fields(request)?;
    let time_in_force = time_in_force(request)?;
    let quantity = order_quantity(&request.quantity)?;
    let kind = match &request.limit_price {
        Some(text) => OrderKind::Limit { price: limit_price(text)? },
        None => OrderKind::Market,
    };
    Ok(PlaceOrder {
        time_in_force,
        self_match: SelfMatch::Refuse,
        extended_hours: request.extended_hours,
        client_order_id,
        market_refusal: MarketRefusal::Record,
        ..PlaceOrder::new(account, listing.instrument.id, side, kind, Size::Base(quantity))
    })
}

fn invalid(text: String) -> ApiError {
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

/// Whether the fields go with the type and the time in force.
fn check_fields(request: &NewOrder) -> Result<(), ApiError> {
    let kind = request.order_type;
    let has_limit = match kind {
        RequestOrderType::Market => false,
        RequestOrderType::Limit => true,
        RequestOrderType::Stop
        | RequestOrderType::StopLimit
        | RequestOrderType::TrailingStop
        | RequestOrderType::TrailingStopLimit => {
            return Err(invalid(format!("{kind} orders are not supported")));
        }
    };
    if has_limit && request.limit_price.is_none() {
        return Err(invalid(format!("limit_price is required for {kind} orders")));
    }
    let unused = [
        ("limit_price", request.limit_price.is_some() && !has_limit),
        ("stop_price", request.stop_price.is_some()),
        ("trailing_offset", request.trailing_offset.is_some()),
        ("trailing_offset_type", request.trailing_offset_type.is_some()),
        ("limit_offset", request.limit_offset.is_some()),
        ("extended_hours", request.extended_hours == Some(true) && !has_limit),
    ];
    match unused.into_iter().find(|(_, is_given)| *is_given) {
        Some((field, _)) => Err(invalid(format!("{field} is not allowed for {kind} orders"))),
        None => Ok(()),
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
        RequestTimeInForce::AtTheOpening
        | RequestTimeInForce::AtTheClose
        | RequestTimeInForce::GoodTillCrossing
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

fn limit_price(text: &str) -> Result<Price, ApiError> {
    let value: Decimal = parse_plain(text).ok_or_else(|| ApiError::unprocessable("limit price", text))?;
    Price::new(value).map_err(|_| ApiError::unprocessable("limit price", "must be positive"))
}

/// The command for a replacement of an order.
pub(crate) fn replace(request: &wire::ReplaceOrder, order: &Order) -> Result<ReplaceOrder, ApiError> {
    if *request == wire::ReplaceOrder::default() {
        return Err(invalid("At least one field must be provided".to_owned()));
    }
    if request.limit_price.is_some() && matches!(order.kind, OrderKind::Market) {
        return Err(invalid("limit_price is not allowed for MARKET orders".to_owned()));
    }
    if request.stop_price.is_some() {
        let word = match order.kind {
            OrderKind::Market => wire::OrderType::Market,
            OrderKind::Limit { .. } => wire::OrderType::Limit,
            OrderKind::MarketToLimit { .. } => wire::OrderType::Other,
        };
        return Err(invalid(format!("stop_price is not allowed for {word} orders")));
    }
    Ok(replacement(
        order.account,
        order.id,
        request.limit_price.as_deref().map(limit_price).transpose()?,
        request.quantity.as_deref().map(order_quantity).transpose()?,
    ))
}

const fn replacement(
    account: AccountId,
    order: OrderId,
    price: Option<Price>,
    quantity: Option<Quantity>,
) -> ReplaceOrder {
    ReplaceOrder {
        account,
        order,
        price,
        quantity,
        time_in_force: None,
        price_bound: None,
        client_order_id: None,
        annotations: None,
    }
}

/// The request that would place an order of the core, whatever dialect it was placed in.
pub(crate) fn request(order: &Order, directory: &Directory) -> Option<Translated<NewOrder>> {
    let listing = directory.listing(order.instrument)?;
    let (time_in_force, expires_at) = match order.time_in_force {
        TimeInForce::Day => (RequestTimeInForce::Day, None),
        TimeInForce::Gtc => (RequestTimeInForce::GoodTillCancel, None),
        TimeInForce::Ioc => (RequestTimeInForce::ImmediateOrCancel, None),
        TimeInForce::Fok => (RequestTimeInForce::FillOrKill, None),
        TimeInForce::Gtd(at) => {
            (RequestTimeInForce::GoodTillDate, Some(wire::DateTime(facade_kit::time::to_utc(at))))
        }
    };
    let order_type = match order.kind {
        OrderKind::Market => RequestOrderType::Market,
        OrderKind::Limit { .. } | OrderKind::MarketToLimit { .. } => RequestOrderType::Limit,
    };
    let id = order.client_order_id.as_ref().map(ToString::to_string);
    let (id, long_id) = match id {
        Some(id) if id.chars().count() > MAX_ID_LENGTH => (None, Some(id)),
        id => (id, None),
    };
    let request = NewOrder {
        order_type,
        quantity: order.quantity.to_string(),
        side: side(order.side),
        time_in_force,
        id,
        symbol: Some(listing.symbol.clone()),
        instrument_id: None,
        limit_price: order.limit_price().map(|price| price.to_string()),
        stop_price: None,
        trailing_offset: None,
        trailing_offset_type: None,
        limit_offset: None,
        expires_at,
        extended_hours: order
            .extended_hours
            .filter(|wanted| !wanted || order_type == RequestOrderType::Limit),
    };
    Some(with_losses(Translated::whole(request), order, long_id))
}

fn with_losses(
    mut told: Translated<NewOrder>,
    order: &Order,
    long_id: Option<String>,
) -> Translated<NewOrder> {
    let nothing = &"";
    if let Some(id) = long_id {
        told = told.with_loss("id", LossKind::Dropped, &id, nothing);
    }
    if let OrderKind::MarketToLimit { .. } = order.kind {
        let word = told.value.order_type;
        told = told.with_loss("order_type", LossKind::Collapsed, &"market to limit", &word);
    }
    if let Size::Quote(amount) = order.size {
        let quantity = told.value.quantity.clone();
        told = told.with_loss("quantity", LossKind::Collapsed, &format!("{amount} of quote"), &quantity);
    }
    if order.extended_hours != told.value.extended_hours {
        told = told.with_loss("extended_hours", LossKind::Dropped, &true, nothing);
    }
    if order.post_only {
        told = told.with_loss("post_only", LossKind::Dropped, &true, nothing);
    }
    if order.price_bound != PriceBound::default() {
        told = told.with_loss("price_bound", LossKind::Dropped, &bound_text(order.price_bound), nothing);
    }
    if order.self_match == SelfMatch::Allow {
        told = told.with_loss("self_match", LossKind::Collapsed, &"allow", &"refuse");
    }
    if let Some(until) = order.staged_until {
        told = told.with_loss("staged_until", LossKind::Dropped, &until, nothing);
    }
    told
}
