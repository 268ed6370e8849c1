//! Of several reasons to refuse a command the first of the taxonomy's list is the answer, whatever the command: every two
//! faults that one can have at once are put into it. A refusal says what `check` foretells, and changes nothing.

mod closing;
mod exercising;
mod limits;
mod operating;
mod replacing;
mod succeeding;
mod triggered;

use std::collections::BTreeSet;

use order_engine::{
    AccountId, AccountState, Command, ExitChange, ExitChanges, Exits, HaltInstrument, HaltReason, Offset,
    Pips, PlaceOrder, PriceBound, Reject, Setting, Side, UpdateAccount, WhileClosed,
};

use crate::sessions::world_that;
use crate::support::*;

/// More than a number of the book can be.
const TOO_LARGE: &str = "10000000000000000000";

/// A fault: which parts of the command or of its world have it, so that two of them fit into one, how it comes about, and
/// the answer to it alone.
#[derive(Clone)]
struct Fault<T> {
    answer: &'static str,
    /// What of, where the reason has a place beside that in the list.
    of: Option<&'static str>,
    parts: &'static [&'static str],
    make: fn(&mut World, &mut T),
}

const fn fault<T>(
    answer: &'static str,
    parts: &'static [&'static str],
    make: fn(&mut World, &mut T),
) -> Fault<T> {
    Fault { answer, of: None, parts, make }
}

const fn second<T>(
    answer: &'static str,
    of: &'static str,
    parts: &'static [&'static str],
    make: fn(&mut World, &mut T),
) -> Fault<T> {
    Fault { answer, of: Some(of), parts, make }
}

/// What can be wrong with one kind of command.
struct Table<T> {
    /// A world, and a command that is taken in it.
    world: fn() -> (World, T),
    command: fn(T) -> Command,
    /// In the order in which they are answered.
    faults: fn() -> Vec<Fault<T>>,
}

/// A table of any kind of command.
pub(crate) trait Check {
    /// Puts each fault and each two faults into the command.
    fn check(&self);
    /// The answers to each fault alone.
    fn answers(&self) -> Vec<String>;
    /// A world, and a command of the kind that is taken in it.
    fn sample(&self) -> (World, Command);
}

impl<T> Check for Table<T> {
    fn check(&self) {
        let faults = (self.faults)();
        let listed = faults.iter().filter(|fault| fault.of.is_none());
        assert!(listed.map(|fault| place(fault.answer)).is_sorted(), "reject.rs has another order");
        assert_eq!(self.answer(&[]), None, "the command itself");
        let mut wrong = Vec::new();
        for (place, first) in faults.iter().enumerate() {
            let alone = self.answer(&[first]);
            if alone.as_deref() != Some(first.answer) {
                wrong.push(format!("{} {:?} alone: {alone:?}", first.answer, first.of));
                continue;
            }
            for other in &faults[place + 1..] {
                if first.parts.iter().any(|part| other.parts.contains(part)) {
                    continue;
                }
                let both = self.answer(&[first, other]);
                if both.as_deref() != Some(first.answer) {
                    let (one, two) = ((first.answer, first.of), (other.answer, other.of));
                    wrong.push(format!("{one:?} with {two:?}: {both:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn sample(&self) -> (World, Command) {
        let (world, command) = (self.world)();
        (world, (self.command)(command))
    }

    fn answers(&self) -> Vec<String> {
        (self.faults)().iter().filter_map(|fault| self.answer(&[fault])).collect()
    }
}

impl<T> Table<T> {
    /// What is answered to the command with faults; nothing when it is taken.
    fn answer(&self, faults: &[&Fault<T>]) -> Option<String> {
        let (mut world, mut command) = (self.world)();
        // A suspended account would keep the others from coming about.
        let (last, first): (Vec<&Fault<T>>, _) =
            faults.iter().partition(|fault| fault.answer == "AccountNotOpen");
        for fault in first.into_iter().chain(last) {
            (fault.make)(&mut world, &mut command);
        }
        refusal(&mut world, (self.command)(command))
    }
}

/// What is answered to a command; nothing when it is taken.
pub(crate) fn refusal(world: &mut World, command: Command) -> Option<String> {
    world.run(Command::Tick).unwrap();
    let foretold = world.engine.check(world.now, &command);
    let before = world.engine.state_hash();
    let answered = world.run(command).map(drop);
    assert_eq!(foretold, answered);
    let refused = answered.err()?;
    assert_eq!(world.engine.state_hash(), before, "a refusal left a trace: {refused:?}");
    Some(name(&refused))
}

fn name(reject: &Reject) -> String {
    let text = format!("{reject:?}");
    text.split(|character: char| !character.is_alphanumeric()).next().unwrap().to_owned()
}

/// Where a reason is in the list.
fn place(answer: &str) -> usize {
    let source = include_str!("../../src/reject.rs");
    ["(", ",", " {"].into_iter().find_map(|end| source.find(&format!("\n    {answer}{end}"))).unwrap()
}

/// The reasons that no command is answered with in a test of one: there are two million open orders before the first, and
/// the other is that of texts, before there is a command. `capacity.rs` and `limits.rs` have them.
const APART: [&str; 2] = ["TooManyOpenOrders", "AnnotationsTooLarge"];

/// The tables of all kinds of commands.
pub(crate) fn all_tables() -> Vec<Box<dyn Check>> {
    let tables = [
        closing::tables(),
        exercising::tables(),
        limits::tables(),
        operating::tables(),
        replacing::tables(),
        succeeding::tables(),
        triggered::tables(),
    ];
    tables.into_iter().flatten().collect()
}

#[test]
fn every_reason_is_given() {
    let given: BTreeSet<String> = all_tables().iter().flat_map(|table| table.answers()).collect();
    let source = include_str!("../../src/reject.rs");
    let list = &source[source.find("pub enum Reject {").unwrap()..source.find("impl Reject {").unwrap()];
    let reasons = list.lines().filter_map(|line| {
        let reason = line.strip_prefix("    ")?;
        let end = reason.find(|character: char| !character.is_alphanumeric())?;
        reason.starts_with(|first: char| first.is_ascii_uppercase()).then_some(&reason[..end])
    });
    let reasons: BTreeSet<&str> = reasons.collect();
    assert!(reasons.len() > 60, "the list is read");
    let missing: Vec<_> =
        reasons.iter().filter(|reason| !given.contains(**reason) && !APART.contains(reason)).collect();
    assert!(missing.is_empty(), "no table gives {missing:?}");
}

/// A market that trades and refuses what comes while it does not. The house quotes 99 to 101, and Alice sells one at 100.
pub(crate) fn open_market() -> World {
    let mut world = world_that(WhileClosed::Refuse);
    world.wait_seconds(250);
    world.run(Command::Tick).unwrap();
    world.place(limit(ALICE, Side::Sell, "1", "100")).unwrap();
    world
}

fn set(world: &mut World, update: UpdateAccount) {
    world.run(Command::UpdateAccount(update)).unwrap();
}

fn suspend(world: &mut World, account: AccountId) {
    set(world, UpdateAccount { state: Some(AccountState::Suspended), ..UpdateAccount::new(account) });
}

/// Lets Alice have no order worth more than this.
fn allow(world: &mut World, most: &str) {
    let max_order_notional = Setting::Set(amount(most));
    set(world, UpdateAccount { max_order_notional, ..UpdateAccount::new(ALICE) });
}

fn halt(world: &mut World) {
    let reason = HaltReason::new("news").unwrap();
    world.run(Command::HaltInstrument(HaltInstrument { instrument: BTC_USD, reason })).unwrap();
}

/// Takes the house out of the market.
fn empty_market(world: &mut World) {
    world.run(quote(BTC_USD, "99", "101", "0")).unwrap();
}

/// Lets an account use a client id for something else.
fn use_id(world: &mut World, account: AccountId) {
    let other =
        PlaceOrder { client_order_id: Some(client_id("used")), ..limit(account, Side::Buy, "1", "7") };
    drop(world.place(other));
}

fn crossed() -> PriceBound {
    PriceBound { lower: Some(price("200")), upper: Some(price("50")) }
}

fn in_pips() -> Exits {
    Exits { trailing: Some(Offset::Pips(Pips::from_tenths(50))), ..Exits::NONE }
}

/// Further from any price here than there are prices.
fn too_far() -> Exits {
    Exits { trailing: Some(Offset::Price(price("20000"))), ..Exits::NONE }
}

fn changed(exits: Exits) -> ExitChanges {
    fn change<P>(exit: Option<P>) -> ExitChange<P> {
        exit.map_or(ExitChange::Keep, ExitChange::Set)
    }
    ExitChanges {
        take_profit: change(exits.take_profit),
        stop_loss: change(exits.stop_loss),
        trailing: change(exits.trailing),
    }
}
