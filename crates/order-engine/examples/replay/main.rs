//! Replays a stream of book operations through the book alone and through the whole engine.
//!
//! ```text
//! cargo run --release -p order-engine --example replay -- FILE.ops
//! cargo run --release -p order-engine --example replay -- --generate MIX SEED OPERATIONS FILE.ops
//! cargo run --release -p order-engine --example replay -- --table SEED
//! ```
//!
//! A file holds 32-byte little-endian records; see [`ops`]. Mixes are `moves`, `gateway`, `deep` and `million`. For the
//! book, a plain peer of it and the engine it prints trades, quantity and notional, which must agree with each other and with a naive book, then
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
mod measure;
mod ops;
mod peer;
mod setup;
mod table;

use books::{BookAlone, NaiveBook, Subject, Totals, WholeEngine};
use measure::{Percentiles, Runs, run};
use ops::Operation;
use peer::{Hashed, Listed, PeerBook};

/// The allocator of the binary, so that the figures are its own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        ["--table", seed] => table::print(seed.parse().unwrap()),
        ["--once", subject, file] => once(subject, file),
        [file] => replay(file),
        _ => println!(
            "usage: replay FILE.ops | replay --table SEED | replay --generate moves|gateway|deep|million SEED OPERATIONS FILE.ops"
        ),
    }
}

fn replay(file: &str) {
    let stream = ops::decode(&std::fs::read(file).unwrap());
    let checked = &stream[..stream.len().min(CHECKED)];
    let expected = totals::<NaiveBook>(checked);
    assert_eq!(totals::<BookAlone>(checked), expected, "the book disagrees with the naive book");
    assert_eq!(totals::<PeerBook<Hashed>>(checked), expected, "the peer disagrees with the naive book");
    assert_eq!(totals::<WholeEngine>(checked), expected, "the engine disagrees with the naive book");
    println!("{file}: {} operations; the first {} agree with a naive book", stream.len(), checked.len());
    measure::<PeerBook<Hashed>>("peer", &stream);
    measure::<PeerBook<Listed>>("its list", &stream);
    measure::<BookAlone>("book", &stream);
    measure::<WholeEngine>("engine", &stream);
}

/// One run without a clock, for those who count instructions or bytes.
fn once(subject: &str, file: &str) {
    let stream = ops::decode(&std::fs::read(file).unwrap());
    let totals = match subject {
        "peer" => totals::<PeerBook<Hashed>>(&stream),
        "list" => totals::<PeerBook<Listed>>(&stream),
        "book" => totals::<BookAlone>(&stream),
        "engine" => totals::<WholeEngine>(&stream),
        other => unreachable!("there is no subject {other}"),
    };
    println!("{subject}: trades {} quantity {} notional {}", totals.trades, totals.quantity, totals.notional);
}

fn totals<S: Subject>(stream: &[Operation]) -> Totals {
    run::<S>(stream).1
}

fn measure<S: Subject>(name: &str, stream: &[Operation]) {
    let (mut runs, mut totals) = (Runs::default(), None);
    for _ in Runs::all() {
        runs.add::<S>(stream, &mut totals);
    }
    let Totals { trades, quantity, notional } = totals.unwrap_or_default();
    let tenths = runs.tenths(stream.len());
    let Percentiles { p50, p99, p999 } = Percentiles::together::<S>(stream, 0);
    println!(
        "{name:<8} trades {trades} quantity {quantity} notional {notional} | {}.{} ns/op | p50 {p50} ns, p99 {p99} ns, p99.9 {p999} ns",
        tenths / 10,
        tenths % 10
    );
}
