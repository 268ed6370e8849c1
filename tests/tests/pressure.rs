//! Too much, too full: what each dialect answers when the gateway can take no command, and that it goes on by itself.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helper functions too"
)]

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use dragoman_tests::dialects::{self, Failure, Ticket};
use dragoman_tests::gateway::{Data, FACADES, Gateway, configuration};

/// A bid that rests, in an instrument of the dialect's own.
fn ticket(dialect: &str) -> Ticket {
    match dialect {
        "oms" => Ticket::bid("TSLA", 1, "1.25"),
        "revx" => Ticket::bid("BTC-USD", 1, "100.25"),
        "espresso" => Ticket::bid("ADA-USDM", 10, "0.1000"),
        "oanda" => Ticket::bid("EUR-USD", 100, "0.50000"),
        _ => Ticket::bid("AAPL", 2, "2.25"),
    }
}

/// What each dialect answers to an order that is not taken, in the order of [`FACADES`].
fn answers(gateway: &Gateway) -> [String; 5] {
    let mut dialects = dialects::all(gateway);
    FACADES.map(|name| {
        let dialect = dialects.iter_mut().find(|dialect| dialect.name() == name).unwrap();
        match dialect.place(&ticket(name)) {
            Err(Failure::Refused(answer)) => answer,
            other => panic!("{name}: {other:?}"),
        }
    })
}

fn assert_says(name: &str, answer: &str, parts: &[&str]) {
    for part in parts {
        assert!(answer.contains(part), "{name} does not say {part:?}: {answer}");
    }
}

#[test]
fn a_full_queue_is_told_as_each_vendor_says_try_again() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Gateway::start(Data::Directory(directory.path())).terminate().success(), "seeded");
    // Nothing may wait at all, so every command is one too many.
    let gateway =
        Gateway::start_with(Data::Directory(directory.path()), &configuration("[journal]\nqueue = 0\n"));
    let [oms, revx, espresso, oanda, clearstreet] = answers(&gateway);
    assert_says("oms", &oms, &["Retry"]);
    assert_says(
        "revx",
        &revx,
        &["429\n", "retry-after: 1000\n", "\"message\":\"Rate Limit Exceeded\"", "error_id"],
    );
    let again = r#"{"error":"Rate limit exceeded, please try again later","code":4290}"#;
    assert_says("espresso", &espresso, &["429\n", again]);
    assert_says("oanda", &oanda, &["503\n", "Service Unavailable", "\"code\""]);
    assert_says(
        "clearstreet",
        &clearstreet,
        &["429\n", "retry-after: 1\n", "Some resource has been exhausted"],
    );
    let health = gateway.call_control("GET", "/health", "");
    assert_eq!(health.status, 200, "a full queue is no illness: {health}");
    let busy = gateway.call_control("PUT", "/_dragoman/quotes/TSLA", r#"{"bid": "1", "ask": "2"}"#);
    assert_eq!((busy.status, busy.json()["error"]["code"].as_str()), (503, Some("busy")), "{busy}");
}

/// Sets how large a file the process may make; nothing for no limit. False where there is no program for that.
fn limit_files(gateway: &Gateway, bytes: Option<u64>) -> bool {
    let soft = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let process = gateway.process_id().to_string();
    let told =
        Command::new("prlimit").args(["--pid", &process, &format!("--fsize={soft}:unlimited")]).output();
    match told {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            true
        }
        Err(_) => false,
    }
}

#[test]
fn a_log_that_cannot_be_written_refuses_commands_until_it_can() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    let mut before: Vec<String> = Vec::new();
    for dialect in &mut dialects::all(&gateway) {
        before.push(dialect.place(&ticket(dialect.name())).unwrap());
    }
    if !limit_files(&gateway, Some(1)) {
        println!("skipped: there is no prlimit here");
        return;
    }
    // The first write finds out.
    let first = gateway.call_control("PUT", "/_dragoman/quotes/TSLA", r#"{"bid": "1", "ask": "2"}"#);
    assert_eq!(first.status, 503, "{first}");
    let [oms, revx, espresso, oanda, clearstreet] = answers(&gateway);
    assert_says("oms", &oms, &["Retry"]);
    assert_says("revx", &revx, &["503\n", "\"message\":\"Something went wrong!\"", "error_id"]);
    assert_says(
        "espresso",
        &espresso,
        &["500\n", r#"{"error":"System resources temporaily unavailable","code":5001}"#],
    );
    assert_says("oanda", &oanda, &["503\n", "Service Unavailable"]);
    assert_says("clearstreet", &clearstreet, &["503\n", "The service is currently unavailable"]);
    let health = gateway.call_control("GET", "/health", "");
    assert_eq!((health.status, health.json()["status"].as_str()), (503, Some("read-only")), "{health}");
    assert!(health.json()["reason"].as_str().unwrap().contains(".journal"), "which file: {health}");
    assert_eq!(gateway.call_control("GET", "/ready", "").status, 503);
    for (dialect, id) in dialects::all(&gateway).iter_mut().zip(&before) {
        assert!(dialect.read(id).unwrap().is_some(), "{} can still be read", dialect.name());
    }

    assert!(limit_files(&gateway, None));
    let deadline = Instant::now() + Duration::from_mins(1);
    while gateway.call_control("GET", "/health", "").status != 200 {
        assert!(Instant::now() < deadline, "it does not recover:\n{}", gateway.log());
        thread::yield_now();
    }
    let mut after: Vec<String> = Vec::new();
    for dialect in &mut dialects::all(&gateway) {
        after.push(dialect.place(&ticket(dialect.name())).unwrap());
    }
    gateway.kill();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    for (dialect, id) in dialects::all(&gateway).iter_mut().zip(before.iter().zip(&after)) {
        let (before, after) = (dialect.read(id.0).unwrap(), dialect.read(id.1).unwrap());
        assert!(before.is_some() && after.is_some(), "{}", dialect.name());
    }
    let ledger = dialects::Clearstreet::new(gateway.url("clearstreet")).order_ids().unwrap();
    assert_eq!(ledger.len(), 10, "what was refused is not there");
}
