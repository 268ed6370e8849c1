//! What a start costs with a million orders resting: by replaying the log, and from a snapshot of the same state; and
//! what the snapshot itself costs while it is made, in time and in the longest answer that a caller had to wait for.
//!
//! The allocator is the one of the gateway. `ORDERS` asks for another number of orders, `STARTS` for another number of
//! starts from the snapshot.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::show;
use order_engine::{AccountId, Command, InstrumentId, OrderKind, PlaceOrder, Price, Quantity, Side, Size};
use runtime::{Durability, JournalMode, Options, Runtime, Seed, SnapshotPolicy, SystemClock};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ORDERS: u64 = 1_000_000;
/// Starts from the snapshot, each measured: on a machine that others use they differ.
const STARTS: u64 = 5;
/// What a start may take with nothing there, from a log of a million commands, and from a snapshot of their state.
const EMPTY_GOAL: Duration = Duration::from_millis(50);
const REPLAY_GOAL: Duration = Duration::from_secs(2);
const SNAPSHOT_GOAL: Duration = Duration::from_secs(1);
const TOGETHER: u64 = 500;
const SEED: &str = include_str!("market.toml");

fn main() {
    let asked = |name, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (orders, starts) = (asked("ORDERS", ORDERS), asked("STARTS", STARTS));
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = start(dir.path(), "start, nothing there", Some(EMPTY_GOAL));
    let engine = runtime.handle();
    let seed = toml::from_str::<Seed>(SEED).unwrap().commands().unwrap();
    tokio.block_on(engine.submit_all(seed)).unwrap();
    for batch in 0..orders / TOGETHER {
        let commands = (0..TOGETHER).map(|number| order(batch * TOGETHER + number)).collect();
        tokio.block_on(engine.submit_all(commands)).unwrap();
    }
    runtime.stop().unwrap();

    let runtime = start(dir.path(), &format!("start, log of {orders} orders"), Some(REPLAY_GOAL));
    let engine = runtime.handle();
    let began = Instant::now();
    let saving = std::thread::spawn({
        let engine = engine.clone();
        move || {
            let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
            tokio.block_on(engine.save_snapshot())
        }
    });
    let mut longest = Duration::ZERO;
    while !saving.is_finished() {
        let asked = Instant::now();
        tokio.block_on(engine.submit(Command::Tick)).unwrap();
        longest = longest.max(asked.elapsed());
    }
    saving.join().unwrap().unwrap();
    show("making a snapshot", began.elapsed(), None);
    show("longest answer meanwhile", longest, None);
    // One that covers all, so that a start from it replays nothing.
    let began = Instant::now();
    let note = tokio.block_on(engine.save_snapshot()).unwrap();
    show("making the next one, which builds upon it", began.elapsed(), None);
    println!("{:<44} {:>12} MB", "size of the snapshot", note.bytes / 1_000_000);
    let hash = tokio.block_on(engine.state_hash()).unwrap();
    runtime.stop().unwrap();
    for _ in 0..starts {
        let runtime = start(dir.path(), "start, from the snapshot", Some(SNAPSHOT_GOAL));
        let engine = runtime.handle();
        assert_eq!(tokio.block_on(engine.state_hash()).unwrap(), hash, "it is the same state");
        runtime.stop().unwrap();
    }
}

fn order(number: u64) -> Command {
    let cents = 1 + number % 20_000;
    let price = Price::new(format!("{}.{:02}", cents / 100 + 1, cents % 100).parse().unwrap()).unwrap();
    let size = Size::Base(Quantity::new("0.0001".parse().unwrap()).unwrap());
    let kind = OrderKind::Limit { price };
    Command::PlaceOrder(PlaceOrder::new(AccountId::new(1), InstrumentId::new(0), Side::Buy, kind, size))
}

/// Without what the disk costs at every batch: of interest is what a start does.
fn start(dir: &Path, what: &str, goal: Option<Duration>) -> Runtime {
    let journal = JournalMode::Directory { path: dir.to_owned(), durability: Durability::Async };
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    let began = Instant::now();
    let options = Options { journal, snapshots, ..Options::in_memory() };
    let runtime = Runtime::start(options, Arc::new(SystemClock)).unwrap();
    show(what, began.elapsed(), goal);
    runtime
}
