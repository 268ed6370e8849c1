//! Ledger entries: what every movement did to a balance, and why.
//!
//! The entries of a fill travel with its execution, that of an adjustment with its event, so that none is kept twice.
//! The house keeps no entries of its own: its movements are those of its clients with the other sign.

use minicbor::{Decode, Encode};

use crate::event::{Change, Event};
use crate::execution::Execution;
use crate::ids::{AccountId, AssetId, EventId, ExecutionId, InstrumentId, OrderId};
use crate::number::Amount;
use crate::time::Timestamp;

/// What kind of movement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum EntryKind {
    /// From outside, or to there.
    #[n(0)]
    Adjustment,
    /// An asset that changed hands in a trade.
    #[n(1)]
    Trade,
    /// What a trade cost.
    #[n(2)]
    Commission,
    /// What closing a margin position made or lost.
    #[n(3)]
    Profit,
    /// What changed hands when contracts were exercised or expired.
    #[n(4)]
    Exercise,
}

/// One movement of one balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Posting {
    /// What kind.
    #[n(0)]
    pub kind: EntryKind,
    /// Asset.
    #[n(1)]
    pub asset: AssetId,
    /// Signed amount.
    #[n(2)]
    pub amount: Amount,
    /// The balance right after it, what is held included.
    #[n(3)]
    pub balance: Amount,
}

/// The movements of one side of a fill, in the order in which they happened. Nothing is noted of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
pub struct Postings(#[n(0)] [Option<Posting>; Postings::MOST]);

impl Postings {
    /// Most movements of one side of a fill: base, quote and commission, or commission and profit.
    pub(crate) const MOST: usize = 3;

    /// No movement.
    pub(crate) const NONE: Self = Self([None; Self::MOST]);

    /// All of them.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Posting> {
        self.0.iter().flatten()
    }

    /// Notes one more. A movement of nothing is none.
    pub(crate) fn add(&mut self, posting: Posting) {
        if posting.amount.is_zero() {
            return;
        }
        match self.0.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(posting),
            None => unreachable!("Invariant: a side of a fill moves at most three balances"),
        }
    }
}

/// The place of an entry in the history of all entries: the event that caused it, and its place among the entries of
/// that event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct EntryId {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// From 0.
    #[n(1)]
    pub place: u8,
}

/// Why a balance moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum EntryCause {
    /// An adjustment from outside.
    #[n(0)]
    Adjustment,
    /// A fill of an order.
    #[n(1)]
    Fill {
        /// The fill.
        #[n(0)]
        execution: ExecutionId,
        /// The order.
        #[n(1)]
        order: OrderId,
    },
    /// Contracts that were exercised or expired.
    #[n(2)]
    Exercise(#[n(0)] InstrumentId),
}

/// A ledger entry of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct LedgerEntry {
    /// Its place in history.
    #[n(0)]
    pub id: EntryId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// Whose balance.
    #[n(2)]
    pub account: AccountId,
    /// What moved.
    #[n(3)]
    pub posting: Posting,
    /// Why.
    #[n(4)]
    pub cause: EntryCause,
}

impl Postings {
    /// The postings as entries of one event, oldest first.
    fn entries(
        self,
        event: EventId,
        at: Timestamp,
        account: AccountId,
        cause: EntryCause,
    ) -> impl DoubleEndedIterator<Item = LedgerEntry> {
        [0, 1, 2].into_iter().zip(self.0).filter_map(move |(place, posting)| {
            let id = EntryId { event, place };
            posting.map(|posting| LedgerEntry { id, at, account, posting, cause })
        })
    }
}

impl Execution {
    /// The ledger entries of this side of the fill, oldest first.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = LedgerEntry> {
        let cause = EntryCause::Fill { execution: self.id, order: self.order };
        self.postings.entries(EventId::from(self.id), self.at, self.account, cause)
    }
}

impl Event {
    /// The ledger entries of what is no fill, oldest first: of an adjustment from outside, of a charge, or of
    /// contracts that were exercised or expired.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = LedgerEntry> {
        let (postings, cause) = match &self.change {
            Change::BalanceAdjusted { asset, amount, balance }
            | Change::Charged { asset, amount, balance, .. } => {
                let mut postings = Postings::default();
                let kind = EntryKind::Adjustment;
                postings.add(Posting { kind, asset: *asset, amount: *amount, balance: *balance });
                (postings, EntryCause::Adjustment)
            }
            Change::ContractsSettled(settled) => (settled.postings, EntryCause::Exercise(settled.instrument)),
            Change::StateReset
            | Change::ReferenceChanged
            | Change::AccountUpdated { .. }
            | Change::MarginCloseout { .. }
            | Change::MarginCallEntered { .. }
            | Change::MarginCallLeft
            | Change::ProfitReset { .. }
            | Change::QuoteUpdated { .. }
            | Change::SessionChanged { .. }
            | Change::TradingHalted { .. }
            | Change::TradingResumed { .. }
            | Change::OrderStaged(_)
            | Change::OrderQueued(_)
            | Change::OrderAccepted(_)
            | Change::OrderFilled { .. }
            | Change::OrderTrailed(_)
            | Change::OrderTriggered(_)
            | Change::OrderReplaced(_)
            | Change::OrderReduced(_)
            | Change::OrderSucceeded(_)
            | Change::OrderSuspended(_)
            | Change::OrderResumed(_)
            | Change::OrderCanceled(_)
            | Change::OrderRejected(_)
            | Change::OrderExpired(_)
            | Change::OrderRestated(_)
            | Change::ListChanged(_)
            | Change::ListDeleted(_)
            | Change::ExerciseChanged(_)
            | Change::LotExitsChanged { .. }
            | Change::LotTrailed { .. } => (Postings::default(), EntryCause::Adjustment),
        };
        postings.entries(self.id, self.at, self.account, cause)
    }
}
