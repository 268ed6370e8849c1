//! What is to be served where, worked out and checked before anything is bound.
//!
//! A request must have one answer. So two mounts on one listener must differ by prefix or host, and what cannot be told
//! apart is refused with both named.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::config::{Config, Loaded, MountEntry, Nearest, Profile};
use crate::facades::{self, Configured, FACADES, Facade};

/// First path segments that belong to the control plane.
const CONTROL_SEGMENTS: [&str; 3] = ["_dragoman", "health", "ready"];

/// Everything to serve.
pub(crate) struct Plan {
    pub(crate) listeners: Vec<ListenerPlan>,
    /// The facades in use, with their settings.
    pub(crate) facades: BTreeMap<&'static str, Configured>,
}

/// One address.
#[derive(Debug, Clone)]
pub(crate) struct ListenerPlan {
    pub(crate) address: SocketAddr,
    /// Whether the control plane is here.
    pub(crate) control: bool,
    pub(crate) mounts: Vec<MountPlan>,
}

/// A facade at a place of a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MountPlan {
    pub(crate) facade: &'static str,
    /// Without a trailing slash; empty at the root.
    pub(crate) prefix: String,
    /// Lower case, without a port.
    pub(crate) host: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("{place}: there is no facade `{name}`{nearest}")]
    UnknownFacade { place: String, name: String, nearest: Nearest },
    #[error("{mount}: the prefix {prefix:?} is not a path such as \"/{facade}\"")]
    Prefix { mount: String, facade: &'static str, prefix: String },
    #[error("{mount}: the host {host:?} is not a host name")]
    Host { mount: String, host: String },
    #[error(
        "{one} and {other} could answer the same request on {address}: give one of them another prefix, host or address"
    )]
    Clash { one: String, other: String, address: SocketAddr },
    #[error(
        "{mount} is on {address}, which is not loopback, and has development credentials, which are public: configure \
         [facade.{facade}]"
    )]
    PublicCredentials { mount: String, facade: &'static str, address: SocketAddr },
    #[error("the control plane is on {address}{why}: set `control.token_file` or DRAGOMAN_CONTROL__TOKEN")]
    OpenControlPlane { address: SocketAddr, why: &'static str },
}

/// Works out what to serve.
pub(crate) fn plan(loaded: &Loaded) -> anyhow::Result<Plan> {
    let config = &loaded.config;
    refuse_open_control_plane(config)?;
    for name in config.facade.keys() {
        known_facade(name, || loaded.layers.place_of(&["facade", name]))?;
    }
    let mut facades = BTreeMap::new();
    let mut listeners =
        vec![ListenerPlan { address: config.control.listen, control: true, mounts: Vec::new() }];
    for (number, entry) in config.mount.iter().enumerate() {
        let facade = known_facade(&entry.facade, || format!("mount[{number}]"))?;
        let mount = mount_plan(facade, entry)?;
        if !facades.contains_key(facade.name) {
            facades.insert(facade.name, (facade.read)(&loaded.layers, config.server.profile)?);
        }
        listener_of(&mut listeners, entry.listen).mounts.push(mount);
    }
    for listener in &listeners {
        refuse_clashes(listener)?;
        refuse_public_credentials(listener, &facades)?;
    }
    Ok(Plan { listeners, facades })
}

fn known_facade(name: &str, place: impl FnOnce() -> String) -> Result<&'static Facade, PlanError> {
    facades::find(name).ok_or_else(|| PlanError::UnknownFacade {
        place: place(),
        name: name.to_owned(),
        nearest: Nearest::of(name, FACADES.iter().map(|facade| facade.name)),
    })
}

fn refuse_open_control_plane(config: &Config) -> Result<(), PlanError> {
    let control = &config.control;
    if control.token.is_some() || control.token_file.is_some() {
        return Ok(());
    }
    let address = control.listen;
    if !address.ip().is_loopback() {
        return Err(PlanError::OpenControlPlane { address, why: ", which is not loopback, without a token" });
    }
    match config.server.profile {
        Profile::Development => Ok(()),
        Profile::Production => Err(PlanError::OpenControlPlane {
            address,
            why: " without a token outside of the development profile",
        }),
    }
}

/// The listener of an address; without one the first, which is the control plane's. Port 0 is a free port, so every
/// mention of it is a listener of its own.
fn listener_of(listeners: &mut Vec<ListenerPlan>, address: Option<SocketAddr>) -> &mut ListenerPlan {
    let position = address.map_or(0, |address| {
        let is_known = |listener: &ListenerPlan| address.port() != 0 && listener.address == address;
        listeners.iter().position(is_known).unwrap_or_else(|| {
            listeners.push(ListenerPlan { address, control: false, mounts: Vec::new() });
            listeners.len() - 1
        })
    });
    &mut listeners[position]
}

fn mount_plan(facade: &'static Facade, entry: &MountEntry) -> Result<MountPlan, PlanError> {
    let plan = MountPlan {
        facade: facade.name,
        prefix: entry.prefix.clone().unwrap_or_default(),
        host: entry.host.as_ref().map(|host| host.to_ascii_lowercase()),
    };
    if !plan.prefix.is_empty() && !is_prefix(&plan.prefix) {
        return Err(PlanError::Prefix { mount: plan.to_string(), facade: facade.name, prefix: plan.prefix });
    }
    match &plan.host {
        Some(host) if !is_host(host) => Err(PlanError::Host { mount: plan.to_string(), host: host.clone() }),
        Some(_) | None => Ok(plan),
    }
}

/// Whole segments of characters that mean themselves in a path, and in the patterns of the router.
fn is_prefix(prefix: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    prefix.strip_prefix('/').is_some_and(|segments| {
        segments.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(plain))
    })
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

fn refuse_clashes(listener: &ListenerPlan) -> Result<(), PlanError> {
    let clash = |one: String, other: String| PlanError::Clash { one, other, address: listener.address };
    for (position, mount) in listener.mounts.iter().enumerate() {
        if listener.control && mount.may_meet_control_plane() {
            return Err(clash(mount.to_string(), "the control plane".to_owned()));
        }
        let others = listener.mounts.get(position + 1..).unwrap_or_default();
        if let Some(other) = others.iter().find(|other| mount.may_meet(other)) {
            return Err(clash(mount.to_string(), other.to_string()));
        }
    }
    Ok(())
}

fn refuse_public_credentials(
    listener: &ListenerPlan,
    facades: &BTreeMap<&'static str, Configured>,
) -> Result<(), PlanError> {
    if listener.address.ip().is_loopback() {
        return Ok(());
    }
    let is_public =
        |mount: &&MountPlan| facades.get(mount.facade).is_some_and(|facade| facade.development_credentials);
    match listener.mounts.iter().find(is_public) {
        Some(mount) => Err(PlanError::PublicCredentials {
            mount: mount.to_string(),
            facade: mount.facade,
            address: listener.address,
        }),
        None => Ok(()),
    }
}

impl MountPlan {
    /// Whether some request could be for both.
    fn may_meet(&self, other: &Self) -> bool {
        let same_host = match (&self.host, &other.host) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        same_host && (is_below(&self.prefix, &other.prefix) || is_below(&other.prefix, &self.prefix))
    }

    /// Whether some request could be for the control plane too. It leaves the mounted hosts alone.
    fn may_meet_control_plane(&self) -> bool {
        let first = self.prefix.split('/').nth(1);
        self.host.is_none() && first.is_none_or(|segment| CONTROL_SEGMENTS.contains(&segment))
    }
}

/// Whether the paths under one prefix are all under another.
fn is_below(prefix: &str, other: &str) -> bool {
    prefix.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl std::fmt::Display for MountPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the mount of {}", self.facade)?;
        if !self.prefix.is_empty() {
            write!(f, " under {}", self.prefix)?;
        }
        match &self.host {
            Some(host) => write!(f, " for {host}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
