//! Notices of exercise.

use minicbor::{Decode, Encode};

use crate::exercise::ExerciseKind;
use crate::ids::{AccountId, ClientOrderId, ExerciseId, InstrumentId};
use crate::number::Quantity;

/// See [`Command::InstructExercise`](super::Command::InstructExercise).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct InstructExercise {
    /// Owner of the contracts.
    #[n(0)]
    pub account: AccountId,
    /// The contract.
    #[n(1)]
    pub instrument: InstrumentId,
    /// What is to happen.
    #[n(2)]
    pub kind: ExerciseKind,
    /// To so many contracts.
    #[n(3)]
    pub quantity: Quantity,
    /// The owner's own id; an account has it once.
    #[n(4)]
    pub client_id: Option<ClientOrderId>,
}

/// See [`Command::CancelExercise`](super::Command::CancelExercise).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct CancelExercise {
    /// Owner; a notice of another account is unknown.
    #[n(0)]
    pub account: AccountId,
    /// The notice.
    #[n(1)]
    pub notice: ExerciseId,
}
