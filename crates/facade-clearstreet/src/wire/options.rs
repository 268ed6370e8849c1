//! Option contracts, and what can be asked to be done with them.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::envelope::{FailureBody, Metadata};
use super::orders::words;

/// An option contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OptionsContract {
    pub(crate) contract_type: ContractType,
    pub(crate) currency: String,
    pub(crate) exchange: String,
    pub(crate) exercise_style: ExerciseStyle,
    pub(crate) expiry: String,
    pub(crate) id: String,
    pub(crate) is_liquidation_only: bool,
    pub(crate) is_marginable: bool,
    pub(crate) is_tradable: bool,
    pub(crate) listing_type: ListingType,
    pub(crate) multiplier: String,
    pub(crate) strike_price: String,
    pub(crate) symbol: String,
    pub(crate) underlying_instrument_id: String,
}

/// One entry of a submission of instructions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct NewInstruction {
    pub(crate) instruction_type: InstructionType,
    #[serde(deserialize_with = "uuid")]
    pub(crate) instrument_id: Uuid,
    pub(crate) quantity: String,
    pub(crate) instruction_id: Option<String>,
}

/// An instruction, also one that is refused and kept by nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Instruction {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accepted_quantity: Option<String>,
    pub(crate) account_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<String>,
    pub(crate) id: String,
    pub(crate) instruction_id: String,
    pub(crate) instruction_type: InstructionType,
    pub(crate) instrument_id: String,
    pub(crate) quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rejection_reason: Option<String>,
    pub(crate) status: InstructionStatus,
    pub(crate) symbol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated_at: Option<String>,
}

/// A batch that is refused, in part or whole: the rows beside the error.
#[derive(Debug, Serialize)]
pub(crate) struct RefusedInstructions {
    pub(crate) data: Vec<Instruction>,
    pub(crate) error: FailureBody,
    pub(crate) metadata: Metadata,
}

words!(
    /// Which way an option goes.
    ContractType {
        Call = "CALL",
        Put = "PUT",
    }
);
words!(
    /// When an option may be exercised.
    ExerciseStyle {
        American = "AMERICAN",
        European = "EUROPEAN",
    }
);
words!(
    /// How an option is listed.
    ListingType {
        Standard = "STANDARD",
    }
);
words!(
    /// What is to be done with a position in an option.
    InstructionType {
        Exercise = "EXERCISE",
        DoNotExercise = "DO_NOT_EXERCISE",
        ContraryExercise = "CONTRARY_EXERCISE",
    }
);
words!(
    /// Where an instruction stands.
    InstructionStatus {
        Sent = "SENT",
        Accepted = "ACCEPTED",
        Rejected = "REJECTED",
        CancelRequested = "CANCEL_REQUESTED",
        Cancelled = "CANCELLED",
    }
);

fn uuid<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let fault = |fault| serde::de::Error::custom(format!("UUID parsing failed: {fault}"));
    Uuid::try_parse(&String::deserialize(deserializer)?).map_err(fault)
}
