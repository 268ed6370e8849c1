//! What the HTTP path costs: each facade beside a bare actix-web handler that answers the same bytes, floor and subject in
//! turn in one run, so that the ratio means something on any machine.
//!
//! The load generator is one thread on the same machine. Where it is what limits the floor, the ratio is better than the
//! truth, so read it together with the floor's own figure.
//!
//! `make bench`, or `cargo bench -p dragoman-tests --bench http`. The subject is the release build of the binary, with one
//! worker, like the floor. `DRAGOMAN_BENCH_MS` sets the length of a turn.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark stops at the first thing that is not as expected"
)]

mod floor;
mod load;

use std::io::{self, Write as _};
use std::time::Duration;

use dragoman_tests::dialects::{Clearstreet, Dialect, Espresso, Oanda, Oms, OrderIds, Revx, Ticket};
use dragoman_tests::gateway::{Data, FACADES, Gateway, configuration};
use dragoman_tests::workspace;
use testkit::http::{Client, Request};

use floor::Floor;
use load::Load;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of floor and subject each; the median counts.
const TURNS: usize = 5;

/// Orders that are signed in advance for one turn, since the client order id of each must be new.
const SIGNED_ORDERS: usize = 60_000;

/// What one row of the table measures.
struct Case<'gateway> {
    name: String,
    gateway: &'gateway Gateway,
    facade: &'static str,
    connections: usize,
    /// Makes the requests of a turn. They are sent one after the other, and from the first again when they run out.
    requests: Box<dyn Fn() -> Vec<Request>>,
    /// Whether the state is reset after each turn.
    resets: bool,
}

fn main() {
    // `cargo test --all-targets` runs this too, and wants nothing measured.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    if std::env::var_os("DRAGOMAN_BIN").is_none() {
        let binary =
            workspace::build(&["--release", "--package", "gateway", "--bin", "dragoman"], workspace::root());
        workspace::use_binary(binary);
    }
    say(&format!("{:<38}{:>8}{:>14}{:>14}{:>8}\n", "path", "conns", "floor req/s", "subject req/s", "ratio"));
    let settings = configuration("[server]\nworkers = 1\n");

    let reading = Gateway::start_with(Data::Ephemeral, &settings);
    let order = place(&reading);
    for facade in FACADES {
        measure(&get(&reading, facade, &order));
    }
    drop(reading);

    let directory = tempfile::tempdir().unwrap();
    let durable = Gateway::start_with(Data::Directory(directory.path()), &settings);
    for case in posts(&durable) {
        measure(&case);
    }
}

/// One order, far from the market, that every dialect can read.
fn place(gateway: &Gateway) -> OrderIds {
    let ticket = Ticket::bid("ADA-USDM", 100, "0.5123");
    OrderIds::of_uuid(&Clearstreet::new(gateway.url("clearstreet")).place(&ticket).unwrap())
}

fn get<'gateway>(gateway: &'gateway Gateway, facade: &'static str, order: &OrderIds) -> Case<'gateway> {
    let id = order.in_dialect(facade);
    let request: Box<dyn Fn() -> Request> = match facade {
        "oms" => {
            let oms = Oms::new(gateway.url(facade));
            Box::new(move || oms.read_request(&id))
        }
        "revx" => {
            let revx = Revx::new(gateway.url(facade));
            Box::new(move || revx.read_request(&id))
        }
        "espresso" => Box::new(move || Espresso::read_request(&id)),
        "oanda" => Box::new(move || Oanda::read_request(&id)),
        "clearstreet" => Box::new(move || Clearstreet::read_request(&id)),
        other => panic!("no facade {other}"),
    };
    Case {
        name: format!("GET one order, {facade}"),
        gateway,
        facade,
        connections: 64,
        requests: Box::new(move || vec![request()]),
        resets: false,
    }
}

/// The dialects that take a limit order in one request, and any number of open ones.
fn posts(gateway: &Gateway) -> [Case<'_>; 2] {
    let ticket = || Ticket::bid("ADA-USDM", 5, "0.0001");
    let revx = Revx::new(gateway.url("revx"));
    let case = |facade: &'static str, requests: Box<dyn Fn() -> Vec<Request>>| Case {
        name: format!("POST a limit order, durable, {facade}"),
        gateway,
        facade,
        connections: 256,
        requests,
        resets: true,
    };
    [
        case("clearstreet", Box::new(move || vec![Clearstreet::place_request(&ticket())])),
        case(
            "revx",
            Box::new(move || {
                std::iter::repeat_with(|| revx.place_request(&ticket())).take(SIGNED_ORDERS).collect()
            }),
        ),
    ]
}

fn measure(case: &Case<'_>) {
    let subject = case.gateway.url(case.facade).to_owned();
    let sample = (case.requests)().swap_remove(0);
    let reply = Client::default().send(&subject, &sample);
    assert!((200..300).contains(&reply.status), "{}: {reply}", case.name);
    let floor = Floor::start(&reply);

    let (mut floors, mut subjects) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        floors.push(turn(case, floor.url()));
        subjects.push(turn(case, &subject));
        if case.resets {
            let reset = case.gateway.call_control("POST", "/_dragoman/reset", "");
            assert!((200..300).contains(&reset.status), "{reset}");
        }
    }
    let (floor, subject) = (median(floors), median(subjects));
    let ratio = subject / floor;
    say(&format!("{:<38}{:>8}{floor:>14.0}{subject:>14.0}{ratio:>8.2}\n", case.name, case.connections));
}

/// Requests a second of one turn.
fn turn(case: &Case<'_>, url: &str) -> f64 {
    let millis = std::env::var("DRAGOMAN_BENCH_MS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let load = Load { url, connections: case.connections, length: Duration::from_millis(millis) };
    let (answers, elapsed) = load.run(&(case.requests)());
    f64::from(answers) / elapsed.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn say(text: &str) {
    // A reader that has gone away misses a table, and nothing else.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
