//! What clients ask for on the WebSocket, as commands.
//!
//! A refusal is a list of codes in the order of field numbers. Where an amendment or a cancellation repeats what the
//! order is, it must agree with it: a client that believes otherwise looks at another state than ours.

use std::collections::BTreeMap;

use facade_kit::{LossKind, Translated};
use order_engine::{
    AccountId, Amount, CancelOrder, ClientOrderId, MarketRefusal, Order, PlaceOrder, Price, PriceBound,
    ReplaceOrder, SelfMatch, Size,
};

use super::notes::Notes;
use super::order_state::{properties, values};
use super::terms;
use crate::directory::Lexicon;
use crate::wire::{BigNumber, ClientRequest, Lifetime, OrderAmend, OrderCancel, OrderNew, OrderType, Side};

/// Codes of a refusal.
pub(crate) type Codes = Vec<String>;

/// What all requests have: whose they are and what they are called.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a ClientRequest,
    pub(crate) account: AccountId,
    /// Nothing for a validation that gives none.
    pub(crate) id: Option<ClientOrderId>,
}

/// Collects codes; a part that is refused leaves a hole.
#[derive(Default)]
struct Refusals(Codes);

impl Refusals {
    fn refuse(&mut self, code: &str) {
        self.0.push(code.to_owned());
    }

    fn refuse_if(&mut self, wrong: bool, code: &str) {
        if wrong {
            self.refuse(code);
        }
    }

    fn take<T>(&mut self, part: Result<T, &'static str>) -> Option<T> {
        part.map_err(|code| self.refuse(code)).ok()
    }
}

/// Terms that are given by names of ours in `Values` and `Properties`, and what is left of these.
#[derive(Default)]
struct NamedTerms {
    value: Option<Amount>,
    bound: PriceBound,
    post_only: bool,
    extended_hours: Option<bool>,
    self_match: SelfMatch,
    values: BTreeMap<String, BigNumber>,
    properties: BTreeMap<String, String>,
}

impl NamedTerms {
    fn read(request: &ClientRequest, refusals: &mut Refusals) -> Self {
        let mut named = Self::default();
        for (name, value) in &request.values {
            if !named.read_value(name, *value) {
                refusals.refuse("Values");
            }
        }
        for (name, text) in &request.properties {
            if !named.read_property(name, text) {
                refusals.refuse("Properties");
            }
        }
        named
    }

    fn read_value(&mut self, name: &str, number: BigNumber) -> bool {
        let price = || Price::new(number.0).ok();
        match name {
            values::ORDER_VALUE => {
                self.value = Amount::from_decimal(number.0).ok();
                self.value.is_some()
            }
            values::LOWER_BOUND => {
                self.bound.lower = price();
                self.bound.lower.is_some()
            }
            values::UPPER_BOUND => {
                self.bound.upper = price();
                self.bound.upper.is_some()
            }
            // Read with the type.
            values::STOP_PRICE => true,
            values::COMMISSION => false,
            _ => {
                self.values.insert(name.to_owned(), number);
                true
            }
        }
    }

    fn read_property(&mut self, name: &str, text: &str) -> bool {
        match name {
            properties::POST_ONLY => {
                self.post_only = text == "true";
                self.post_only
            }
            properties::EXTENDED_HOURS => {
                self.extended_hours = text.parse().ok();
                self.extended_hours.is_some()
            }
            properties::SELF_MATCH => {
                self.self_match = SelfMatch::Refuse;
                text == "Refuse"
            }
            properties::REPLACES
            | properties::REPLACED_BY
            | properties::PENDING_UNTIL
            | properties::RELEASES_AT
            | properties::AUCTION
            | properties::TRIGGER
            | properties::TRIGGERED_AT
            | properties::COMMISSION_ASSET => false,
            _ => {
                self.properties.insert(name.to_owned(), text.to_owned());
                true
            }
        }
    }
}

/// The command that places an order.
///
/// # Errors
/// Codes.
pub(crate) fn place(
    asked: &Asked<'_>,
    new: &OrderNew,
    lexicon: &Lexicon<'_>,
) -> Result<Translated<PlaceOrder>, Codes> {
    let request = asked.request;
    let mut refusals = Refusals::default();
    let instrument = lexicon.instrument(&new.exchange, &new.code);
    let exchange_is_known = lexicon.directory.exchange(&new.exchange).is_some();
    refusals.refuse_if(exchange_is_known && instrument.is_none(), "Symbol");
    refusals.refuse_if(!exchange_is_known, "Exchange");
    let symbol = instrument.and_then(|instrument| lexicon.symbol(instrument.id));
    let cfi_differs = |known: &str| !known.is_empty() && !new.cfi_code.is_empty() && known != new.cfi_code;
    refusals.refuse_if(symbol.is_some_and(|symbol| cfi_differs(symbol.cfi_code)), "Symbol");
    let side = refusals.take(terms::side(new.side));
    let limit = refusals.take(terms::limit(new.order_type, new.price));
    let by_value = request.values.contains_key(values::ORDER_VALUE);
    let quantity = if by_value {
        refusals.refuse_if(new.quantity.is_some(), "TotalQuantity");
        None
    } else {
        refusals.take(terms::quantity(new.quantity))
    };
    let time_in_force = refusals.take(terms::time_in_force(new.lifetime, new.expiry_date));
    let can_go_there = new.ex_destination.is_empty()
        || !exchange_is_known
        || lexicon.directory.has_destination(&new.exchange, &new.ex_destination);
    refusals.refuse_if(!can_go_there, "Route.Market");
    let trigger = terms::trigger(new.order_type, request.values.get(values::STOP_PRICE).copied());
    let trigger = refusals.take(trigger);
    let named = NamedTerms::read(request, &mut refusals);
    let kind = limit.zip(trigger).and_then(|(limit, trigger)| terms::kind(new.order_type, limit, trigger));
    let size = named.value.map(Size::Quote).or(quantity.map(Size::Base));
    let (
        Some(instrument),
        Some(symbol),
        Some((side, short_sale)),
        Some(kind),
        Some(size),
        Some(time_in_force),
        true,
    ) = (instrument, symbol, side, kind, size, time_in_force, refusals.0.is_empty())
    else {
        return Err(refusals.0);
    };
    let unless = |text: &str, usual: &str| if text == usual { String::new() } else { text.to_owned() };
    let notes = Notes {
        cfi_code: unless(&new.cfi_code, symbol.cfi_code),
        ex_destination: unless(&new.ex_destination, symbol.destination),
        fee_codes: new.fee_codes.clone(),
        values: named.values,
        properties: named.properties,
        ids: request.ids.clone(),
        ..Notes::default()
    };
    let annotations =
        notes.beside(&order_engine::Annotations::default()).map_err(|_| vec!["Details".to_owned()])?;
    let refusal = if request.is_validate { MarketRefusal::Refuse } else { MarketRefusal::Record };
    Ok(noting_losses(
        request,
        PlaceOrder {
            time_in_force,
            post_only: named.post_only,
            price_bound: named.bound,
            self_match: named.self_match,
            extended_hours: named.extended_hours,
            client_order_id: asked.id.clone(),
            market_refusal: refusal,
            annotations,
            short_sale,
            ..PlaceOrder::new(asked.account, instrument.id, side, kind, size)
        },
    ))
}

/// The command that amends an order in place. What is absent stays.
///
/// # Errors
/// Codes.
pub(crate) fn replace(
    asked: &Asked<'_>,
    amend: &OrderAmend,
    order: &Order,
    lexicon: &Lexicon<'_>,
) -> Result<Translated<ReplaceOrder>, Codes> {
    let mut refusals = Refusals::default();
    let given = Repeated {
        prev_request_id: &amend.prev_request_id,
        code: &amend.code,
        exchange: &amend.exchange,
        cfi_code: &amend.cfi_code,
        side: amend.side,
        ex_destination: &amend.ex_destination,
    };
    given.check_identity(order, lexicon, &mut refusals);
    let same_type =
        amend.order_type == OrderType::Unknown || amend.order_type == terms::wire_type(order.kind);
    refusals.refuse_if(!same_type, "OrderType");
    // What follows the market can be repeated and not set.
    let trails = terms::trails(order.kind);
    let price = amend.price.map(|price| terms::limit_price(Some(price))).transpose();
    let price = refusals.take(price).flatten().filter(|price| {
        let repeats = Some(*price) == order.limit_price();
        refusals.refuse_if(trails && !repeats, "LimitPrice");
        !trails
    });
    let quantity = amend.quantity.map(|quantity| terms::quantity(Some(quantity))).transpose();
    let quantity = refusals.take(quantity).flatten();
    let keeps_lifetime = amend.lifetime == Lifetime::Unknown;
    let time_in_force = if keeps_lifetime {
        refusals.refuse_if(amend.expiry_date.is_some(), "ExpiryDate");
        None
    } else {
        refusals.take(terms::time_in_force(amend.lifetime, amend.expiry_date))
    };
    given.check_destination(order, lexicon, &mut refusals);
    let trigger = asked.request.values.get(values::STOP_PRICE).copied().map(terms::stop_price).transpose();
    let trigger = refusals.take(trigger).flatten().filter(|trigger| {
        let repeats = Some(*trigger) == terms::trigger_of(order);
        refusals.refuse_if(trails && !repeats, "StopPrice");
        !trails && (order.is_armed() || !repeats)
    });
    refuse_named(asked.request, &[values::STOP_PRICE], &mut refusals);
    if !refusals.0.is_empty() {
        return Err(refusals.0);
    }
    let annotations = if amend.fee_codes.is_empty() {
        None
    } else {
        let notes = Notes { fee_codes: amend.fee_codes.clone(), ..Notes::of(&order.annotations) };
        Some(notes.beside(&order.annotations).map_err(|_| vec!["Details".to_owned()])?)
    };
    Ok(noting_losses(
        asked.request,
        ReplaceOrder {
            price,
            trigger,
            quantity,
            // A time in force that the order has already is no change, and need not be one that may rest.
            time_in_force: time_in_force.filter(|asked| *asked != order.time_in_force),
            client_order_id: asked.id.clone(),
            annotations,
            ..ReplaceOrder::new(asked.account, order.id)
        },
    ))
}

/// The command that cancels an order.
///
/// # Errors
/// Codes.
pub(crate) fn cancel(
    asked: &Asked<'_>,
    cancel: &OrderCancel,
    order: &Order,
    lexicon: &Lexicon<'_>,
) -> Result<Translated<CancelOrder>, Codes> {
    let mut refusals = Refusals::default();
    let given = Repeated {
        prev_request_id: &cancel.prev_request_id,
        code: &cancel.code,
        exchange: &cancel.exchange,
        cfi_code: &cancel.cfi_code,
        side: cancel.side,
        ex_destination: &cancel.ex_destination,
    };
    given.check_identity(order, lexicon, &mut refusals);
    let quantity_differs =
        cancel.quantity.is_some_and(|BigNumber(expected)| expected != order.quantity.decimal());
    refusals.refuse_if(quantity_differs, "TotalQuantity");
    given.check_destination(order, lexicon, &mut refusals);
    refuse_named(asked.request, &[], &mut refusals);
    if !refusals.0.is_empty() {
        return Err(refusals.0);
    }
    let command = CancelOrder { account: asked.account, order: order.id, client_order_id: asked.id.clone() };
    Ok(noting_losses(asked.request, command))
}

/// What an amendment or a cancellation repeats of the order.
struct Repeated<'a> {
    prev_request_id: &'a str,
    code: &'a str,
    exchange: &'a str,
    cfi_code: &'a str,
    side: Side,
    ex_destination: &'a str,
}

impl Repeated<'_> {
    fn check_identity(&self, order: &Order, lexicon: &Lexicon<'_>, refusals: &mut Refusals) {
        let last_request = order.request_id.as_ref().map_or("", |id| id.as_str());
        let differs = |given: &str, known: &str| !given.is_empty() && given != known;
        refusals.refuse_if(differs(self.prev_request_id, last_request), "Status");
        if let Some(symbol) = lexicon.symbol(order.instrument) {
            let notes = Notes::of(&order.annotations);
            let cfi_code = if notes.cfi_code.is_empty() { symbol.cfi_code } else { &notes.cfi_code };
            let symbol_differs = differs(self.code, symbol.code) || differs(self.cfi_code, cfi_code);
            refusals.refuse_if(symbol_differs, "Symbol");
            refusals.refuse_if(differs(self.exchange, symbol.exchange), "Exchange");
        }
        let side_differs = self.side != Side::Unknown && self.side != terms::wire_side(order);
        refusals.refuse_if(side_differs, "Side");
    }

    fn check_destination(&self, order: &Order, lexicon: &Lexicon<'_>, refusals: &mut Refusals) {
        let notes = Notes::of(&order.annotations);
        let usual = lexicon.symbol(order.instrument).map_or("", |symbol| symbol.destination);
        let known = if notes.ex_destination.is_empty() { usual } else { &notes.ex_destination };
        let differs = !self.ex_destination.is_empty() && self.ex_destination != known;
        refusals.refuse_if(differs, "Route.Market");
    }
}

/// Named values, properties and ids say something of an order only when it is placed, but for values that were read.
fn refuse_named(request: &ClientRequest, read: &[&str], refusals: &mut Refusals) {
    refusals.refuse_if(request.values.keys().any(|name| !read.contains(&name.as_str())), "Values");
    refusals.refuse_if(!request.properties.is_empty(), "Properties");
    refusals.refuse_if(!request.ids.is_empty(), "IDs");
}

/// Who stands behind a request, and when it was written, are of no consequence here and not kept.
fn noting_losses<T>(request: &ClientRequest, command: T) -> Translated<T> {
    let mut command = Translated::whole(command);
    if let Some(at) = request.timestamp {
        command = command.with_loss("Timestamp", LossKind::Dropped, &at.text(), &"");
    }
    for name in request.authorities.keys() {
        command = command.with_loss("Authorities", LossKind::Dropped, name, &"");
    }
    command
}
