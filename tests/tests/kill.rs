//! Killed in full flight, again and again: whatever was acknowledged is there afterwards, with the same ids in every
//! dialect, and nothing is there twice.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helper functions too"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dragoman_tests::dialects::{self, Clearstreet, Dialect, Failure, OrderIds, Seen, Ticket};
use dragoman_tests::gateway::{Data, FACADES, Gateway};

const ROUNDS: u32 = 3;

/// Orders that every dialect must have had acknowledged before the power goes.
const ORDERS_EACH: usize = 24;

/// How far a fast dialect may run ahead of the slowest, so that all five stream until the end.
const LEAD: usize = 6;

/// Orders that a caller leaves open in a round; it cancels the others, so that no vendor's cap on open orders is met.
const LEFT_OPEN: u32 = 8;

/// What a caller knows for certain about one order.
#[derive(Debug, Clone)]
struct Acknowledged {
    placed_in: &'static str,
    id: String,
    ticket: Ticket,
    canceled: bool,
}

type Known = Arc<Mutex<Vec<Acknowledged>>>;

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let known = Known::default();
    let mut views = BTreeMap::new();
    let mut gateway = start(directory.path());
    for round in 0..ROUNDS {
        let callers = stream(&gateway, &known, round);
        wait_for_orders(&mut gateway, &known, round);
        gateway.kill();
        for caller in callers {
            caller.join().unwrap();
        }
        gateway = start(directory.path());
        views = check(&mut gateway, &known, views, round);
    }
}

fn start(directory: &std::path::Path) -> Gateway {
    Gateway::start(Data::Directory(directory))
}

/// One caller for each dialect, who places orders, and cancels most of them, until nobody answers any more.
fn stream(gateway: &Gateway, known: &Known, round: u32) -> Vec<JoinHandle<()>> {
    let callers = dialects::all(gateway).into_iter().zip(FACADES);
    callers
        .map(|(dialect, name)| {
            let known = Arc::clone(known);
            thread::spawn(move || call(dialect, name, &known, round))
        })
        .collect()
}

fn call(mut dialect: Box<dyn Dialect>, name: &'static str, known: &Known, round: u32) {
    for turn in 0.. {
        wait_for_the_others(name, known);
        let ticket = ticket(name, round, turn);
        let id = match dialect.place(&ticket) {
            Ok(id) => id,
            Err(Failure::Lost(_)) => return,
            Err(Failure::Refused(answer)) => panic!("{name} was refused: {answer}"),
        };
        let mut order = Acknowledged { placed_in: name, id, ticket, canceled: false };
        let stays_open = turn % 4 == 0 && turn / 4 < LEFT_OPEN;
        if !stays_open {
            match dialect.cancel(&order.id) {
                Ok(()) => order.canceled = true,
                // Whether it was canceled is not known, so nothing is claimed about it.
                Err(Failure::Lost(_)) => return,
                Err(Failure::Refused(answer)) => panic!("{name} was refused to cancel: {answer}"),
            }
        }
        known.lock().unwrap().push(order);
    }
}

/// Holds back whoever is far ahead. It ends by itself: whoever is behind either catches up or finds nobody to talk to,
/// and then nobody is there for the others either.
fn wait_for_the_others(name: &str, known: &Known) {
    let deadline = Instant::now() + Duration::from_millis(250);
    while Instant::now() < deadline {
        let counts = counts(&known.lock().unwrap());
        let slowest = FACADES.iter().map(|facade| counts.get(facade).copied().unwrap_or(0)).min();
        if counts.get(name).copied().unwrap_or(0) < slowest.unwrap_or(0) + LEAD {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// A ticket unlike any other: its dialect's own instrument, at a price of its own.
fn ticket(dialect: &str, round: u32, turn: u32) -> Ticket {
    let step = round * 10_000 + turn;
    match dialect {
        "oms" => Ticket::bid("TSLA", 1, &format!("1.{:02}", step % 100)),
        "revx" => Ticket::bid("BTC-USD", 1, &format!("{}.25", 100 + step % 1_000)),
        "espresso" => Ticket::bid("ADA-USDM", 10, &format!("0.{:04}", 1_000 + step % 1_000)),
        "oanda" => Ticket::bid("EUR-USD", 100, &format!("0.{:05}", 10_001 + step % 1_000)),
        "clearstreet" => Ticket::bid("AAPL", 2, &format!("2.{:02}", step % 100)),
        other => panic!("no dialect {other}"),
    }
}

fn wait_for_orders(gateway: &mut Gateway, known: &Known, round: u32) {
    let wanted = ORDERS_EACH * (round as usize + 1);
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let counts = counts(&known.lock().unwrap());
        if FACADES.iter().all(|name| counts.get(name).is_some_and(|count| *count >= wanted)) {
            return;
        }
        assert!(Instant::now() < deadline, "too few orders: {counts:?}\n{}", gateway.condition());
        thread::sleep(Duration::from_millis(2));
    }
}

fn counts(known: &[Acknowledged]) -> BTreeMap<&'static str, usize> {
    known.iter().fold(BTreeMap::new(), |mut counts, order| {
        *counts.entry(order.placed_in).or_default() += 1;
        counts
    })
}

/// What each dialect says of each order.
type Views = BTreeMap<(OrderIds, &'static str), Option<Seen>>;

/// Reads every acknowledged order in every dialect; answers what was seen, to be compared after the next kill.
fn check(gateway: &mut Gateway, known: &Known, earlier: Views, round: u32) -> Views {
    let known = known.lock().unwrap();
    let mut dialects = dialects::all(gateway);
    let ledger = Clearstreet::new(gateway.url("clearstreet")).order_ids().unwrap();

    // Every caller had at most one order under way when the power went, so there can be that many more, and no more.
    let unacknowledged = ledger.len() - known.len();
    let most = FACADES.len() * (round as usize + 1);
    assert!(unacknowledged <= most, "{unacknowledged} orders that nobody placed");

    let mut views = Views::new();
    for order in known.iter() {
        let ids = ledger.iter().filter(|ids| ids.is(order.placed_in, &order.id)).collect::<Vec<_>>();
        let [ids] = ids.as_slice() else { panic!("{order:?} is there {} times", ids.len()) };
        for (dialect, name) in dialects.iter_mut().zip(FACADES) {
            let seen = dialect.read(&ids.in_dialect(name));
            let seen = seen.unwrap_or_else(|error| panic!("{name}: {error}\n{}", gateway.condition()));
            expect(order, ids, name, seen.as_ref());
            views.insert(((*ids).clone(), name), seen);
        }
    }
    for (key, seen) in earlier {
        assert_eq!(views.get(&key), Some(&seen), "changed by a restart");
    }
    views
}

fn expect(order: &Acknowledged, ids: &OrderIds, name: &str, seen: Option<&Seen>) {
    let Some(seen) = seen else {
        assert!(name == "oanda" && order.canceled, "{order:?} is lost in {name}");
        return;
    };
    let seen = seen.clone().shortest();
    assert_eq!(seen.id, ids.in_dialect(name), "{order:?} in {name}");
    assert_eq!(seen.quantity, order.ticket.quantity.to_string(), "{order:?} in {name}");
    assert_eq!(seen.price, order.ticket.price.as_deref().map(trimmed), "{order:?} in {name}");
    if let Some(status) = seen.status {
        let canceled = status.to_lowercase().starts_with("cancel");
        assert_eq!(canceled, order.canceled, "{order:?} in {name} is {status}");
    }
}

fn trimmed(price: &str) -> String {
    price.trim_end_matches('0').trim_end_matches('.').to_owned()
}
