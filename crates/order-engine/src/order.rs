//! The order: what was asked, what has become of it, and every earlier version of it.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use rust_decimal::Decimal;

use crate::annotations::Annotations;
use crate::exits::ClosingCause;
use crate::extras::SharedExtras;
use crate::history::{Earlier, Link};
use crate::ids::{AccountId, AssetId, ClientOrderId, EventId, InstrumentId, LotId, OrderId};
use crate::kind::OrderKind;
use crate::number::{Amount, Price, Quantity};
use crate::reject::Reject;
use crate::session::Queue;
use crate::time::Timestamp;

/// Which way an order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Side {
    /// Buys base with quote.
    #[n(0)]
    Buy,
    /// Sells base for quote.
    #[n(1)]
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum TimeInForce {
    /// Until the instrument's day ends.
    #[n(0)]
    Day,
    /// Until filled or canceled.
    #[n(1)]
    Gtc,
    /// What can be filled at once; the rest is canceled.
    #[n(2)]
    Ioc,
    /// All at once, or nothing.
    #[n(3)]
    Fok,
    /// Until an instant.
    #[n(4)]
    Gtd(#[n(0)] Timestamp),
    /// At the opening of the next day's regular trading only: what can be filled then; the rest is canceled.
    #[n(5)]
    AtOpen,
    /// At the close of regular trading only, this day's or the next one's: what can be filled then; the rest is canceled.
    #[n(6)]
    AtClose,
}

impl TimeInForce {
    /// Whether what is left may rest on the book.
    #[must_use]
    pub const fn may_rest(self) -> bool {
        matches!(self, Self::Day | Self::Gtc | Self::Gtd(_))
    }
}

/// How much is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Size {
    /// A quantity of base.
    #[n(0)]
    Base(#[n(0)] Quantity),
    /// An amount of quote to spend or to receive.
    #[n(1)]
    Quote(#[n(0)] Amount),
}

/// The worst prices that a fill may have, whatever the order's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub struct PriceBound {
    /// No fill below this price.
    #[n(0)]
    pub lower: Option<Price>,
    /// No fill above this price.
    #[n(1)]
    pub upper: Option<Price>,
}

/// What happens when an order would trade against an order of its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Encode, Decode)]
pub enum SelfMatch {
    /// They trade like strangers.
    #[n(0)]
    #[default]
    Allow,
    /// The incoming order is refused.
    #[n(1)]
    Refuse,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum OrderStatus {
    /// Recorded, not yet on the book: staged until its caller releases it, or queued until time does.
    #[n(0)]
    PendingNew,
    /// Working, nothing filled; or waiting for the market to come to its trigger.
    #[n(1)]
    New,
    /// Working, part filled.
    #[n(2)]
    PartiallyFilled,
    /// Done.
    #[n(3)]
    Filled,
    /// Taken back, or the remainder of an order that may not rest.
    #[n(4)]
    Canceled,
    /// Recorded and refused.
    #[n(5)]
    Rejected,
    /// Its time ran out.
    #[n(6)]
    Expired,
    /// Another order took its place.
    #[n(7)]
    Replaced,
    /// Working, while trading in its instrument is halted. It keeps its place; nothing trades and nothing fires.
    #[n(8)]
    Suspended,
}

impl OrderStatus {
    /// Whether nothing more can happen to the order.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::PendingNew | Self::New | Self::PartiallyFilled | Self::Suspended => false,
            Self::Filled | Self::Canceled | Self::Rejected | Self::Expired | Self::Replaced => true,
        }
    }

    /// Whether the order is on the book, or waits for its trigger or for its next session.
    #[must_use]
    pub const fn is_working(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled | Self::Suspended)
    }
}

/// Why an order has the status that it has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum StatusReason {
    /// Its owner canceled it.
    #[n(0)]
    CanceledByOwner,
    /// It may not rest (market, IOC, FOK) and the book had no more.
    #[n(1)]
    NotFilledAtOnce,
    /// Its own time in force ended.
    #[n(2)]
    TimeInForceEnded,
    /// It was staged and not released in time.
    #[n(3)]
    StagingEnded,
    /// An operator restated it.
    #[n(4)]
    Restated,
    /// The market refused it.
    #[n(5)]
    Refused(#[n(0)] Box<Reject>),
    /// It may only reduce a position, and there is none left to reduce.
    #[n(6)]
    NothingToReduce,
    /// Its account's margin positions had to be closed, and open orders go first.
    #[n(13)]
    MarginCloseout,
    /// A margin loss took the cash that it held.
    #[n(14)]
    Unfunded,
}

/// What an order holds back from its account's balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Hold {
    /// Asset held.
    #[n(0)]
    pub asset: AssetId,
    /// Amount held, zero or more.
    #[n(1)]
    pub amount: Amount,
    /// The part of it that comes out of the collateral of a short position, which the order covers; it goes back there
    /// as far as the order does not cover it. Zero for every other order.
    #[n(2)]
    #[cbor(with = "crate::seldom", has_nil)]
    pub claim: Amount,
}

impl Hold {
    /// A hold of what is free.
    pub(crate) const fn free(asset: AssetId, amount: Amount) -> Self {
        Self { asset, amount, claim: Amount::ZERO }
    }
}

/// What a closing order closes, and why. The engine makes such orders itself, on its owner's word or when an exit fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Closing {
    /// The lot that it closes, whichever is the oldest; nothing for the whole position, oldest lots first.
    #[n(0)]
    pub lot: Option<LotId>,
    /// Why.
    #[n(1)]
    pub cause: ClosingCause,
}

/// An order as it was after one change. Later versions point to earlier ones.
///
/// What few orders have reads like a field of the order, too: see [`Extras`](crate::Extras).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Number, unique in the state.
    pub id: OrderId,
    /// Owner.
    pub account: AccountId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// How it finds its price.
    pub kind: OrderKind,
    /// Size as it was asked for.
    pub size: Size,
    /// Ordered quantity of base. For a market order by quote amount it is what that amount came to: an estimate from
    /// the best opposite price while the order is staged, what was filled once it is closed.
    pub quantity: Quantity,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether it may only add liquidity.
    pub post_only: bool,
    /// Self-match rule.
    pub self_match: SelfMatch,
    /// Whether trading outside the regular session was asked for, when the caller said so.
    pub extended_hours: Option<bool>,
    /// The caller's id of the order, as it was placed.
    pub client_order_id: Option<ClientOrderId>,
    /// The caller's id of the last request that was applied to it: placing, replacing or canceling.
    pub request_id: Option<ClientOrderId>,
    /// Where it stands.
    pub status: OrderStatus,
    /// Why it stands there, when there is more to say.
    pub reason: Option<StatusReason>,
    /// Quantity filled so far.
    pub filled: Quantity,
    /// Quote amount of all fills, commission not counted.
    pub filled_notional: Amount,
    /// Quantity still working; zero once closed.
    pub leaves: Quantity,
    /// Commission of all fills.
    pub commission: Amount,
    /// Asset of the commission.
    pub commission_asset: AssetId,
    /// What it holds back; nothing once closed, and nothing while staged or queued.
    pub held: Option<Hold>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When this version came to be.
    pub updated_at: Timestamp,
    /// Version, from 1.
    pub version: u32,
    /// The event that made this version.
    pub last_event: EventId,
    /// When it expires by itself: the end of its day or its GTD instant.
    pub expires_at: Option<Timestamp>,
    /// Texts of the caller.
    pub annotations: Annotations,
    /// Times it was replaced in place.
    pub replaces: u32,
    /// What few orders have.
    pub(crate) extras: SharedExtras,
    /// Earlier versions.
    pub(crate) earlier: Earlier,
}

impl Order {
    /// Average price over all fills, exact to 28 digits; nothing before the first fill.
    #[must_use]
    pub fn average_price(&self) -> Option<Decimal> {
        let value = self.filled_notional.decimal().checked_div(self.filled.decimal())?;
        value.checked_div(Decimal::from(self.multiplier.unwrap_or(1))).map(|price| price.normalize())
    }

    /// The limit price, if it has one: for a trailing order, the one that it has now.
    #[must_use]
    pub fn limit_price(&self) -> Option<Price> {
        self.kind.resting_price().or(self.trigger.and_then(|trigger| trigger.limit))
    }

    /// Why the market refused it, if it was refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Reject> {
        let Some(StatusReason::Refused(reject)) = &self.reason else { return None };
        Some(reject)
    }

    /// Whether it waits for the market to come to its trigger, and is not on the book.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        !self.status.is_closed() && self.trigger.is_some_and(|trigger| trigger.fired_at.is_none())
    }

    /// The caller's ids that this version uses: that of the order, and that of the last request to it.
    pub fn own_client_ids(&self) -> impl Iterator<Item = &ClientOrderId> {
        let request = self.request_id.as_ref().filter(|id| Some(*id) != self.client_order_id.as_ref());
        self.client_order_id.iter().chain(request)
    }

    /// Whether it waits for its caller to release it.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        matches!(self.status, OrderStatus::PendingNew) && self.staged_until.is_some()
    }

    /// Whether it waits for time, or for the end of a halt, to release it.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        matches!(self.status, OrderStatus::PendingNew) && self.staged_until.is_none()
    }

    /// When it is released by itself, while it waits for that and the instant is known.
    #[must_use]
    pub fn releases_at(&self) -> Option<Timestamp> {
        match self.queue {
            Some(Queue::Waiting { releases_at }) => releases_at,
            Some(Queue::Released { .. }) | None => None,
        }
    }

    /// Whether it may trade outside of the regular session.
    #[must_use]
    pub const fn trades_extended_hours(&self) -> bool {
        matches!(self.extended_hours, Some(true))
    }

    /// The version before this one.
    #[must_use]
    pub fn previous(&self) -> Option<Arc<Self>> {
        self.earlier.previous(self)
    }

    /// This version and all before it, the newest first.
    pub fn versions(self: &Arc<Self>) -> impl Iterator<Item = Arc<Self>> {
        std::iter::successors(Some(Arc::clone(self)), |version| version.previous())
    }

    /// The caller's ids that this version uses and the one before it does not.
    pub fn new_client_ids(&self) -> impl Iterator<Item = &ClientOrderId> {
        let before = self.earlier.own_client_ids(self);
        self.own_client_ids().filter(move |id| !before.contains(&Some(id)))
    }

    /// All of the caller's ids that this version and those before it use; some more than once.
    pub fn all_client_ids(&self) -> impl Iterator<Item = &ClientOrderId> {
        self.own_client_ids().chain(self.earlier.links().flat_map(Link::client_ids))
    }

    /// The order that has these versions, the oldest first; nothing without any. For versions that were kept apart.
    #[must_use]
    pub fn of_versions(versions: impl IntoIterator<Item = Self>) -> Option<Arc<Self>> {
        let mut newest: Option<Arc<Self>> = None;
        for mut version in versions {
            if let Some(before) = newest.take() {
                version.follow(before);
            }
            newest = Some(Arc::new(version));
        }
        newest
    }

    /// Takes another version for the one before it.
    pub(crate) fn follow(&mut self, before: Arc<Self>) {
        self.share_with(&before);
        self.earlier = Earlier::between(before, self);
    }

    /// The version that was current at an instant, the instant itself included; nothing before the order existed.
    #[must_use]
    pub fn as_at(self: &Arc<Self>, instant: Timestamp) -> Option<Arc<Self>> {
        self.versions().find(|version| version.updated_at <= instant)
    }
}
