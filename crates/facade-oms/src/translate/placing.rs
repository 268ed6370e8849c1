//! The request that would place a core order here.
//!
//! A trailing order is placed as a stop where its trigger is now. One that waits to be touched has no counterpart: a stop
//! at its trigger may fire at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use facade_kit::{LossKind, Translated};
use order_engine::{Order, OrderKind, Reference, Size};

use super::notes::Notes;
use super::order_state::{properties, terms_as_properties, terms_as_values, with_type_losses};
use super::terms;
use crate::config::Config;
use crate::directory::{Directory, Lexicon};
use crate::wire::{
    BigNumber, ClientRequest, ClientRequestType, Names, OrderNew, OrderType, RequestMessage,
    RequestMessageType, Written,
};

/// The text frame that would place a core order here, from whatever dialect it came, with what would be lost; nothing
/// when configuration has no name for its account or its instrument, or no order here would do the same.
#[must_use]
pub fn placing_frame(
    config: &Config,
    reference: Arc<Reference>,
    order: &Order,
) -> Option<Translated<String>> {
    let directory = Directory::new(config);
    let request = placing_request(order, &Lexicon::new(&directory, reference))?;
    let frame = request.map(|request| {
        let message = RequestMessage {
            message_type: RequestMessageType::ClientRequest,
            request: Some(request),
            ..RequestMessage::default()
        };
        serde_json::to_string(&Written(&message, Names::Full)).ok()
    });
    Some(Translated { value: frame.value?, losses: frame.losses })
}

/// The request; nothing when account or instrument have no name here, or no order here would do the same.
pub(super) fn placing_request(order: &Order, lexicon: &Lexicon<'_>) -> Option<Translated<ClientRequest>> {
    let (account, symbol) = (lexicon.key(order.account)?, lexicon.symbol(order.instrument)?);
    let stops = matches!(terms::wire_type(order.kind), OrderType::Stop | OrderType::StopLimit);
    if terms::auction(order.time_in_force).is_some()
        || matches!(order.kind, OrderKind::MarketIfTouched { .. })
        || (stops && terms::trigger_of(order).is_none())
    {
        return None;
    }
    let notes = Notes::of(&order.annotations);
    let noted = |text: &str, usual: &str| if text.is_empty() { usual } else { text }.to_owned();
    let (lifetime, expiry_date) = terms::wire_lifetime(order.time_in_force);
    let quantity = match order.size {
        Size::Base(quantity) => Some(BigNumber(quantity.decimal())),
        Size::Quote(_) => None,
    };
    let (asked, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) =
        terms_as_properties(order).into_iter().partition(|(name, _)| {
            [properties::POST_ONLY, properties::EXTENDED_HOURS, properties::SELF_MATCH]
                .contains(&name.as_str())
        });
    let mut values = notes.values.clone();
    values.extend(terms_as_values(order));
    let mut request_properties = notes.properties.clone();
    request_properties.extend(asked);
    let request = ClientRequest {
        request_type: ClientRequestType::New,
        request_id: order.client_order_id.as_ref().map_or_else(String::new, ToString::to_string),
        account: Some(account.clone()),
        new: Some(OrderNew {
            code: symbol.code.to_owned(),
            exchange: symbol.exchange.to_owned(),
            cfi_code: noted(&notes.cfi_code, symbol.cfi_code),
            side: terms::wire_side(order),
            order_type: terms::wire_type(order.kind),
            price: order.limit_price().map(|price| BigNumber(price.decimal())),
            quantity,
            lifetime,
            expiry_date,
            ex_destination: noted(&notes.ex_destination, symbol.destination),
            fee_codes: notes.fee_codes.clone(),
        }),
        values,
        properties: request_properties,
        ids: notes.ids,
        ..ClientRequest::default()
    };
    let whole = with_type_losses(order, Translated::whole(request));
    // An order cannot be placed pending or fired, and a request replaces nothing.
    Some(
        dropped
            .iter()
            .fold(whole, |request, (_, text)| request.with_loss("Properties", LossKind::Dropped, text, &"")),
    )
}
