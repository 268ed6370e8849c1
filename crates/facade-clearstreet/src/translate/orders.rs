//! Orders and fills of the core in this dialect's words, whatever dialect they were placed in.

use facade_kit::{LossKind, Translated, UuidKind, exit_losses, kind_uuid, order_uuid};
use order_engine::{
    Execution, Offset, Order, OrderClass, OrderKind, OrderStatus, Price, PriceBound, Queue, Reject, Side,
    Size, StatusReason, TimeInForce,
};
use rust_decimal::Decimal;

use crate::error::{ApiError, Refusal, RefusedOrder};
use crate::format;
use crate::naming::{Directory, Listing};
use crate::wire;

/// From where an order is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// As it is.
    Current,
    /// Acknowledged, not yet accepted: nothing has happened to it.
    Submitted,
    /// Changed, the change not yet accepted.
    Replacing,
    /// Being taken back.
    Canceling,
}

/// A core order as this dialect shows it.
pub(crate) fn order(
    order: &Order,
    stage: Stage,
    account: i64,
    directory: &Directory,
) -> Result<Translated<wire::Order>, ApiError> {
    let listing = directory
        .listing(order.instrument)
        .ok_or(ApiError::Internal("an order names an unknown instrument"))?;
    let status = match stage {
        Stage::Current => status(order),
        Stage::Submitted => Translated::whole(wire::OrderStatus::PendingNew),
        Stage::Replacing => Translated::whole(wire::OrderStatus::PendingReplace),
        Stage::Canceling => Translated::whole(wire::OrderStatus::PendingCancel),
    };
    let id = order_uuid(order).to_string();
    let ordered = order.quantity.decimal();
    let (filled, leaves) = quantities(order, stage);
    let is_new = stage == Stage::Submitted;
    // What ended before its release awaits none.
    let has_ended = stage == Stage::Current && order.status.is_closed();
    let is_shown = |state: &wire::QueueState| match state {
        wire::QueueState::AwaitingRelease => !is_new && !has_ended,
        wire::QueueState::Released => !is_new,
    };
    let queue_state = queue_state(order).filter(is_shown);
    let (offset, limit_offset) = offsets(order.kind, listing.instrument.definition.pip);
    // What follows the market is not known yet when an order is acknowledged.
    let trailing = order.trigger.filter(|_| !is_new && offset.is_some());
    let watermark = trailing.and_then(|trigger| trigger.watermark);
    let wire = wire::Order {
        account_id: account,
        average_fill_price: order.average_price().filter(|_| !is_new).map(format::average),
        client_order_id: order.client_order_id.as_ref().map_or_else(|| id.clone(), ToString::to_string),
        created_at: format::instant(order.created_at),
        details: if stage == Stage::Current { details(order, account, listing) } else { Vec::new() },
        expires_at: expiry(order.time_in_force),
        extended_hours: order.extended_hours,
        filled_quantity: format::quantity(filled, ordered),
        id,
        instrument_id: listing.id.to_string(),
        instrument_type: listing.security_type(),
        leaves_quantity: format::quantity(leaves, ordered),
        limit_offset,
        limit_price: order.kind.resting_price().map(|price| price.to_string()),
        order_type: order_type(order.kind.class()),
        quantity: order.quantity.to_string(),
        queue_state,
        releases_at: order.releases_at().filter(|_| queue_state.is_some()).map(format::instant),
        side: side(order),
        status: status.value,
        stop_price: order.kind.trigger_price().map(|price| price.to_string()),
        symbol: listing.symbol.clone(),
        time_in_force: time_in_force(order.time_in_force),
        trailing_limit_px: trailing.and_then(|trigger| trigger.limit).map(|price| price.to_string()),
        trailing_offset: offset.as_ref().map(|(amount, _)| amount.clone()),
        trailing_offset_type: offset.map(|(_, unit)| unit),
        trailing_stop_px: trailing.map(|trigger| trigger.price.to_string()),
        trailing_watermark_px: watermark.map(|seen| seen.price.to_string()),
        trailing_watermark_ts: watermark.map(|seen| format::instant(seen.at)),
        underlying_instrument_id: listing.underlier_id(),
        updated_at: format::instant(if is_new { order.created_at } else { order.updated_at }),
        venue: listing.venue.clone(),
    };
    let losses = status.losses;
    Ok(with_losses(Translated { value: wire, losses }, order, listing))
}

/// What is filled and what is left. While an answer of the engine is pending, nothing has been taken off yet.
fn quantities(order: &Order, stage: Stage) -> (Decimal, Decimal) {
    let (ordered, filled) = (order.quantity.decimal(), order.filled.decimal());
    match stage {
        Stage::Current => (filled, order.leaves.decimal()),
        Stage::Submitted => (Decimal::ZERO, ordered),
        Stage::Replacing | Stage::Canceling => (filled, ordered - filled),
    }
}

/// What this dialect has no words for.
fn with_losses(
    mut told: Translated<wire::Order>,
    order: &Order,
    listing: &Listing,
) -> Translated<wire::Order> {
    let nothing = &"";
    if order.client_order_id.is_none() {
        let id = told.value.client_order_id.clone();
        told = told.with_loss("client_order_id", LossKind::Defaulted, nothing, &id);
    }
    if let Some(kind) = foreign_kind(order.kind) {
        told = told.with_loss("order_type", LossKind::Collapsed, &kind, &wire::OrderType::Other);
    }
    if let Size::Quote(amount) = order.size {
        let quantity = told.value.quantity.clone();
        told = told.with_loss("quantity", LossKind::Collapsed, &format!("{amount} of quote"), &quantity);
    }
    if let Some(average) = order.average_price().filter(|average| average.scale() > 6) {
        let rounded = told.value.average_fill_price.clone().unwrap_or_default();
        told = told.with_loss("average_fill_price", LossKind::Rounded, &average, &rounded);
    }
    if order.post_only {
        told = told.with_loss("post_only", LossKind::Dropped, &true, nothing);
    }
    if order.price_bound != PriceBound::default() {
        told = told.with_loss("price_bound", LossKind::Dropped, &bound_text(order.price_bound), nothing);
    }
    if !order.commission.is_zero() {
        told = told.with_loss("commission", LossKind::Dropped, &order.commission, nothing);
    }
    told.losses.extend(exit_losses(order));
    if let Some(predecessor) = order.predecessor {
        told = told.with_loss("predecessor", LossKind::Dropped, &predecessor, nothing);
    }
    if let Some(successor) = order.successor {
        told = told.with_loss("successor", LossKind::Dropped, &successor, nothing);
    }
    if !listing.venue_is_known {
        told = told.with_loss("venue", LossKind::Defaulted, nothing, &listing.venue);
    }
    if listing.security_type() == wire::SecurityType::Cash {
        told = told.with_loss(
            "instrument_type",
            LossKind::Collapsed,
            &listing.symbol,
            &wire::SecurityType::Cash,
        );
    }
    told
}

pub(super) fn bound_text(bound: PriceBound) -> String {
    let text = |price: Option<order_engine::Price>| price.map(|price| price.to_string()).unwrap_or_default();
    format!("{}..{}", text(bound.lower), text(bound.upper))
}

/// The status that an order has. A fill-or-kill order that could not be filled is `CANCELED` here, whether the core
/// canceled or refused it.
pub(crate) fn status(order: &Order) -> Translated<wire::OrderStatus> {
    if let (OrderStatus::Rejected, Some(Reject::NotFillable { .. })) = (order.status, order.refusal()) {
        let canceled = wire::OrderStatus::Canceled;
        return Translated::whole(canceled).with_loss("status", LossKind::Collapsed, &"rejected", &canceled);
    }
    Translated::whole(plain_status(order.status))
}

/// The word for a status of the core.
pub(crate) const fn plain_status(status: OrderStatus) -> wire::OrderStatus {
    match status {
        OrderStatus::PendingNew => wire::OrderStatus::PendingNew,
        OrderStatus::New => wire::OrderStatus::New,
        OrderStatus::PartiallyFilled => wire::OrderStatus::PartiallyFilled,
        OrderStatus::Filled => wire::OrderStatus::Filled,
        OrderStatus::Canceled => wire::OrderStatus::Canceled,
        OrderStatus::Rejected => wire::OrderStatus::Rejected,
        OrderStatus::Expired => wire::OrderStatus::Expired,
        OrderStatus::Replaced => wire::OrderStatus::Replaced,
        OrderStatus::Suspended => wire::OrderStatus::Suspended,
    }
}

/// Remarks about how an order ended, when there is more to say than its status does.
fn details(order: &Order, account: i64, listing: &Listing) -> Vec<String> {
    let remark = match &order.reason {
        Some(StatusReason::NotFilledAtOnce) => "Order cannot be filled at once",
        Some(StatusReason::StagingEnded) => "Order was not released in time",
        Some(StatusReason::Restated) => "Order was restated by an operator",
        Some(StatusReason::NothingToReduce) => "There is no position left to reduce",
        Some(StatusReason::MarginCloseout) => "Order was canceled for a margin closeout",
        Some(StatusReason::Unfunded) => "Order was canceled for want of funds after a margin loss",
        // What a trailing order lacks is not someone to trade with, but a price to begin at.
        Some(StatusReason::Refused(reject))
            if matches!(**reject, Reject::NoLiquidity)
                && offsets(order.kind, listing.instrument.definition.pip).0.is_some() =>
        {
            return vec![format!("No market price of {} to follow", listing.symbol)];
        }
        Some(StatusReason::Refused(reject)) => {
            let about = RefusedOrder::recorded(order, account, listing);
            return vec![ApiError::from(Refusal(reject, &about)).remark()];
        }
        Some(StatusReason::CanceledByOwner | StatusReason::TimeInForceEnded) | None => return Vec::new(),
    };
    vec![remark.to_owned()]
}

pub(super) fn side(order: &Order) -> wire::Side {
    match order.side {
        Side::Buy => wire::Side::Buy,
        Side::Sell if order.short_sale => wire::Side::SellShort,
        Side::Sell => wire::Side::Sell,
    }
}

/// The word for a kind. Kinds that this dialect does not have are `OTHER`.
pub(super) const fn order_type(class: OrderClass) -> wire::OrderType {
    match class {
        OrderClass::Market => wire::OrderType::Market,
        OrderClass::Limit => wire::OrderType::Limit,
        OrderClass::Stop => wire::OrderType::Stop,
        OrderClass::StopLimit => wire::OrderType::StopLimit,
        OrderClass::TrailingStop => wire::OrderType::TrailingStop,
        OrderClass::TrailingStopLimit => wire::OrderType::TrailingStopLimit,
        OrderClass::MarketToLimit | OrderClass::MarketIfTouched => wire::OrderType::Other,
    }
}

/// What a kind is that this dialect does not have.
pub(super) const fn foreign_kind(kind: OrderKind) -> Option<&'static str> {
    match kind {
        OrderKind::MarketToLimit { .. } => Some("market to limit"),
        OrderKind::MarketIfTouched { .. } => Some("market if touched"),
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::TrailingStop { .. }
        | OrderKind::TrailingStopLimit { .. } => None,
    }
}

/// The distances of a trailing order: that of its trigger with its unit, and that of its limit. One in pips is told as
/// the difference of prices that it comes to.
pub(super) fn offsets(
    kind: OrderKind,
    pip: Option<Price>,
) -> (Option<(String, wire::TrailingOffsetType)>, Option<String>) {
    let (offset, limit_offset) = match kind {
        OrderKind::TrailingStop { offset } => (offset, None),
        OrderKind::TrailingStopLimit { offset, limit_offset } => (offset, Some(limit_offset)),
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. }
        | OrderKind::MarketIfTouched { .. } => return (None, None),
    };
    let offset = match offset {
        Offset::Price(distance) => Some((distance.to_string(), wire::TrailingOffsetType::Price)),
        Offset::BasisPoints(rate) => Some((rate.get().to_string(), wire::TrailingOffsetType::Bps)),
        Offset::Pips(pips) => {
            let distance = pip.and_then(|pip| pips.distance(pip));
            distance.map(|distance| (distance.to_string(), wire::TrailingOffsetType::Price))
        }
    };
    (offset, limit_offset.map(|distance| distance.decimal().to_string()))
}

/// Where an order stands that its caller, time or the market releases.
fn queue_state(order: &Order) -> Option<wire::QueueState> {
    if order.is_staged() {
        return Some(wire::QueueState::AwaitingRelease);
    }
    order.queue.map(|queue| match queue {
        Queue::Waiting { .. } => wire::QueueState::AwaitingRelease,
        Queue::Released { .. } => wire::QueueState::Released,
    })
}

const fn time_in_force(time_in_force: TimeInForce) -> wire::TimeInForce {
    match time_in_force {
        TimeInForce::Day => wire::TimeInForce::Day,
        TimeInForce::Gtc => wire::TimeInForce::GoodTillCancel,
        TimeInForce::Ioc => wire::TimeInForce::ImmediateOrCancel,
        TimeInForce::Fok => wire::TimeInForce::FillOrKill,
        TimeInForce::Gtd(_) => wire::TimeInForce::GoodTillDate,
        TimeInForce::AtOpen => wire::TimeInForce::AtTheOpening,
        TimeInForce::AtClose => wire::TimeInForce::AtTheClose,
    }
}

fn expiry(time_in_force: TimeInForce) -> Option<String> {
    match time_in_force {
        TimeInForce::Gtd(at) => Some(format::instant(at)),
        TimeInForce::Day
        | TimeInForce::Gtc
        | TimeInForce::Ioc
        | TimeInForce::Fok
        | TimeInForce::AtOpen
        | TimeInForce::AtClose => None,
    }
}

/// A core fill as this dialect shows it. The order's id needs the order, because its UUID carries its creation time.
pub(crate) fn execution(
    execution: &Execution,
    order: &Order,
    directory: &Directory,
) -> Result<wire::Execution, ApiError> {
    let listing = directory
        .listing(execution.instrument)
        .ok_or(ApiError::Internal("an execution names an unknown instrument"))?;
    Ok(wire::Execution {
        id: kind_uuid(UuidKind::Execution, execution.at, execution.id.get()).to_string(),
        instrument_id: listing.id.to_string(),
        order_id: order_uuid(order).to_string(),
        price: execution.price.to_string(),
        quantity: format::quantity(execution.quantity.decimal(), order.quantity.decimal()),
        side: side(order),
        symbol: listing.symbol.clone(),
        transaction_time: format::instant(execution.at),
    })
}
