//! Instructions about positions in options; what becomes of them is in `docs/facades/clearstreet.md#options`.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use order_engine::{CancelExercise, Change, Command, ExerciseId, ExerciseNotice, Outcome, Reject};
use runtime::SubmitError;
use serde::Deserialize;

use super::{AccountPath, account_number, path_uuid};
use crate::auth::Caller;
use crate::body;
use crate::error::ApiError;
use crate::naming::{Directory, Listing};
use crate::query::Query;
use crate::state::{OwnAccount, State};
use crate::translate;
use crate::wire::{Instruction, NewInstruction};

/// The account and the instruction of a path.
#[derive(Debug, Deserialize)]
pub(super) struct InstructionPath {
    account_id: String,
    instruction_id: String,
}

pub(super) async fn list(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<AccountPath>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (number, query) = (path.number()?, Query::of(&request)?);
    let only = query.text("instrument_id")?;
    let own = state.account(&caller, number)?;
    let directory = state.directory();
    let unknown = |text: &str| ApiError::InstrumentNotFound(text.to_owned());
    let only = only.map(|text| directory.find(text).ok_or_else(|| unknown(text))).transpose()?;
    let mut notices = state.engine.views().exercises(own.account.id);
    notices.retain(|notice| only.is_none_or(|listing| listing.instrument.id == notice.instrument));
    let row = |notice: &Arc<ExerciseNotice>| {
        Ok(translate::instruction(notice, number, listing(notice, &directory)?))
    };
    Ok(state.success(notices.iter().map(row).collect::<Result<Vec<_>, ApiError>>()?))
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
    let own = state.account(&caller, number)?;
    let (rows, refusals) = carry_out(&state, &own, &entries).await?;
    Ok(match refusals.first() {
        None => state.success(rows),
        Some(first) if refusals.len() == rows.len() => {
            state.refused_instructions(first.status(), rows, first)
        }
        Some(first) => state.refused_instructions(StatusCode::MULTI_STATUS, rows, first),
    })
}

pub(super) async fn cancel(
    state: web::Data<State>,
    caller: web::ReqData<Caller>,
    path: web::Path<InstructionPath>,
) -> Result<HttpResponse, ApiError> {
    let number = account_number(&path.account_id)?;
    let id = path_uuid("instruction_id", &path.instruction_id)?;
    let own = state.account(&caller, number)?;
    let notices = state.engine.views().exercises(own.account.id);
    let is_it = |notice: &&Arc<ExerciseNotice>| translate::instruction_id(notice) == id;
    let notice = notices.iter().find(is_it).ok_or(ApiError::NotFound)?;
    let directory = state.directory();
    let contract = listing(notice, &directory)?;
    let command = CancelExercise { account: own.account.id, notice: notice.id };
    let outcome =
        state.engine.submit(Command::CancelExercise(command)).await.map_err(|error| match error {
            SubmitError::Rejected(reject) => ApiError::of_instruction(&reject, contract),
            error @ (SubmitError::Busy | SubmitError::ReadOnly | SubmitError::Unavailable) => error.into(),
        })?;
    let notice = changed(&outcome)?;
    Ok(state.success(translate::canceling(&notice, number, contract)))
}

/// Submits instructions in order, with nothing of anyone else in between: a row for each, and the refusals among them.
async fn carry_out(
    state: &State,
    own: &OwnAccount,
    entries: &[NewInstruction],
) -> Result<(Vec<Instruction>, Vec<ApiError>), ApiError> {
    let (directory, now) = (state.directory(), state.engine.now());
    let contracts: Vec<&Listing> =
        entries.iter().map(|entry| translate::instructed(entry, &directory)).collect::<Result<_, _>>()?;
    let asked = entries.iter().zip(&contracts);
    let commands: Vec<_> =
        asked.map(|(entry, contract)| translate::instruct(entry, own.account.id, contract, now)).collect();
    let submitted: Vec<Command> = commands.iter().flatten().cloned().map(Command::InstructExercise).collect();
    let results = if submitted.is_empty() { Vec::new() } else { state.engine.submit_all(submitted).await? };
    let (mut results, mut given) = (results.into_iter(), Vec::new());
    let (mut rows, mut refusals) = (Vec::new(), Vec::new());
    for ((entry, contract), command) in entries.iter().zip(contracts).zip(commands) {
        let result = command.and_then(|_| results.next().ok_or(ApiError::Internal("an entry has no result")));
        let (error, reason) = match result {
            Ok(Ok(outcome)) => {
                let notice = changed(&outcome)?;
                given.push(notice.id);
                rows.push(translate::sent(&notice, own.number, contract));
                continue;
            }
            Ok(Err(reject)) => refused(state, own, &given, &reject, contract),
            Err(error) => (error.clone(), error.message()),
        };
        let id = state.ids.next_uuid();
        rows.push(translate::refused_instruction(entry, own.number, contract, reason, id));
        refusals.push(error);
    }
    Ok((rows, refusals))
}

/// What a reject is called, and the reason in the row: of a repetition of what was given before, with its id.
fn refused(
    state: &State,
    own: &OwnAccount,
    given: &[ExerciseId],
    reject: &Reject,
    contract: &Listing,
) -> (ApiError, String) {
    let error = ApiError::of_instruction(reject, contract);
    let mut reason = error.message();
    if let Reject::ExerciseExists(existing) = reject
        && !given.contains(existing)
        && let Some(notice) =
            state.engine.views().exercises(own.account.id).iter().find(|notice| notice.id == *existing)
    {
        reason = format!("{reason}; existing_id={}", translate::instruction_id(notice));
    }
    (error, reason)
}

fn listing<'a>(notice: &ExerciseNotice, directory: &'a Directory) -> Result<&'a Listing, ApiError> {
    directory.listing(notice.instrument).ok_or(ApiError::Internal("a notice names an unknown instrument"))
}

/// The notice as a command has left it.
fn changed(outcome: &Outcome) -> Result<Arc<ExerciseNotice>, ApiError> {
    let notice = |change: &Change| {
        if let Change::ExerciseChanged(notice) = change { Some(Arc::clone(notice)) } else { None }
    };
    let changed = outcome.events.iter().rev().find_map(|event| notice(&event.change));
    changed.ok_or(ApiError::Internal("a change of an instruction without the instruction"))
}
