//! The configuration: its shape, and how it is read. Flags lie over the environment, that over the file, that over the
//! built-in development profile.

mod layers;
mod source;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use runtime::Seed;
use serde::Deserialize;

use crate::cli::{CheckArguments, ConfigArguments};
use crate::{announce, plan, seeding};
pub(crate) use layers::{Layers, Nearest};

/// The development profile.
pub(crate) const BUILT_IN: &str = include_str!("../../../config/development.toml");

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) journal: Journal,
    pub(crate) log: Log,
    pub(crate) control: Control,
    /// What is served where.
    pub(crate) mount: Vec<MountEntry>,
    /// Facades' own settings, each read by its facade. A facade without any has the development ones.
    #[serde(default)]
    pub(crate) facade: BTreeMap<String, toml::Table>,
    /// What an empty state is filled with.
    pub(crate) seed: Seed,
}

/// What the process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    /// Public credentials, an open control plane and a reset, all on loopback.
    Development,
    /// None of these.
    Production,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) profile: Profile,
    /// Threads of each listener; 0 is one for each core.
    pub(crate) workers: usize,
    /// How long requests under way may take once the process was told to stop.
    pub(crate) shutdown_timeout_secs: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) directory: PathBuf,
    pub(crate) durability: DurabilityName,
    /// Most commands that may wait for the engine.
    pub(crate) queue: usize,
    /// Commands after which a snapshot is made.
    pub(crate) snapshot_commands: u64,
    /// Bytes of commands after which a snapshot is made.
    pub(crate) snapshot_bytes: u64,
    /// Bytes of a segment of the log.
    pub(crate) segment_bytes: u64,
    /// Most closed orders that stay in memory.
    pub(crate) closed_orders: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DurabilityName {
    /// On the disk before the answer.
    Sync,
    /// With the operating system before the answer.
    Async,
    /// Nowhere.
    Memory,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// `info`, or as detailed as `warn,facade_oanda=debug`.
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Control {
    pub(crate) listen: SocketAddr,
    /// Host names, besides addresses and `localhost`, under which the control plane answers.
    pub(crate) hosts: Vec<String>,
    /// Bearer token.
    pub(crate) token: Option<String>,
    /// A file with the bearer token.
    pub(crate) token_file: Option<PathBuf>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("listen", &self.listen)
            .field("hosts", &self.hosts)
            .field("token", &self.token.as_ref().map(|_| "<redacted>"))
            .field("token_file", &self.token_file)
            .finish()
    }
}

/// A facade at a place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MountEntry {
    pub(crate) facade: String,
    /// A listener; the control plane's when absent.
    pub(crate) listen: Option<SocketAddr>,
    /// A path prefix; the root when absent.
    pub(crate) prefix: Option<String>,
    /// A host name; any when absent.
    pub(crate) host: Option<String>,
}

/// A configuration, and the layers that it came from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) layers: Layers,
}

/// Reads the configuration from all its layers, the environment of the process among them.
pub(crate) fn load(arguments: &ConfigArguments, flags: toml::Table) -> anyhow::Result<Loaded> {
    let layers = layers(arguments, flags)?;
    Ok(Loaded { config: layers.read()?, layers })
}

fn layers(arguments: &ConfigArguments, flags: toml::Table) -> anyhow::Result<Layers> {
    let mut layers = Layers::built_in()?;
    if let Some(path) = &arguments.config {
        layers.add_file(path)?;
    }
    layers.add_environment(std::env::vars())?;
    layers.add_settings(&arguments.settings)?;
    layers.add_flags(flags);
    Ok(layers)
}

/// `dragoman config check`: reads the configuration as `serve` would, plans the listeners, and tries the seed on an
/// engine of its own.
pub(crate) fn check(arguments: &CheckArguments) -> anyhow::Result<()> {
    let arguments = ConfigArguments { config: arguments.file.clone(), settings: arguments.settings.clone() };
    let loaded = load(&arguments, toml::Table::new())?;
    let plan = plan::plan(&loaded)?;
    seeding::commands(&loaded.config.seed)?;
    let mounts: usize = plan.listeners.iter().map(|listener| listener.mounts.len()).sum();
    announce::text_out(&format!("ok: {} listeners, {mounts} mounts\n", plan.listeners.len()))?;
    Ok(())
}

/// `dragoman config print`.
pub(crate) fn print(arguments: &ConfigArguments) -> anyhow::Result<()> {
    let layers = layers(arguments, toml::Table::new())?;
    layers.read()?;
    announce::text_out(&layers.printable()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_built_in_profile_is_documented() {
        let documentation = include_str!("../../../docs/configuration.md");
        let profile: toml::Table = BUILT_IN.parse().unwrap();
        for (section, value) in &profile {
            let tables = value.as_table().into_iter();
            let entries =
                tables.chain(value.as_array().into_iter().flatten().filter_map(toml::Value::as_table));
            for key in entries.flat_map(toml::Table::keys) {
                let name = format!("`{section}.{key}`");
                assert!(documentation.contains(&name), "docs/configuration.md does not explain {name}");
            }
        }
    }
}
