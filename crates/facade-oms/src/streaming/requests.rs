//! Carrying out a client's request.

use std::sync::Arc;

use order_engine::{ClientOrderId, Command, InstrumentId, Order, OrderStatus, Price, Reject};
use runtime::SubmitError;

use crate::auth::Caller;
use crate::error::{self, Subject};
use crate::state::{State, logged};
use crate::translate::{self, Asked, order_id, parse_order_id};
use crate::wire::{ClientRequest, ClientRequestResponse, ClientRequestType};

/// A command that is ready, and what is said of it before it is known what comes of it.
struct Prepared {
    command: Command,
    /// What it is about, for the code of a refusal.
    subject: Subject,
    /// The order that it is about, when there is one already.
    order: Option<Arc<Order>>,
}

/// Why a request is refused.
struct Refusal {
    codes: Vec<String>,
    /// The order that it was about, as far as there is one.
    order_id: String,
}

impl Refusal {
    fn of(code: &str) -> Self {
        Self { codes: vec![code.to_owned()], order_id: String::new() }
    }

    fn about(order: &Order, codes: Vec<String>) -> Self {
        Self { codes, order_id: order_id(order.id) }
    }
}

/// Does what the request asks, or says why not.
pub(super) async fn carry_out(
    state: &State,
    caller: &Caller,
    request: &ClientRequest,
) -> ClientRequestResponse {
    let mut answer = ClientRequestResponse {
        request_type: request.request_type,
        request_id: request.request_id.clone(),
        account: request.account.clone(),
        ..ClientRequestResponse::default()
    };
    if answer.request_id.is_empty() && !request.is_validate {
        answer.request_id = state.ids.next_uuid().to_string();
    }
    let outcome = match prepare(state, caller, request, &answer.request_id) {
        Ok(prepared) if request.is_validate => check(state, prepared).await,
        Ok(prepared) => submit(state, prepared).await,
        Err(refusal) => Err(refusal),
    };
    let (status, order_id, errors) = match outcome {
        Ok(order_id) => ("Completed", order_id, Vec::new()),
        Err(refusal) => ("Rejected", refusal.order_id, refusal.codes),
    };
    status.clone_into(&mut answer.status);
    ClientRequestResponse { order_id, errors, ..answer }
}

fn prepare(
    state: &State,
    caller: &Caller,
    request: &ClientRequest,
    request_id: &str,
) -> Result<Prepared, Refusal> {
    let lexicon = state.lexicon();
    let key = request.account.as_ref().filter(|key| caller.sees_owner(&key.owner_id));
    let account = key.and_then(|key| lexicon.account(&key.owner_id, &key.account_id));
    let account = account.ok_or_else(|| Refusal::of("Account"))?;
    let id = (!request_id.is_empty()).then(|| ClientOrderId::new(request_id)).transpose();
    let asked = Asked { request, account, id: id.map_err(|_| Refusal::of("Details"))? };
    // Nobody is there to release what is parked on a queue.
    if request.queue.is_some() {
        return Err(Refusal::of("Operation"));
    }
    let subject = |instrument: InstrumentId, trigger: Option<Price>| Subject {
        base: lexicon.reference.instrument(instrument).map(|found| found.base),
        trigger,
    };
    let known = |id: &str| {
        let order = parse_order_id(id).and_then(|id| state.engine.views().order(id));
        order.filter(|order| order.account == account).ok_or_else(|| Refusal::of("Order"))
    };
    let parts = [
        request.new.is_some(),
        request.amend.is_some(),
        request.cancel.is_some(),
        request.relocate.is_some(),
        request.cash_transfer.is_some(),
        request.update.is_some(),
    ];
    let one_part = parts.iter().filter(|is_there| **is_there).count() == 1;
    match (request.request_type, &request.new, &request.amend, &request.cancel) {
        (ClientRequestType::New, Some(new), None, None) if one_part => {
            if !caller.sees_exchange(&new.exchange) {
                return Err(Refusal::of("Exchange"));
            }
            let placed = translate::place(&asked, new, &lexicon);
            let command = logged(placed.map_err(|codes| Refusal { codes, order_id: String::new() })?);
            let subject = subject(command.instrument, command.kind.trigger_price());
            Ok(Prepared { command: Command::PlaceOrder(command), subject, order: None })
        }
        (ClientRequestType::Amend, None, Some(amend), None) if one_part => {
            let order = known(&amend.order_id)?;
            let command = translate::replace(&asked, amend, &order, &lexicon);
            let command = logged(command.map_err(|codes| Refusal::about(&order, codes))?);
            let subject = subject(order.instrument, command.trigger);
            Ok(Prepared { command: Command::ReplaceOrder(command), subject, order: Some(order) })
        }
        (ClientRequestType::Cancel, None, None, Some(cancel)) if one_part => {
            let order = known(&cancel.order_id)?;
            if order.is_staged() {
                return Err(Refusal::about(&order, vec!["Order.Status".to_owned()]));
            }
            let command = translate::cancel(&asked, cancel, &order, &lexicon);
            let command = logged(command.map_err(|codes| Refusal::about(&order, codes))?);
            let subject = subject(order.instrument, None);
            Ok(Prepared { command: Command::CancelOrder(command), subject, order: Some(order) })
        }
        (ClientRequestType::New | ClientRequestType::Amend | ClientRequestType::Cancel, _, _, _) => {
            Err(Refusal::of("Details"))
        }
        (
            ClientRequestType::Unknown
            | ClientRequestType::Move
            | ClientRequestType::CashTransfer
            | ClientRequestType::Update,
            _,
            _,
            _,
        ) => Err(Refusal::of("Operation")),
    }
}

/// Whether it could be done. Nothing is.
async fn check(state: &State, prepared: Prepared) -> Result<String, Refusal> {
    let about = about(prepared.order.as_deref());
    let checked = state.engine.check(prepared.command).await;
    checked.map(|()| about.clone()).map_err(|error| refused(error, prepared.subject, about))
}

/// Does it. The answer is the order's id.
async fn submit(state: &State, prepared: Prepared) -> Result<String, Refusal> {
    let about = about(prepared.order.as_deref());
    let is_new = prepared.order.is_none();
    let outcome = state.engine.submit(prepared.command).await;
    let outcome = outcome.map_err(|error| refused(error, prepared.subject, about.clone()))?;
    let Some(order) = outcome.order() else { return Ok(about) };
    match (&order.status, order.refusal()) {
        // A stop that fired as it was placed, and could not go on from there, is canceled.
        (OrderStatus::Rejected | OrderStatus::Canceled, Some(reject))
            if is_new && !matches!(reject, Reject::NotFillable { .. }) =>
        {
            Err(Refusal::about(order, vec![error::code(reject, prepared.subject)]))
        }
        _ => Ok(order_id(order.id)),
    }
}

fn about(order: Option<&Order>) -> String {
    order.map_or_else(String::new, |order| order_id(order.id))
}

fn refused(failure: SubmitError, subject: Subject, order_id: String) -> Refusal {
    let code = match failure {
        SubmitError::Rejected(
            ref reject @ (Reject::AlreadyExists { order } | Reject::ExistsWithDifferent { order, .. }),
        ) => {
            return Refusal {
                codes: vec![error::code(reject, subject)],
                order_id: translate::order_id(order),
            };
        }
        SubmitError::Rejected(reject) => error::code(&reject, subject),
        SubmitError::Busy | SubmitError::ReadOnly => "Retry".to_owned(),
        // It may have been done all the same.
        SubmitError::Unavailable => "Submitted".to_owned(),
    };
    Refusal { codes: vec![code], order_id }
}
