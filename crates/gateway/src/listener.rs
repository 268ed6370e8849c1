//! One address: facades and, on one of them, the control plane.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server as RunningServer;
use actix_web::guard::{self, Guard};
use actix_web::http::header;
use actix_web::{App, HttpServer, Scope, web};
use anyhow::Context as _;
use facade_kit::Mount;

use crate::config::Server;
use crate::control::{self, Control, MountRow};
use crate::plan::{ListenerPlan, MountPlan};

/// A facade, ready for its place.
#[derive(Debug, Clone)]
pub(crate) struct Mounted {
    pub(crate) plan: MountPlan,
    pub(crate) mount: Mount,
}

/// A bound address and the server that is to be polled.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    /// What is served here.
    pub(crate) rows: Vec<MountRow>,
    pub(crate) control: bool,
    pub(crate) server: RunningServer,
}

/// Binds an address.
pub(crate) fn bind(
    plan: &ListenerPlan,
    mounts: Vec<Mounted>,
    control: &Arc<Control>,
    settings: &Server,
) -> anyhow::Result<Listener> {
    let served = mounts.clone();
    let has_streams = mounts.iter().any(|mounted| mounted.mount.has_streams);
    let control = plan.control.then(|| Arc::clone(control));
    let app = move || {
        let mut app = App::new();
        if let Some(control) = &control {
            let hosts: Vec<String> = mounts.iter().filter_map(|mounted| mounted.plan.host.clone()).collect();
            app = app.configure(control::routes(Arc::clone(control), hosts));
        }
        for mounted in &mounts {
            app = app.service(mounted.scope());
        }
        app.default_service(web::to(control::not_found))
    };
    let server = HttpServer::new(app)
        .workers(workers(settings))
        .shutdown_timeout(settings.shutdown_timeout_secs)
        .tcp_nodelay(true)
        .disable_signals();
    let server = if has_streams { server.on_connect(facade_kit::on_connect) } else { server };
    let server = server.bind(plan.address).with_context(|| format!("cannot listen on {}", plan.address))?;
    let address = server.addrs().first().copied().unwrap_or(plan.address);
    let rows = served.iter().map(|mounted| mounted.row(address)).collect();
    Ok(Listener { address, rows, control: plan.control, server: server.run() })
}

fn workers(settings: &Server) -> usize {
    match settings.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    }
}

impl Mounted {
    fn row(&self, address: SocketAddr) -> MountRow {
        MountRow::new(&self.plan, address, self.mount.endpoints)
    }

    fn scope(&self) -> Scope {
        let configure = Arc::clone(&self.mount.configure);
        let scope = web::scope(&self.plan.prefix);
        let scope = match &self.plan.host {
            Some(host) => scope.guard(host_is(host.clone())),
            None => scope,
        };
        scope.configure(move |config| configure(config))
    }
}

/// Whether a request is for a host, whatever its letter case and port. The guard of the framework compares exactly.
pub(crate) fn host_is(host: String) -> impl Guard {
    guard::fn_guard(move |request| {
        let head = request.head();
        let named = match head.uri.authority() {
            Some(authority) => Some(authority.as_str()),
            None => head.headers().get(header::HOST).and_then(|value| value.to_str().ok()),
        };
        named.is_some_and(|named| without_port(named).eq_ignore_ascii_case(&host))
    })
}

/// The host of `host:port`, an IPv6 address in its brackets.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') => host,
        Some(_) | None => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_no_part_of_a_host() {
        assert_eq!(without_port("a.localhost:7400"), "a.localhost");
        assert_eq!(without_port("a.localhost"), "a.localhost");
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }
}
