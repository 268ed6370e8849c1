//! Instructions about positions in options: exercise notices of the core.

use facade_kit::decimal::parse_plain;
use facade_kit::{UuidKind, kind_uuid};
use order_engine::{
    AccountId, ClientOrderId, ExerciseKind, ExerciseNotice, ExerciseStatus, InstructExercise, Quantity,
    Timestamp,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::ApiError;
use crate::naming::{Directory, Listing};
use crate::wire::{Instruction, InstructionStatus, InstructionType, NewInstruction};
use crate::{format, new_york};

/// The id of an instruction.
pub(crate) fn instruction_id(notice: &ExerciseNotice) -> Uuid {
    kind_uuid(UuidKind::Exercise, notice.given_at, notice.id.get())
}

/// The contract of an instruction.
///
/// # Errors
/// [`ApiError::InstrumentNotFound`] when nobody knows it, which refuses the whole submission.
pub(crate) fn instructed<'a>(
    request: &NewInstruction,
    directory: &'a Directory,
) -> Result<&'a Listing, ApiError> {
    let unknown = || ApiError::InstrumentNotFound(request.instrument_id.to_string());
    directory.find(&request.instrument_id.to_string()).ok_or_else(unknown)
}

/// The command of an instruction.
///
/// # Errors
/// What is wrong with it, whatever the account has.
pub(crate) fn instruct(
    request: &NewInstruction,
    account: AccountId,
    listing: &Listing,
    now: Timestamp,
) -> Result<InstructExercise, ApiError> {
    let Some(option) = &listing.option else {
        return Err(ApiError::Invalid(format!("Instrument {} is not an options contract", listing.symbol)));
    };
    let is_count = |value: &Decimal| value.is_integer() && *value > Decimal::ZERO;
    let quantity = parse_plain(&request.quantity).filter(is_count);
    let quantity = quantity.and_then(|quantity| Quantity::new(quantity.trunc()).ok());
    let quantity =
        quantity.ok_or_else(|| ApiError::Invalid(format!("Invalid quantity: {}", request.quantity)))?;
    let client_id = request.instruction_id.as_deref().map(ClientOrderId::new).transpose();
    let client_id =
        client_id.map_err(|fault| ApiError::Invalid(format!("Invalid instruction_id: {fault}")))?;
    if !option.is_alive(now) {
        return Err(ApiError::Invalid(format!("Instrument {} has expired", listing.symbol)));
    }
    let today = new_york::local(facade_kit::time::to_utc(now)).date();
    match request.instruction_type {
        word @ (InstructionType::DoNotExercise | InstructionType::ContraryExercise)
            if today != option.expiry =>
        {
            Err(ApiError::Invalid(format!("{word} must be submitted on the contract's expiration date")))
        }
        InstructionType::Exercise | InstructionType::DoNotExercise | InstructionType::ContraryExercise => {
            let kind = kind(request.instruction_type);
            Ok(InstructExercise { account, instrument: listing.instrument.id, kind, quantity, client_id })
        }
    }
}

const fn kind(word: InstructionType) -> ExerciseKind {
    match word {
        InstructionType::Exercise => ExerciseKind::Exercise,
        InstructionType::DoNotExercise => ExerciseKind::DoNotExercise,
        InstructionType::ContraryExercise => ExerciseKind::Contrary,
    }
}

const fn word(kind: ExerciseKind) -> InstructionType {
    match kind {
        ExerciseKind::Exercise => InstructionType::Exercise,
        ExerciseKind::DoNotExercise => InstructionType::DoNotExercise,
        ExerciseKind::Contrary => InstructionType::ContraryExercise,
    }
}

/// An instruction that was accepted, as its acknowledgement shows it: nothing has become of it yet.
pub(crate) fn sent(notice: &ExerciseNotice, account: i64, listing: &Listing) -> Instruction {
    Instruction {
        accepted_quantity: None,
        created_at: None,
        rejection_reason: None,
        status: InstructionStatus::Sent,
        updated_at: None,
        ..instruction(notice, account, listing)
    }
}

/// An instruction that is being taken back.
pub(crate) fn canceling(notice: &ExerciseNotice, account: i64, listing: &Listing) -> Instruction {
    Instruction { status: InstructionStatus::CancelRequested, ..instruction(notice, account, listing) }
}

/// An instruction as it stands.
pub(crate) fn instruction(notice: &ExerciseNotice, account: i64, listing: &Listing) -> Instruction {
    let id = instruction_id(notice).to_string();
    let status = match notice.status {
        ExerciseStatus::Standing => InstructionStatus::Sent,
        ExerciseStatus::Done { .. } => InstructionStatus::Accepted,
        ExerciseStatus::Refused(_) => InstructionStatus::Rejected,
        ExerciseStatus::Canceled => InstructionStatus::Cancelled,
    };
    let accepted = |quantity: &Quantity| quantity.decimal().normalize().to_string();
    Instruction {
        account_id: account,
        accepted_quantity: if let ExerciseStatus::Done { quantity } = &notice.status {
            Some(accepted(quantity))
        } else {
            None
        },
        created_at: Some(format::instant(notice.given_at)),
        instruction_id: notice.client_id.as_ref().map_or_else(|| id.clone(), ToString::to_string),
        id,
        instruction_type: word(notice.kind),
        instrument_id: listing.id.to_string(),
        quantity: notice.quantity.decimal().normalize().to_string(),
        rejection_reason: if let ExerciseStatus::Refused(reject) = &notice.status {
            Some(ApiError::of_instruction(reject, listing).message())
        } else {
            None
        },
        status,
        symbol: listing.symbol.clone(),
        updated_at: Some(format::instant(notice.updated_at)),
    }
}

/// An instruction that is refused, and leaves nothing behind.
pub(crate) fn refused_instruction(
    request: &NewInstruction,
    account: i64,
    listing: &Listing,
    reason: String,
    fallback_id: Uuid,
) -> Instruction {
    Instruction {
        account_id: account,
        accepted_quantity: None,
        created_at: None,
        id: Uuid::nil().to_string(),
        instruction_id: request.instruction_id.clone().unwrap_or_else(|| fallback_id.to_string()),
        instruction_type: request.instruction_type,
        instrument_id: listing.id.to_string(),
        quantity: request.quantity.clone(),
        rejection_reason: Some(reason),
        status: InstructionStatus::Rejected,
        symbol: listing.symbol.clone(),
        updated_at: None,
    }
}
