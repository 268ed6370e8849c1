//! Instructions about positions in options. Nobody clears here, so each is refused as the vendor refuses it when its
//! clearing service is away; see `docs/facades/clearstreet.md#options`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{AccountPath, account_number, path_uuid};
use crate::auth::Caller;
use crate::body;
use crate::error::ApiError;
use crate::query::Query;
use crate::state::State;
use crate::translate;
use crate::wire::{Instruction, NewInstruction};

/// The account and the instruction of a path.
#[derive(Debug, Deserialize)]
pub(super) struct InstructionPath {
    account_id: String,
    instruction_id: String,
}

/// None was ever accepted, so there is none to list.
pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let only = query.text("instrument_id")?;
    state.account(&caller, number)?;
    if let Some(text) = only {
        let known = state.directory();
        known.find(text).ok_or_else(|| ApiError::InstrumentNotFound(text.to_owned()))?;
    }
    Ok(state.success(Vec::<Instruction>::new()))
}

pub(super) async fn submit(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let number = path.number()?;
    let entries: Vec<NewInstruction> = body::json(&state, &request, payload).await?;
    state.account(&caller, number)?;
    let (directory, now) = (state.directory(), state.engine.now());
    let refuse = |entry: &NewInstruction| {
        translate::instruction(entry, number, &directory, now, state.ids.next_uuid())
    };
    let (rows, errors): (Vec<_>, Vec<_>) =
        entries.iter().map(refuse).collect::<Result<Vec<_>, ApiError>>()?.into_iter().unzip();
    match errors.first() {
        None => Ok(state.success(rows)),
        Some(first) => Ok(state.refused_instructions(rows, first)),
    }
}

pub(super) async fn cancel(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<InstructionPath>,
) -> Result<HttpResponse, ApiError> {
    let number = account_number(&path.account_id)?;
    path_uuid("instruction_id", &path.instruction_id)?;
    state.account(&caller, number)?;
    Err(ApiError::NotFound)
}
