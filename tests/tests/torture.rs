//! Killed at random moments, hundreds of times: the orders that were acknowledged are the orders that are there, each
//! once, and beyond them there is at most what got no answer.
//!
//! `make torture ROUNDS=5000` goes on for longer. A run prints its seed; the moments of the kills follow from it, what the
//! callers had come to by then does not, so the directory of a run that fails is kept.

#![expect(
    clippy::print_stdout,
    reason = "what a person needs to repeat a run, or to know that it was skipped"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helper functions too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::thread;
use std::time::Duration;

use dragoman_tests::dialects::{self, Clearstreet, Dialect, Failure, OrderIds, Ticket};
use dragoman_tests::gateway::{Data, FACADES, Gateway};
use simdisk::Random;
use tempfile::TempDir;

/// Rounds of each of the eight tests, unless the environment says how many all of them have together.
const ROUNDS: u64 = 25;

/// Tests, which run beside each other.
const TESTS: u64 = 8;

/// Rounds upon one directory: the log is to be long enough for several segments' worth of restarts, and short enough
/// that starting is quick.
const ROUNDS_OF_A_LOG: u64 = 25;

/// The longest time that the callers have in a round.
const MOST_LOAD: u64 = 40_000;

/// Orders that a caller leaves open in each of the first rounds; it cancels the others. Five callers leave 55 in eleven
/// rounds, and one more in each of the 25 rounds may have got no answer: 180 in all, below the least cap of a vendor (200).
const LEFT_OPEN: u32 = 1;
/// The last round in which orders are left open.
const LAST_LEAVING: u32 = 10;

/// What the callers of a directory know.
#[derive(Default)]
struct Known {
    /// By dialect and id: whether it was canceled, where that is known.
    orders: BTreeMap<(&'static str, String), Option<bool>>,
    /// Orders that got no answer.
    unanswered: usize,
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

fn torture(test: u64) {
    let seed = number("DRAGOMAN_TORTURE_SEED").unwrap_or(20_260) * TESTS + test;
    let rounds = number("DRAGOMAN_TORTURE_ROUNDS").map_or(ROUNDS, |all| all.div_ceil(TESTS));
    println!("test {test}: make torture SEED={} ROUNDS={}", seed / TESTS, rounds * TESTS);
    let mut random = Random::new(seed);
    let mut left = rounds;
    while left > 0 {
        let rounds = left.min(ROUNDS_OF_A_LOG);
        one_log(&mut random, rounds);
        left -= rounds;
    }
}

/// The directory of a run. When the run fails it is kept: what the callers had come to by then does not come again.
struct Evidence(Option<TempDir>);

impl Evidence {
    fn path(&self) -> &Path {
        self.0.as_ref().unwrap().path()
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        if thread::panicking()
            && let Some(directory) = self.0.take()
        {
            let directory = directory.keep();
            println!("the data directory of the failed run is kept; look at it with");
            println!("  dragoman journal verify --data-dir {}", directory.display());
        }
    }
}

fn one_log(random: &mut Random, rounds: u64) {
    let directory = Evidence(Some(tempfile::tempdir().unwrap()));
    let mut known = Known::default();
    for round in 0..rounds {
        let gateway = Gateway::start(Data::Directory(directory.path()));
        check(&gateway, &known, round);
        let round = u32::try_from(round).unwrap();
        let callers = dialects::all(&gateway).into_iter().zip(FACADES);
        let callers: Vec<_> =
            callers.map(|(dialect, name)| thread::spawn(move || call(dialect, name, round))).collect();
        // The moment of the kill is the test.
        thread::sleep(Duration::from_micros(random.below(MOST_LOAD)));
        gateway.kill();
        for caller in callers {
            let said = caller.join().unwrap();
            known.orders.extend(said.orders);
            known.unanswered += said.unanswered;
        }
    }
    let gateway = Gateway::start(Data::Directory(directory.path()));
    check(&gateway, &known, rounds);
    check_each(&gateway, &known);
}

/// Places orders and cancels most of them, until nobody answers.
fn call(mut dialect: Box<dyn Dialect>, name: &'static str, round: u32) -> Known {
    let mut known = Known::default();
    for turn in 0.. {
        let id = match dialect.place(&ticket(name, round * 100 + turn)) {
            Ok(id) => id,
            Err(Failure::Lost(_)) => {
                known.unanswered += 1;
                return known;
            }
            Err(Failure::Refused(answer)) => panic!("{name} was refused: {answer}"),
        };
        let mut canceled = Some(false);
        if turn >= LEFT_OPEN || round > LAST_LEAVING {
            canceled = match dialect.cancel(&id) {
                Ok(()) => Some(true),
                Err(Failure::Lost(_)) => None,
                Err(Failure::Refused(answer)) => panic!("{name} was refused to cancel: {answer}"),
            };
        }
        known.orders.insert((name, id), canceled);
        if canceled.is_none() {
            return known;
        }
    }
    known
}

fn ticket(dialect: &str, step: u32) -> Ticket {
    match dialect {
        "oms" => Ticket::bid("TSLA", 1, &format!("1.{:02}", step % 100)),
        "revx" => Ticket::bid("BTC-USD", 1, &format!("{}.25", 100 + step % 1_000)),
        "espresso" => Ticket::bid("ADA-USDM", 10, &format!("0.{:04}", 1_000 + step % 1_000)),
        "oanda" => Ticket::bid("EUR-USD", 100, &format!("0.{:05}", 10_001 + step % 1_000)),
        "clearstreet" => Ticket::bid("AAPL", 2, &format!("2.{:02}", step % 100)),
        other => panic!("no dialect {other}"),
    }
}

/// Everything acknowledged is there once, and there is no more than went unanswered.
fn check(gateway: &Gateway, known: &Known, round: u64) {
    let ledger = Clearstreet::new(gateway.url("clearstreet")).order_ids().unwrap();
    let in_dialect = |name: &'static str| {
        let ids = ledger.iter().map(move |ids: &OrderIds| (name, ids.in_dialect(name)));
        ids.collect::<BTreeSet<_>>()
    };
    let there: BTreeSet<(&'static str, String)> = FACADES.into_iter().flat_map(in_dialect).collect();
    assert_eq!(there.len(), ledger.len() * FACADES.len(), "an order is there twice");
    for order in known.orders.keys() {
        assert!(
            there.contains(order),
            "round {round}: {order:?} was acknowledged and is lost\n{}",
            gateway.log()
        );
    }
    let more = ledger.len() - known.orders.len();
    assert!(more <= known.unanswered, "round {round}: {more} orders that nobody placed");
}

/// The status of each order is what its caller was told.
fn check_each(gateway: &Gateway, known: &Known) {
    let mut dialects = dialects::all(gateway);
    for ((name, id), canceled) in &known.orders {
        let dialect = dialects.iter_mut().find(|dialect| dialect.name() == *name).unwrap();
        let seen = dialect.read(id).unwrap_or_else(|error| panic!("{name} {id}: {error}"));
        let Some(canceled) = canceled else { continue };
        // OANDA shows no order that is gone.
        let is_canceled = seen.as_ref().is_none_or(|seen| {
            seen.status.as_deref().is_some_and(|status| status.to_lowercase().starts_with("cancel"))
        });
        assert_eq!(is_canceled, *canceled, "{name} {id}: {seen:?}");
    }
}

#[test]
fn orders_survive_kills_at_any_moment_1() {
    torture(0);
}

#[test]
fn orders_survive_kills_at_any_moment_2() {
    torture(1);
}

#[test]
fn orders_survive_kills_at_any_moment_3() {
    torture(2);
}

#[test]
fn orders_survive_kills_at_any_moment_4() {
    torture(3);
}

#[test]
fn orders_survive_kills_at_any_moment_5() {
    torture(4);
}

#[test]
fn orders_survive_kills_at_any_moment_6() {
    torture(5);
}

#[test]
fn orders_survive_kills_at_any_moment_7() {
    torture(6);
}

#[test]
fn orders_survive_kills_at_any_moment_8() {
    torture(7);
}
