//! The facades that this binary is built with: one line each.

use facade_kit::{IdSource, Mount, MountPoint};
use runtime::EngineHandle;

use crate::config::{Layers, Profile};

/// A facade that can be configured and mounted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facade {
    /// The name that mounts use.
    pub(crate) name: &'static str,
    /// Reads its settings.
    pub(crate) read: fn(&Layers, Profile) -> anyhow::Result<Configured>,
}

/// A facade with its settings.
pub(crate) struct Configured {
    /// Whether one of its credentials is public.
    pub(crate) development_credentials: bool,
    /// Mounts it.
    pub(crate) mount: Box<dyn Fn(EngineHandle, IdSource, MountPoint) -> Mount>,
}

macro_rules! facade {
    ($facade:ident) => {
        facade!($facade, NAME, mount)
    };
    ($facade:ident, $name:ident, $mount:ident) => {
        Facade {
            name: $facade::$name,
            read: |layers, profile| {
                let settings = layers.read_facade::<$facade::Config>($facade::NAME)?;
                let config = settings.map_or_else(
                    || development($facade::NAME, profile, $facade::Config::development),
                    anyhow::Ok,
                )?;
                Ok(Configured {
                    development_credentials: config.uses_development_credentials(),
                    mount: Box::new(move |engine, ids, at| $facade::$mount(config.clone(), engine, ids, at)),
                })
            },
        }
    };
}

/// All of them. A vendor with two hosts has two lines and one table of settings.
pub(crate) const FACADES: &[Facade] = &[
    facade!(facade_oms),
    facade!(facade_revx),
    facade!(facade_espresso),
    facade!(facade_oanda),
    facade!(facade_oanda, NAME_STREAM, mount_stream),
    facade!(facade_clearstreet),
];

/// The facade of a name.
pub(crate) fn find(name: &str) -> Option<&'static Facade> {
    FACADES.iter().find(|facade| facade.name == name)
}

/// The settings of a facade that the configuration does not mention.
fn development<C>(name: &str, profile: Profile, settings: impl FnOnce() -> C) -> anyhow::Result<C> {
    match profile {
        Profile::Development => Ok(settings()),
        Profile::Production => Err(anyhow::anyhow!(
            "the facade {name} is mounted, but there is no [facade.{name}]: outside of the development profile no \
             credential is built in"
        )),
    }
}
