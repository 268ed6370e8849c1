//! A core order as the vendor shows it, whatever dialect it was placed in.
//!
//! What the vendor has no field for goes under names of ours into `Values` and `Properties`, which are there for that.

use std::collections::BTreeMap;

use facade_kit::{LossKind, Translated, exit_losses};
use order_engine::{Offset, Order, OrderKind, OrderStatus, Price, SelfMatch, Size, StatusReason, Timestamp};

use super::notes::{Notes, Removal};
use super::{status, terms};
use crate::directory::Lexicon;
use crate::error::{self, Subject};
use crate::wire::{BigNumber, Moment, OrderState};

/// Names of ours in `Values`.
pub(super) mod values {
    /// Size of an order by value: money to spend or to receive.
    pub(crate) const ORDER_VALUE: &str = "OrderValue";
    /// No fill below this price.
    pub(crate) const LOWER_BOUND: &str = "LowerBound";
    /// No fill above this price.
    pub(crate) const UPPER_BOUND: &str = "UpperBound";
    /// Trigger price. Where it is now, for an order whose trigger moves.
    pub(crate) const STOP_PRICE: &str = "StopPrice";
    /// Commission so far, when it was not taken in the order's currency.
    pub(crate) const COMMISSION: &str = "Commission";
    /// Those that have no code of their own for a refusal.
    pub(crate) const WITHOUT_CODE: &[&str] = &[ORDER_VALUE, LOWER_BOUND, UPPER_BOUND, COMMISSION];
    /// All of them.
    pub(crate) const OURS: &[&str] = &[ORDER_VALUE, LOWER_BOUND, UPPER_BOUND, STOP_PRICE, COMMISSION];
}

/// Names of ours in `Properties`.
pub(super) mod properties {
    /// `true` for an order that may only add liquidity.
    pub(crate) const POST_ONLY: &str = "PostOnly";
    /// `true` or `false`, when the caller said so.
    pub(crate) const EXTENDED_HOURS: &str = "ExtendedHours";
    /// `Refuse` for an order that must not trade with its own account.
    pub(crate) const SELF_MATCH: &str = "SelfMatch";
    /// The order whose place it took.
    pub(crate) const REPLACES: &str = "Replaces";
    /// The order that took its place.
    pub(crate) const REPLACED_BY: &str = "ReplacedBy";
    /// When a pending order lapses.
    pub(crate) const PENDING_UNTIL: &str = "PendingUntil";
    /// When a pending order is released, if time does it.
    pub(crate) const RELEASES_AT: &str = "ReleasesAt";
    /// `Open` or `Close` for an order that takes part in that alone.
    pub(crate) const AUCTION: &str = "Auction";
    /// `Touched` or `Trailing` for an order that is shown as a stop and is none.
    pub(crate) const TRIGGER: &str = "Trigger";
    /// When the market came to the trigger; not there while the order waits for it.
    pub(crate) const TRIGGERED_AT: &str = "TriggeredAt";
    /// Asset of `Values.Commission`.
    pub(crate) const COMMISSION_ASSET: &str = "CommissionAsset";
    /// All of them.
    pub(crate) const OURS: &[&str] = &[
        POST_ONLY,
        EXTENDED_HOURS,
        SELF_MATCH,
        REPLACES,
        REPLACED_BY,
        PENDING_UNTIL,
        RELEASES_AT,
        AUCTION,
        TRIGGER,
        TRIGGERED_AT,
        COMMISSION_ASSET,
    ];
}

/// Name of the engine's commission in `ExecutedAdditionalFunds`.
pub(super) const COMMISSION_FEE: &str = "Commission";

/// The book of orders as the vendor keeps it: finished orders leave it after a while.
#[derive(Debug)]
pub(crate) struct Book<'a> {
    pub(crate) lexicon: Lexicon<'a>,
    /// Seconds after midnight UTC at which finished orders leave.
    pub(crate) remove_finished_at: u32,
}

impl Book<'_> {
    /// When an order leaves the book; nothing when it stays.
    pub(crate) fn removal(&self, order: &Order) -> Option<Moment> {
        self.removal_by(order, Notes::of(&order.annotations).removal)
    }

    fn removal_by(&self, order: &Order, noted: Option<Removal>) -> Option<Moment> {
        match noted {
            Some(Removal::After(at)) => Some(at),
            None if order.status.is_closed() => {
                Some(terms::moment(order.updated_at.next_time_of_day(self.remove_finished_at)))
            }
            Some(Removal::Never) | None => None,
        }
    }

    /// Whether an order has left the book by an instant. One that still works never has, whatever an operator said:
    /// it may trade.
    pub(crate) fn has_left(&self, order: &Order, instant: Timestamp) -> bool {
        let removal = || self.removal(order);
        order.status.is_closed() && removal().is_some_and(|after| after <= terms::moment(instant))
    }
}

/// An order as the vendor shows it; nothing when its account or its instrument has no name here.
pub(crate) fn order_state(order: &Order, book: &Book<'_>) -> Option<Translated<OrderState>> {
    let (account, symbol) = (book.lexicon.key(order.account)?, book.lexicon.symbol(order.instrument)?);
    let reference = &book.lexicon.reference;
    let instrument = reference.instrument(order.instrument)?;
    let quote = reference.asset(instrument.quote)?;
    let notes = Notes::of(&order.annotations);
    let noted = |text: &str, otherwise: &str| if text.is_empty() { otherwise } else { text }.to_owned();
    let (lifetime, expiry_date) = terms::wire_lifetime(order.time_in_force);
    let (commission_values, commission_properties, commission_funds) = commission(order, book);
    let mut values = notes.values.clone();
    values.extend(terms_as_values(order));
    values.extend(commission_values);
    let mut properties = notes.properties.clone();
    properties.extend(terms_as_properties(order));
    properties.extend(commission_properties);
    let mut executed_additional_funds = notes.executed_additional_funds.clone();
    executed_additional_funds.extend(commission_funds);
    let refused = Subject { base: Some(instrument.base), trigger: terms::trigger_of(order) };
    let refusal = || match &order.reason {
        Some(StatusReason::Refused(reject)) => vec![error::code(reject, refused)],
        Some(
            StatusReason::CanceledByOwner
            | StatusReason::NotFilledAtOnce
            | StatusReason::TimeInForceEnded
            | StatusReason::StagingEnded
            | StatusReason::Restated
            | StatusReason::NothingToReduce
            | StatusReason::MarginCloseout
            | StatusReason::Unfunded,
        )
        | None => Vec::new(),
    };
    let of_this_version = |version: u32| version == order.version;
    let noted_status = notes.status.clone().filter(|(version, _)| of_this_version(*version));
    let noted_time = notes.timestamp.filter(|(version, _)| of_this_version(*version));
    let state = OrderState {
        order_id: terms::order_id(order.id),
        account: Some(account.clone()),
        external_id: notes.external_id.clone(),
        request_id: order.request_id.as_ref().map_or_else(String::new, ToString::to_string),
        code: symbol.code.to_owned(),
        exchange: symbol.exchange.to_owned(),
        currency: quote.definition.code.to_string(),
        group: notes.group.clone(),
        cfi_code: noted(&notes.cfi_code, symbol.cfi_code),
        side: terms::wire_side(order),
        order_type: terms::wire_type(order.kind),
        price: order.limit_price().map(|price| BigNumber(price.decimal())),
        quantity: Some(BigNumber(order.quantity.decimal())),
        lifetime,
        expiry_date,
        ex_destination: noted(&notes.ex_destination, symbol.destination),
        additional_funds: notes.additional_funds.clone(),
        values,
        properties,
        ids: notes.ids.clone(),
        fee_codes: notes.fee_codes.clone(),
        created: Some(notes.created.unwrap_or_else(|| terms::moment(order.created_at))),
        timestamp: Some(noted_time.map_or_else(|| terms::moment(order.updated_at), |(_, at)| at)),
        executed_value: Some(terms::amount(order.filled_notional.decimal(), quote.definition.scale)),
        executed_quantity: Some(terms::amount(order.filled.decimal(), 0)),
        executed_additional_funds,
        is_completed: order.status.is_closed(),
        errors: notes.errors.clone().unwrap_or_else(refusal),
        status: noted_status.map_or_else(|| status::code(order).to_owned(), |(_, code)| code),
        remove_after: book.removal_by(order, notes.removal),
    };
    Some(with_losses(order, state))
}

fn with_losses(order: &Order, state: OrderState) -> Translated<OrderState> {
    let code = status::code(order);
    let collapsed = match order.status {
        OrderStatus::Replaced => Some("Replaced"),
        OrderStatus::Rejected if code == "Expired" => Some("Rejected"),
        OrderStatus::Canceled if code != "Cancelled" => Some("Canceled"),
        OrderStatus::PendingNew
        | OrderStatus::New
        | OrderStatus::PartiallyFilled
        | OrderStatus::Filled
        | OrderStatus::Canceled
        | OrderStatus::Rejected
        | OrderStatus::Expired
        | OrderStatus::Suspended => None,
    };
    let mut state = with_type_losses(order, Translated::whole(state));
    state.losses.extend(exit_losses(order));
    match collapsed {
        Some(from) => state.with_loss("Status", LossKind::Collapsed, &from, &code),
        None => state,
    }
}

/// What the vendor's types and lifetimes do not say: that an order is touched, that it trails and how far behind, and
/// that it is for the open or for the close alone.
pub(super) fn with_type_losses<T>(order: &Order, shown: Translated<T>) -> Translated<T> {
    let shown = match terms::auction(order.time_in_force) {
        Some(auction) => {
            let lifetime = terms::wire_lifetime(order.time_in_force).0.full();
            shown.with_loss("Lifetime", LossKind::Collapsed, &auction, &lifetime)
        }
        None => shown,
    };
    let stop = terms::wire_type(order.kind).full();
    let trailing = |offset: Offset| match offset {
        Offset::Price(distance) => format!("Trailing {distance}"),
        Offset::BasisPoints(rate) => format!("Trailing {} bp", rate.get()),
        Offset::Pips(pips) => format!("Trailing {} pips", pips.decimal()),
    };
    let kind = match order.kind {
        OrderKind::MarketIfTouched { .. } => "Touched".to_owned(),
        OrderKind::TrailingStop { offset } => trailing(offset),
        OrderKind::TrailingStopLimit { offset, limit_offset } => {
            format!("{}, limit {}", trailing(offset), limit_offset.decimal())
        }
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. } => return shown,
    };
    shown.with_loss("OrderType", LossKind::Collapsed, &kind, &stop)
}

/// Terms that the vendor has no field for, and that are numbers.
pub(super) fn terms_as_values(order: &Order) -> BTreeMap<String, BigNumber> {
    let bound = |price: Option<Price>| price.map(|price| BigNumber(price.decimal()));
    let by_value = match order.size {
        Size::Quote(value) => Some(BigNumber(value.decimal())),
        Size::Base(_) => None,
    };
    [
        (values::ORDER_VALUE, by_value),
        (values::LOWER_BOUND, bound(order.price_bound.lower)),
        (values::UPPER_BOUND, bound(order.price_bound.upper)),
        (values::STOP_PRICE, bound(terms::trigger_of(order))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// Terms and relations that the vendor has no field for, and that are texts.
pub(super) fn terms_as_properties(order: &Order) -> BTreeMap<String, String> {
    let trigger = match order.kind {
        OrderKind::MarketIfTouched { .. } => Some("Touched"),
        OrderKind::TrailingStop { .. } | OrderKind::TrailingStopLimit { .. } => Some("Trailing"),
        OrderKind::Market
        | OrderKind::Limit { .. }
        | OrderKind::MarketToLimit { .. }
        | OrderKind::Stop { .. }
        | OrderKind::StopLimit { .. } => None,
    };
    let fired_at = order.trigger.and_then(|trigger| trigger.fired_at);
    let refuses = order.self_match == SelfMatch::Refuse;
    [
        (properties::POST_ONLY, order.post_only.then(|| "true".to_owned())),
        (properties::EXTENDED_HOURS, order.extended_hours.map(|asked| asked.to_string())),
        (properties::SELF_MATCH, refuses.then(|| "Refuse".to_owned())),
        (properties::REPLACES, order.predecessor.map(terms::order_id)),
        (properties::REPLACED_BY, order.successor.map(terms::order_id)),
        (properties::PENDING_UNTIL, order.staged_until.map(|until| terms::moment(until).text())),
        (properties::RELEASES_AT, order.releases_at().map(|at| terms::moment(at).text())),
        (properties::AUCTION, terms::auction(order.time_in_force).map(str::to_owned)),
        (properties::TRIGGER, trigger.map(str::to_owned)),
        (properties::TRIGGERED_AT, fired_at.map(|at| terms::moment(at).text())),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name.to_owned(), text?)))
    .collect()
}

type Funds = BTreeMap<String, BigNumber>;

/// The engine's commission: a fee when it was taken in the order's currency, else a value with the name of its asset.
pub(super) fn commission(order: &Order, book: &Book<'_>) -> (Funds, BTreeMap<String, String>, Funds) {
    let reference = &book.lexicon.reference;
    let asset = reference.asset(order.commission_asset);
    let Some(asset) = asset.filter(|_| !order.commission.is_zero()) else {
        return Default::default();
    };
    let amount = terms::amount(order.commission.decimal(), asset.definition.scale);
    let quote = reference.instrument(order.instrument).map(|instrument| instrument.quote);
    if quote == Some(order.commission_asset) {
        let fee = BTreeMap::from([(COMMISSION_FEE.to_owned(), amount)]);
        return (BTreeMap::new(), BTreeMap::new(), fee);
    }
    let value = BTreeMap::from([(values::COMMISSION.to_owned(), amount)]);
    let code = asset.definition.code.to_string();
    (value, BTreeMap::from([(properties::COMMISSION_ASSET.to_owned(), code)]), BTreeMap::new())
}
