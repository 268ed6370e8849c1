//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// One order engine behind five vendors' REST dialects.
#[derive(Debug, Parser)]
#[command(name = "dragoman", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the configured facades until SIGTERM or SIGINT.
    Serve(ServeArguments),
    /// Mint a credential of a facade that takes minted ones.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Look at the log of commands, or repair it. The gateway that writes it must be stopped.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Look at the configuration without serving.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// A signed token for the OMS API.
    Oms(TokenArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Check every byte that counts, and say what there is. Damage is named with file and offset, and the status is 1.
    Verify(JournalArguments),
    /// Print commands as lines of JSON.
    Dump(DumpArguments),
    /// Make a batch the last one. What is cut off is kept in files beside the log.
    TruncateTail(TruncateArguments),
}

/// Which log.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct JournalArguments {
    #[command(flatten)]
    pub(crate) layers: ConfigArguments,
    /// Where the log is kept, if not where the configuration says.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DumpArguments {
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    /// The first batch; the first that is kept when absent.
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    pub(crate) from: u64,
    /// The last batch; the last that there is when absent.
    #[arg(long, value_name = "SEQ", default_value_t = u64::MAX, hide_default_value = true)]
    pub(crate) to: u64,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TruncateArguments {
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    /// The batch that will be the last.
    #[arg(long, value_name = "SEQ")]
    pub(crate) after: u64,
    /// Do it. Without this nothing is changed, and what would be cut off is named.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Do it even if no snapshot that is here would be left to start from. For a log that has lost its beginning, and a
    /// person who has a copy of an earlier snapshot.
    #[arg(long)]
    pub(crate) without_snapshot: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say whether a configuration can be served.
    Check(CheckArguments),
    /// Print the configuration as it results from all its layers. Facades' tables are not shown: they hold credentials.
    Print(ConfigArguments),
}

/// The layers over the built-in configuration and the environment.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArguments {
    /// A TOML file; what it leaves out is as in the built-in development profile.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One key more, over file and environment; may be repeated. Secrets are not taken here.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
    pub(crate) settings: Vec<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) layers: ConfigArguments,
    /// Keep nothing: the state is gone when the process ends.
    #[arg(long, conflicts_with = "data_dir")]
    pub(crate) ephemeral: bool,
    /// Where the log is kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CheckArguments {
    /// A TOML file; without one the built-in development profile is checked.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// One key more, over file and environment; may be repeated.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
    pub(crate) settings: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TokenArguments {
    #[command(flatten)]
    pub(crate) layers: ConfigArguments,
    /// Whose token: `demo`, `maker`, `OMS$Control`.
    #[arg(long, default_value = "demo")]
    pub(crate) client: String,
    /// How long it is good for.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) lifetime_secs: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
