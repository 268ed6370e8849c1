//! Exercise of the call once more.

use order_engine::{
    AccountId, CancelExercise, ClientOrderId, ExerciseId, ExerciseKind, ExerciseNotice, ExerciseStatus,
    InstructExercise, InstrumentId, Side,
};
use rust_decimal::Decimal;

use super::exits::ModelLot;
use super::{Model, Refused};
use crate::support::*;

/// A notice as the model knows it. What the engine calls it is learned from the engine.
pub(crate) struct ModelNotice {
    id: Option<ExerciseId>,
    account: AccountId,
    client_id: Option<ClientOrderId>,
    kind: ExerciseKind,
    quantity: Decimal,
    /// The contracts that it was done for; nothing while it stands.
    end: Option<Result<Decimal, &'static str>>,
}

/// What a contract costs to exercise, and what it brings.
const PER_CONTRACT: (i64, i64) = (1_000, 10);

impl Model {
    pub(super) fn exercise(&mut self, asked: &InstructExercise) -> Result<(), Refused> {
        let account = asked.account;
        self.takes_orders(account)?;
        match asked.instrument {
            BTC_CALL => {}
            other if other > XYZ_USD => return Err("UnknownInstrument"),
            _ => return Err("NotExercisable"),
        }
        let has_id = |notice: &ModelNotice| notice.account == account && notice.client_id == asked.client_id;
        if asked.client_id.is_some() && self.notices.iter().any(has_id) {
            return Err("ExerciseExists");
        }
        let quantity = asked.quantity.decimal();
        if quantity.is_zero() {
            return Err("SizeNotPositive");
        }
        if self.now >= CALL_EXPIRES {
            return Err("ContractExpired");
        }
        let end = if asked.kind == ExerciseKind::Exercise {
            if self.available(account, CALL) < quantity || !self.can_pay(account, quantity) {
                return Err("InsufficientFunds");
            }
            self.deliver(account, quantity);
            Some(Ok(quantity))
        } else if self.total(account, CALL) < quantity {
            return Err("InsufficientFunds");
        } else {
            None
        };
        let (client_id, kind) = (asked.client_id.clone(), asked.kind);
        self.notices.push(ModelNotice { id: None, account, client_id, kind, quantity, end });
        Ok(())
    }

    pub(super) fn cancel_exercise(&mut self, cancel: CancelExercise) -> Result<(), Refused> {
        let is_it =
            |notice: &&mut ModelNotice| notice.account == cancel.account && notice.id == Some(cancel.notice);
        let notice = self.notices.iter_mut().find(is_it).ok_or("UnknownExercise")?;
        if notice.end.is_some() {
            return Err("ExerciseEnded");
        }
        notice.end = Some(Err("Canceled"));
        Ok(())
    }

    fn can_pay(&self, account: AccountId, contracts: Decimal) -> bool {
        self.available(account, USD) >= contracts * Decimal::from(PER_CONTRACT.0)
    }

    fn deliver(&mut self, account: AccountId, contracts: Decimal) {
        let (cost, coins) = PER_CONTRACT;
        self.move_asset(account, AccountId::HOUSE, CALL, contracts);
        self.move_asset(account, AccountId::HOUSE, USD, contracts * Decimal::from(cost));
        self.move_asset(AccountId::HOUSE, account, BTC, contracts * Decimal::from(coins));
        self.drop_lots(account, BTC_CALL, contracts);
        let born = self.next_birth();
        let lot = ModelLot {
            quantity: contracts * Decimal::from(coins),
            price: Decimal::ONE_HUNDRED,
            born,
            id: None,
            take_profit: None,
            stop_loss: None,
            trailing: None,
        };
        let (side, lots) = self.lots.entry((account, BTC_USD)).or_insert((Side::Buy, Vec::new()));
        *side = Side::Buy;
        lots.push(lot);
        self.cut(account, BTC_CALL);
    }

    fn drop_lots(&mut self, account: AccountId, instrument: InstrumentId, mut left: Decimal) {
        let Some((_, lots)) = self.lots.get_mut(&(account, instrument)) else { return };
        for lot in lots.iter_mut() {
            let taken = left.min(lot.quantity);
            lot.quantity -= taken;
            left -= taken;
        }
        lots.retain(|lot| !lot.quantity.is_zero());
    }

    /// When the call expires, while it has not.
    pub(super) fn expires(&self) -> Option<order_engine::Timestamp> {
        (!self.has_expired).then_some(CALL_EXPIRES)
    }

    /// Every contract leaves its owner: for ten coins at a hundred each, for what it is worth, or for nothing.
    pub(super) fn expire(&mut self) {
        self.has_expired = true;
        let last = self.last_trades.get(&BTC_USD).copied();
        let middle = self.quotes.get(&BTC_USD).map(|(bid, ask)| (bid + ask) / Decimal::TWO);
        let above = (last.or(middle).unwrap_or_default() - Decimal::ONE_HUNDRED).trunc_with_scale(2);
        let is_worth_something = above > Decimal::ZERO;
        for account in [ALICE, BOB] {
            let owned = self.available(account, CALL).floor();
            let (mut left, mut exercised) = (owned, Decimal::ZERO);
            let mut ends = Vec::new();
            for (index, notice) in self.notices.iter().enumerate() {
                if notice.account != account || notice.end.is_some() {
                    continue;
                }
                let is_exercise = match notice.kind {
                    ExerciseKind::Exercise => true,
                    ExerciseKind::DoNotExercise => false,
                    ExerciseKind::Contrary => !is_worth_something,
                };
                let taken = notice.quantity.min(left);
                left -= taken;
                if is_exercise {
                    exercised += taken;
                }
                ends.push((index, taken, is_exercise));
            }
            if is_worth_something {
                exercised += left;
            }
            let can_pay = self.can_pay(account, exercised);
            for (index, taken, is_exercise) in ends {
                let fails = taken.is_zero() || (is_exercise && !can_pay);
                self.notices[index].end = Some(if fails { Err("Refused") } else { Ok(taken) });
            }
            if can_pay && !exercised.is_zero() {
                self.deliver(account, exercised);
            } else {
                let worth = if is_worth_something { above * Decimal::TEN * exercised } else { Decimal::ZERO };
                self.move_asset(AccountId::HOUSE, account, USD, worth);
                self.move_asset(account, AccountId::HOUSE, CALL, exercised);
                self.drop_lots(account, BTC_CALL, exercised);
            }
            self.move_asset(account, AccountId::HOUSE, CALL, owned - exercised);
            self.drop_lots(account, BTC_CALL, owned - exercised);
        }
    }

    /// Takes the name of what was given last from the engine.
    pub(crate) fn learn_exercise(&mut self, notice: &ExerciseNotice) {
        if let Some(known) = self.notices.last_mut().filter(|known| known.id.is_none()) {
            known.id = Some(notice.id);
        }
    }

    /// Compares the notices of an account.
    pub(crate) fn watch_exercises(&self, account: AccountId, read: &[std::sync::Arc<ExerciseNotice>]) {
        let read: Vec<_> = read
            .iter()
            .map(|notice| {
                let end = match &notice.status {
                    ExerciseStatus::Standing => None,
                    ExerciseStatus::Done { quantity } => Some(Ok(quantity.decimal())),
                    ExerciseStatus::Refused(_) => Some(Err("Refused")),
                    ExerciseStatus::Canceled => Some(Err("Canceled")),
                };
                (notice.kind, notice.quantity.decimal(), end)
            })
            .collect();
        let own = self.notices.iter().filter(|notice| notice.account == account);
        let expected: Vec<_> = own.map(|notice| (notice.kind, notice.quantity, notice.end)).collect();
        assert_eq!(read, expected, "exercise notices of {account}");
    }
}
