//! The caller's account: balances and keys.

use actix_web::HttpResponse;
use actix_web::web::{Data, ReqData};

use super::answer;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::State;
use crate::wire::{ApiKey, OperationKeyAnswer, SpotAccount};
use crate::{times, translate};

/// The only type of account that there is.
const ACCOUNT_TYPE: &str = "spot";

pub(super) async fn balance(state: Data<State>, caller: ReqData<Caller>) -> Result<HttpResponse, ApiError> {
    let views = state.engine.views();
    let holdings = views.holdings(caller.id()).ok_or(ApiError::UserNotFound)?;
    Ok(answer(&translate::balances(&state.names, &views.reference(), &holdings)))
}

pub(super) async fn operation_key(caller: ReqData<Caller>) -> Result<HttpResponse, ApiError> {
    let key = caller.operation_key()?;
    Ok(answer(&OperationKeyAnswer {
        encrypted_operation_key: key.encrypted.reveal(),
        operation_key_hash: hex::encode(key.hash),
    }))
}

pub(super) async fn api_key(caller: ReqData<Caller>) -> HttpResponse {
    answer(&ApiKey {
        api_key: caller.identity.entry.api_key.reveal(),
        created_at: times::format(caller.account.opened_at),
    })
}

pub(super) async fn spot_account(caller: ReqData<Caller>) -> Result<HttpResponse, ApiError> {
    let key = caller.operation_key()?;
    Ok(answer(&SpotAccount {
        account_id: caller.identity.account_id,
        account_type: ACCOUNT_TYPE,
        encrypted_operation_key: key.encrypted.reveal(),
        operation_key_hash: hex::encode(key.hash),
        created_at: times::format(caller.account.opened_at),
    }))
}
