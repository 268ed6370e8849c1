//! The engine itself: the state, the one way into it, and what can be read of it.
//!
//! Each command is first decided on a shared reference, which may refuse it and cannot change anything, and then
//! carried out, which cannot fail. That is what makes a refused command leave no trace.

mod account;
mod ahead;
mod cancel;
mod capacity;
mod charge;
mod close;
mod closeout;
mod define;
mod due;
mod exercise;
mod exits;
mod expiry;
mod fill;
mod funds;
mod holdings;
mod house;
mod image;
mod lists;
mod market;
mod new_terms;
mod orders;
mod parts;
mod place;
mod plan;
mod put_terms;
mod queue;
mod reduce;
mod replace;
mod restate;
mod retention;
mod sessions;
mod shape;
mod shorts;
mod size;
mod succeed;
mod terms;
mod trigger;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::archived_ids::ArchivedIds;
use crate::candles::CandleHistory;
use crate::command::Command;
use crate::event::{Applied, Change, Event, Outcome, Quote};
use crate::exercise::ExerciseNotices;
use crate::exposed::Exposed;
use crate::ids::{AccountId, AssetId, ClientOrderId, EventId, InstrumentId, OrderId};
use crate::ledger::Ledger;
use crate::list::InstrumentLists;
use crate::lookup::Lookup;
use crate::lots::LotQueue;
use crate::marks::Marks;
use crate::number::Amount;
use crate::order::{Order, Side};
use crate::reference::Reference;
use crate::reject::Reject;
use crate::time::Timestamp;

pub use ahead::LOOK_AHEAD;
use due::Due;
pub use image::{DecodedPiece, ImageBuilder, ImageError, ImagePiece, ImagePieces, Misfit};
use market::Market;
pub use market::{Depth, DepthLevel};
use orders::OrderStore;
pub use place::first_difference;
use reduce::Reducing;
use shorts::Shorts;

/// What changed since someone last asked; for those who publish views of the state.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The state was emptied.
    pub reset: bool,
    /// Assets, instruments or accounts changed.
    pub reference: bool,
    /// Accounts whose balances or positions changed, ascending.
    pub accounts: BTreeSet<AccountId>,
    /// Instruments whose quote or book changed, ascending.
    pub instruments: BTreeSet<InstrumentId>,
    /// Accounts whose instrument lists changed, ascending.
    pub lists: BTreeSet<AccountId>,
    /// Accounts whose exercise notices changed, ascending.
    pub exercises: BTreeSet<AccountId>,
}

/// [`Touched`] as it is collected.
#[derive(Debug, Default)]
struct TouchedMarks {
    reset: bool,
    reference: bool,
    accounts: Marks,
    instruments: Marks,
    lists: Marks,
    exercises: Marks,
}

/// The order engine. See the crate's documentation.
#[derive(Debug)]
pub struct Engine {
    now: Timestamp,
    last_event: u64,
    reference: Arc<Reference>,
    ledger: Ledger,
    markets: Vec<Market>,
    lots: BTreeMap<(AccountId, InstrumentId), LotQueue>,
    /// Profit of margin positions by account, in the account's currency.
    realized: BTreeMap<AccountId, Amount>,
    orders: OrderStore,
    client_ids: Lookup<(AccountId, ClientOrderId), OrderId>,
    /// What time will do.
    due: BTreeSet<(Timestamp, Due)>,
    /// Most closed orders that are remembered; nothing for all.
    retention: Option<u64>,
    /// Client order ids of orders that are no longer remembered.
    archived_ids: ArchivedIds,
    /// Instrument lists by account, each account's oldest first. An account without any has no entry.
    lists: BTreeMap<AccountId, InstrumentLists>,
    /// Exercise notices by account, each account's oldest first. An account without any has no entry.
    exercises: BTreeMap<AccountId, ExerciseNotices>,
    /// Working orders that may only reduce a position.
    reducing: Reducing,
    /// Who is short of a security or selling one short, and with which collateral.
    shorts: Shorts,
    touched: TouchedMarks,
    /// Instruments whose market moved since triggers were last looked at.
    stirred: Marks,
    /// Instruments that were quoted, and accounts that were filled or changed, since margins were last looked at.
    quoted: Marks,
    unsettled: Marks,
    /// Open margin positions.
    exposed: Exposed,
    /// Accounts whose positions are to be closed as soon as somebody takes them.
    stuck: BTreeSet<AccountId>,
    /// Accounts in margin call.
    called: BTreeSet<AccountId>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// The empty state: no assets, no instruments, and the house account alone.
    #[must_use]
    pub fn new() -> Self {
        let mut reference = Reference::default();
        reference.add_account(define::house_account());
        Self {
            now: Timestamp::EPOCH,
            last_event: 0,
            reference: Arc::new(reference),
            ledger: Ledger::default(),
            markets: Vec::new(),
            lots: BTreeMap::new(),
            realized: BTreeMap::new(),
            orders: OrderStore::default(),
            client_ids: Lookup::default(),
            due: BTreeSet::new(),
            retention: None,
            archived_ids: ArchivedIds::default(),
            lists: BTreeMap::new(),
            exercises: BTreeMap::new(),
            reducing: Reducing::default(),
            shorts: Shorts::default(),
            touched: TouchedMarks { reference: true, ..TouchedMarks::default() },
            stirred: Marks::default(),
            quoted: Marks::default(),
            unsettled: Marks::default(),
            exposed: Exposed::default(),
            stuck: BTreeSet::new(),
            called: BTreeSet::new(),
        }
    }

    /// Lets time pass until `now`, then carries out a command or refuses it.
    ///
    /// What is due by `now` happens even when the command is refused, since it is time's doing and not the command's.
    ///
    /// # Panics
    /// When time runs backwards.
    pub fn apply(&mut self, now: Timestamp, command: &Command) -> Applied {
        assert!(now >= self.now, "Invariant: time never runs backwards");
        let due = self.pass_time(now);
        self.now = now;
        let mut result = self.dispatch(command);
        if let Ok(outcome) = &mut result {
            self.settle(&mut outcome.events);
        }
        self.assert_books_uncrossed();
        let archived = self.archive_closed();
        Applied { due, result, archived }
    }

    /// Says what [`Self::apply`] would answer to a command, and changes nothing.
    ///
    /// # Errors
    /// The reject that `apply` would answer with.
    pub fn check(&self, now: Timestamp, command: &Command) -> Result<(), Reject> {
        let now = now.max(self.now);
        match command {
            Command::Tick | Command::Reset | Command::SetRetention(_) => Ok(()),
            Command::DefineAsset(definition) => self.decide_asset(definition).map(drop),
            Command::DefineInstrument(definition) => self.decide_instrument(definition).map(drop),
            Command::OpenAccount(definition) => self.decide_account(definition).map(drop),
            Command::UpdateAccount(update) => self.decide_account_update(update).map(drop),
            Command::AdjustBalance(adjustment) => self.decide_adjustment(adjustment),
            Command::ChargeAccount(charge) => self.decide_charge(charge).map(drop),
            Command::ResetProfit(reset) => self.decide_profit_reset(*reset).map(drop),
            Command::UpdateQuote(update) => self.decide_quote(update).map(drop),
            Command::PlaceOrder(order) => self.decide_place(now, order, None).map(drop),
            Command::ReleaseOrder(release) => self.decide_release(release).map(drop),
            Command::ReplaceOrder(replace) => self.decide_replace(now, replace).map(drop),
            Command::SucceedOrder(succeed) => self.decide_succession(now, succeed).map(drop),
            Command::CancelOrder(cancel) => self.decide_cancel(cancel).map(drop),
            Command::CancelOrders(cancel) => self.known_account(cancel.account),
            Command::RestateOrder(restate) => self.decide_restatement(now, restate).map(drop),
            Command::CreateList(create) => self.decide_list(create),
            Command::ChangeList(change) => self.decide_list_change(change),
            Command::DeleteList(delete) => self.decide_list_deletion(delete),
            Command::InstructExercise(instruct) => self.decide_exercise(now, instruct).map(drop),
            Command::CancelExercise(cancel) => self.decide_exercise_cancel(*cancel).map(drop),
            Command::DefineCalendar(definition) => self.decide_calendar(definition).map(drop),
            Command::HaltInstrument(halt) => self.decide_halt(halt),
            Command::ResumeInstrument(resume) => self.decide_resumption(*resume),
            Command::ChangeLotExits(change) => self.decide_lot_exits(now, change).map(drop),
            Command::CloseLot(close) => self.decide_close_lot(now, close).map(drop),
            Command::ClosePosition(close) => self.decide_close_position(now, close).map(drop),
        }
    }

    fn dispatch(&mut self, command: &Command) -> Result<Outcome, Reject> {
        match command {
            Command::Tick => Ok(Outcome::default()),
            Command::Reset => Ok(self.reset()),
            Command::DefineAsset(definition) => self.define_asset(definition),
            Command::DefineInstrument(definition) => self.define_instrument(definition),
            Command::OpenAccount(definition) => self.open_account(definition),
            Command::UpdateAccount(update) => self.update_account(update),
            Command::AdjustBalance(adjustment) => self.adjust_balance(adjustment),
            Command::ChargeAccount(charge) => self.charge_account(charge),
            Command::ResetProfit(reset) => self.reset_profit(*reset),
            Command::UpdateQuote(update) => self.update_quote(update),
            Command::PlaceOrder(order) => self.place_order(order),
            Command::ReleaseOrder(release) => self.release_order(release),
            Command::ReplaceOrder(replace) => self.replace_order(replace),
            Command::SucceedOrder(succeed) => self.succeed_order(succeed),
            Command::CancelOrder(cancel) => self.cancel_order(cancel),
            Command::CancelOrders(cancel) => self.cancel_orders(cancel),
            Command::SetRetention(retention) => Ok(self.set_retention(*retention)),
            Command::RestateOrder(restate) => self.restate_order(restate),
            Command::CreateList(create) => self.create_list(create),
            Command::ChangeList(change) => self.change_list(change),
            Command::DeleteList(delete) => self.delete_list(delete),
            Command::InstructExercise(instruct) => self.instruct_exercise(instruct),
            Command::CancelExercise(cancel) => self.cancel_exercise(*cancel),
            Command::DefineCalendar(definition) => self.define_calendar(definition),
            Command::HaltInstrument(halt) => self.halt_instrument(halt),
            Command::ResumeInstrument(resume) => self.resume_instrument(*resume),
            Command::ChangeLotExits(change) => self.change_lot_exits(change),
            Command::CloseLot(close) => self.close_lot(close),
            Command::ClosePosition(close) => self.close_position(close),
        }
    }

    fn reset(&mut self) -> Outcome {
        let (now, retention) = (self.now, self.retention);
        *self = Self { now, retention, ..Self::new() };
        self.touched.reset = true;
        let mut events = Vec::new();
        self.emit(&mut events, AccountId::HOUSE, Change::StateReset);
        Outcome { about: None, events }
    }

    /// The engine's time: that of the last command.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// When something happens by itself next.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Assets, instruments and accounts.
    #[must_use]
    pub fn reference(&self) -> &Arc<Reference> {
        &self.reference
    }

    /// The current version of a client's order.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Arc<Order>> {
        self.orders.get(id)
    }

    /// All orders of clients, in the order of their ids.
    pub fn orders(&self) -> impl Iterator<Item = &Arc<Order>> {
        self.orders.iter()
    }

    /// What is inside of an asset: all deposits less all withdrawals, which is the sum over all accounts, the house
    /// included.
    #[must_use]
    pub fn deposited(&self, asset: AssetId) -> Amount {
        self.ledger.deposited(asset)
    }

    /// The house's quote of an instrument.
    #[must_use]
    pub fn quote(&self, instrument: InstrumentId) -> Option<Quote> {
        self.market(instrument)?.quote
    }

    /// The recent past of an instrument's quotes and trades.
    #[must_use]
    pub fn candles(&self, instrument: InstrumentId) -> Option<&CandleHistory> {
        Some(&self.market(instrument)?.candles)
    }

    /// The best levels of an instrument's book, best first.
    #[must_use]
    pub fn depth(&self, instrument: InstrumentId, levels: usize) -> Depth {
        self.market(instrument).map(|market| market.depth(levels)).unwrap_or_default()
    }

    /// What changed since the last call.
    pub fn take_touched(&mut self) -> Touched {
        Touched {
            reset: std::mem::take(&mut self.touched.reset),
            reference: std::mem::take(&mut self.touched.reference),
            accounts: self.touched.accounts.take_all().map(AccountId::new).collect(),
            instruments: self.touched.instruments.take_all().map(InstrumentId::new).collect(),
            lists: self.touched.lists.take_all().map(AccountId::new).collect(),
            exercises: self.touched.exercises.take_all().map(AccountId::new).collect(),
        }
    }

    /// Number of events so far.
    #[must_use]
    pub fn last_event(&self) -> Option<EventId> {
        (self.last_event > 0).then(|| EventId::new(self.last_event))
    }

    fn market(&self, instrument: InstrumentId) -> Option<&Market> {
        self.markets.get(usize::try_from(instrument.get()).ok()?)
    }

    fn known_market(&self, instrument: InstrumentId) -> Result<&Market, Reject> {
        self.market(instrument).ok_or(Reject::UnknownInstrument(instrument))
    }

    /// The market of an instrument that a decision has found already.
    fn market_mut(&mut self, instrument: InstrumentId) -> &mut Market {
        self.touched.instruments.mark(instrument.get());
        self.stirred.mark(instrument.get());
        let index = usize::try_from(instrument.get()).unwrap_or(usize::MAX);
        match self.markets.get_mut(index) {
            Some(market) => market,
            None => unreachable!("Invariant: decided commands name known instruments"),
        }
    }

    /// A client's account; the house takes no commands.
    fn known_account(&self, account: AccountId) -> Result<(), Reject> {
        let known = account != AccountId::HOUSE && self.reference.account(account).is_some();
        if known { Ok(()) } else { Err(Reject::UnknownAccount(account)) }
    }

    fn mint(&mut self) -> EventId {
        self.last_event += 1;
        EventId::new(self.last_event)
    }

    fn emit(&mut self, events: &mut Vec<Event>, account: AccountId, change: Change) {
        let id = self.mint();
        events.push(Event { id, at: self.now, account, change });
    }

    fn assert_books_uncrossed(&self) {
        for instrument in self.touched.instruments.iter() {
            let Some(market) = self.market(InstrumentId::new(instrument)) else { continue };
            if let (Some(bid), Some(ask)) = (market.book.best(Side::Buy), market.book.best(Side::Sell)) {
                assert!(bid < ask, "Invariant: the book is not crossed");
            }
        }
    }
}
