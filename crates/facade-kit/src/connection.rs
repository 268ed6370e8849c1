//! A connection that can be cut from outside of its own task.
//!
//! The task of a connection that waits for its client to read is not woken by anything else, and asks the body of its
//! answer for nothing meanwhile. What has to end such an answer needs the socket itself.

use std::any::Any;
use std::fmt;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// Keeps a second handle to each connection's socket, for `HttpServer::on_connect`. It costs a file descriptor for each
/// connection, so that only listeners with streams need it.
pub fn on_connect(connection: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
    match SockRef::from(stream).try_clone() {
        Ok(socket) => drop(extensions.insert(Hangup(Arc::new(socket)))),
        Err(error) => tracing::warn!(%error, "a connection cannot be cut should its client not read"),
    }
}

/// Cuts a connection.
#[derive(Clone)]
pub struct Hangup(Arc<Socket>);

impl Hangup {
    /// That of a request's connection; nothing where the server does not keep it.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.conn_data::<Self>().cloned()
    }

    /// Bounds what the kernel keeps for a client that does not read. The kernel may take twice as much for its own
    /// bookkeeping.
    pub fn bound_send_buffer(&self, bytes: usize) {
        if let Err(error) = self.0.set_send_buffer_size(bytes) {
            tracing::warn!(%error, "the send buffer of a connection cannot be bounded");
        }
    }

    /// Ends the connection now, and throws away what its client has not taken. The connection's own task learns of it by
    /// its next write, for which this wakes it.
    pub fn hang_up(&self) {
        // A connection that is gone already needs no cutting.
        let _ = self.0.set_linger(Some(Duration::ZERO));
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl fmt::Debug for Hangup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hangup").finish_non_exhaustive()
    }
}
