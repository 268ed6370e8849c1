//! From any order of the core, whichever dialect placed it, to this dialect's order object.

use std::sync::Arc;

use facade_kit::decimal::shortest;
use facade_kit::{LossKind, Translated, UuidKind, kind_uuid, order_uuid};
use order_engine::{Execution, Liquidity, Order, OrderKind, OrderStatus, Price, Side, Size};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::amounts::{Ordered, PRICE_DECIMALS, is_limit, value};
use super::{annotation, losses};
use crate::names::Pair;
use crate::times;
use crate::wire;

/// What an order is shown with.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) pair: &'a Pair,
    pub(crate) account: Uuid,
    /// The id of the order's transaction, when it has one.
    pub(crate) transaction: Option<[u8; 32]>,
    /// Tells the UUID of the order on the other side of a fill.
    pub(crate) counterparty: &'a dyn Fn(&Execution) -> Uuid,
}

/// The order as it stands.
pub(crate) fn order_response(
    shown: &Shown<'_>,
    order: &Order,
    executions: &[Arc<Execution>],
) -> Translated<wire::OrderResponse> {
    let records: Vec<_> =
        executions.iter().map(|execution| execution_record(shown, order, execution)).collect();
    let spent: Decimal = executions
        .iter()
        .map(|execution| execution.notional.decimal().trunc_with_scale(shown.pair.quote.decimals))
        .sum();
    let filled = order.filled.decimal();
    let average = spent.checked_div(filled).unwrap_or_default();
    let ordered = Ordered::of(order, shown.pair);
    let price = ordered.price.or(order.average_price()).unwrap_or_default();
    let (locked_base, locked_quote) = locks(order, shown.pair);
    // What waits for the market is open, and not in the book.
    let is_resting = order.status.is_working() && !order.is_armed();
    let resting = if is_resting { order.leaves.decimal() } else { Decimal::ZERO };
    let commission = &order.commission;
    let response = wire::OrderResponse {
        id: order_uuid(order),
        account_id: shown.account,
        active_order_utxo_id: shown
            .transaction
            .filter(|_| is_resting)
            .map(|id| format!("{}#0", hex::encode(id))),
        status: status(order),
        symbol: shown.pair.symbol.clone(),
        base_qty: shortest(ordered.base),
        quote_qty: shortest(ordered.quote),
        side: side(order.side),
        price: shortest(price.trunc_with_scale(PRICE_DECIMALS)),
        order_type: order_type(order.kind),
        slippage_bp: order.annotations.get(annotation::SLIPPAGE_BP).and_then(|text| text.parse().ok()),
        market_order_limit_price: market_limit(order),
        locked_base_qty: shortest(locked_base),
        locked_quote_qty: shortest(locked_quote),
        executed_base_qty: shortest(filled),
        executed_quote_qty: shortest(spent),
        ob_open_order_base_qty: shortest(resting),
        commission_unit: shown.pair.token(order.commission_asset).unit.to_string(),
        commission: shortest(commission.decimal()),
        commission_rate_bp: shown.pair.instrument.definition.commission.taker.get(),
        executed_price: shortest(average.trunc_with_scale(PRICE_DECIMALS)),
        created_at: times::format(order.created_at),
        updated_at: times::format(order.updated_at),
        order_execution_records: records,
    };
    let mut losses = losses::unsaid(order);
    losses.extend(losses::collapsed_status(order.status, status_word(response.status)));
    if ordered.price.is_none() {
        losses.push(losses::loss("price", LossKind::Defaulted, &"", &response.price));
    }
    let is_cut = |exact: Decimal| exact != exact.trunc_with_scale(PRICE_DECIMALS);
    if is_cut(average) || spent != order.filled_notional.decimal() {
        let exact = order.average_price().unwrap_or_default();
        losses.push(losses::loss("executed_price", LossKind::Rounded, &exact, &response.executed_price));
    }
    Translated { value: response, losses }
}

/// The order as it was when it was submitted, before it met the book: live, nothing filled, nothing resting yet.
/// `free_quote` is what the account had free then.
pub(crate) fn submitted_response(
    shown: &Shown<'_>,
    after: &Order,
    free_quote: Decimal,
) -> Translated<wire::OrderResponse> {
    let entry = on_entry(after);
    let swept = market_buy_lock(shown.pair, &entry, free_quote);
    order_response(shown, &entry, &[]).map(|response| wire::OrderResponse {
        active_order_utxo_id: None,
        status: wire::OrderStatus::Processing,
        ob_open_order_base_qty: shortest(Decimal::ZERO),
        locked_quote_qty: swept.map_or(response.locked_quote_qty, shortest),
        ..response
    })
}

/// What a market buy locks until it has met the book: all that it may cost at its bound, or without one everything that
/// is free. The engine holds what the match will take, since nothing can come between.
fn market_buy_lock(pair: &Pair, entry: &Order, free_quote: Decimal) -> Option<Decimal> {
    let is_market_buy = !is_limit(entry.kind) && entry.side == Side::Buy;
    if !is_market_buy || entry.held.is_none() || entry.is_armed() {
        return None;
    }
    let Some(bound) = entry.price_bound.upper else { return Some(free_quote) };
    let ordered = Ordered::of(entry, pair);
    let most = value(ordered.base, bound.decimal(), pair);
    Some(match entry.size {
        Size::Quote(amount) => most.min(amount.decimal()),
        Size::Base(_) => most,
    })
}

/// The version that the release made.
fn on_entry(after: &Order) -> Arc<Order> {
    let later = std::iter::successors(after.previous(), |version| version.previous());
    let entered = later.take_while(|version| !version.is_staged()).last();
    entered.unwrap_or_else(|| Arc::new(after.clone()))
}

/// One side of a fill.
pub(crate) fn execution_record(
    shown: &Shown<'_>,
    order: &Order,
    execution: &Execution,
) -> wire::ExecutionRecord {
    let quote = execution.notional.decimal().trunc_with_scale(shown.pair.quote.decimals);
    wire::ExecutionRecord {
        id: kind_uuid(UuidKind::Execution, execution.at, execution.id.get()),
        order_id: order_uuid(order),
        account_id: shown.account,
        execution_price: shortest(execution.price.decimal()),
        filled_base_qty: shortest(execution.quantity.decimal()),
        filled_quote_qty: shortest(quote),
        commission_unit: shown.pair.token(execution.commission_asset).unit.to_string(),
        commission: shortest(execution.commission.decimal()),
        role: match execution.liquidity {
            Liquidity::Maker => wire::Role::Maker,
            Liquidity::Taker => wire::Role::Taker,
        },
        counter_party_order_id: (shown.counterparty)(execution),
        created_at: times::format(execution.at),
    }
}

/// What the order holds back, in base and in quote.
fn locks(order: &Order, pair: &Pair) -> (Decimal, Decimal) {
    match order.held {
        Some(hold) if hold.asset == pair.instrument.base => (hold.amount.decimal(), Decimal::ZERO),
        Some(hold) => (Decimal::ZERO, hold.amount.decimal().trunc_with_scale(pair.quote.decimals)),
        None => (Decimal::ZERO, Decimal::ZERO),
    }
}

/// The worst price of a market order. A sell with all slippage there is goes down to zero.
fn market_limit(order: &Order) -> Option<String> {
    let bound = match (is_limit(order.kind), order.side) {
        (true, _) => return None,
        (false, Side::Buy) => order.price_bound.upper,
        (false, Side::Sell) => order.price_bound.lower,
    };
    let unbounded = || order.annotations.get(annotation::SLIPPAGE_BP).map(|_| Decimal::ZERO);
    bound.map(Price::decimal).or_else(unbounded).map(shortest)
}

const fn side(side: Side) -> wire::Side {
    match side {
        Side::Buy => wire::Side::Buy,
        Side::Sell => wire::Side::Sell,
    }
}

const fn order_type(kind: OrderKind) -> wire::OrderType {
    if is_limit(kind) { wire::OrderType::Limit } else { wire::OrderType::Market }
}

/// What has been submitted and waits for its market to open is being processed.
fn status(order: &Order) -> wire::OrderStatus {
    match order.status {
        OrderStatus::PendingNew if order.is_queued() => wire::OrderStatus::Processing,
        OrderStatus::PendingNew => wire::OrderStatus::Building,
        OrderStatus::New | OrderStatus::PartiallyFilled | OrderStatus::Suspended => wire::OrderStatus::Open,
        OrderStatus::Filled => wire::OrderStatus::Closed,
        OrderStatus::Canceled | OrderStatus::Expired | OrderStatus::Replaced => wire::OrderStatus::Cancelled,
        OrderStatus::Rejected => wire::OrderStatus::Failed,
    }
}

const fn status_word(status: wire::OrderStatus) -> &'static str {
    match status {
        wire::OrderStatus::Building => "building",
        wire::OrderStatus::Processing => "processing",
        wire::OrderStatus::Open => "open",
        wire::OrderStatus::Closed => "closed",
        wire::OrderStatus::Failed => "failed",
        wire::OrderStatus::Cancelled => "cancelled",
    }
}
