//! An entry of a submission that was refused while others were accepted: a row with the status `REJECTED`.

use facade_kit::decimal::parse_plain;
use order_engine::Timestamp;
use uuid::Uuid;

use crate::error::ApiError;
use crate::format;
use crate::naming::{Directory, OFF_EXCHANGE, id_of_symbol};
use crate::wire::{self, NewOrder, RequestOrderType, RequestTimeInForce};

/// The row of a refused entry. What the entry says is echoed as far as it can be read.
pub(crate) fn refused(
    request: &NewOrder,
    id: Uuid,
    at: Timestamp,
    account: i64,
    error: &ApiError,
    directory: &Directory,
) -> wire::Order {
    let named = request.symbol.as_deref().or(request.instrument_id.as_deref()).unwrap_or_default();
    let listing = directory.find(named);
    let decimal = |text: &String| parse_plain(text).map(|_| text.clone());
    wire::Order {
        account_id: account,
        average_fill_price: None,
        client_order_id: request.id.clone().unwrap_or_else(|| id.to_string()),
        created_at: format::instant(at),
        details: vec![error.remark()],
        expires_at: request.expires_at.map(|at| format::instant(format::saturated(at.0))),
        extended_hours: request.extended_hours,
        filled_quantity: "0".to_owned(),
        id: id.to_string(),
        instrument_id: listing.map_or_else(|| id_of_symbol(named), |listing| listing.id).to_string(),
        instrument_type: listing
            .map_or(wire::SecurityType::CommonStock, crate::naming::Listing::security_type),
        leaves_quantity: "0".to_owned(),
        limit_offset: request.limit_offset.as_ref().and_then(decimal),
        limit_price: request.limit_price.as_ref().and_then(decimal),
        order_type: order_type(request.order_type),
        quantity: decimal(&request.quantity).unwrap_or_else(|| "0".to_owned()),
        queue_state: None,
        releases_at: None,
        side: request.side,
        status: wire::OrderStatus::Rejected,
        stop_price: request.stop_price.as_ref().and_then(decimal),
        symbol: listing.map_or_else(|| named.to_owned(), |listing| listing.symbol.clone()),
        time_in_force: time_in_force(request.time_in_force),
        trailing_limit_px: None,
        trailing_offset: request.trailing_offset.as_ref().and_then(decimal),
        trailing_offset_type: request.trailing_offset_type,
        trailing_stop_px: None,
        trailing_watermark_px: None,
        trailing_watermark_ts: None,
        underlying_instrument_id: listing.and_then(crate::naming::Listing::underlier_id),
        updated_at: format::instant(at),
        venue: listing.map_or_else(|| OFF_EXCHANGE.to_owned(), |listing| listing.venue.clone()),
    }
}

const fn order_type(word: RequestOrderType) -> wire::OrderType {
    match word {
        RequestOrderType::Market => wire::OrderType::Market,
        RequestOrderType::Limit => wire::OrderType::Limit,
        RequestOrderType::Stop => wire::OrderType::Stop,
        RequestOrderType::StopLimit => wire::OrderType::StopLimit,
        RequestOrderType::TrailingStop => wire::OrderType::TrailingStop,
        RequestOrderType::TrailingStopLimit => wire::OrderType::TrailingStopLimit,
    }
}

const fn time_in_force(word: RequestTimeInForce) -> wire::TimeInForce {
    match word {
        RequestTimeInForce::Day => wire::TimeInForce::Day,
        RequestTimeInForce::GoodTillCancel => wire::TimeInForce::GoodTillCancel,
        RequestTimeInForce::ImmediateOrCancel => wire::TimeInForce::ImmediateOrCancel,
        RequestTimeInForce::FillOrKill => wire::TimeInForce::FillOrKill,
        RequestTimeInForce::GoodTillDate => wire::TimeInForce::GoodTillDate,
        RequestTimeInForce::AtTheOpening => wire::TimeInForce::AtTheOpening,
        RequestTimeInForce::AtTheClose => wire::TimeInForce::AtTheClose,
        RequestTimeInForce::GoodTillCrossing => wire::TimeInForce::GoodTillCrossing,
        RequestTimeInForce::GoodThroughCrossing => wire::TimeInForce::GoodThroughCrossing,
        RequestTimeInForce::AtCrossing => wire::TimeInForce::AtCrossing,
    }
}
