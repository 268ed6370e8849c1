//! The operator's overwrite of an order. It replaces the state: what is left out becomes unset, as far as it can.
//!
//! The engine's own facts are not for overwriting: which order it is, what was filled, and what follows from that. A
//! state that contradicts them is refused with the field's code, all of them at once in the order of field numbers.

use std::collections::BTreeMap;

use facade_kit::{LossKind, Translated};
use order_engine::{ClientOrderId, Order, RestateOrder, RestatedStatus, Timestamp};

use super::notes::{Notes, Removal};
use super::order_state::{
    Book, COMMISSION_FEE, commission, order_state, terms_as_properties, terms_as_values,
};
use super::{status, terms};
use crate::error::ApiError;
use crate::wire::{BigNumber, OrderState};

/// The command that makes the order's state the one given.
///
/// # Errors
/// [`ApiError::Refused`].
pub(crate) fn restate(
    order: &Order,
    given: &OrderState,
    book: &Book<'_>,
    now: Timestamp,
) -> Result<Translated<RestateOrder>, ApiError> {
    let current = order_state(order, book).ok_or(ApiError::NotFound)?.value;
    let removes_now = given.remove_after.is_some_and(|after| after.is_zero() || after <= terms::moment(now));
    let outcome = restated_status(order, given, removes_now);
    let mut codes = contradictions(order, given, &current);
    let kind = terms::kind(given.order_type, given.price);
    let quantity = terms::quantity(given.quantity);
    let time_in_force = terms::time_in_force(given.lifetime, given.expiry_date);
    let named = NamedFacts::of(order, book);
    let mut parts: Vec<(u32, &str)> = Vec::new();
    parts.extend(kind.err().map(|code| (if code.starts_with("Limit") { 22 } else { 21 }, code)));
    let type_changes = kind.is_ok_and(|kind| kind.class() != order.kind.class());
    parts.extend(type_changes.then_some((21, "OrderType")));
    parts.extend(quantity.err().map(|code| (23, code)));
    let below_executed = matches!((given.quantity, given.executed_quantity),
        (Some(BigNumber(total)), Some(BigNumber(executed))) if total < executed && quantity.is_ok());
    parts.extend(below_executed.then_some((23, "TotalQuantity")));
    parts.extend(time_in_force.err().map(|code| (if code == "Validity" { 24 } else { 25 }, code)));
    parts.extend(contradicts(&named.values, &given.values).then_some((30, "Values")));
    parts.extend(contradicts(&named.properties, &given.properties).then_some((31, "Properties")));
    let fees_differ =
        given.executed_additional_funds.get(COMMISSION_FEE).map(|fee| fee.0) != named.fee.map(|fee| fee.0);
    parts.extend(fees_differ.then_some((44, "ExecutedAdditionalFunds")));
    parts.extend(outcome.is_none().then_some((49, "Order.Status")));
    codes.extend(parts);
    codes.sort_by_key(|(number, _)| *number);
    let request_id = (!given.request_id.is_empty()).then(|| ClientOrderId::new(&given.request_id));
    if matches!(request_id, Some(Err(_))) {
        codes.push((u32::MAX, "Details"));
    }
    let (Ok(kind), Ok(quantity), Ok(time_in_force), Some((status, noted_status)), true) =
        (kind, quantity, time_in_force, outcome, codes.is_empty())
    else {
        return Err(ApiError::Refused(codes.into_iter().map(|(_, code)| code.to_owned()).collect()));
    };
    let closes = order.status.is_closed() || status != RestatedStatus::Keep;
    let notes = Notes {
        status: noted_status.map(|code| (order.version + 1, code)),
        ..notes(order, given, &current, &named, closes)
    };
    let command = RestateOrder {
        order: order.id,
        price: kind.resting_price().filter(|price| Some(*price) != order.limit_price()),
        quantity: Some(quantity).filter(|quantity| *quantity != order.quantity),
        time_in_force: Some(time_in_force).filter(|asked| *asked != order.time_in_force),
        status,
        request_id: request_id.and_then(Result::ok),
        annotations: notes.beside(&order.annotations)?,
    };
    let command = Translated::whole(command);
    let keeps_id = given.request_id.is_empty() && !current.request_id.is_empty();
    Ok(if keeps_id {
        command.with_loss("RequestID", LossKind::Defaulted, &"", &current.request_id)
    } else {
        command
    })
}

/// Where the given state denies what the order is. An absent id, account or currency is filled in.
fn contradictions(order: &Order, given: &OrderState, current: &OrderState) -> Vec<(u32, &'static str)> {
    let differs = |given: &str, known: &str| !given.is_empty() && given != known;
    // An order without fills may leave out what it has none of; one with fills cannot lose them.
    let denies = |given: Option<BigNumber>, known: Option<BigNumber>| {
        given.map_or(!order.filled.is_zero(), |number| known.is_none_or(|known| known.0 != number.0))
    };
    let account_differs = given.account.is_some() && given.account != current.account;
    [
        (1, "Order", differs(&given.order_id, &current.order_id)),
        (2, "Account", account_differs),
        (10, "Symbol", given.code != current.code),
        (11, "Exchange", given.exchange != current.exchange),
        (12, "Currency", differs(&given.currency, &current.currency)),
        (20, "Side", given.side != current.side),
        (42, "ExecutedValue", denies(given.executed_value, current.executed_value)),
        (43, "ExecutedQuantity", denies(given.executed_quantity, current.executed_quantity)),
    ]
    .into_iter()
    .filter_map(|(number, code, wrong)| wrong.then_some((number, code)))
    .collect()
}

/// What we say of the order under names of ours.
struct NamedFacts {
    values: BTreeMap<String, BigNumber>,
    properties: BTreeMap<String, String>,
    fee: Option<BigNumber>,
}

impl NamedFacts {
    fn of(order: &Order, book: &Book<'_>) -> Self {
        let (mut values, mut properties, fees) = commission(order, book);
        values.extend(terms_as_values(order));
        properties.extend(terms_as_properties(order));
        Self { values, properties, fee: fees.get(COMMISSION_FEE).copied() }
    }
}

/// Whether something is given under a name of ours that is not so. What is left out is filled in.
fn contradicts<T: PartialEq>(known: &BTreeMap<String, T>, given: &BTreeMap<String, T>) -> bool {
    known.iter().any(|(name, value)| given.get(name).is_some_and(|given| given != value))
}

fn others<T: Clone>(given: &BTreeMap<String, T>, ours: impl Fn(&str) -> bool) -> BTreeMap<String, T> {
    given.iter().filter(|(name, _)| !ours(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn notes(order: &Order, given: &OrderState, current: &OrderState, named: &NamedFacts, closes: bool) -> Notes {
    let removal = match given.remove_after {
        Some(after) => Some(Removal::After(after)),
        None if closes => Some(Removal::Never),
        None => None,
    };
    Notes {
        external_id: given.external_id.clone(),
        group: given.group.clone(),
        cfi_code: given.cfi_code.clone(),
        ex_destination: given.ex_destination.clone(),
        additional_funds: given.additional_funds.clone(),
        values: others(&given.values, |name| named.values.contains_key(name)),
        properties: others(&given.properties, |name| named.properties.contains_key(name)),
        ids: given.ids.clone(),
        fee_codes: given.fee_codes.clone(),
        created: given.created.or(current.created).filter(|at| *at != terms::moment(order.created_at)),
        timestamp: given.timestamp.map(|at| (order.version + 1, at)),
        executed_additional_funds: others(&given.executed_additional_funds, |name| name == COMMISSION_FEE),
        errors: (given.errors != current.errors || Notes::of(&order.annotations).errors.is_some())
            .then(|| given.errors.clone()),
        status: None,
        removal,
    }
}

/// What becomes of the order's status, and the code to show in place of the engine's; nothing when it cannot be done.
///
/// A code of the catalogue must be the order's own, or one that an open order can be closed with. Any other code is free
/// text: it is shown, and `IsCompleted` tells whether the order ends.
fn restated_status(
    order: &Order,
    given: &OrderState,
    removes_now: bool,
) -> Option<(RestatedStatus, Option<String>)> {
    let closed = order.status.is_closed();
    if given.status.is_empty() || (closed && !given.is_completed) {
        return None;
    }
    let ends = !closed && (given.is_completed || removes_now);
    let canceled = if ends { RestatedStatus::Canceled } else { RestatedStatus::Keep };
    match status::registered_as_completed(&given.status) {
        None => Some((canceled, Some(given.status.clone()))),
        Some(completed) if completed != given.is_completed => None,
        Some(_) if given.status == status::code(order) => Some((canceled, None)),
        Some(_) if !ends => None,
        Some(_) => match given.status.as_str() {
            "Cancelled" => Some((RestatedStatus::Canceled, None)),
            "Expired" => Some((RestatedStatus::Expired, None)),
            "Rejected" => Some((RestatedStatus::Rejected, None)),
            _ => None,
        },
    }
}
