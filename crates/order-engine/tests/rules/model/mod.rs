//! The rules once more, slow and obvious: one list of orders, decimals, and a sort for every look at the book.
//!
//! It shares no code with the engine but the vocabulary. What an operator or a client may ask is answered with the name
//! of the reject or with nothing; everything else is compared through what can be read.
#![expect(clippy::wildcard_enum_match_arm, reason = "short where the engine is complete")]

mod changing;
mod closes;
mod closing;
mod deciding;
mod exercising;
mod exits;
mod filling;
mod forgetting;
mod listing;
mod market;
mod order;
mod sessions;
mod settings;
mod shorting;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use order_engine::{
    AccountId, AssetId, Command, InstrumentId, OrderId, OrderKind, OrderStatus, PlaceOrder, PriceBound, Side,
    Timestamp, UpdateQuote,
};
use rust_decimal::Decimal;

use crate::support::*;

use exits::ModelLot;
use forgetting::Memory;
use market::market;
pub(crate) use order::{ModelOrder, Waits};

pub(crate) struct Model {
    now: Timestamp,
    pub(crate) orders: Vec<ModelOrder>,
    totals: BTreeMap<(AccountId, AssetId), Decimal>,
    lots: BTreeMap<(AccountId, InstrumentId), (Side, Vec<ModelLot>)>,
    /// What closing margin positions made since it was last counted anew.
    pub(crate) realized: BTreeMap<AccountId, Decimal>,
    quotes: BTreeMap<InstrumentId, (Decimal, Decimal)>,
    queue: u64,
    /// Orders and lots that there have been.
    births: u64,
    last_quotes: BTreeMap<InstrumentId, UpdateQuote>,
    halted: BTreeSet<InstrumentId>,
    /// The instant whose session each instrument is in.
    looked_at: BTreeMap<InstrumentId, Timestamp>,
    settings: BTreeMap<AccountId, Settings>,
    /// What secures the short positions of an account, claimed or not.
    secured: BTreeMap<AccountId, Decimal>,
    memory: Memory,
    lists: Vec<listing::ModelList>,
    notices: Vec<exercising::ModelNotice>,
    /// Whether the call has expired.
    has_expired: bool,
    last_trades: BTreeMap<InstrumentId, Decimal>,
}

/// What an account is set to.
#[derive(Clone, Copy, Default)]
struct Settings {
    is_shut: bool,
    never_short: bool,
    most: Option<Decimal>,
    margin_rate: Option<Decimal>,
    closeout: Option<Decimal>,
}

type Refused = &'static str;

fn is_limit(kind: OrderKind) -> bool {
    matches!(kind, OrderKind::Limit { .. })
}

fn better(side: Side, one: Decimal, other: Decimal) -> bool {
    match side {
        Side::Buy => one < other,
        Side::Sell => one > other,
    }
}

fn within(bound: &PriceBound, price: Decimal) -> bool {
    bound.lower.is_none_or(|lower| price >= lower.decimal())
        && bound.upper.is_none_or(|upper| price <= upper.decimal())
}

/// What a live order would do.
struct Meeting {
    fills: Vec<(usize, Decimal, Decimal)>,
    quantity: Decimal,
    rests_at: Option<Decimal>,
    held: Decimal,
    claim: Decimal,
    ends: Option<Timestamp>,
}

impl Model {
    pub(crate) fn new() -> Self {
        let mut totals = BTreeMap::new();
        for account in [ALICE, BOB] {
            for (asset, total) in [(USD, 100_000), (BTC, 10), (ADA, 10_000), (CALL, 100)] {
                totals.insert((account, asset), Decimal::from(total));
            }
        }
        Self {
            now: START,
            orders: Vec::new(),
            totals,
            lots: BTreeMap::new(),
            realized: BTreeMap::new(),
            quotes: BTreeMap::new(),
            queue: 0,
            births: 0,
            last_quotes: BTreeMap::new(),
            halted: BTreeSet::new(),
            looked_at: BTreeMap::new(),
            settings: BTreeMap::new(),
            secured: BTreeMap::new(),
            memory: Memory::default(),
            lists: Vec::new(),
            notices: Vec::new(),
            has_expired: false,
            last_trades: BTreeMap::new(),
        }
    }

    pub(crate) fn total(&self, account: AccountId, asset: AssetId) -> Decimal {
        self.totals.get(&(account, asset)).copied().unwrap_or_default()
    }

    pub(crate) fn held(&self, account: AccountId, asset: AssetId) -> Decimal {
        let holds = self.orders.iter().filter(|order| order.account == account && !order.status.is_closed());
        let orders: Decimal = holds.filter(|order| order.held_asset() == asset).map(|order| order.held).sum();
        if asset == USD { orders + self.unclaimed(account, None) } else { orders }
    }

    /// Price levels of a side, best first: price, quantity, number of orders.
    pub(crate) fn levels(&self, instrument: InstrumentId, side: Side) -> Vec<(Decimal, Decimal, u32)> {
        let mut levels: Vec<(Decimal, Decimal, u32)> = Vec::new();
        for index in self.book(instrument, side) {
            let order = &self.orders[index];
            let price = order.rests_at.unwrap();
            match levels.last_mut().filter(|level| level.0 == price) {
                Some(level) => *level = (price, level.1 + order.leaves(), level.2 + 1),
                None => levels.push((price, order.leaves(), 1)),
            }
        }
        levels
    }

    /// Resting orders of a side in the order in which they are filled.
    fn book(&self, instrument: InstrumentId, side: Side) -> Vec<usize> {
        let mut resting: Vec<usize> = (0..self.orders.len())
            .filter(|index| {
                let order = &self.orders[*index];
                order.instrument == instrument
                    && order.side == side
                    && order.rests_at.is_some()
                    && !order.is_parked
                    && !order.status.is_closed()
            })
            .collect();
        resting.sort_by_key(|index| {
            let order = &self.orders[*index];
            let price = order.rests_at.unwrap();
            (if side == Side::Buy { -price } else { price }, order.queued)
        });
        resting
    }

    fn best(&self, instrument: InstrumentId, side: Side) -> Option<Decimal> {
        self.book(instrument, side).first().and_then(|index| self.orders[*index].rests_at)
    }

    fn available(&self, account: AccountId, asset: AssetId) -> Decimal {
        self.total(account, asset) - self.held(account, asset)
    }

    fn move_asset(&mut self, from: AccountId, to: AccountId, asset: AssetId, amount: Decimal) {
        *self.totals.entry((from, asset)).or_default() -= amount;
        *self.totals.entry((to, asset)).or_default() += amount;
    }

    fn index(&self, id: OrderId) -> Option<usize> {
        let index = self.orders.iter().position(|order| order.id == Some(id));
        index.filter(|index| !self.memory.forgotten.contains(index))
    }

    /// Carries out a command. `id` is what the engine calls the order that it makes.
    pub(crate) fn apply(&mut self, command: &Command, id: Option<OrderId>) -> Result<(), Refused> {
        match command {
            Command::PlaceOrder(order) => self.place(order, id),
            Command::UpdateQuote(quote) => {
                self.quote(quote);
                Ok(())
            }
            Command::ReplaceOrder(replace) => self.replace(replace),
            Command::SucceedOrder(succeed) => self.succeed(succeed, id),
            Command::CancelOrder(cancel) => {
                let index = self.own(cancel.account, cancel.order)?;
                self.open(index)?;
                self.orders[index].status = OrderStatus::Canceled;
                Ok(())
            }
            Command::CancelOrders(cancel) => {
                for order in &mut self.orders {
                    let matches = order.account == cancel.account
                        && cancel.side.is_none_or(|side| side == order.side)
                        && cancel.short_sale.is_none_or(|short_sale| short_sale == order.short_sale);
                    let is_queued = order.status == OrderStatus::PendingNew && !order.is_staged;
                    let is_staged = order.status == OrderStatus::PendingNew && cancel.staged;
                    if matches && (order.status.is_working() || is_queued || is_staged) {
                        order.status = OrderStatus::Canceled;
                    }
                }
                Ok(())
            }
            Command::ReleaseOrder(release) => {
                self.takes_orders(release.account)?;
                let index = self.own(release.account, release.order)?;
                self.open(index)?;
                self.release(index)
            }
            Command::RestateOrder(restate) => self.restate(restate),
            Command::UpdateAccount(update) => self.set(update),
            Command::SetRetention(retention) => {
                self.memory.most = retention.closed_orders;
                Ok(())
            }
            Command::CreateList(create) => self.create_list(create.account, &create.name),
            Command::ChangeList(change) => self.change_list(change),
            Command::DeleteList(delete) => self.delete_list(delete.account, delete.list),
            Command::InstructExercise(asked) => self.exercise(asked),
            Command::CancelExercise(cancel) => self.cancel_exercise(*cancel),
            Command::ChangeLotExits(change) => self.change_exits(change),
            Command::CloseLot(close) => self.close_lot(close, id),
            Command::ClosePosition(close) => self.close_position(close, id),
            Command::Tick
            | Command::Reset
            | Command::DefineAsset(_)
            | Command::DefineInstrument(_)
            | Command::OpenAccount(_)
            | Command::DefineCalendar(_) => Ok(()),
            Command::HaltInstrument(halt) => self.halt(halt.instrument),
            Command::ResumeInstrument(resume) => self.resume(resume.instrument),
            Command::AdjustBalance(adjustment) => {
                self.adjust(adjustment.account, adjustment.asset, adjustment.amount)
            }
            Command::ChargeAccount(charge) => self.adjust(charge.account, USD, charge.amount),
            Command::ResetProfit(reset) => {
                self.realized.remove(&reset.account);
                Ok(())
            }
        }?;
        self.settle();
        Ok(())
    }

    fn own(&self, account: AccountId, id: OrderId) -> Result<usize, Refused> {
        self.index(id).filter(|index| self.orders[*index].account == account).ok_or("UnknownOrder")
    }

    fn open(&self, index: usize) -> Result<(), Refused> {
        if self.orders[index].status.is_closed() { Err("OrderClosed") } else { Ok(()) }
    }

    fn working(&self, account: AccountId, id: OrderId) -> Result<usize, Refused> {
        self.takes_orders(account)?;
        let index = self.own(account, id)?;
        self.open(index)?;
        if self.orders[index].status == OrderStatus::PendingNew { Err("OrderStaged") } else { Ok(index) }
    }

    fn place(&mut self, command: &PlaceOrder, id: Option<OrderId>) -> Result<(), Refused> {
        self.takes_orders(command.account)?;
        let mut order = ModelOrder { id, ..ModelOrder::new(command) };
        if let Some(wait) = self.must_wait(&order)? {
            let meeting = self.decide_queued(&order, &wait, None)?;
            self.check_value(&order, &meeting, None, meeting.quantity)?;
            self.take_queued(order, command, &meeting, &wait);
            return Ok(());
        }
        self.check_known(&order)?;
        if let Some(waits) = self.waits_for(&order)? {
            let meeting = self.decide_waiting(&order, waits, None)?;
            self.check_value(&order, &meeting, Some(waits), meeting.quantity)?;
            self.take(order, command, &meeting, Some(waits));
            return Ok(());
        }
        let meeting = self.decide(&order, None)?;
        self.check_value(&order, &meeting, None, meeting.quantity)?;
        order.quantity = meeting.quantity;
        self.take(order, command, &meeting, None);
        Ok(())
    }

    fn take(&mut self, mut order: ModelOrder, command: &PlaceOrder, meeting: &Meeting, waits: Option<Waits>) {
        order.quantity = meeting.quantity;
        order.born = self.next_birth();
        if let Some(until) = command.staged_until {
            order.status = OrderStatus::PendingNew;
            order.is_staged = true;
            order.ends = Some(until);
            self.orders.push(order);
            return;
        }
        order.ends = meeting.ends;
        (order.held, order.claim) = (meeting.held, meeting.claim);
        order.waits = waits;
        self.orders.push(order);
        if waits.is_none() {
            self.meet(self.orders.len() - 1, meeting);
        }
    }

    pub(super) fn next_birth(&mut self) -> u64 {
        self.births += 1;
        self.births
    }

    fn release(&mut self, index: usize) -> Result<(), Refused> {
        if !self.orders[index].is_staged || self.orders[index].status != OrderStatus::PendingNew {
            return Err("OrderNotStaged");
        }
        let mut order = self.orders[index].clone();
        order.release_at = order.release_at.filter(|at| *at > self.now);
        let queued = self.must_wait(&order).and_then(|wait| {
            let Some(wait) = wait else { return Ok(None) };
            let meeting = self.decide_queued(&order, &wait, None)?;
            self.check_value(&order, &meeting, None, meeting.quantity)?;
            Ok(Some((meeting, wait)))
        });
        match queued {
            Ok(None) => self.go_live(index),
            Ok(Some((meeting, wait))) => self.wait_for(index, &meeting, &wait),
            Err(_) => self.orders[index].status = OrderStatus::Rejected,
        }
        Ok(())
    }

    /// Makes an order live that is recorded. One that waited for time was told its end when it came.
    fn go_live(&mut self, index: usize) {
        let order = self.orders[index].clone();
        let decided = match self.waits_for(&order) {
            Ok(Some(waits)) => self.decide_waiting(&order, waits, None).map(|meeting| (meeting, Some(waits))),
            Ok(None) => self.decide(&order, None).map(|meeting| (meeting, None)),
            Err(refused) => Err(refused),
        };
        let decided = decided.and_then(|(meeting, waits)| {
            self.takes_orders(order.account)?;
            self.check_value(&order, &meeting, waits, meeting.quantity)?;
            Ok((meeting, waits))
        });
        let order = &mut self.orders[index];
        let Ok((meeting, waits)) = decided else {
            order.status = OrderStatus::Rejected;
            return;
        };
        order.status = OrderStatus::New;
        order.released = None;
        if std::mem::take(&mut order.is_staged) {
            order.ends = meeting.ends;
        }
        order.quantity = meeting.quantity;
        (order.held, order.claim) = (meeting.held, meeting.claim);
        order.waits = waits;
        if waits.is_none() {
            self.meet(index, &meeting);
        }
    }

    /// Fills what was found; what is left rests or is canceled.
    fn meet(&mut self, index: usize, meeting: &Meeting) {
        for (maker, price, quantity) in &meeting.fills {
            self.fill(index, *maker, *price, *quantity);
        }
        self.queue += 1;
        let queued = self.queue;
        let order = &mut self.orders[index];
        if order.status.is_closed() {
            return;
        }
        let Some(price) = meeting.rests_at else {
            order.status = OrderStatus::Canceled;
            return;
        };
        order.rests_at = Some(price);
        order.queued = queued;
        if !market(order.instrument).is_charged_in_quote {
            order.held = order.resting_hold(price);
        }
    }
}
