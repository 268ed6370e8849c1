//! `dragoman token`: credentials that a facade takes and that somebody has to mint.

use anyhow::Context as _;
use runtime::{Clock as _, SystemClock};

use crate::announce;
use crate::cli::TokenArguments;
use crate::config::{self, Loaded, Profile};

/// Prints a token of the OMS API, and nothing else.
pub(crate) fn print_oms(arguments: &TokenArguments) -> anyhow::Result<()> {
    let Loaded { config, layers } = config::load(&arguments.layers, toml::Table::new())?;
    let settings = layers.read_facade::<facade_oms::Config>(facade_oms::NAME)?;
    let settings = match (settings, config.server.profile) {
        (Some(settings), _) => settings,
        (None, Profile::Development) => facade_oms::Config::development(),
        (None, Profile::Production) => anyhow::bail!("there is no [facade.oms] to mint a token for"),
    };
    let now = SystemClock.now();
    let token = facade_oms::issue_token(&settings, &arguments.client, now, arguments.lifetime_secs)
        .with_context(|| format!("no token for {:?}", arguments.client))?;
    announce::text_out(&format!("{token}\n"))?;
    Ok(())
}
