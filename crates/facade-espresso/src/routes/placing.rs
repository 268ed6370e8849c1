//! Placing an order: build, then submit.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, ReqData};
use facade_kit::order_uuid;
use order_engine::{Command, Order, OrderStatus, ReleaseOrder, StatusReason};
use rust_decimal::Decimal;

use super::{answer, bind, log_losses};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::intent::Intent;
use crate::routes::orders::{own_order, shown};
use crate::state::State;
use crate::translate::{self, Shown, Venue};
use crate::wire::{BuildAnswer, BuildRequest, SubmitRequest};
use crate::witness::SignedTransaction;

pub(super) async fn build(
    state: Data<State>,
    caller: ReqData<Caller>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    state.charge(&caller.identity)?;
    let request: BuildRequest = bind(&body)?;
    let command = Command::PlaceOrder(decided(&state, &caller, &request)?);
    let order = state.engine.submit(command).await?.order().cloned().ok_or(ApiError::Internal)?;
    let intent = intent(&state, &caller, &order)?;
    Ok(answer(&BuildAnswer { order_id: order_uuid(&order), tx_hex: hex::encode(intent.unsigned()) }))
}

/// The command of a build request, checked as far as the facade can.
fn decided(
    state: &State,
    caller: &Caller,
    request: &BuildRequest,
) -> Result<order_engine::PlaceOrder, ApiError> {
    if [&request.symbol, &request.side, &request.order_type].into_iter().any(String::is_empty) {
        return Err(ApiError::InvalidRequest);
    }
    if state.config.trading_locked {
        return Err(ApiError::TradingLocked);
    }
    let views = state.engine.views();
    let pair = state.pair(&request.symbol)?;
    let market = views.market(pair.instrument.id);
    let venue = Venue {
        config: &state.config,
        pair: &pair,
        market: market.as_deref(),
        account: caller.id(),
        has_operation_key: caller.identity.entry.operation_key.is_some(),
        open_orders: open_orders(state, caller),
        now: state.engine.now(),
    };
    translate::place_order(request, &venue)
}

/// The caller's open orders, counted exactly only when it matters: orders that wait for their submission do not count.
fn open_orders(state: &State, caller: &Caller) -> usize {
    let views = state.engine.views();
    let most = views.open_order_count(caller.id());
    if most < state.config.max_open_orders {
        return most;
    }
    views.open_orders(caller.id()).iter().filter(|order| order.status.is_working()).count()
}

pub(super) async fn submit(
    state: Data<State>,
    caller: ReqData<Caller>,
    body: Bytes,
) -> Result<HttpResponse, ApiError> {
    let order = verified(&state, &caller, &bind(&body)?)?;
    let free_quote = free_quote(&state, &order);
    let release = ReleaseOrder { account: caller.id(), order: order.id };
    let released = state.engine.submit(Command::ReleaseOrder(release)).await;
    let order = released.map_err(ApiError::of_release)?.order().cloned().ok_or(ApiError::Internal)?;
    let submitted = |shown: &Shown<'_>| translate::submitted_response(shown, &order, free_quote);
    let response = shown(&state, &caller, &order, submitted)?;
    log_losses(&response.losses);
    Ok(answer(&response.value))
}

/// The order that a submission is for: the caller's, waiting, and the transaction is the one that was built for it and
/// signed by the account's operation key.
fn verified(state: &State, caller: &Caller, request: &SubmitRequest) -> Result<Arc<Order>, ApiError> {
    let bytes = hex::decode(&request.signed_tx).map_err(|_| ApiError::InvalidRequest)?;
    let signed = SignedTransaction::read(&bytes).ok_or(ApiError::InvalidRequest)?;
    let order = own_order(state, caller, &request.order_id).ok_or(ApiError::OrderNotFound)?;
    waits_for_submission(&order)?;
    let intent = intent(state, caller, &order)?;
    if signed.body() != intent.body() {
        return Err(ApiError::TransactionNotFound);
    }
    if !signed.is_signed_by(&intent.operation_key_hash) {
        return Err(ApiError::NotSigned);
    }
    Ok(order)
}

/// The transaction of an order of the caller.
fn intent(state: &State, caller: &Caller, order: &Order) -> Result<Intent, ApiError> {
    let pair = state.pair_of(order)?;
    state.intent(&pair, order, &caller.identity).ok_or(ApiError::MissingOperationKey)
}

/// What the owner of an order has free of its quote token.
fn free_quote(state: &State, order: &Order) -> Decimal {
    let views = state.engine.views();
    let reference = views.reference();
    let quote = reference.instrument(order.instrument).map(|instrument| instrument.quote);
    let balance = quote.and_then(|quote| Some(views.holdings(order.account)?.balance(quote)));
    balance.map_or(Decimal::ZERO, |balance| balance.available().decimal())
}

fn waits_for_submission(order: &Order) -> Result<(), ApiError> {
    if order.is_staged() {
        return Ok(());
    }
    let was_staged_until_now = order.previous().is_some_and(|previous| previous.is_staged());
    Err(match (order.status, &order.reason) {
        (_, Some(StatusReason::StagingEnded)) => ApiError::TransactionExpired,
        (OrderStatus::Canceled, Some(StatusReason::CanceledByOwner)) if was_staged_until_now => {
            ApiError::OrderStateInvalid
        }
        (
            OrderStatus::PendingNew
            | OrderStatus::New
            | OrderStatus::PartiallyFilled
            | OrderStatus::Filled
            | OrderStatus::Canceled
            | OrderStatus::Rejected
            | OrderStatus::Expired
            | OrderStatus::Replaced
            | OrderStatus::Suspended,
            _,
        ) => ApiError::AlreadySubmitted,
    })
}
