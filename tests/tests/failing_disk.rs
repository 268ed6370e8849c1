//! The real binary on a disk that fails under it: a sync that fails ends the process before anyone is answered, and a disk
//! that is full costs nothing but the commands of the meantime.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use dragoman_tests::dialects::{Clearstreet, Dialect as _, Failure, Oanda, Ticket};
use dragoman_tests::failing_disk::FailingDisk;
use dragoman_tests::gateway::{Data, Gateway, configuration};

fn ticket(number: u32) -> Ticket {
    Ticket::bid("TSLA", 1, &format!("20.{number:02}"))
}

/// Waits for what comes about without anybody's doing.
fn wait_until(mut is_so: impl FnMut() -> bool, what: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        thread::yield_now();
    }
}

/// A gateway on a disk that fails when it is told to; nothing where that cannot be built.
fn start_upon(directory: &Path, library: &Path) -> Option<(FailingDisk, Gateway)> {
    let disk = FailingDisk::build(library)?;
    let gateway = Gateway::start_in(Data::Directory(directory), &configuration(""), &disk.environment());
    Some((disk, gateway))
}

/// What `/health` says, if anybody answers.
fn health(control: &str) -> Option<String> {
    let host = control.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(host).ok()?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer).filter(|answer| !answer.is_empty())
}

#[test]
fn a_sync_that_fails_stops_the_process_and_acknowledges_nothing() {
    let (directory, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some((disk, gateway)) = start_upon(directory.path(), library.path()) else {
        println!("skipped: there is no C compiler here");
        return;
    };
    let mut client = Clearstreet::new(gateway.url("clearstreet"));
    let acknowledged: Vec<String> = (0..5).map(|number| client.place(&ticket(number)).unwrap()).collect();
    disk.fail_syncs();
    let unanswered = client.place(&ticket(50));
    assert!(matches!(unanswered, Err(Failure::Lost(_) | Failure::Refused(_))), "{unanswered:?}");
    // Health was red before the caller learned that there is no answer; and then nobody answers any more.
    if let Some(answer) = health(gateway.control()) {
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("failed"), "{answer}");
    }
    assert!(client.place(&ticket(51)).is_err(), "nothing is acknowledged afterwards");
    wait_until(|| gateway.log().contains("the process stops"), "it says why it stops");
    assert!(gateway.log().contains("the journal failed"), "{}", gateway.log());
    assert_eq!(gateway.ended().code(), Some(1));

    let gateway = Gateway::start(Data::Directory(directory.path()));
    let mut client = Clearstreet::new(gateway.url("clearstreet"));
    for id in &acknowledged {
        assert!(client.read(id).unwrap().is_some(), "{id} was acknowledged");
    }
    client.place(&ticket(52)).unwrap();
}

#[test]
fn a_disk_without_room_refuses_commands_until_there_is_room() {
    let (directory, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some((disk, gateway)) = start_upon(directory.path(), library.path()) else {
        println!("skipped: there is no C compiler here");
        return;
    };
    let mut client = Oanda::new(gateway.url("oanda"));
    let bid = |number: u32| Ticket::bid("EUR-USD", 100, &format!("0.5{number:04}"));
    let before = client.place(&bid(1)).unwrap();
    disk.fill();
    // What the first one wrote cannot be wiped either, so its caller is told that the outcome is not known.
    let unknown = client.place(&bid(2)).unwrap_err().to_string();
    assert!(unknown.contains("500") || unknown.contains("503"), "{unknown}");
    let refused = client.place(&bid(4)).unwrap_err().to_string();
    assert!(refused.contains("503") && refused.contains("Service Unavailable"), "{refused}");
    let red = health(gateway.control()).unwrap();
    assert!(red.starts_with("HTTP/1.1 503") && red.contains("read-only"), "{red}");
    assert!(red.contains("No space left"), "the reason: {red}");
    assert!(client.read(&before).unwrap().is_some(), "what is there can be read");
    disk.empty();
    wait_until(
        || health(gateway.control()).is_some_and(|answer| answer.starts_with("HTTP/1.1 200")),
        "it does not recover",
    );
    let after = client.place(&bid(3)).unwrap();
    gateway.kill();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    let mut client = Oanda::new(gateway.url("oanda"));
    for id in [before, after] {
        assert!(client.read(&id).unwrap().is_some(), "{id} was acknowledged");
    }
    let transactions = client.transactions().unwrap();
    assert!(transactions.iter().all(|one| !one["price"].to_string().contains("0.50004")), "it was refused");
}
