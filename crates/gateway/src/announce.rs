//! What the binary says: machine-readable lines on standard output, a reason on standard error when it gives up.

use std::io::{self, Write};
use std::net::SocketAddr;

use serde::Serialize;

/// A line on standard output.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event<'a> {
    /// A listener is bound and serves.
    Listening {
        /// Facades that are served there.
        facades: &'a [&'static str],
        /// Whether the control plane is there too.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        control: bool,
        /// The bound address.
        address: SocketAddr,
        /// The same as a URL.
        url: String,
    },
    /// All listeners serve.
    Ready {
        /// Number of listeners.
        listeners: usize,
        /// Time since the process was started.
        elapsed_ms: u128,
    },
    /// Everything was brought to its end.
    Stopped,
}

/// Writes a line.
pub(crate) fn line(event: &Event<'_>) -> io::Result<()> {
    let mut text = serde_json::to_string(event)?;
    text.push('\n');
    text_out(&text)
}

/// Writes text to standard output at once.
pub(crate) fn text_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says why there is nothing more to do.
pub(crate) fn failure(error: &anyhow::Error) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "dragoman: {error:#}");
}
