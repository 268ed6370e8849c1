//! What turns the pure engine into something that many may use at once.
//!
//! One sequencer thread takes what waits, appends it to the journal, makes it durable, applies it, publishes the read
//! views and answers the callers. Readers look at the views and never queue behind writers. Callers hold an
//! [`EngineHandle`]; they know neither the thread nor the journal.
//!
//! This crate knows no HTTP and no vendor.

mod activities;
mod answers;
mod archive;
mod batch;
mod clock;
mod collect;
mod companions;
mod condition;
mod handle;
mod ledger;
mod log_writer;
mod market;
mod options;
mod pages;
mod past;
mod publish;
mod recovery;
mod restore;
mod seed;
mod sequencer;
mod shared;
mod snapshot;
mod start;
mod state;
mod views;

pub use activities::ACTIVITIES_KEPT;
pub use archive::ArchiveError;
pub use batch::{BatchError, LoggedBatch, SEMANTICS_VERSION};
pub use clock::{Clock, ManualClock, SystemClock};
pub use condition::Condition;
pub use handle::{EngineHandle, SaveError, SubmitError};
pub use ledger::ADJUSTMENTS_KEPT;
pub use market::{Level, MarketView, PublicTrade, TRADES_KEPT};
pub use options::{Durability, JournalMode, Options};
pub use past::LISTED_AT_MOST;
pub use recovery::StartProgress;
pub use seed::{Seed, SeedError};
pub use snapshot::{SnapshotError, SnapshotNote, SnapshotPolicy, snapshots_in};
pub use start::{Runtime, StartError, StopError};
pub use views::Views;
