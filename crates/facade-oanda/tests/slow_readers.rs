//! Readers of streams that do not read, over real sockets: they are cut off, no more than a little is kept for them, and
//! nobody else notices.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

use facade_kit::{IdSource, MountPoint};
use facade_oanda::{Config, StreamLimits};
use socket2::{Domain, Socket, Type};
use testkit::{TestEngine, TestServer};

use support::{StreamClient, address, asking};

/// Bytes that a connection may have before a reader that does not read: the kernel's buffers at both ends, which may be
/// twice as large as was asked for, the server's own buffer, and a chunk.
const MOST_BYTES: usize = 2 * (64 << 10) + 2 * (4 << 10) + (32 << 10) + (64 << 10);
/// Changes after which a reader that does not read has to be gone. A line has more than a hundred bytes.
const MOST_CHANGES: u64 = MOST_BYTES as u64 / 100 + 2 * MOST_BEHIND;
/// Batches of events that a reader may be behind in these tests.
const MOST_BEHIND: u64 = 64;
/// A heartbeat that no test waits for.
const NEVER: NonZeroU32 = NonZeroU32::MAX;

fn serve(engine: &TestEngine, max_behind: u64) -> TestServer {
    let mut config = Config::development();
    config.stream = StreamLimits {
        heartbeat_millis: NEVER,
        events_heartbeat_millis: NEVER,
        max_behind: NonZeroU64::new(max_behind).unwrap(),
        per_token: NonZeroUsize::new(2).unwrap(),
        ..StreamLimits::default()
    };
    testkit::serve(facade_oanda::mount_stream(
        config,
        engine.handle(),
        IdSource::counted(),
        MountPoint::root(),
    ))
}

/// A client that asks for a stream and never reads it.
struct Sleeper(TcpStream);

impl Sleeper {
    /// Comes back once the stream has begun.
    fn open(server: &TestServer, user: &str, target: &str) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        socket.connect(&address(server).into()).unwrap();
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(asking(user, target, "").as_bytes()).unwrap();
        assert!(stream.peek(&mut [0]).unwrap() > 0, "the stream begins");
        Self(stream)
    }

    /// Whether the server has reset the connection. What was received before stays to be read.
    fn is_cut_off(&self) -> bool {
        self.0.take_error().unwrap().is_some()
    }

    /// What has arrived, down to the end of the connection.
    fn wake(mut self) -> String {
        let mut bytes = Vec::new();
        // The connection ends by a reset or, once the reset was looked at, as if by its end.
        let _ = self.0.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }
}

fn bid(change: u64) -> String {
    format!("1.{change:05}")
}

/// Sets the quote to one that it never was before.
fn quote(engine: &TestEngine, change: u64) {
    engine.quote("EUR-USD", &bid(change), "1.90000", "1000", "1000");
}

fn tick(change: u64) -> String {
    let bid = bid(change);
    let bid = bid.trim_end_matches('0').trim_end_matches('.');
    format!(
        r#"{{"tick":{{"instrument":"EUR_USD","time":"2026-01-05T15:00:00.000000Z","bid":{bid},"ask":1.9}}}}"#
    )
}

/// Lines of a body in chunks, the last of which may be a part of one.
fn lines(received: &str) -> Vec<&str> {
    received.split("\r\n").filter(|line| line.starts_with('{')).collect()
}

#[test]
fn who_does_not_read_is_cut_off_and_the_others_see_every_tick_and_nothing_else() {
    let engine = testkit::engine();
    let server = serve(&engine, MOST_BEHIND);
    let sleeper = Sleeper::open(&server, "demo", "/v1/prices?accountId=12345&instruments=EUR_USD");
    let mut reader =
        StreamClient::open(&server, "maker", "/v1/prices?accountId=12346&instruments=EUR_USD", "");
    reader.skip(1);

    let mut changes = 0;
    while !sleeper.is_cut_off() {
        assert!(changes < MOST_CHANGES, "it is still there after {changes} changes");
        changes += 1;
        quote(&engine, changes);
        assert_eq!(reader.line(), Some(tick(changes)));
    }
    // What was kept for it is what has arrived and what was thrown away; the rest was never written.
    let received = sleeper.wake();
    assert!(received.len() <= MOST_BYTES, "{} bytes were kept", received.len());
    assert!(
        !received.ends_with("0\r\n\r\n"),
        "a stream that breaks off does not look like one that has ended"
    );
    let told = lines(&received);
    let (_, whole) = told.split_last().unwrap();
    let expected = (1..).map(tick).take(whole.len().saturating_sub(1));
    assert!(whole[0].contains("1.19671"), "the snapshot comes first: {}", whole[0]);
    assert!(whole[1..].iter().copied().eq(expected), "what arrived is the beginning, without a gap");
    assert!((told.len() as u64) < changes, "it missed some");

    quote(&engine, changes + 1);
    assert_eq!(reader.line(), Some(tick(changes + 1)), "the other goes on");
}

#[test]
fn a_sleeper_of_events_is_cut_off_too() {
    let engine = testkit::engine();
    let server = serve(&engine, MOST_BEHIND);
    let sleeper = Sleeper::open(&server, "demo", "/v1/events");
    let mut same = StreamClient::open(&server, "demo", "/v1/events", "");
    let mut other = StreamClient::open(&server, "maker", "/v1/events", "");
    same.skip(1);
    other.skip(1);
    let mut deposits = 0;
    while !sleeper.is_cut_off() {
        assert!(deposits < MOST_CHANGES, "it is still there after {deposits} deposits");
        deposits += 1;
        engine.adjust("demo", "USD", "1");
        let balance = format!(r#""amount":1,"accountBalance":{}"#, 10_000_000 + deposits);
        let line = same.line().unwrap();
        assert!(line.starts_with(r#"{"transaction":"#) && line.contains(&balance), "{line}");
    }
    assert!(sleeper.wake().len() <= MOST_BYTES);
    engine.adjust("maker", "USD", "7");
    let line = other.line().unwrap();
    assert!(line.contains(r#""accountId":12346"#) && line.contains(r#""amount":7"#), "only its own: {line}");
}

#[test]
fn a_sleeper_that_has_to_go_for_another_is_not_waited_for() {
    let engine = testkit::engine();
    let server = serve(&engine, u64::MAX);
    let target = "/v1/prices?accountId=12345&instruments=EUR_USD";
    let sleeper = Sleeper::open(&server, "demo", target);
    let mut reader =
        StreamClient::open(&server, "maker", "/v1/prices?accountId=12346&instruments=EUR_USD", "");
    reader.skip(1);
    for change in 1..=MOST_CHANGES {
        quote(&engine, change);
        assert_eq!(reader.line(), Some(tick(change)));
    }
    assert!(!sleeper.is_cut_off(), "it may be as far behind as it likes here");
    let open = || {
        let mut client = StreamClient::open(&server, "demo", target, "");
        client.skip(1);
        client
    };
    let (mut second, mut third) = (open(), open());
    let mut change = MOST_CHANGES;
    while !sleeper.is_cut_off() {
        assert!(change < 2 * MOST_CHANGES, "the third did not drive it out");
        change += 1;
        quote(&engine, change);
        for client in [&mut reader, &mut second, &mut third] {
            assert_eq!(client.line(), Some(tick(change)));
        }
    }
}
