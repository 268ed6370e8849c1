//! Everything that the engine promises about speed, measured in one run and printed beside what was promised.

use crate::books::{BookAlone, WholeEngine};
use crate::generate;
use crate::measure::{Percentiles, Runs};
use crate::ops::Operation;
use crate::peer::{Hashed, Listed, PeerBook};

/// Mixes with their live orders and the operations that are measured.
const MIXES: [(&str, usize, usize); 4] = [
    ("moves", 1_000, 1_000_000),
    ("gateway", 10_000, 1_000_000),
    ("deep", 200_000, 1_000_000),
    ("million", 1_000_000, 2_000_000),
];

/// Commands a second of the whole engine on one core.
const COMMANDS_BUDGET: u128 = 2_000_000;

/// What one mix came to, in tenths of a nanosecond for an operation.
struct Row {
    peer: u128,
    listed: u128,
    book: u128,
    engine: u128,
    /// Of the engine, once all live orders are there, for commands that come together.
    together: Percentiles,
    /// The same for commands that come alone.
    alone: Percentiles,
}

/// Prints the table.
pub(crate) fn print(seed: u64) {
    println!("nanoseconds for an operation, median of runs in turn; seed {seed}");
    println!("percentiles of commands that come together, then of commands that come alone");
    println!(
        "{:<8} {:>9} | {:>8} {:>8} {:>8} {:>6} | {:>8} {:>11} | {:>6} {:>7} {:>7} | {:>6} {:>7}",
        "mix",
        "live",
        "peer",
        "its list",
        "book",
        "ratio",
        "engine",
        "commands/s",
        "p50",
        "p99",
        "p99.9",
        "p50",
        "p99"
    );
    println!(
        "{:<8} {:>9} | {:>8} {:>8} {:>8} {:>6} | {:>8} {:>11} |",
        "budget", "", "", "", "", "<= 1", "<= 500", "2,000,000"
    );
    let mut p99 = Vec::new();
    for (mix, live, operations) in MIXES {
        let row = measure(&generate::stream(mix, seed, operations), live);
        let ratio = row.book * 100 / row.listed.min(row.peer).max(1);
        println!(
            "{mix:<8} {live:>9} | {:>8} {:>8} {:>8} {:>6} | {:>8} {:>11} | {:>6} {:>7} {:>7} | {:>6} {:>7}",
            tenths(row.peer),
            tenths(row.listed),
            tenths(row.book),
            hundredths(ratio),
            tenths(row.engine),
            10_000_000_000 / row.engine.max(1),
            row.together.p50,
            row.together.p99,
            row.together.p999,
            row.alone.p50,
            row.alone.p99,
        );
        p99.push((live, row.together.p99, row.alone.p99, row.engine));
    }
    let of = |wanted: usize| {
        let row = p99.iter().find(|(live, ..)| *live == wanted);
        row.map_or((0, 0), |(_, together, alone, _)| (*together, *alone))
    };
    let ((few, few_alone), (many, many_alone)) = (of(10_000), of(1_000_000));
    println!(
        "p99 of apply with 1,000,000 resting against 10,000: {}, of commands that come alone {} (budget 1.50)",
        hundredths(many * 100 / few.max(1)),
        hundredths(many_alone * 100 / few_alone.max(1)),
    );
    for (live, _, _, engine) in p99 {
        let rate = 10_000_000_000 / engine.max(1);
        let verdict = if rate >= COMMANDS_BUDGET { "within" } else { "below" };
        println!("{live} live: {rate} commands/s, {verdict} the budget of {COMMANDS_BUDGET}");
    }
}

fn measure(stream: &[Operation], live: usize) -> Row {
    let (mut peer, mut listed, mut book, mut engine) =
        (Runs::default(), Runs::default(), Runs::default(), Runs::default());
    let mut expected = None;
    for _ in Runs::all() {
        peer.add::<PeerBook<Hashed>>(stream, &mut expected);
        listed.add::<PeerBook<Listed>>(stream, &mut expected);
        book.add::<BookAlone>(stream, &mut expected);
        engine.add::<WholeEngine>(stream, &mut expected);
    }
    Row {
        peer: peer.tenths(stream.len()),
        listed: listed.tenths(stream.len()),
        book: book.tenths(stream.len()),
        engine: engine.tenths(stream.len()),
        together: Percentiles::together::<WholeEngine>(stream, live),
        alone: Percentiles::alone::<WholeEngine>(stream, live),
    }
}

fn tenths(number: u128) -> String {
    format!("{}.{}", number / 10, number % 10)
}

fn hundredths(number: u128) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}
