//! Commands a second through the handle, in memory and durable, at 1 to 1,024 callers at once; and, in the same
//! run, how often the disk can make a small write durable. Then what a start costs: with nothing in the journal, and
//! with all that was measured in it, and with a million commands. The figures mean something only beside each other.
//!
//! Each caller places an order and cancels it, over and over, so that the books stay small.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "the figures are the output")]

mod common;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use order_engine::{
    AccountId, CancelOrder, Command, InstrumentId, OrderId, OrderKind, PlaceOrder, Price, Quantity, Side,
    Size,
};
use runtime::{EngineHandle, Options, Runtime, Seed, SnapshotPolicy, SystemClock};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ACCOUNT: AccountId = AccountId::new(1);
const MEASURE: Duration = Duration::from_secs(3);
const CALLERS: [u32; 5] = [1, 16, 64, 256, 1_024];
const REPLAYED: usize = 1_000_000;
const REPLAYED_AT_ONCE: usize = 500;
const SYNC_FILE_BYTES: u64 = 4 * 1024 * 1024;
const SYNC_WRITE_BYTES: u64 = 256;
/// What a start may take with nothing there, and what replaying [`REPLAYED`] commands may.
const EMPTY_GOAL: Duration = Duration::from_millis(50);
const REPLAY_GOAL: Duration = Duration::from_secs(2);
const SEED: &str = include_str!("market.toml");

fn main() {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("{:<28} {:>12} {:>12} {:>12}", "", "commands/s", "p50 us", "p99 us");
    for callers in CALLERS {
        let runtime = Runtime::start(Options::in_memory(), Arc::new(SystemClock)).unwrap();
        tokio.block_on(measure("in memory", &runtime, callers));
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let syncs = syncs_per_second(dir.path());
        println!("{:<28} {syncs:>12}", "the disk alone, syncs/s");
        let runtime = start(dir.path(), "start, new journal", Some(EMPTY_GOAL));
        let (commands, rate) = tokio.block_on(measure("durable", &runtime, callers));
        let tenths = rate * 10 / syncs.max(1);
        println!("{:<28} {:>10}.{}", "commands for each sync", tenths / 10, tenths % 10);
        runtime.stop().unwrap();
        start(dir.path(), &format!("start, {commands} commands"), None);
    }
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    tokio.block_on(log_for_replay(dir.path()));
    start(dir.path(), &format!("replay, {REPLAYED} commands"), Some(REPLAY_GOAL));
}

/// Without snapshots, so that all of the log is replayed.
fn options(dir: &Path) -> Options {
    let snapshots = SnapshotPolicy { every_commands: u64::MAX, every_bytes: u64::MAX };
    Options { snapshots, ..Options::in_directory(dir.join("journal")) }
}

/// Writes a log of orders that are placed and canceled.
async fn log_for_replay(dir: &Path) {
    let runtime = Runtime::start(options(dir), Arc::new(SystemClock)).unwrap();
    let engine = runtime.handle();
    seed(&engine).await;
    for _ in 0..REPLAYED / REPLAYED_AT_ONCE / 2 {
        let placed = engine.submit_all(vec![place(); REPLAYED_AT_ONCE]).await.unwrap();
        let cancels = placed.into_iter().map(|outcome| cancel(outcome.unwrap().about.unwrap())).collect();
        for outcome in engine.submit_all(cancels).await.unwrap() {
            outcome.unwrap();
        }
    }
    runtime.stop().unwrap();
}

async fn seed(engine: &EngineHandle) {
    let seed = toml::from_str::<Seed>(SEED).unwrap().commands().unwrap();
    for result in engine.submit_all(seed).await.unwrap() {
        result.unwrap();
    }
}

fn place() -> Command {
    let kind = OrderKind::Limit { price: Price::new("1.00".parse().unwrap()).unwrap() };
    let size = Size::Base(Quantity::new("0.01".parse().unwrap()).unwrap());
    Command::PlaceOrder(PlaceOrder::new(ACCOUNT, InstrumentId::new(0), Side::Buy, kind, size))
}

fn cancel(order: OrderId) -> Command {
    Command::CancelOrder(CancelOrder { account: ACCOUNT, order, client_order_id: None })
}

/// Starts on the journal of a directory and says how long that took.
fn start(dir: &Path, name: &str, goal: Option<Duration>) -> Runtime {
    let started = Instant::now();
    let runtime = Runtime::start(options(dir), Arc::new(SystemClock)).unwrap();
    common::show(name, started.elapsed(), goal);
    runtime
}

/// How often a small write into a zeroed file can be made durable.
fn syncs_per_second(dir: &Path) -> u128 {
    let file = File::create_new(dir.join("syncs")).unwrap();
    file.write_all_at(&vec![0; usize::try_from(SYNC_FILE_BYTES).unwrap()], 0).unwrap();
    file.sync_all().unwrap();
    let (started, mut syncs) = (Instant::now(), 0);
    while started.elapsed() < MEASURE / 3 {
        let offset = syncs * SYNC_WRITE_BYTES % SYNC_FILE_BYTES;
        file.write_all_at(&[7; 256], offset).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    per_second(syncs, started.elapsed())
}

/// Prints what was measured, and returns how many commands there were, in all and in a second.
async fn measure(name: &str, runtime: &Runtime, callers: u32) -> (usize, u128) {
    seed(&runtime.handle()).await;
    let started = Instant::now();
    let callers_at_work: Vec<_> =
        (0..callers).map(|_| tokio::spawn(place_and_cancel(runtime.handle(), started + MEASURE))).collect();
    let mut latencies = Vec::new();
    for caller in callers_at_work {
        latencies.extend(caller.await.unwrap());
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    let rate = per_second(latencies.len() as u64, elapsed);
    let percentile = |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_micros();
    let name = format!("{name}, {callers} callers");
    println!("{name:<28} {rate:>12} {:>12} {:>12}", percentile(50), percentile(99));
    (latencies.len(), rate)
}

fn per_second(count: u64, elapsed: Duration) -> u128 {
    u128::from(count) * 1_000_000 / elapsed.as_micros()
}

/// The time that each command took.
async fn place_and_cancel(engine: EngineHandle, until: Instant) -> Vec<Duration> {
    let place = place();
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let started = Instant::now();
        let order = engine.submit(place.clone()).await.unwrap().about.unwrap();
        latencies.push(started.elapsed());
        let started = Instant::now();
        engine.submit(cancel(order)).await.unwrap();
        latencies.push(started.elapsed());
    }
    latencies
}
