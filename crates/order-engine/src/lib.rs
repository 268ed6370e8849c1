//! The order engine: a pure, deterministic state machine.
//!
//! [`Engine::apply`] takes a time and a [`Command`] and answers with what happened. It is total: bad input is a
//! [`Reject`] that changes nothing, never a panic. The same commands at the same times give the same state, byte for
//! byte, and [`Engine::state_hash`] proves it.
//!
//! The engine knows no HTTP, no clock, no randomness, no files, no threads and no vendor.

pub mod book;
pub mod limits;
pub mod units;
pub mod valuation;

mod annotations;
mod archived_ids;
mod calendar;
mod candles;
mod command;
mod engine;
mod entry;
mod event;
mod execution;
mod exercise;
mod exits;
mod exposed;
mod extras;
mod history;
mod ids;
mod kind;
mod ladder;
mod ledger;
mod list;
mod lookup;
mod lots;
mod marks;
mod number;
mod order;
mod packed;
mod position;
mod reference;
mod reject;
mod rising;
mod seldom;
mod session;
mod settings;
mod slab;
mod time;
mod triggers;
mod versions;

pub use annotations::Annotations;
pub use calendar::{Calendar, CalendarDefinition, Session, SessionKind, TradingDay};
pub use candles::{Bar, Candle, CandleHistory, CandleRow, QuoteCandle, Slot, TradeCandle};
pub use command::{
    AdjustBalance, CancelExercise, CancelOrder, CancelOrders, ChangeList, ChangeLotExits, Charge,
    ChargeAccount, CloseLot, ClosePosition, Command, CreateList, DeleteList, HaltInstrument,
    InstructExercise, ListChange, MarketRefusal, PlaceOrder, ReleaseOrder, ReplaceOrder, ResetProfit,
    RestateOrder, RestatedStatus, ResumeInstrument, SetRetention, SucceedOrder, SuccessorSize, UpdateAccount,
    UpdateQuote,
};
pub use engine::{
    DecodedPiece, Depth, DepthLevel, Engine, ImageBuilder, ImageError, ImagePiece, ImagePieces, LOOK_AHEAD,
    Misfit, Touched, first_difference,
};
pub use entry::{EntryCause, EntryId, EntryKind, LedgerEntry, Posting, Postings};
pub use event::{Applied, Change, Event, Outcome, Quote};
pub use execution::{Execution, Liquidity, LotClosure};
pub use exercise::{ContractSettlement, ExerciseKind, ExerciseNotice, ExerciseNotices, ExerciseStatus};
pub use exits::{ClosingCause, ExitChange, ExitChanges, ExitKind, Exits, LotExits, TrailingExit};
pub use extras::Extras;
pub use ids::{
    AccountCode, AccountId, AssetCode, AssetId, CalendarId, CalendarName, ClientOrderId, EventId,
    ExecutionId, ExerciseId, HaltReason, InstrumentId, ListId, ListItemId, ListName, LotId, OrderId, Symbol,
    TextError, TradeId,
};
pub use kind::{Direction, Offset, OrderClass, OrderKind, Trigger, Watermark};
pub use list::{InstrumentList, InstrumentLists, ListItem};
pub use number::{Amount, NumberError, Price, PriceDifference, Quantity};
pub use order::{
    Closing, Hold, Order, OrderStatus, PriceBound, SelfMatch, Side, Size, StatusReason, TimeInForce,
};
pub use position::{Balance, Holdings, Lot, Position};
pub use reference::{
    Account, AccountDefinition, Asset, AssetDefinition, AssetKind, BasisPoints, ChargedIn, Commission,
    Delivery, ExerciseStyle, Instrument, InstrumentDefinition, OptionContract, OptionRight, Pips, Reference,
    Rounding, Settlement, TriggerSource,
};
pub use reject::{
    AccountSetting, AnnotationPart, Capacity, Combination, DefinitionFault, DefinitionPart, Number,
    OrderField, Reject, ShortSaleFault,
};
pub use session::{Halt, MarketState, Queue, WhileClosed};
pub use settings::{AccountSettings, AccountState, Setting};
pub use time::Timestamp;
pub use versions::Versions;
