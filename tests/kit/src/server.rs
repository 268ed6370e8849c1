//! A real server for one facade, on a free port of the loopback interface, in a thread of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, rt, web};
use facade_kit::Mount;

use crate::http::{Client, LiveReply, Reply, Request};

/// A server that stops when the value is dropped.
#[derive(Debug)]
pub struct TestServer {
    base_url: String,
    client: Client,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// Serves a facade at the root of a free port.
#[must_use]
pub fn serve(mount: Mount) -> TestServer {
    serve_at(mount, "")
}

/// Serves a facade under a path prefix of a free port. The facade must have been mounted with the same prefix.
///
/// # Panics
/// When no port can be bound.
#[must_use]
pub fn serve_at(mount: Mount, prefix: &str) -> TestServer {
    let (sender, receiver) = mpsc::channel();
    let prefix = prefix.to_owned();
    let thread = std::thread::spawn(move || run(mount, prefix, &sender));
    let Ok((address, handle)) = receiver.recv() else { panic!("the server did not start") };
    TestServer {
        base_url: format!("http://{address}"),
        client: Client::default(),
        handle,
        thread: Some(thread),
    }
}

fn run(mount: Mount, prefix: String, started: &mpsc::Sender<(SocketAddr, ServerHandle)>) {
    let has_streams = mount.has_streams;
    let serving = async move {
        let app = move || {
            let configure = mount.configure.clone();
            App::new().service(web::scope(&prefix).configure(move |scope| configure(scope)))
        };
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = if has_streams { server.on_connect(facade_kit::on_connect) } else { server };
        let server = server.bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = server.addrs().first().copied();
        let server = server.run();
        if let Some(address) = address {
            // The receiver waits for this; it is gone only when its test is.
            let _ = started.send((address, server.handle()));
        }
        server.await
    };
    if let Err(error) = rt::System::new().block_on(serving) {
        panic!("the server failed: {error}");
    }
}

impl TestServer {
    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a request and waits for the answer.
    #[must_use]
    pub fn send(&self, request: &Request) -> Reply {
        self.client.send(&self.base_url, request)
    }

    /// Sends a request and waits for the head of the answer.
    #[must_use]
    pub fn open(&self, request: &Request) -> LiveReply {
        self.client.open(&self.base_url, request)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // The command to stop is on its way once `stop` was called; waiting for its end is waiting for the thread's.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic in the server thread has been printed already, and the test that needed an answer got none.
            let _ = thread.join();
        }
    }
}
