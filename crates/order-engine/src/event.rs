//! Events: what happened. A command that succeeds answers with them; views and streams are built from them.

use std::sync::Arc;

use crate::calendar::SessionKind;
use crate::execution::Execution;
use crate::exits::ExitChanges;
use crate::ids::{AccountId, AssetId, EventId, HaltReason, InstrumentId, ListId};
use crate::list::InstrumentList;
use crate::number::{Amount, Price, Quantity};
use crate::order::Order;
use crate::position::Lot;
use crate::reference::{Account, BasisPoints};
use crate::reject::Reject;
use crate::time::Timestamp;

/// The house's quote of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Number, strictly increasing over the life of a state.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// Whom it concerns; the house for what concerns everyone.
    pub account: AccountId,
    /// What.
    pub change: Change,
}

/// What happened. Orders are shown as they were right after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The state was emptied.
    StateReset,
    /// Assets, instruments or accounts changed. What concerns an account alone is that it was opened.
    ReferenceChanged,
    /// The settings of an account changed.
    AccountUpdated {
        /// As they were.
        before: Arc<Account>,
        /// As they are.
        after: Arc<Account>,
    },
    /// Equity has fallen to the account's closeout level: its open orders are canceled and its margin positions closed.
    MarginCloseout {
        /// Cash and unrealized profit, in the account's currency.
        equity: Amount,
        /// Used margin, in the account's currency.
        used: Amount,
        /// The part of the used margin that equity has fallen to.
        level: BasisPoints,
    },
    /// A balance was adjusted from outside.
    BalanceAdjusted {
        /// Asset.
        asset: AssetId,
        /// Signed amount.
        amount: Amount,
        /// The balance after it.
        balance: Amount,
    },
    /// The house's quote changed.
    QuoteUpdated {
        /// Instrument.
        instrument: InstrumentId,
        /// The quote.
        quote: Quote,
    },
    /// A session of an instrument opened or closed.
    SessionChanged {
        /// Instrument.
        instrument: InstrumentId,
        /// The session that is open from now on; nothing when the market is closed.
        session: Option<SessionKind>,
    },
    /// Trading in an instrument was halted.
    TradingHalted {
        /// Instrument.
        instrument: InstrumentId,
        /// Why.
        reason: HaltReason,
    },
    /// The halt of an instrument ended.
    TradingResumed {
        /// Instrument.
        instrument: InstrumentId,
    },
    /// An order was recorded and waits for its caller to release it.
    OrderStaged(Arc<Order>),
    /// An order was recorded, or released by its caller, and waits for time or for the market to release it.
    OrderQueued(Arc<Order>),
    /// An order was taken, or released; it is live.
    OrderAccepted(Arc<Order>),
    /// An order was filled, in part or whole.
    OrderFilled {
        /// The order after the fill.
        order: Arc<Order>,
        /// The fill.
        execution: Arc<Execution>,
    },
    /// The trigger of a trailing order followed the market.
    OrderTrailed(Arc<Order>),
    /// The market came to an order's trigger; it is live.
    OrderTriggered(Arc<Order>),
    /// An order was changed in place by its owner.
    OrderReplaced(Arc<Order>),
    /// A reduce-only order was cut to what is left of its account's position.
    OrderReduced(Arc<Order>),
    /// An order gave its place to a successor.
    OrderSucceeded(Arc<Order>),
    /// Trading was halted while an order was working.
    OrderSuspended(Arc<Order>),
    /// The halt ended; an order works again.
    OrderResumed(Arc<Order>),
    /// An order was canceled.
    OrderCanceled(Arc<Order>),
    /// An order was recorded and refused.
    OrderRejected(Arc<Order>),
    /// An order's time ran out.
    OrderExpired(Arc<Order>),
    /// An order was overwritten by an operator.
    OrderRestated(Arc<Order>),
    /// An instrument list was made or changed.
    ListChanged(Arc<InstrumentList>),
    /// An instrument list was deleted.
    ListDeleted(ListId),
    /// The exits of an open lot were changed by its owner, or are used up.
    LotExitsChanged {
        /// Instrument.
        instrument: InstrumentId,
        /// The lot after it.
        lot: Lot,
        /// What its owner changed; nothing for exits that are used up.
        changes: Option<ExitChanges>,
    },
    /// The trailing stop of an open lot followed the market.
    LotTrailed {
        /// Instrument.
        instrument: InstrumentId,
        /// The lot after it.
        lot: Lot,
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
            | Self::BalanceAdjusted { .. }
            | Self::QuoteUpdated { .. }
            | Self::SessionChanged { .. }
            | Self::TradingHalted { .. }
            | Self::TradingResumed { .. }
            | Self::ListChanged(_)
            | Self::ListDeleted(_)
            | Self::LotExitsChanged { .. }
            | Self::LotTrailed { .. } => None,
        }
    }
}

/// What a successful command did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The order that the command was about, as it is after the command; for a succession, the successor.
    pub order: Option<Arc<Order>>,
    /// What happened, in order, to this and to other orders.
    pub events: Vec<Event>,
}

impl Outcome {
    /// The executions of the command's own order, in order.
    pub fn executions(&self) -> impl Iterator<Item = &Arc<Execution>> {
        let own = self.order.as_ref().map(|order| order.id);
        self.events
            .iter()
            .filter_map(|event| event.change.execution())
            .filter(move |execution| Some(execution.order) == own)
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
