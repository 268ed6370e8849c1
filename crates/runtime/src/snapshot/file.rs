//! One snapshot file.
//!
//! | part | what |
//! |---|---|
//! | eight bytes | `DRGSNAP` and the format version |
//! | [`Head`] | after its length: rules, sequence, counters, the state's hash, and how many of the last five follow |
//! | image | the engine's, which ends by itself |
//! | executions | each after its length, by account, oldest first |
//! | trades | of each market, after their length |
//! | adjustments | each after its length, by account, oldest first |
//! | forgotten orders | those that events tell of: each version after its length, by order, oldest first |
//! | events | of late, each after its length, by account, oldest first |
//! | 32 bytes | the BLAKE3 hash of all before |
//!
//! Lengths have four bytes, little-endian; values are CBOR. Fields are only ever added.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use journal::Disk;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use order_engine::InstrumentId;

use super::frames::{Hashing, put, take};
use super::history::{self, Counts, History};
use super::stream::{Reading, Writing};
use super::{SnapshotError, SnapshotNote, image};
use crate::batch::SEMANTICS_VERSION;
use crate::market::PublicTrade;
use crate::restore::RestoringExecutions;
use crate::state::State;
use crate::views::Views;

const MAGIC: &[u8; 8] = b"DRGSNAP\x02";
const HASH_BYTES: u64 = 32;
const BUFFER_BYTES: usize = 1024 * 1024;

/// What can be said of a snapshot before it is read.
#[derive(Debug, Encode, Decode)]
struct Head {
    #[n(0)]
    semantics: u32,
    #[n(1)]
    sequence: u64,
    /// Nodes with their last counters.
    #[n(2)]
    counters: Vec<(u64, u64)>,
    #[n(3)]
    state_hash: ByteArray<32>,
    #[n(4)]
    executions: u64,
    #[n(5)]
    markets: u64,
    #[n(6)]
    #[cbor(default)]
    adjustments: u64,
    #[n(7)]
    #[cbor(default)]
    forgotten_versions: u64,
    #[n(8)]
    #[cbor(default)]
    events: u64,
}

/// The public trades of a market.
#[derive(Debug, Encode, Decode)]
struct MarketTrades {
    #[n(0)]
    instrument: InstrumentId,
    /// Oldest first.
    #[n(1)]
    trades: Vec<PublicTrade>,
}

/// A snapshot that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) state: State,
    pub(crate) note: SnapshotNote,
}

/// Writes a state that has been published into its views, and makes it durable. Says what it should be read back as.
pub(super) fn write(
    disk: &dyn Disk,
    path: &Path,
    sequence: u64,
    state: &State,
    views: &Views,
) -> Result<SnapshotNote, SnapshotError> {
    let fail = || SnapshotError::io(path);
    let file = disk.create(path).map_err(fail())?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, Hashing::new(Writing::new(&*file)));
    let mut buffer = Vec::new();
    let (executions, adjustments) = (views.all_executions(), views.all_adjustments());
    let history = History::of(views, &state.engine);
    let Counts { versions: forgotten_versions, events } = history.counts();
    let state_hash = state.engine.state_hash();
    let head = Head {
        semantics: SEMANTICS_VERSION,
        sequence,
        counters: state.counters.iter().map(|(node, counter)| (*node, *counter)).collect(),
        state_hash: state_hash.into(),
        executions: executions.iter().map(|list| list.len() as u64).sum(),
        markets: views.markets.len() as u64,
        adjustments: adjustments.len() as u64,
        forgotten_versions,
        events,
    };
    out.write_all(MAGIC).map_err(fail())?;
    put(&mut out, &mut buffer, &head).map_err(fail())?;
    state.engine.write_image(&mut out).map_err(fail())?;
    for execution in executions.iter().flatten() {
        put(&mut out, &mut buffer, execution.as_ref()).map_err(fail())?;
    }
    for instrument in state.engine.reference().instruments() {
        let Some(market) = views.market(instrument.id) else { continue };
        let trades =
            MarketTrades { instrument: instrument.id, trades: market.trades.iter().copied().collect() };
        put(&mut out, &mut buffer, &trades).map_err(fail())?;
    }
    for adjustment in &adjustments {
        put(&mut out, &mut buffer, adjustment).map_err(fail())?;
    }
    history.write(&mut out, &mut buffer).map_err(fail())?;
    let hashed = out.into_inner().map_err(|error| fail()(error.into_error()))?;
    let (hash, bytes) = (hashed.hash(), hashed.passed() + HASH_BYTES);
    hashed.into_inner().write_all(&hash).and_then(|()| file.sync()).map_err(fail())?;
    Ok(SnapshotNote { sequence, path: path.to_owned(), bytes, state_hash })
}

/// Whether the orders of a snapshot are put into views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orders {
    /// As readers are to see them.
    Shown,
    /// Nobody will look at them; the state has them.
    Withheld,
}

/// Reads a snapshot and puts what readers see into empty views, all but what [`State::publish`] puts there.
///
/// # Errors
/// [`SnapshotError`]; the views then hold a part of it.
pub(super) fn read(
    disk: &dyn Disk,
    path: &Path,
    views: &Views,
    orders: Orders,
) -> Result<Loaded, SnapshotError> {
    let fail = || SnapshotError::io(path);
    let file = disk.open(path).map_err(fail())?;
    let bytes = file.bytes().map_err(fail())?;
    let Some(hashed_bytes) = bytes.checked_sub(HASH_BYTES) else {
        return Err(SnapshotError::Format { path: path.to_owned() });
    };
    let mut input = BufReader::with_capacity(BUFFER_BYTES, Hashing::new(Reading::new(&*file, hashed_bytes)));
    let mut buffer = Vec::new();
    let head = read_head(path, &mut input, &mut buffer)?;
    let shown = (orders == Orders::Shown).then_some(views);
    let engine = image::read(&mut input, shown).map_err(|error| SnapshotError::image(path, error))?;
    let mut state = State { engine, ..State::default() };
    state.counters.extend(head.counters);
    let mut executions = RestoringExecutions::new(views);
    for _ in 0..head.executions {
        executions.add(take(&mut input, &mut buffer).map_err(fail())?);
    }
    executions.finish();
    for _ in 0..head.markets {
        let MarketTrades { instrument, trades } = take(&mut input, &mut buffer).map_err(fail())?;
        state.publisher.restore_trades(instrument, trades);
    }
    for _ in 0..head.adjustments {
        views.put_adjustment(take(&mut input, &mut buffer).map_err(fail())?);
    }
    let counts = Counts { versions: head.forgotten_versions, events: head.events };
    history::read(counts, &mut input, &mut buffer, &state.engine, views).map_err(fail())?;
    if input.read(&mut [0]).map_err(fail())? != 0 {
        return Err(SnapshotError::damaged(path, &"it goes on after its end"));
    }
    let mut written = [0; 32];
    let read = file.read_up_to(&mut written, hashed_bytes).map_err(fail())?;
    if read < written.len() || input.into_inner().hash() != written {
        return Err(SnapshotError::damaged(path, &"its bytes do not give the hash at its end"));
    }
    let note =
        SnapshotNote { sequence: head.sequence, path: path.to_owned(), bytes, state_hash: *head.state_hash };
    Ok(Loaded { state, note })
}

fn read_head(path: &Path, input: &mut impl Read, buffer: &mut Vec<u8>) -> Result<Head, SnapshotError> {
    let mut magic = [0; 8];
    input.read_exact(&mut magic).map_err(SnapshotError::io(path))?;
    if magic != *MAGIC {
        return Err(SnapshotError::Format { path: path.to_owned() });
    }
    let head: Head = take(input, buffer).map_err(SnapshotError::io(path))?;
    if head.semantics != SEMANTICS_VERSION {
        return Err(SnapshotError::Semantics { path: path.to_owned(), found: head.semantics });
    }
    Ok(head)
}

/// Reads what a snapshot says of itself, and nothing more.
///
/// # Errors
/// [`SnapshotError`] when it is none that this version reads.
pub(super) fn note(disk: &dyn Disk, path: &Path) -> Result<SnapshotNote, SnapshotError> {
    let file = disk.open(path).map_err(SnapshotError::io(path))?;
    let bytes = file.bytes().map_err(SnapshotError::io(path))?;
    let head = read_head(path, &mut BufReader::new(Reading::new(&*file, bytes)), &mut Vec::new())?;
    Ok(SnapshotNote { sequence: head.sequence, path: path.to_owned(), bytes, state_hash: *head.state_hash })
}
