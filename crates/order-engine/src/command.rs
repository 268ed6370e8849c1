//! Commands: everything that can be asked of the engine. They are what the log holds, so field numbers are forever.

mod accounts;
mod changes;
mod exercises;
mod lists;
mod lots;
mod markets;
mod orders;

use minicbor::{Decode, Encode};

use crate::calendar::CalendarDefinition;
use crate::reference::{AccountDefinition, AssetDefinition, InstrumentDefinition};

pub use accounts::{AdjustBalance, Charge, ChargeAccount, ResetProfit, UpdateAccount};
pub use changes::{ReplaceOrder, RestateOrder, RestatedStatus, SucceedOrder, SuccessorSize};
pub use exercises::{CancelExercise, InstructExercise};
pub use lists::{ChangeList, CreateList, DeleteList, ListChange};
pub use lots::{ChangeLotExits, CloseLot, ClosePosition};
pub use markets::{HaltInstrument, ResumeInstrument, SetRetention, UpdateQuote};
pub use orders::{CancelOrder, CancelOrders, MarketRefusal, PlaceOrder, ReleaseOrder};

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Time passes; what is due happens.
    #[n(0)]
    Tick,
    /// Forget everything but the retention and start from the empty state. Counters start again.
    #[n(1)]
    Reset,
    /// Define an asset.
    #[n(2)]
    DefineAsset(#[n(0)] AssetDefinition),
    /// Define an instrument between two assets.
    #[n(3)]
    DefineInstrument(#[n(0)] InstrumentDefinition),
    /// Open an account.
    #[n(4)]
    OpenAccount(#[n(0)] AccountDefinition),
    /// Add to a balance (or take away, when negative) from outside.
    #[n(5)]
    AdjustBalance(#[n(0)] AdjustBalance),
    /// Charge an account for something, or credit it, in its currency.
    #[n(41)]
    ChargeAccount(#[n(0)] ChargeAccount),
    /// Count the realized profit of an account anew.
    #[n(42)]
    ResetProfit(#[n(0)] ResetProfit),
    /// Set the house's quote; replaces what is left of the one before.
    #[n(6)]
    UpdateQuote(#[n(0)] UpdateQuote),
    /// Place an order.
    #[n(7)]
    PlaceOrder(#[n(0)] PlaceOrder),
    /// Put a staged order on the book.
    #[n(8)]
    ReleaseOrder(#[n(0)] ReleaseOrder),
    /// Change a working order in place: same id, a new version.
    #[n(9)]
    ReplaceOrder(#[n(0)] ReplaceOrder),
    /// Cancel a working order and place its successor, in one step or not at all.
    #[n(10)]
    SucceedOrder(#[n(0)] SucceedOrder),
    /// Take back one order.
    #[n(11)]
    CancelOrder(#[n(0)] CancelOrder),
    /// Take back all matching orders of an account.
    #[n(12)]
    CancelOrders(#[n(0)] CancelOrders),
    /// An operator overwrites the stored state of an order.
    #[n(13)]
    RestateOrder(#[n(0)] RestateOrder),
    /// Change the exits of an open lot.
    #[n(14)]
    ChangeLotExits(#[n(0)] ChangeLotExits),
    /// Close an open lot by a market order, in whole or in part.
    #[n(15)]
    CloseLot(#[n(0)] CloseLot),
    /// Close all lots of an instrument by a market order, oldest first.
    #[n(16)]
    ClosePosition(#[n(0)] ClosePosition),
    /// Change the settings of an account.
    #[n(26)]
    UpdateAccount(#[n(0)] UpdateAccount),
    /// Set how many closed orders the state remembers.
    #[n(38)]
    SetRetention(#[n(0)] SetRetention),
    /// Make an empty instrument list.
    #[n(32)]
    CreateList(#[n(0)] CreateList),
    /// Add an instrument to a list, or take one off.
    #[n(33)]
    ChangeList(#[n(0)] ChangeList),
    /// Delete an instrument list.
    #[n(34)]
    DeleteList(#[n(0)] DeleteList),
    /// Say whether contracts are to be exercised.
    #[n(35)]
    InstructExercise(#[n(0)] InstructExercise),
    /// Take back an exercise notice that stands.
    #[n(36)]
    CancelExercise(#[n(0)] CancelExercise),
    /// Define a trading calendar, or add days to a known one: then its days so far must be the first of the new list.
    #[n(20)]
    DefineCalendar(#[n(0)] CalendarDefinition),
    /// An operator halts trading in an instrument.
    #[n(21)]
    HaltInstrument(#[n(0)] HaltInstrument),
    /// An operator ends a halt.
    #[n(22)]
    ResumeInstrument(#[n(0)] ResumeInstrument),
}
