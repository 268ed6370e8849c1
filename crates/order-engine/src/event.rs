//! Events: what happened. A command that succeeds answers with them; views and streams are built from them.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::calendar::SessionKind;
use crate::command::Charge;
use crate::execution::Execution;
use crate::exercise::{ContractSettlement, ExerciseNotice};
use crate::exits::ExitChanges;
use crate::ids::{AccountId, AssetId, EventId, HaltReason, InstrumentId, ListId, OrderId};
use crate::list::InstrumentList;
use crate::number::{Amount, Price, Quantity};
use crate::order::Order;
use crate::position::Lot;
use crate::reference::{Account, BasisPoints};
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::versions::{Versions, by_version, shared};

/// The house's quote of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Quote {
    /// The house buys at this price.
    #[n(0)]
    pub bid: Price,
    /// The house sells at this price.
    #[n(1)]
    pub ask: Price,
    /// Quantity bid when the quote was set.
    #[n(2)]
    pub bid_size: Quantity,
    /// Quantity asked when the quote was set.
    #[n(3)]
    pub ask_size: Quantity,
    /// When it was set.
    #[n(4)]
    pub at: Timestamp,
}

/// One thing that happened.
///
/// Encoded, it names the versions of orders instead of holding them: see [`Versions`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(context_bound = "Versions")]
pub struct Event {
    /// Number, strictly increasing over the life of a state.
    #[n(0)]
    pub id: EventId,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// Whom it concerns; the house for what concerns everyone.
    #[n(2)]
    pub account: AccountId,
    /// What.
    #[n(3)]
    pub change: Change,
}

/// What happened. Orders are shown as they were right after it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(context_bound = "Versions")]
pub enum Change {
    /// The state was emptied.
    #[n(0)]
    StateReset,
    /// Assets, instruments or accounts changed. What concerns an account alone is that it was opened.
    #[n(1)]
    ReferenceChanged,
    /// The settings of an account changed.
    #[n(2)]
    AccountUpdated {
        /// As they were.
        #[cbor(n(0), with = "shared")]
        before: Arc<Account>,
        /// As they are.
        #[cbor(n(1), with = "shared")]
        after: Arc<Account>,
    },
    /// Equity has fallen to the account's closeout level: its open orders are canceled and its margin positions closed.
    #[n(3)]
    MarginCloseout {
        /// Cash and unrealized profit, in the account's currency.
        #[n(0)]
        equity: Amount,
        /// Used margin, in the account's currency.
        #[n(1)]
        used: Amount,
        /// The part of the used margin that equity has fallen to.
        #[n(2)]
        level: BasisPoints,
    },
    /// Equity has fallen below the used margin of an account that has a closeout level: it is in margin call.
    #[n(40)]
    MarginCallEntered {
        /// Cash and unrealized profit, in the account's currency.
        #[n(0)]
        equity: Amount,
        /// Used margin, in the account's currency.
        #[n(1)]
        used: Amount,
    },
    /// The account is no longer in margin call.
    #[n(41)]
    MarginCallLeft,
    /// Something was charged to a balance from outside, or credited to it.
    #[n(42)]
    Charged {
        /// For what.
        #[n(0)]
        charge: Charge,
        /// Asset: the account's currency.
        #[n(1)]
        asset: AssetId,
        /// Signed amount; less than zero for what the account pays.
        #[n(2)]
        amount: Amount,
        /// The balance after it.
        #[n(3)]
        balance: Amount,
    },
    /// The profit that was realized so far counts no longer.
    #[n(43)]
    ProfitReset {
        /// What it had come to, in the account's currency.
        #[n(0)]
        realized: Amount,
    },
    /// A balance was adjusted from outside.
    #[n(4)]
    BalanceAdjusted {
        /// Asset.
        #[n(0)]
        asset: AssetId,
        /// Signed amount.
        #[n(1)]
        amount: Amount,
        /// The balance after it.
        #[n(2)]
        balance: Amount,
    },
    /// The house's quote changed.
    #[n(5)]
    QuoteUpdated {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// The quote.
        #[n(1)]
        quote: Quote,
    },
    /// A session of an instrument opened or closed.
    #[n(6)]
    SessionChanged {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// The session that is open from now on; nothing when the market is closed.
        #[n(1)]
        session: Option<SessionKind>,
    },
    /// Trading in an instrument was halted.
    #[n(7)]
    TradingHalted {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// Why.
        #[n(1)]
        reason: HaltReason,
    },
    /// The halt of an instrument ended.
    #[n(8)]
    TradingResumed {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
    },
    /// An order was recorded and waits for its caller to release it.
    #[n(9)]
    OrderStaged(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was recorded, or released by its caller, and waits for time or for the market to release it.
    #[n(10)]
    OrderQueued(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was taken, or released; it is live.
    #[n(11)]
    OrderAccepted(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was filled, in part or whole.
    #[n(12)]
    OrderFilled {
        /// The order after the fill.
        #[cbor(n(0), with = "by_version")]
        order: Arc<Order>,
        /// The fill.
        #[cbor(n(1), with = "shared")]
        execution: Arc<Execution>,
    },
    /// The trigger of a trailing order followed the market.
    #[n(13)]
    OrderTrailed(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// The market came to an order's trigger; it is live.
    #[n(14)]
    OrderTriggered(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was changed in place by its owner.
    #[n(15)]
    OrderReplaced(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// A reduce-only order was cut to what is left of its account's position.
    #[n(16)]
    OrderReduced(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order gave its place to a successor.
    #[n(17)]
    OrderSucceeded(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// Trading was halted while an order was working.
    #[n(18)]
    OrderSuspended(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// The halt ended; an order works again.
    #[n(19)]
    OrderResumed(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was canceled.
    #[n(20)]
    OrderCanceled(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was recorded and refused.
    #[n(21)]
    OrderRejected(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order's time ran out.
    #[n(22)]
    OrderExpired(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An order was overwritten by an operator.
    #[n(23)]
    OrderRestated(#[cbor(n(0), with = "by_version")] Arc<Order>),
    /// An instrument list was made or changed.
    #[n(24)]
    ListChanged(#[cbor(n(0), with = "shared")] Arc<InstrumentList>),
    /// An instrument list was deleted.
    #[n(25)]
    ListDeleted(#[n(0)] ListId),
    /// An exercise notice was given, carried out, refused or canceled.
    #[n(70)]
    ExerciseChanged(#[cbor(n(0), with = "shared")] Arc<ExerciseNotice>),
    /// Contracts were exercised or expired, and left their owner.
    #[n(71)]
    ContractsSettled(#[cbor(n(0), with = "shared")] Arc<ContractSettlement>),
    /// The exits of an open lot were changed by its owner, or are used up.
    #[n(26)]
    LotExitsChanged {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// The lot after it.
        #[n(1)]
        lot: Box<Lot>,
        /// What its owner changed; nothing for exits that are used up.
        #[n(2)]
        changes: Option<Box<ExitChanges>>,
    },
    /// The trailing stop of an open lot followed the market.
    #[n(27)]
    LotTrailed {
        /// Instrument.
        #[n(0)]
        instrument: InstrumentId,
        /// The lot after it.
        #[n(1)]
        lot: Box<Lot>,
    },
}

impl Change {
    /// The fill, if it is one.
    #[must_use]
    pub const fn execution(&self) -> Option<&Arc<Execution>> {
        if let Self::OrderFilled { execution, .. } = self { Some(execution) } else { None }
    }

    /// The order it is about.
    #[must_use]
    pub const fn order(&self) -> Option<&Arc<Order>> {
        match self {
            Self::OrderStaged(order)
            | Self::OrderQueued(order)
            | Self::OrderSuspended(order)
            | Self::OrderResumed(order)
            | Self::OrderAccepted(order)
            | Self::OrderFilled { order, .. }
            | Self::OrderTrailed(order)
            | Self::OrderTriggered(order)
            | Self::OrderReplaced(order)
            | Self::OrderReduced(order)
            | Self::OrderSucceeded(order)
            | Self::OrderCanceled(order)
            | Self::OrderRejected(order)
            | Self::OrderExpired(order)
            | Self::OrderRestated(order) => Some(order),
            Self::StateReset
            | Self::ReferenceChanged
            | Self::AccountUpdated { .. }
            | Self::MarginCloseout { .. }
            | Self::MarginCallEntered { .. }
            | Self::MarginCallLeft
            | Self::Charged { .. }
            | Self::ProfitReset { .. }
            | Self::BalanceAdjusted { .. }
            | Self::QuoteUpdated { .. }
            | Self::SessionChanged { .. }
            | Self::TradingHalted { .. }
            | Self::TradingResumed { .. }
            | Self::ListChanged(_)
            | Self::ListDeleted(_)
            | Self::ExerciseChanged(_)
            | Self::ContractsSettled(_)
            | Self::LotExitsChanged { .. }
            | Self::LotTrailed { .. } => None,
        }
    }
}

/// What a successful command did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The order that the command was about; for a succession, the successor.
    pub about: Option<OrderId>,
    /// What happened, in order, to this and to other orders.
    pub events: Vec<Event>,
}

impl Outcome {
    /// The order that the command was about, as it is after the command: as the last event about it says.
    #[must_use]
    pub fn order(&self) -> Option<&Arc<Order>> {
        let about = self.about?;
        self.events.iter().rev().filter_map(|event| event.change.order()).find(|order| order.id == about)
    }

    /// The executions of the command's own order, in order.
    pub fn executions(&self) -> impl Iterator<Item = &Arc<Execution>> {
        self.events
            .iter()
            .filter_map(|event| event.change.execution())
            .filter(move |execution| Some(execution.order) == self.about)
    }
}

/// What came of one command at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What was due by then and happened before the command.
    pub due: Vec<Event>,
    /// What the command did, or why it was refused and changed nothing.
    pub result: Result<Outcome, Reject>,
    /// Closed orders that the state has forgotten, in the order in which they closed. Whoever wants them has to keep
    /// them now.
    pub archived: Vec<Arc<Order>>,
}
