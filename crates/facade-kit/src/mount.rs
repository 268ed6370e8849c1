//! The contract between a facade and whoever serves it.

use std::fmt;
use std::sync::Arc;

use actix_web::web;

/// One operation of a vendor's API. Tests walk the list, so that an operation without tests cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Method, upper case.
    pub method: &'static str,
    /// Path in the vendor's words with `{name}` for parameters, relative to the mount point.
    pub path: &'static str,
    /// Whether the operation reads a body.
    pub has_body: bool,
    /// Whether the caller must be known.
    pub needs_auth: bool,
}

/// Where a facade is served, so that it can check signatures over paths and write absolute links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MountPoint {
    /// Path prefix without a trailing slash; empty at the root.
    pub prefix: String,
}

impl MountPoint {
    /// The root of a listener.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The part of a request path below the mount point: what the vendor's own server would see.
    #[must_use]
    pub fn below<'path>(&self, path: &'path str) -> &'path str {
        path.strip_prefix(self.prefix.as_str()).unwrap_or(path)
    }
}

/// A facade, ready to be served.
#[derive(Clone)]
pub struct Mount {
    /// The facade's name: `oanda`.
    pub name: &'static str,
    /// Its operations.
    pub endpoints: &'static [Endpoint],
    /// Whether answers of it go on for as long as their clients read: its listener then has to keep [`crate::on_connect`].
    pub has_streams: bool,
    /// Adds the facade to a scope. Called once for each worker.
    pub configure: Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>,
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount")
            .field("name", &self.name)
            .field("endpoints", &self.endpoints.len())
            .finish_non_exhaustive()
    }
}
