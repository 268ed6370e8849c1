//! The binary `dragoman`: it reads the configuration, starts one runtime, and serves facades and the control plane on
//! their listeners until it is told to stop.
//!
//! It is the only place that knows all facades. It knows no order rule and no vendor's words.

mod announce;
mod cli;
mod config;
mod control;
mod facades;
mod journal_files;
mod listener;
mod logging;
mod plan;
mod progress;
mod seeding;
mod serve;
mod token;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, ConfigCommand, JournalCommand, TokenCommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Token(TokenCommand::Oms(arguments)) => token::print_oms(&arguments),
        Command::Journal(JournalCommand::Verify(arguments)) => journal_files::verify(&arguments),
        Command::Journal(JournalCommand::Dump(arguments)) => journal_files::dump(&arguments),
        Command::Journal(JournalCommand::TruncateTail(arguments)) => journal_files::truncate_tail(&arguments),
        Command::Config(ConfigCommand::Check(arguments)) => config::check(&arguments),
        Command::Config(ConfigCommand::Print(arguments)) => config::print(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            announce::failure(&error);
            ExitCode::FAILURE
        }
    }
}
