//! The status machine: every step that an order may take. The random histories take no other, and `docs/orders.md` shows
//! the same table.

use std::fmt::Write as _;

use order_engine::OrderStatus::{
    Canceled, Expired, Filled, New, PartiallyFilled, PendingNew, Rejected, Replaced, Suspended,
};
use order_engine::{Change, Event, OrderStatus};

/// Status before (nothing for a new order), what happens, status after.
const STEPS: &[(Option<OrderStatus>, &str, OrderStatus)] = &[
    (None, "staged", PendingNew),
    (None, "queued", PendingNew),
    (None, "accepted", New),
    (None, "rejected", Rejected),
    (Some(PendingNew), "queued", PendingNew),
    (Some(PendingNew), "accepted", New),
    (Some(PendingNew), "rejected", Rejected),
    (Some(PendingNew), "canceled", Canceled),
    (Some(PendingNew), "expired", Expired),
    (Some(PendingNew), "restated", PendingNew),
    (Some(New), "filled", PartiallyFilled),
    (Some(New), "filled", Filled),
    (Some(New), "trailed", New),
    (Some(New), "triggered", New),
    (Some(New), "replaced", New),
    (Some(New), "reduced", New),
    (Some(New), "succeeded", Replaced),
    (Some(New), "canceled", Canceled),
    (Some(New), "rejected", Rejected),
    (Some(New), "expired", Expired),
    (Some(New), "restated", New),
    (Some(New), "suspended", Suspended),
    (Some(PartiallyFilled), "filled", PartiallyFilled),
    (Some(PartiallyFilled), "filled", Filled),
    (Some(PartiallyFilled), "replaced", PartiallyFilled),
    (Some(PartiallyFilled), "reduced", PartiallyFilled),
    (Some(PartiallyFilled), "succeeded", Replaced),
    (Some(PartiallyFilled), "canceled", Canceled),
    (Some(PartiallyFilled), "rejected", Rejected),
    (Some(PartiallyFilled), "expired", Expired),
    (Some(PartiallyFilled), "restated", PartiallyFilled),
    (Some(PartiallyFilled), "suspended", Suspended),
    (Some(Suspended), "resumed", New),
    (Some(Suspended), "resumed", PartiallyFilled),
    (Some(Suspended), "succeeded", Replaced),
    (Some(Suspended), "canceled", Canceled),
    (Some(Suspended), "rejected", Rejected),
    (Some(Suspended), "expired", Expired),
    (Some(Suspended), "restated", Suspended),
    (Some(Filled), "restated", Filled),
    (Some(Canceled), "restated", Canceled),
    (Some(Rejected), "restated", Rejected),
    (Some(Expired), "restated", Expired),
    (Some(Replaced), "restated", Replaced),
];

const fn happening(change: &Change) -> &'static str {
    match change {
        Change::OrderStaged(_) => "staged",
        Change::OrderQueued(_) => "queued",
        Change::OrderSuspended(_) => "suspended",
        Change::OrderResumed(_) => "resumed",
        Change::OrderAccepted(_) => "accepted",
        Change::OrderFilled { .. } => "filled",
        Change::OrderTrailed(_) => "trailed",
        Change::OrderTriggered(_) => "triggered",
        Change::OrderReplaced(_) => "replaced",
        Change::OrderSucceeded(_) => "succeeded",
        Change::OrderCanceled(_) => "canceled",
        Change::OrderRejected(_) => "rejected",
        Change::OrderExpired(_) => "expired",
        Change::OrderRestated(_) => "restated",
        Change::OrderReduced(_) => "reduced",
        Change::StateReset
        | Change::ReferenceChanged
        | Change::AccountUpdated { .. }
        | Change::MarginCloseout { .. }
        | Change::MarginCallEntered { .. }
        | Change::MarginCallLeft
        | Change::Charged { .. }
        | Change::ProfitReset { .. }
        | Change::BalanceAdjusted { .. }
        | Change::QuoteUpdated { .. }
        | Change::SessionChanged { .. }
        | Change::TradingHalted { .. }
        | Change::TradingResumed { .. }
        | Change::ListChanged(_)
        | Change::ListDeleted(_)
        | Change::ExerciseChanged(_)
        | Change::ContractsSettled(_)
        | Change::LotExitsChanged { .. }
        | Change::LotTrailed { .. } => "",
    }
}

/// Whether an event takes its order a legal step.
pub(crate) fn assert_legal(event: &Event) {
    let Some(order) = event.change.order() else { return };
    let before = order.previous().map(|previous| previous.status);
    let step = (before, happening(&event.change), order.status);
    assert!(STEPS.contains(&step), "{step:?} is not a step of the status machine");
}

#[test]
fn the_page_shows_this_table() {
    let mut table = String::from("| before | what happens | after |\n|---|---|---|\n");
    for (before, happening, after) in STEPS {
        let before = before.map_or_else(String::new, |before| format!("{before:?}"));
        writeln!(table, "| {before} | {happening} | {after:?} |").unwrap();
    }
    let page = include_str!("../../../../docs/orders.md");
    assert!(page.contains(&table), "docs/orders.md should have:\n{table}");
}
