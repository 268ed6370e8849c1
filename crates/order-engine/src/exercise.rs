//! Exercise of options: what the owners of contracts ask for, and what became of their contracts.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::entry::Postings;
use crate::execution::LotClosure;
use crate::ids::{ClientOrderId, ExerciseId, InstrumentId, LotId};
use crate::number::Quantity;
use crate::reject::Reject;
use crate::time::Timestamp;

/// What an owner of contracts asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ExerciseKind {
    /// That they are exercised: at once where the contract allows it, else at its expiry.
    #[n(0)]
    Exercise,
    /// That they are not exercised at the expiry, whatever they are worth.
    #[n(1)]
    DoNotExercise,
    /// The contrary of what would happen to them at the expiry by itself.
    #[n(2)]
    Contrary,
}

/// What became of an exercise notice.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ExerciseStatus {
    /// It stands until the contract expires.
    #[n(0)]
    Standing,
    /// It was carried out.
    #[n(1)]
    Done {
        /// For so many contracts: those that were left when its turn came.
        #[n(0)]
        quantity: Quantity,
    },
    /// It could not be carried out when its turn came.
    #[n(2)]
    Refused(#[n(0)] Reject),
    /// Its owner took it back.
    #[n(3)]
    Canceled,
}

impl ExerciseStatus {
    /// Whether it can still be taken back.
    #[must_use]
    pub const fn is_standing(&self) -> bool {
        matches!(self, Self::Standing)
    }
}

/// What an owner of contracts has asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ExerciseNotice {
    /// Number, unique in the state.
    #[n(0)]
    pub id: ExerciseId,
    /// The owner's own id, unique among the account's notices that are remembered.
    #[n(1)]
    pub client_id: Option<ClientOrderId>,
    /// The contract.
    #[n(2)]
    pub instrument: InstrumentId,
    /// What is asked for.
    #[n(3)]
    pub kind: ExerciseKind,
    /// For so many contracts.
    #[n(4)]
    pub quantity: Quantity,
    /// What became of it.
    #[n(5)]
    pub status: ExerciseStatus,
    /// When it was given.
    #[n(6)]
    pub given_at: Timestamp,
    /// When its status changed last.
    #[n(7)]
    pub updated_at: Timestamp,
}

/// The notices of one account that are remembered, oldest first.
pub type ExerciseNotices = Vec<Arc<ExerciseNotice>>;

/// What became of contracts that were exercised, or that expired. They have left their owner.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct ContractSettlement {
    /// The contract.
    #[n(0)]
    pub instrument: InstrumentId,
    /// Contracts against which the underlier changed hands at the strike.
    #[n(1)]
    pub delivered: Quantity,
    /// Contracts that were paid out at what they were worth, since their owner could not pay or deliver.
    #[n(2)]
    pub paid: Quantity,
    /// Contracts that ended worth nothing to their owner.
    #[n(3)]
    pub lapsed: Quantity,
    /// The movements of the owner's balances: of the contract, of money, and of the underlier.
    #[n(4)]
    pub postings: Postings,
    /// What was closed of the lots in the contract.
    #[n(5)]
    pub closed: Vec<LotClosure>,
    /// What was closed of the lots in the underlier.
    #[n(6)]
    pub underlier_closed: Vec<LotClosure>,
    /// The lot in the underlier that was opened at the strike.
    #[n(7)]
    pub opened: Option<(LotId, Quantity)>,
}
