//! The records of an image.

use minicbor::{Decode, Encode};

use super::run::QueueRun;
use crate::candles::CandlesImage;
use crate::event::Quote;
use crate::exercise::ExerciseNotice;
use crate::ids::{AccountId, AssetId, InstrumentId, OrderId};
use crate::list::InstrumentList;
use crate::lots::LotQueueImage;
use crate::number::Amount;
use crate::order::Side;
use crate::position::Balance;
use crate::session::Halt;
use crate::time::Timestamp;

/// The format of the whole: what a reader must know before it can read the rest.
pub(super) const FORMAT: u32 = 2;

/// What a record is about, in the order in which records come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub(super) enum Section {
    /// One [`Head`].
    #[n(0)]
    Head,
    /// Assets in the order of their ids.
    #[n(1)]
    Asset,
    /// Calendars in the order of their ids.
    #[n(46)]
    Calendar,
    /// Instruments in the order of their ids.
    #[n(2)]
    Instrument,
    /// Accounts in the order of their ids, the house first.
    #[n(3)]
    Account,
    /// [`BalanceImage`]s by account and asset.
    #[n(4)]
    Balance,
    /// [`RealizedImage`]s by account.
    #[n(5)]
    Realized,
    /// A [`MarketImage`] for each instrument.
    #[n(6)]
    Market,
    /// [`PositionImage`]s by account and instrument.
    #[n(7)]
    Position,
    /// [`ParkedImage`]s by instrument and order.
    #[n(47)]
    Parked,
    /// Runs of orders by id, for each all of its versions, the oldest first.
    #[n(41)]
    Orders,
    /// Pieces of a list of [`crate::archived_ids::ArchivedIdImage`], in the order in which they came.
    #[n(22)]
    ArchivedIds,
    /// [`LevelImage`]s: for each instrument bids, then asks, in the order in which they would be filled.
    #[n(42)]
    Level,
    /// [`MarketCandles`] by instrument, the finest row first.
    #[n(21)]
    Candles,
    /// [`ListImage`]s by account, each account's oldest first.
    #[n(32)]
    List,
    /// [`ExerciseImage`]s by account, each account's oldest first.
    #[n(39)]
    Exercise,
    /// [`DepositedImage`]s by asset.
    #[n(30)]
    Deposited,
    /// [`CollateralImage`]s by account and instrument.
    #[n(31)]
    Collateral,
    /// The number of records before this one.
    #[n(63)]
    End,
}

/// What is there once.
#[derive(Debug, Encode, Decode)]
pub(super) struct Head {
    #[n(0)]
    pub(super) format: u32,
    #[n(1)]
    pub(super) now: Timestamp,
    #[n(2)]
    pub(super) last_event: u64,
    #[n(3)]
    pub(super) retention: Option<u64>,
    /// How many orders there are.
    #[n(4)]
    pub(super) orders: u64,
}

/// What an account has of an asset.
#[derive(Debug, Encode, Decode)]
pub(super) struct BalanceImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) balance: Balance,
}

/// What is inside of an asset.
#[derive(Debug, Encode, Decode)]
pub(super) struct DepositedImage {
    #[n(0)]
    pub(super) asset: AssetId,
    #[n(1)]
    pub(super) amount: Amount,
}

/// Profit of an account's margin positions.
#[derive(Debug, Encode, Decode)]
pub(super) struct RealizedImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) amount: Amount,
}

/// What secures the short position of an account in an instrument and is claimed by no order.
#[derive(Debug, Encode, Decode)]
pub(super) struct CollateralImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) instrument: InstrumentId,
    #[n(2)]
    pub(super) amount: Amount,
}

/// What is known of a market beside its book and its definition.
#[derive(Debug, Encode, Decode)]
pub(in crate::engine) struct MarketImage {
    #[n(0)]
    pub(in crate::engine) instrument: InstrumentId,
    #[n(1)]
    pub(in crate::engine) quote: Option<Quote>,
    /// In ticks.
    #[n(2)]
    pub(in crate::engine) last_trade: Option<i64>,
    #[n(3)]
    pub(in crate::engine) halt: Option<Halt>,
    /// How many orders its book has.
    #[n(4)]
    pub(in crate::engine) resting: u64,
}

/// An order that is kept out of its market.
#[derive(Debug, Encode, Decode)]
pub(super) struct ParkedImage {
    #[n(0)]
    pub(super) instrument: InstrumentId,
    #[n(1)]
    pub(super) order: OrderId,
}

/// A row of candles of a market.
#[derive(Debug, Encode, Decode)]
pub(super) struct MarketCandles {
    #[n(0)]
    pub(super) instrument: InstrumentId,
    #[n(1)]
    pub(super) candles: CandlesImage,
}

/// An instrument list of an account.
#[derive(Debug, Encode, Decode)]
pub(super) struct ListImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) list: InstrumentList,
}

/// An exercise notice of an account.
#[derive(Debug, Encode, Decode)]
pub(super) struct ExerciseImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) notice: ExerciseNotice,
}

/// Resting orders of one price: all of them, or the next ones.
#[derive(Debug, Encode, Decode)]
pub(super) struct LevelImage {
    #[n(0)]
    pub(super) instrument: InstrumentId,
    #[n(1)]
    pub(super) side: Side,
    /// In ticks.
    #[n(2)]
    pub(super) price: i64,
    #[n(3)]
    pub(super) queue: QueueRun,
}

/// The lots of an account in an instrument.
#[derive(Debug, Encode, Decode)]
pub(super) struct PositionImage {
    #[n(0)]
    pub(super) account: AccountId,
    #[n(1)]
    pub(super) instrument: InstrumentId,
    #[n(2)]
    pub(super) lots: LotQueueImage,
}
