//! A log that has lost its beginning to snapshots, through the binary: what clients read goes on over kills, the log can be
//! looked at, and it is not cut where no start would be possible any more.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use dragoman_tests::dialects::{Dialect as _, Oanda, Ticket};
use dragoman_tests::gateway::{self, Data, Gateway, configuration};
use serde_json::Value;

/// Segments and snapshots of a few orders, and an archive that has most of them.
const SMALL: &str = "[journal]\nsegment_bytes = 4096\nsnapshot_commands = 16\nclosed_orders = 4\n";

fn start(directory: &Path) -> Gateway {
    Gateway::start_with(Data::Directory(directory), &configuration(SMALL))
}

/// Places orders and cancels every other one until the first segment is gone.
fn trade(gateway: &Gateway, directory: &Path) -> Oanda {
    let mut client = Oanda::new(gateway.url("oanda"));
    let first = segments(directory).remove(0);
    let deadline = Instant::now() + Duration::from_mins(2);
    while first.exists() {
        assert!(Instant::now() < deadline, "nothing is retired:\n{}", gateway.log());
        let id = client.place(&Ticket::bid("EUR-USD", 100, "0.50000")).unwrap();
        client.cancel(&id).unwrap();
    }
    client
}

/// The files of the log, oldest first.
fn segments(directory: &Path) -> Vec<PathBuf> {
    files(directory, "journal")
}

fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    found.sort();
    found
}

/// The number that is a file's name.
fn number(path: &Path) -> u64 {
    path.file_stem().unwrap().to_str().unwrap().parse().unwrap()
}

fn journal(command: &[&str], directory: &Path) -> Output {
    gateway::run(&[&["journal"], command, &["--data-dir", directory.to_str().unwrap()]].concat())
}

fn ids(transactions: &[Value]) -> Vec<u64> {
    transactions.iter().map(|one| one["id"].as_u64().unwrap()).collect()
}

#[test]
fn transactions_go_on_over_kills() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = start(directory.path());
    let before = trade(&gateway, directory.path()).transactions().unwrap();
    assert!(before.len() >= 10, "{}", before.len());
    gateway.kill();

    let gateway = start(directory.path());
    let mut client = Oanda::new(gateway.url("oanda"));
    let after = client.transactions().unwrap();
    assert_eq!(after, before, "the same list");
    client.place(&Ticket::bid("EUR-USD", 100, "0.50000")).unwrap();
    let more = ids(&client.transactions().unwrap());
    assert!(more[0] > ids(&before)[0], "numbers go on");
    assert!(more.is_sorted_by(|newer, older| newer > older), "nothing is there twice: {more:?}");
    gateway.kill();

    let gateway = start(directory.path());
    let client = Oanda::new(gateway.url("oanda"));
    assert_eq!(ids(&client.transactions().unwrap()), more, "and once more");
}

#[test]
fn a_retired_log_can_be_verified_and_is_not_cut_before_its_snapshots() {
    let directory = tempfile::tempdir().unwrap();
    // The older snapshot may end where a segment does; then there is nothing between them that could be cut.
    let (first, oldest) = loop {
        let gateway = start(directory.path());
        drop(trade(&gateway, directory.path()));
        assert!(gateway.terminate().success());
        let first = number(&segments(directory.path())[0]);
        let oldest = number(&files(&directory.path().join("snapshots"), "snapshot")[0]);
        if first < oldest {
            break (first, oldest);
        }
    };
    let verify = || {
        let output = journal(&["verify"], directory.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let whole = verify();
    assert!(first > 1 && whole.contains(&format!("{first} to ")), "{whole}");

    // Cut before the older snapshot, nothing could be started any more.
    let early = (oldest - 1).to_string();
    let refused = journal(&["truncate-tail", "--after", &early, "--yes"], directory.path());
    let text = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{text}");
    assert!(text.contains("--without-snapshot") && text.contains(&oldest.to_string()), "{text}");
    assert_eq!(verify(), whole, "nothing was changed");

    // Cut after it, the log still leads somewhere.
    let late = oldest.to_string();
    let done = journal(&["truncate-tail", "--after", &late, "--yes"], directory.path());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(start(directory.path()).terminate().success());

    let output =
        journal(&["truncate-tail", "--after", &early, "--yes", "--without-snapshot"], directory.path());
    assert!(output.status.success(), "who insists: {}", String::from_utf8_lossy(&output.stderr));
    let refused = Gateway::refused(Data::Directory(directory.path()), &configuration(SMALL));
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(text.contains("the log begins with batch") && text.contains("Nothing was changed"), "{text}");
}
