//! Replays a stream of book operations through the book alone and through the whole engine.
//!
//! ```text
//! cargo run --release -p order-engine --example replay -- FILE.ops
//! cargo run --release -p order-engine --example replay -- --generate MIX SEED OPERATIONS FILE.ops
//! ```
//!
//! A file holds 32-byte little-endian records; see [`ops`]. Mixes are `moves`, `gateway`, `deep` and `million`. For each of
//! the two it prints trades, quantity and notional, which must agree with each other and with a naive book, then
//! nanoseconds for an operation (median of three runs) and the percentiles of single operations.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measuring program stops at the first thing that is not as expected, and prints what it found"
)]

mod books;
mod generate;
mod ops;

use std::time::{Duration, Instant};

use books::{BookAlone, NaiveBook, Subject, Totals, WholeEngine};
use ops::Operation;

/// The allocator of the binary, so that the figures are its own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RUNS: usize = 3;
/// The naive book is quadratic: it checks at most so many operations of a stream.
const CHECKED: usize = 50_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--generate", mix, seed, operations, file] => {
            let stream = generate::stream(mix, seed.parse().unwrap(), operations.parse().unwrap());
            std::fs::write(file, ops::encode(&stream)).unwrap();
            println!("{file}: {} operations of the mix {mix}", stream.len());
        }
        ["--once", subject, file] => once(subject, file),
        [file] => replay(file),
        _ => println!(
            "usage: replay FILE.ops | replay --generate moves|gateway|deep|million SEED OPERATIONS FILE.ops"
        ),
    }
}

fn replay(file: &str) {
    let stream = ops::decode(&std::fs::read(file).unwrap());
    let checked = &stream[..stream.len().min(CHECKED)];
    let expected = totals::<NaiveBook>(checked);
    assert_eq!(totals::<BookAlone>(checked), expected, "the book disagrees with the naive book");
    assert_eq!(totals::<WholeEngine>(checked), expected, "the engine disagrees with the naive book");
    println!("{file}: {} operations; the first {} agree with a naive book", stream.len(), checked.len());
    measure::<BookAlone>("book", &stream);
    measure::<WholeEngine>("engine", &stream);
}

/// One run without a clock, for those who count instructions or bytes.
fn once(subject: &str, file: &str) {
    let stream = ops::decode(&std::fs::read(file).unwrap());
    let totals = match subject {
        "book" => totals::<BookAlone>(&stream),
        "engine" => totals::<WholeEngine>(&stream),
        other => unreachable!("there is no subject {other}"),
    };
    println!("{subject}: trades {} quantity {} notional {}", totals.trades, totals.quantity, totals.notional);
}

fn totals<S: Subject>(stream: &[Operation]) -> Totals {
    let mut subject = S::new(stream);
    for operation in stream {
        subject.apply(operation);
    }
    subject.totals()
}

fn measure<S: Subject>(name: &str, stream: &[Operation]) {
    let mut runs: Vec<(Duration, Totals)> = (0..RUNS)
        .map(|_| {
            let mut subject = S::new(stream);
            let start = Instant::now();
            for operation in stream {
                subject.apply(operation);
            }
            (start.elapsed(), subject.totals())
        })
        .collect();
    runs.sort_by_key(|(elapsed, _)| *elapsed);
    let (elapsed, totals) = runs[RUNS / 2];
    let tenths = elapsed.as_nanos() * 10 / stream.len() as u128;
    let (nanos, tenth) = (tenths / 10, tenths % 10);
    let percentiles = percentiles::<S>(stream);
    println!(
        "{name:<7} trades {} quantity {} notional {} | {nanos}.{tenth} ns/op | p50 {} ns, p99 {} ns, p99.9 {} ns",
        totals.trades, totals.quantity, totals.notional, percentiles[0], percentiles[1], percentiles[2]
    );
}

/// Percentiles of single operations, the clock's own cost included.
fn percentiles<S: Subject>(stream: &[Operation]) -> [u128; 3] {
    let mut subject = S::new(stream);
    let mut times: Vec<u128> = stream
        .iter()
        .map(|operation| {
            let start = Instant::now();
            subject.apply(operation);
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    [500, 990, 999].map(|rank| times[(times.len() * rank / 1_000).min(times.len() - 1)])
}
