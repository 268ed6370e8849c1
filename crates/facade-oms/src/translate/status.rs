//! Order statuses. To the vendor they are data: an exchange says which codes it uses and what they mean.

use order_engine::{Order, OrderStatus, Reject, StatusReason};

use crate::wire::OrderStatusDetails;

/// The code of an order.
pub(crate) fn code(order: &Order) -> &'static str {
    let is_unfillable = matches!(order.refusal(), Some(Reject::NotFillable { .. }));
    match (order.status, &order.reason) {
        (OrderStatus::PendingNew, _) => "Pending",
        (OrderStatus::New, _) => "OnMarket",
        (OrderStatus::PartiallyFilled, _) => "PartialFill",
        (OrderStatus::Suspended, _) => "Suspended",
        (OrderStatus::Filled, _) => "Filled",
        // What an order that may not rest leaves over has expired, to the vendor; so has one that got nothing at all.
        (OrderStatus::Canceled, Some(StatusReason::NotFilledAtOnce | StatusReason::StagingEnded))
        | (OrderStatus::Expired, _) => "Expired",
        (OrderStatus::Canceled | OrderStatus::Rejected, _) if is_unfillable => "Expired",
        // One that came to its trigger and could not go on from there was refused; nobody took it back.
        (OrderStatus::Canceled, Some(StatusReason::Refused(_))) | (OrderStatus::Rejected, _) => "Rejected",
        // The vendor amends in place; an order that gave its place to another one is canceled to it.
        (OrderStatus::Canceled | OrderStatus::Replaced, _) => "Cancelled",
    }
}

/// All codes of an exchange of ours, with their meanings.
pub(crate) fn catalogue() -> Vec<OrderStatusDetails> {
    let details = |code: &str| OrderStatusDetails { code: code.to_owned(), ..OrderStatusDetails::default() };
    let normal = |code: &str| OrderStatusDetails { is_normal: true, ..details(code) };
    let open = |code: &str| OrderStatusDetails {
        can_amend: true,
        can_cancel: true,
        can_trade: true,
        ..normal(code)
    };
    let done = |code: &str| OrderStatusDetails { is_completed: true, ..normal(code) };
    vec![
        open("OnMarket"),
        OrderStatusDetails { can_move: true, ..open("PartialFill") },
        details("Suspended"),
        OrderStatusDetails { can_move: true, ..done("Filled") },
        OrderStatusDetails { is_manual: true, ..done("Cancelled") },
        done("Expired"),
        OrderStatusDetails { is_completed: true, ..details("Rejected") },
        OrderStatusDetails { is_transition: true, ..normal("Pending") },
    ]
}

/// Whether a code of the catalogue is final; nothing for a code that is not in it.
pub(crate) fn registered_as_completed(code: &str) -> Option<bool> {
    catalogue().into_iter().find(|details| details.code == code).map(|details| details.is_completed)
}
