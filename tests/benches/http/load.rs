//! A load generator: a number of connections that are kept alive, each with one request under way, all on one thread.

use std::cell::Cell;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use testkit::http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// What to do to whom, and for how long.
pub(crate) struct Load<'url> {
    pub(crate) url: &'url str,
    pub(crate) connections: usize,
    pub(crate) length: Duration,
}

/// The requests, and which is next.
struct Supply {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    answers: Cell<u32>,
    deadline: Instant,
}

impl Load<'_> {
    /// Sends the requests in turn on all connections; answers how many were answered with success, and in what time.
    pub(crate) fn run(&self, requests: &[Request]) -> (u32, Duration) {
        let address: SocketAddr = self.url.trim_start_matches("http://").parse().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let tasks = LocalSet::new();
        let started = Instant::now();
        let supply = Rc::new(Supply {
            requests: requests.iter().map(|request| bytes(request, address)).collect(),
            next: Cell::new(0),
            answers: Cell::new(0),
            deadline: started + self.length,
        });
        for _ in 0..self.connections {
            tasks.spawn_local(converse(address, Rc::clone(&supply)));
        }
        runtime.block_on(tasks);
        (supply.answers.get(), started.elapsed())
    }
}

async fn converse(address: SocketAddr, supply: Rc<Supply>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::with_capacity(16 << 10);
    while Instant::now() < supply.deadline {
        let turn = supply.next.get();
        supply.next.set((turn + 1) % supply.requests.len());
        stream.write_all(&supply.requests[turn]).await.unwrap();
        read_answer(&mut stream, &mut buffer).await;
        supply.answers.set(supply.answers.get() + 1);
    }
}

/// Reads one whole answer, which must be a success.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.unwrap();
        assert!(read > 0, "the connection was closed");
        if let Some(length) = whole_length(buffer)
            && buffer.len() >= length
        {
            let text = String::from_utf8_lossy(buffer);
            assert!(text.starts_with("HTTP/1.1 2"), "not a success: {text}");
            return;
        }
    }
}

/// The length of the answer that the buffer begins with, once its head is complete.
fn whole_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&buffer[..head]).unwrap();
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
    });
    Some(head + 4 + length.unwrap_or(0))
}

fn bytes(request: &Request, address: SocketAddr) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\nHost: {address}\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if !request.body.is_empty() {
        let _ = write!(head, "Content-Length: {}\r\n", request.body.len());
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}
