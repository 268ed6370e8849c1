//! The client's side: streams as they are read from a socket, and tokens.
#![allow(dead_code, reason = "each test uses its part of it")]

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use facade_oanda::Config;
use testkit::TestServer;

pub(crate) fn token(user: &str) -> String {
    Config::development().credentials[user].token.reveal().to_owned()
}

pub(crate) fn address(server: &TestServer) -> SocketAddr {
    server.base_url().trim_start_matches("http://").parse().unwrap()
}

/// The head of a request for a stream.
pub(crate) fn asking(user: &str, target: &str, more: &str) -> String {
    let token = token(user);
    format!("GET {target} HTTP/1.1\r\nHost: dragoman.test\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
}

/// The client's side of a stream.
pub(crate) struct StreamClient {
    socket: BufReader<TcpStream>,
    pub(crate) head: String,
    lines: VecDeque<String>,
}

impl StreamClient {
    pub(crate) fn open(server: &TestServer, user: &str, target: &str, more: &str) -> Self {
        let mut socket = TcpStream::connect(address(server)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket.write_all(asking(user, target, more).as_bytes()).unwrap();
        let mut socket = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(socket.read_line(&mut head).unwrap() > 0, "the head ends early: {head}");
        }
        Self { socket, head, lines: VecDeque::new() }
    }

    /// The next line without its end; nothing at the end of the body.
    pub(crate) fn line(&mut self) -> Option<String> {
        if self.lines.is_empty() {
            let mut size = String::new();
            self.socket.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            self.socket.read_exact(&mut chunk).unwrap();
            chunk.truncate(size);
            let text = String::from_utf8(chunk).unwrap();
            assert!(size == 0 || text.ends_with("\r\n"), "a chunk ends with a whole line: {text:?}");
            self.lines.extend(text.split_terminator("\r\n").map(str::to_owned));
        }
        self.lines.pop_front()
    }

    pub(crate) fn skip(&mut self, lines: usize) {
        for _ in 0..lines {
            self.line().unwrap();
        }
    }
}
