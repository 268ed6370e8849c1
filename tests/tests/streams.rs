//! Streams of the real binary: whoever does not read is cut off by it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use dragoman_tests::gateway::{Data, Gateway, configuration};
use socket2::{Domain, Socket, Type};
use testkit::http::{Client, Request};

const TOKEN: &str = "0000000000000000000000000000demo-0000000000000000000000000000demo";
/// More lines than the buffers of both ends take.
const MOST_CHANGES: u32 = 5_000;

#[test]
fn a_reader_that_does_not_read_is_cut_off() {
    let more = format!(
        "[[mount]]\nfacade = \"oanda-stream\"\nlisten = \"127.0.0.1:0\"\n\
         [facade.oanda.stream]\nmax_behind = 16\n\
         [facade.oanda.credentials.demo]\ntoken = \"{TOKEN}\"\naccounts = [\"demo\"]\n\
         [facade.oanda.accounts.demo]\nid = 12345\n"
    );
    let gateway = Gateway::start_with(Data::Ephemeral, &configuration(&more));
    let address = gateway.url("oanda-stream").trim_start_matches("http://").to_owned();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // Left to itself the kernel takes megabytes for a reader that does not read.
    socket.set_recv_buffer_size(4 << 10).unwrap();
    socket.connect(&address.parse::<SocketAddr>().unwrap().into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(
        stream,
        "GET /v1/prices?accountId=12345&instruments=EUR_USD HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    )
    .unwrap();
    let mut status = [0; 12];
    assert_eq!((stream.peek(&mut status).unwrap(), &status), (12, b"HTTP/1.1 200"), "the stream begins");

    let (client, host) = (Client::default(), gateway.control().trim_start_matches("http://").to_owned());
    let mut changes = 0;
    while stream.take_error().unwrap().is_none() {
        assert!(changes < MOST_CHANGES, "it is still there after {changes} changes");
        changes += 1;
        let body = format!(r#"{{"bid": "1.{changes:05}", "ask": "1.90000"}}"#);
        let quote =
            Request::new("PUT", "/_dragoman/quotes/EUR-USD").with_header("Host", &host).with_json(&body);
        let reply = client.send(gateway.control(), &quote);
        assert_eq!(reply.status, 200, "{reply}");
    }
    let mut received = String::new();
    // The connection ends by a reset or, once the reset was looked at, as if by its end.
    let _ = stream.read_to_string(&mut received);
    assert!(received.starts_with("HTTP/1.1 200 OK") && !received.ends_with("0\r\n\r\n"));
    assert_eq!(gateway.call_control("GET", "/health", "").status, 200);
}
