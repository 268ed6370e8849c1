//! Contracts that leave their owners: exercised against the underlier at the strike, paid out, or worth nothing. The
//! house is on the other side of each.

use std::sync::Arc;

use super::Engine;
use crate::entry::{EntryKind, Posting, Postings};
use crate::event::{Change, Event};
use crate::execution::LotClosure;
use crate::exercise::{ContractSettlement, ExerciseKind, ExerciseNotice, ExerciseStatus};
use crate::ids::{AccountId, AssetId, EventId, ExecutionId, InstrumentId, LotId};
use crate::lots::LotFill;
use crate::number::{Amount, Quantity};
use crate::order::Side;
use crate::reference::{ExerciseStyle, OptionRight};
use crate::reject::Reject;
use crate::units::{Lots, Scales, Ticks};
use crate::valuation;

/// A contract that can be exercised, with what it is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contract {
    pub(super) instrument: InstrumentId,
    pub(super) base: AssetId,
    pub(super) quote: AssetId,
    pub(super) scales: Scales,
    pub(super) style: ExerciseStyle,
    right: OptionRight,
    multiplier: u32,
    underlier: InstrumentId,
    underlier_base: AssetId,
    underlier_scales: Scales,
    strike: Ticks,
}

/// How the underlier changes hands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    /// The owner's side.
    side: Side,
    quantity: Lots,
    money: Amount,
}

/// What becomes of the contracts of one owner.
#[derive(Debug, Clone, Copy)]
struct Parting {
    delivered: (Lots, Option<Exchange>),
    paid: Lots,
    lapsed: Lots,
    /// What a unit of a contract that is paid out is worth.
    worth: Option<Ticks>,
}

/// What the standing notices of an owner come to.
struct Intentions {
    exercised: Lots,
    lapsed: Lots,
    /// Each notice with the contracts that it got, and whether they are to be exercised.
    notices: Vec<(Arc<ExerciseNotice>, Lots, bool)>,
}

impl Engine {
    /// An instrument whose contracts can be exercised.
    pub(super) fn contract(&self, instrument: InstrumentId) -> Result<Contract, Reject> {
        let market = self.known_market(instrument)?;
        let known = self.reference.instrument(instrument).ok_or(Reject::UnknownInstrument(instrument))?;
        let unfit = Reject::NotExercisable(instrument);
        let option = known.definition.option.as_deref().filter(|_| known.settles_at().is_some());
        let (Some(option), Some(underlier)) = (option, known.underlier) else { return Err(unfit) };
        let on = self.known_market(underlier)?;
        Ok(Contract {
            instrument,
            base: market.base,
            quote: market.quote_asset,
            scales: market.scales,
            style: option.style,
            right: option.right,
            multiplier: option.multiplier,
            underlier,
            underlier_base: on.base,
            underlier_scales: on.scales,
            strike: on.scales.known_ticks(option.strike),
        })
    }

    /// How the underlier of contracts would change hands, if its owner's position in it admits that.
    pub(super) fn decide_exchange(
        &self,
        account: AccountId,
        contract: &Contract,
        contracts: Lots,
    ) -> Result<Exchange, Reject> {
        let units = contract.scales.quantity(contracts).decimal();
        let units = units.checked_mul(contract.multiplier.into());
        let quantity = units.and_then(|units| Quantity::new(units).ok());
        let quantity = quantity.ok_or_else(|| contract.underlier_scales.too_much())?;
        let quantity = contract.underlier_scales.lots(quantity)?;
        let money = contract.underlier_scales.notional(contract.strike, quantity)?;
        let side = match contract.right {
            OptionRight::Call => Side::Buy,
            OptionRight::Put => Side::Sell,
        };
        self.decide_room_for_lots(account, contract.underlier, side)?;
        // Who is on the short side of the underlier buys no more of it than there is to cover, and covers by orders.
        let on = self.known_market(contract.underlier)?;
        if let Some(left) = self.coverable(account, on).filter(|_| side == Side::Buy) {
            let short = self.short_position(account, contract.underlier);
            let [ordered, working, short] =
                [quantity, short.minus(left), short].map(|lots| contract.underlier_scales.quantity(lots));
            return Err(Reject::ExceedsShort { ordered, working, short });
        }
        Ok(Exchange { side, quantity, money })
    }

    /// Whether an owner can pay or deliver what changes hands.
    pub(super) fn decide_delivery(
        &self,
        account: AccountId,
        contract: &Contract,
        exchange: &Exchange,
    ) -> Result<(), Reject> {
        let (asset, needed) = match exchange.side {
            Side::Buy => (contract.quote, exchange.money),
            Side::Sell => (contract.underlier_base, contract.underlier_scales.base_amount(exchange.quantity)),
        };
        let available = self.ledger.balance(account, asset).available();
        if available < needed {
            return Err(Reject::InsufficientFunds { asset, needed, available });
        }
        Ok(())
    }

    /// Exercises contracts as it was decided.
    pub(super) fn exchange_contracts(
        &mut self,
        account: AccountId,
        contract: &Contract,
        contracts: Lots,
        exchange: Exchange,
        events: &mut Vec<Event>,
    ) {
        let delivered = (contracts, Some(exchange));
        let parting = Parting { delivered, paid: Lots::ZERO, lapsed: Lots::ZERO, worth: None };
        self.part(account, contract, parting, events);
    }

    /// What is left of a contract leaves its owners when it expires, each account in turn.
    pub(super) fn expire_contracts(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let Ok(contract) = self.contract(instrument) else {
            unreachable!("Invariant: what settles at its expiry can be exercised");
        };
        let worth = self.worth(&contract);
        let accounts: Vec<AccountId> = self.reference.accounts().iter().map(|account| account.id).collect();
        for account in accounts.into_iter().filter(|account| *account != AccountId::HOUSE) {
            self.expire_of(account, &contract, worth, events);
        }
    }

    /// What a unit of the contract is worth by the last trade of the underlier, else by the middle of its quote; nothing
    /// when it is worth nothing.
    fn worth(&self, contract: &Contract) -> Option<Ticks> {
        let on = self.market(contract.underlier)?;
        let last = on.last_trade.map(|ticks| on.scales.price(ticks).decimal());
        let price = last.or_else(|| on.quote.as_ref().map(valuation::mid))?;
        let strike = contract.underlier_scales.price(contract.strike).decimal();
        let worth = match contract.right {
            OptionRight::Call => price - strike,
            OptionRight::Put => strike - price,
        };
        contract.scales.ticks_below(worth)
    }

    fn expire_of(
        &mut self,
        account: AccountId,
        contract: &Contract,
        worth: Option<Ticks>,
        events: &mut Vec<Event>,
    ) {
        let owned = contract.scales.whole_lots(self.ledger.balance(account, contract.base).available());
        let Intentions { exercised, lapsed, notices } =
            self.intentions(account, contract.instrument, owned, worth.is_some());
        let exchange = (!exercised.is_zero()).then(|| {
            let exchange = self.decide_exchange(account, contract, exercised)?;
            self.decide_delivery(account, contract, &exchange).map(|()| exchange)
        });
        let (delivered, paid, failure) = match exchange {
            None => ((Lots::ZERO, None), Lots::ZERO, None),
            Some(Ok(exchange)) => ((exercised, Some(exchange)), Lots::ZERO, None),
            Some(Err(failure)) => ((Lots::ZERO, None), exercised, Some(failure)),
        };
        if !owned.is_zero() {
            self.part(account, contract, Parting { delivered, paid, lapsed, worth }, events);
        }
        for (notice, contracts, is_exercise) in notices {
            let status = match &failure {
                _ if contracts.is_zero() => ExerciseStatus::Refused(Reject::NoPosition(contract.instrument)),
                Some(failure) if is_exercise => ExerciseStatus::Refused(failure.clone()),
                Some(_) | None => ExerciseStatus::Done { quantity: contract.scales.quantity(contracts) },
            };
            self.end_exercise(account, notice.id, status, events);
        }
    }

    /// What the standing notices of an owner come to, in the order in which they were given. What none of them is about
    /// is exercised when it is worth something.
    fn intentions(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        owned: Lots,
        is_worth_something: bool,
    ) -> Intentions {
        let mut intentions = Intentions { exercised: Lots::ZERO, lapsed: Lots::ZERO, notices: Vec::new() };
        let mut left = owned;
        let mut assign = |contracts: Lots, is_exercise: bool| {
            let total = if is_exercise { &mut intentions.exercised } else { &mut intentions.lapsed };
            *total = total.plus(contracts);
        };
        for notice in self.exercises.get(&account).into_iter().flatten() {
            if notice.instrument != instrument || !notice.status.is_standing() {
                continue;
            }
            let is_exercise = match notice.kind {
                ExerciseKind::Exercise => true,
                ExerciseKind::DoNotExercise => false,
                ExerciseKind::Contrary => !is_worth_something,
            };
            let contracts = self
                .scales_of(instrument)
                .map_or(Lots::ZERO, |scales| scales.known_lots(notice.quantity).min(left));
            left = left.minus(contracts);
            assign(contracts, is_exercise);
            intentions.notices.push((Arc::clone(notice), contracts, is_exercise));
        }
        assign(left, is_worth_something);
        intentions
    }

    fn scales_of(&self, instrument: InstrumentId) -> Option<&Scales> {
        self.market(instrument).map(|market| &market.scales)
    }

    /// Lets contracts leave their owner.
    fn part(&mut self, account: AccountId, contract: &Contract, parting: Parting, events: &mut Vec<Event>) {
        let Parting { delivered: (delivered, exchange), paid, lapsed, worth } = parting;
        let event = self.mint();
        let total = delivered.plus(paid).plus(lapsed);
        assert!(!total.is_zero(), "Invariant: some contracts part");
        let payout = worth.and_then(|worth| contract.scales.notional(worth, paid).ok()).unwrap_or_default();
        let (money, shares) = exchange.map_or((payout, Amount::ZERO), |exchange| {
            let shares = contract.underlier_scales.base_amount(exchange.quantity);
            match exchange.side {
                Side::Buy => (exchange.money.negated(), shares),
                Side::Sell => (exchange.money, shares.negated()),
            }
        });
        let mut postings = Postings::default();
        let gone = contract.scales.base_amount(total).negated();
        for (asset, amount) in
            [(contract.base, gone), (contract.quote, money), (contract.underlier_base, shares)]
        {
            let balance = self.ledger.transfer(account, AccountId::HOUSE, asset, amount.negated());
            postings.add(Posting { kind: EntryKind::Exercise, asset, amount, balance });
        }
        let mut numbers = Some(event);
        let nothing = Ticks::new(0);
        let mut closed = self.close_contracts(account, contract, (delivered, nothing), &mut numbers);
        let paid_at = worth.unwrap_or(nothing);
        closed.extend(self.close_contracts(account, contract, (paid, paid_at), &mut numbers));
        closed.extend(self.close_contracts(account, contract, (lapsed, nothing), &mut numbers));
        let (underlier_closed, opened) = match exchange {
            None => (Vec::new(), None),
            Some(exchange) => {
                let price = contract.strike;
                let fill = (exchange.side, price, exchange.quantity);
                self.move_lots(
                    account,
                    contract.underlier,
                    &contract.underlier_scales,
                    fill,
                    event,
                    &mut numbers,
                )
            }
        };
        self.touched.accounts.mark(account.get());
        self.unsettle(account);
        let quantity = |lots| contract.scales.quantity(lots);
        let settlement = Arc::new(ContractSettlement {
            instrument: contract.instrument,
            delivered: quantity(delivered),
            paid: quantity(paid),
            lapsed: quantity(lapsed),
            postings,
            closed,
            underlier_closed,
            opened: opened.map(|(lot, lots)| (lot, contract.underlier_scales.quantity(lots))),
        });
        let change = Change::ContractsSettled(settlement);
        events.push(Event { id: event, at: self.now, account, change });
        for instrument in [contract.instrument, contract.underlier] {
            self.cut_reducing(account, instrument, events);
        }
    }

    fn close_contracts(
        &mut self,
        account: AccountId,
        contract: &Contract,
        (contracts, price): (Lots, Ticks),
        numbers: &mut Option<EventId>,
    ) -> Vec<LotClosure> {
        if contracts.is_zero() {
            return Vec::new();
        }
        let fill = (Side::Sell, price, contracts);
        // A sell of what is owned opens nothing, so that the number of the lot that it could open is nobody's.
        self.move_lots(account, contract.instrument, &contract.scales, fill, EventId::new(0), numbers).0
    }

    /// What a change of hands does to the lots of one instrument. Each closure has a number of its own; the first takes
    /// that of the event, where it is still free.
    fn move_lots(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        scales: &Scales,
        (side, price, quantity): (Side, Ticks, Lots),
        event: EventId,
        numbers: &mut Option<EventId>,
    ) -> (Vec<LotClosure>, Option<(LotId, Lots)>) {
        let fill = LotFill {
            id: LotId::from(ExecutionId::from(event)),
            side,
            price,
            quantity,
            at: self.now,
            may_open_short: false,
            closes: None,
            exits: None,
        };
        let own = (account, instrument);
        if side == Side::Sell && !self.lots.contains_key(&own) {
            return (Vec::new(), None);
        }
        let mut change = self.lots.entry(own).or_default().fill(scales, fill);
        for (lot, exits) in &change.ended {
            self.disarm_exits(account, instrument, (*lot, side.opposite()), exits);
        }
        for closure in &mut change.closed {
            closure.number = numbers.take().unwrap_or_else(|| self.mint());
        }
        (change.closed, change.opened)
    }
}
