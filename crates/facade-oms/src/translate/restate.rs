//! The operator's overwrite of an order. It replaces the state: what is left out becomes unset, as far as it can.
//!
//! The engine's own facts are not for overwriting: which order it is, what was filled, and what follows from that. A
//! state that contradicts them is refused with the field's code, all of them at once in the order of field numbers.

use std::collections::BTreeMap;

use facade_kit::{LossKind, Translated};
use order_engine::{
    ClientOrderId, Order, Price, Quantity, RestateOrder, RestatedStatus, TimeInForce, Timestamp,
};

use super::notes::{Notes, Removal};
use super::order_state::{
    Book, COMMISSION_FEE, commission, order_state, properties, terms_as_properties, terms_as_values, values,
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
    let mut refusals = denials(order, given, &current, &NamedFacts::of(order, book));
    let terms = Terms::read(order, given, &mut refusals);
    let removes_now = given.remove_after.is_some_and(|after| after.is_zero() || after <= terms::moment(now));
    let outcome = restated_status(order, given, removes_now);
    refusals.extend(outcome.is_none().then_some((field::STATUS, "Order.Status")));
    let request_id =
        (!given.request_id.is_empty()).then(|| ClientOrderId::new(&given.request_id)).transpose();
    refusals.extend(request_id.is_err().then_some((field::REQUEST_ID, "Details")));
    let (Some(terms), Some((status, shown_status)), Ok(request_id), true) =
        (terms, outcome, request_id, refusals.is_empty())
    else {
        refusals.sort_by_key(|(number, _)| *number);
        return Err(ApiError::Refused(refusals.into_iter().map(|(_, code)| code.to_owned()).collect()));
    };
    let closes = order.status.is_closed() || status != RestatedStatus::Keep;
    let notes = Notes {
        status: shown_status.map(|code| (order.version + 1, code)),
        ..notes(order, given, &current, closes)
    };
    let keeps_id = request_id.is_none() && !current.request_id.is_empty();
    let command = Translated::whole(RestateOrder {
        order: order.id,
        price: terms.price.filter(|price| Some(*price) != order.limit_price()),
        quantity: Some(terms.quantity).filter(|quantity| *quantity != order.quantity),
        time_in_force: Some(terms.time_in_force).filter(|asked| *asked != order.time_in_force),
        trigger: None,
        status,
        request_id,
        annotations: notes.beside(&order.annotations)?,
    });
    Ok(if keeps_id {
        command.with_loss("RequestID", LossKind::Defaulted, &"", &current.request_id)
    } else {
        command
    })
}

/// A code with the number of the field that it is about.
type Refusal = (u32, &'static str);

/// Numbers of the fields that an overwrite can be refused for.
mod field {
    pub(super) const ORDER_ID: u32 = 1;
    pub(super) const ACCOUNT: u32 = 2;
    pub(super) const REQUEST_ID: u32 = 9;
    pub(super) const CODE: u32 = 10;
    pub(super) const EXCHANGE: u32 = 11;
    pub(super) const CURRENCY: u32 = 12;
    pub(super) const SIDE: u32 = 20;
    pub(super) const ORDER_TYPE: u32 = 21;
    pub(super) const PRICE: u32 = 22;
    pub(super) const QUANTITY: u32 = 23;
    pub(super) const LIFETIME: u32 = 24;
    pub(super) const EXPIRY_DATE: u32 = 25;
    pub(super) const VALUES: u32 = 30;
    pub(super) const PROPERTIES: u32 = 31;
    pub(super) const EXECUTED_VALUE: u32 = 42;
    pub(super) const EXECUTED_QUANTITY: u32 = 43;
    pub(super) const EXECUTED_ADDITIONAL_FUNDS: u32 = 44;
    pub(super) const STATUS: u32 = 49;
}

/// The terms that an overwrite gives to an order.
struct Terms {
    price: Option<Price>,
    quantity: Quantity,
    time_in_force: TimeInForce,
}

impl Terms {
    /// Reads the terms; what is wrong with them goes to the refusals.
    fn read(order: &Order, given: &OrderState, refusals: &mut Vec<Refusal>) -> Option<Self> {
        let limit = Self::limit(order, given);
        let quantity = terms::quantity(given.quantity);
        let time_in_force = terms::time_in_force(given.lifetime, given.expiry_date);
        let of_type = |code: &str| code.starts_with("OrderType");
        refusals.extend(
            limit.err().map(|code| (if of_type(code) { field::ORDER_TYPE } else { field::PRICE }, code)),
        );
        let changes_type = limit.is_ok() && given.order_type != terms::wire_type(order.kind);
        refusals.extend(changes_type.then_some((field::ORDER_TYPE, "OrderType")));
        refusals.extend(quantity.err().map(|code| (field::QUANTITY, code)));
        let below_executed = quantity.is_ok_and(|quantity| {
            given.executed_quantity.is_some_and(|executed| quantity.decimal() < executed.0)
        });
        refusals.extend(below_executed.then_some((field::QUANTITY, "TotalQuantity")));
        refusals.extend(
            time_in_force
                .err()
                .map(|code| (if code == "Validity" { field::LIFETIME } else { field::EXPIRY_DATE }, code)),
        );
        Some(Self { price: limit.ok()?, quantity: quantity.ok()?, time_in_force: time_in_force.ok()? })
    }
}

impl Terms {
    /// The limit price that is given. One that follows the market is as it is.
    fn limit(order: &Order, given: &OrderState) -> Result<Option<Price>, &'static str> {
        if !terms::trails(order.kind) || given.order_type != terms::wire_type(order.kind) {
            return terms::limit(given.order_type, given.price);
        }
        let known = order.limit_price().map(Price::decimal);
        if given.price.map(|price| price.0) == known { Ok(None) } else { Err("LimitPrice") }
    }
}

/// Where the given state denies what the order is. An id, an account or a currency that is left out is filled in.
fn denials(order: &Order, given: &OrderState, current: &OrderState, named: &NamedFacts) -> Vec<Refusal> {
    let differs = |given: &str, known: &str| !given.is_empty() && given != known;
    // An order without fills may leave out what it has none of; one with fills cannot lose them.
    let denies = |given: Option<BigNumber>, known: Option<BigNumber>| {
        given.map_or(!order.filled.is_zero(), |number| known.is_none_or(|known| known.0 != number.0))
    };
    let account_differs = given.account.is_some() && given.account != current.account;
    let fee = given.executed_additional_funds.get(COMMISSION_FEE);
    // A trigger is set by an amendment; the engine lets nobody overwrite it.
    let stop_differs = contradicts(&[values::STOP_PRICE], &named.values, &given.values);
    let values_differ = contradicts(values::WITHOUT_CODE, &named.values, &given.values);
    let properties_differ = contradicts(properties::OURS, &named.properties, &given.properties);
    [
        (field::ORDER_ID, "Order", differs(&given.order_id, &current.order_id)),
        (field::ACCOUNT, "Account", account_differs),
        (field::CODE, "Symbol", given.code != current.code),
        (field::EXCHANGE, "Exchange", given.exchange != current.exchange),
        (field::CURRENCY, "Currency", differs(&given.currency, &current.currency)),
        (field::SIDE, "Side", given.side != current.side),
        (field::VALUES, "Values", values_differ),
        (field::VALUES, "StopPrice", stop_differs),
        (field::PROPERTIES, "Properties", properties_differ),
        (field::EXECUTED_VALUE, "ExecutedValue", denies(given.executed_value, current.executed_value)),
        (
            field::EXECUTED_QUANTITY,
            "ExecutedQuantity",
            denies(given.executed_quantity, current.executed_quantity),
        ),
        (field::EXECUTED_ADDITIONAL_FUNDS, "ExecutedAdditionalFunds", fee != named.fee.as_ref()),
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
fn contradicts<T: PartialEq>(
    ours: &[&str],
    known: &BTreeMap<String, T>,
    given: &BTreeMap<String, T>,
) -> bool {
    ours.iter().any(|name| given.get(*name).is_some_and(|given| known.get(*name) != Some(given)))
}

/// What is given under names that are not ours.
fn others<T: Clone>(ours: &[&str], given: &BTreeMap<String, T>) -> BTreeMap<String, T> {
    let is_ours = |name: &str| ours.contains(&name);
    given
        .iter()
        .filter(|(name, _)| !is_ours(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn notes(order: &Order, given: &OrderState, current: &OrderState, closes: bool) -> Notes {
    let removal = match given.remove_after {
        Some(after) => Some(Removal::After(after)),
        None if closes => Some(Removal::Never),
        None => None,
    };
    let has_own_errors = Notes::of(&order.annotations).errors.is_some();
    Notes {
        external_id: given.external_id.clone(),
        group: given.group.clone(),
        cfi_code: given.cfi_code.clone(),
        ex_destination: given.ex_destination.clone(),
        additional_funds: given.additional_funds.clone(),
        values: others(values::OURS, &given.values),
        properties: others(properties::OURS, &given.properties),
        ids: given.ids.clone(),
        fee_codes: given.fee_codes.clone(),
        created: given.created.or(current.created).filter(|at| *at != terms::moment(order.created_at)),
        timestamp: given.timestamp.map(|at| (order.version + 1, at)),
        executed_additional_funds: others(&[COMMISSION_FEE], &given.executed_additional_funds),
        errors: (has_own_errors || given.errors != current.errors).then(|| given.errors.clone()),
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
