//! The first contents of an empty state.

use anyhow::{Context as _, anyhow};
use order_engine::{Command, Engine, Timestamp};
use runtime::{EngineHandle, Seed};

/// The commands of a seed, tried on an engine of their own, so that a seed that cannot be applied is found before
/// anything is logged.
pub(crate) fn commands(seed: &Seed) -> anyhow::Result<Vec<Command>> {
    let commands = seed.commands().context("the seed cannot be used")?;
    let mut engine = Engine::new();
    for command in &commands {
        let applied = engine.apply(Timestamp::EPOCH, command);
        if let Err(reject) = applied.result {
            return Err(anyhow!("the seed cannot be used: {command:?} was refused: {reject}"));
        }
    }
    Ok(commands)
}

/// Applies commands that a trial has shown to be good, in one batch.
pub(crate) async fn apply(engine: &EngineHandle, commands: Vec<Command>) -> anyhow::Result<()> {
    for outcome in engine.submit_all(commands).await? {
        outcome.map_err(|reject| anyhow!("the seed was refused: {reject}"))?;
    }
    Ok(())
}
