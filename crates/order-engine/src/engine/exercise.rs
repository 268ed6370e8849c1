//! Exercise notices: what the owners of contracts ask for, and what they take back.

use std::sync::Arc;

use super::Engine;
use super::expiry::{Contract, Exchange};
use crate::command::{CancelExercise, InstructExercise};
use crate::event::{Change, Event, Outcome};
use crate::exercise::{ExerciseKind, ExerciseNotice, ExerciseNotices, ExerciseStatus};
use crate::ids::{AccountId, EventId, ExerciseId};
use crate::limits;
use crate::reference::ExerciseStyle;
use crate::reject::{Capacity, Reject};
use crate::time::Timestamp;
use crate::units::Lots;

/// What is decided about an instruction.
pub(super) struct Instruction {
    contract: Contract,
    contracts: Lots,
    /// How the underlier changes hands at once; nothing when the notice stands until the expiry.
    at_once: Option<Exchange>,
}

impl Engine {
    /// The exercise notices of an account that are remembered, oldest first.
    #[must_use]
    pub fn exercises(&self, account: AccountId) -> ExerciseNotices {
        self.exercises.get(&account).cloned().unwrap_or_default()
    }

    pub(super) fn decide_exercise(
        &self,
        now: Timestamp,
        instruct: &InstructExercise,
    ) -> Result<Instruction, Reject> {
        self.open_for_orders(instruct.account)?;
        let contract = self.contract(instruct.instrument)?;
        let notices = self.exercises.get(&instruct.account).map(Vec::as_slice).unwrap_or_default();
        if let Some(id) = &instruct.client_id
            && let Some(taken) = notices.iter().find(|notice| notice.client_id.as_ref() == Some(id))
        {
            return Err(Reject::ExerciseExists(taken.id));
        }
        let contracts = contract.scales.lots(instruct.quantity)?;
        self.known_market(instruct.instrument)?.decide_unexpired(now)?;
        let is_full = notices.len() >= limits::MAX_EXERCISES_PER_ACCOUNT;
        if is_full && notices.iter().all(|notice| notice.status.is_standing()) {
            let limit = limits::MAX_EXERCISES_PER_ACCOUNT as u64;
            return Err(Reject::CapacityExhausted { what: Capacity::Exercises, limit });
        }
        let is_at_once = match (instruct.kind, contract.style) {
            (ExerciseKind::Exercise, ExerciseStyle::American) => true,
            (ExerciseKind::Exercise, ExerciseStyle::European)
            | (ExerciseKind::DoNotExercise | ExerciseKind::Contrary, _) => false,
        };
        let at_once =
            is_at_once.then(|| self.decide_exchange(instruct.account, &contract, contracts)).transpose()?;
        let balance = self.ledger.balance(instruct.account, contract.base);
        let needed = contract.scales.base_amount(contracts);
        let available = if is_at_once { balance.available() } else { balance.total };
        if available < needed {
            return Err(Reject::InsufficientFunds { asset: contract.base, needed, available });
        }
        if let Some(exchange) = &at_once {
            self.decide_delivery(instruct.account, &contract, exchange)?;
        }
        Ok(Instruction { contract, contracts, at_once })
    }

    pub(super) fn instruct_exercise(&mut self, instruct: &InstructExercise) -> Result<Outcome, Reject> {
        let Instruction { contract, contracts, at_once } = self.decide_exercise(self.now, instruct)?;
        let (account, mut events) = (instruct.account, Vec::new());
        let status = match at_once {
            None => ExerciseStatus::Standing,
            Some(exchange) => {
                self.exchange_contracts(account, &contract, contracts, exchange, &mut events);
                ExerciseStatus::Done { quantity: contract.scales.quantity(contracts) }
            }
        };
        let event = self.mint();
        let notice = Arc::new(ExerciseNotice {
            id: ExerciseId::new(event.get()),
            client_id: instruct.client_id.clone(),
            instrument: instruct.instrument,
            kind: instruct.kind,
            quantity: instruct.quantity,
            status,
            given_at: self.now,
            updated_at: self.now,
        });
        let notices = self.exercises.entry(account).or_default();
        if notices.len() >= limits::MAX_EXERCISES_PER_ACCOUNT
            && let Some(oldest) = notices.iter().position(|notice| !notice.status.is_standing())
        {
            notices.remove(oldest);
        }
        notices.push(Arc::clone(&notice));
        self.note_exercise(account, event, notice, &mut events);
        Ok(Outcome { about: None, events })
    }

    pub(super) fn decide_exercise_cancel(&self, cancel: CancelExercise) -> Result<(), Reject> {
        self.known_account(cancel.account)?;
        let mut notices = self.exercises.get(&cancel.account).into_iter().flatten();
        let notice = notices.find(|notice| notice.id == cancel.notice);
        let notice = notice.ok_or(Reject::UnknownExercise(cancel.notice))?;
        if notice.status.is_standing() { Ok(()) } else { Err(Reject::ExerciseEnded(cancel.notice)) }
    }

    pub(super) fn cancel_exercise(&mut self, cancel: CancelExercise) -> Result<Outcome, Reject> {
        self.decide_exercise_cancel(cancel)?;
        let mut events = Vec::new();
        self.end_exercise(cancel.account, cancel.notice, ExerciseStatus::Canceled, &mut events);
        Ok(Outcome { about: None, events })
    }

    /// Gives a standing notice its last status.
    pub(super) fn end_exercise(
        &mut self,
        account: AccountId,
        id: ExerciseId,
        status: ExerciseStatus,
        events: &mut Vec<Event>,
    ) {
        let now = self.now;
        let mut notices = self.exercises.get_mut(&account).into_iter().flatten();
        let Some(notice) = notices.find(|notice| notice.id == id) else {
            unreachable!("Invariant: a notice that ends is known");
        };
        assert!(notice.status.is_standing(), "Invariant: a notice ends once");
        let ended = ExerciseNotice { status, updated_at: now, ..notice.as_ref().clone() };
        *notice = Arc::new(ended);
        let notice = Arc::clone(notice);
        let event = self.mint();
        self.note_exercise(account, event, notice, events);
    }

    fn note_exercise(
        &mut self,
        account: AccountId,
        event: EventId,
        notice: Arc<ExerciseNotice>,
        events: &mut Vec<Event>,
    ) {
        self.touched.exercises.mark(account.get());
        let change = Change::ExerciseChanged(notice);
        events.push(Event { id: event, at: self.now, account, change });
    }
}
