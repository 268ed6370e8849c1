//! `dragoman journal`: what a person may see of the log and do to it, and what a refused start advises.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use facade_kit::time;
use journal::{Inspection, RealDisk};
use runtime::{LoggedBatch, StartError};
use serde::Serialize;

use crate::cli::{DumpArguments, JournalArguments, TruncateArguments};
use crate::{announce, config};

/// `dragoman journal verify`.
pub(crate) fn verify(arguments: &JournalArguments) -> anyhow::Result<()> {
    let directory = directory(arguments)?;
    let (mut commands, mut unreadable) = (0, None);
    let found = journal::inspect(&RealDisk, &directory, |batch| match LoggedBatch::read(&batch.payload) {
        Ok(read) => {
            commands += read.commands.len();
            ControlFlow::Continue(())
        }
        Err(error) => {
            unreadable = Some(anyhow!("batch {} of the journal: {error}", batch.sequence));
            ControlFlow::Break(())
        }
    });
    let found = found.map_err(|error| with_advice(anyhow!("{error}"), error.whole_through(), &directory))?;
    if let Some(error) = unreadable {
        return Err(error);
    }
    announce::text_out(&summary(&directory, &found, commands))?;
    Ok(())
}

fn summary(directory: &Path, found: &Inspection, commands: usize) -> String {
    let mut text = format!("{}: whole\n", directory.display());
    let mut line = |name: &str, value: String| {
        // Writing into memory does not fail.
        let _ = writeln!(text, "{name:<12}{value}");
    };
    line("segments", found.segments.to_string());
    line(
        "batches",
        match found.last {
            last if last < found.first => "none".to_owned(),
            last => format!("{} to {last}", found.first),
        },
    );
    line("commands", commands.to_string());
    line("bytes", found.payload_bytes.to_string());
    line("chain", hex(&found.chain));
    line(
        "closed",
        if found.is_closed { "yes" } else { "no: the process that wrote it was killed" }.to_owned(),
    );
    if let Some((path, offset)) = &found.torn {
        line("torn", format!("{} from byte {offset}; the next start puts it aside", path.display()));
    }
    for name in &found.other_files {
        line("other file", name.clone());
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One command of the log.
#[derive(Serialize)]
struct Line<'a> {
    sequence: u64,
    /// Its place in the batch, from zero.
    command: usize,
    node: u64,
    counter: u64,
    proposed: &'a str,
    kind: &'a str,
    detail: &'a str,
}

/// `dragoman journal dump`.
pub(crate) fn dump(arguments: &DumpArguments) -> anyhow::Result<()> {
    let directory = directory(&arguments.journal)?;
    let mut failed = None;
    let found = journal::inspect(&RealDisk, &directory, |batch| {
        if batch.sequence > arguments.to {
            return ControlFlow::Break(());
        }
        if batch.sequence >= arguments.from
            && let Err(error) = print(batch)
        {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    match failed {
        Some(error) => Err(error),
        None => match found {
            Ok(_) => Ok(()),
            Err(error) => Err(with_advice(anyhow!("{error}"), error.whole_through(), &directory)),
        },
    }
}

fn print(batch: &journal::Batch) -> anyhow::Result<()> {
    let sequence = batch.sequence;
    let read =
        LoggedBatch::read(&batch.payload).with_context(|| format!("batch {sequence} of the journal"))?;
    let proposed = time::rfc3339(read.proposed, 9);
    let mut text = String::new();
    for (place, command) in read.commands.iter().enumerate() {
        let detail = format!("{command:?}");
        let kind = detail.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
        let line = Line {
            sequence,
            command: place,
            node: read.node,
            counter: read.counter,
            proposed: &proposed,
            kind,
            detail: &detail,
        };
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
    }
    announce::text_out(&text)?;
    Ok(())
}

/// `dragoman journal truncate-tail`.
pub(crate) fn truncate_tail(arguments: &TruncateArguments) -> anyhow::Result<()> {
    let directory = directory(&arguments.journal)?;
    let after = arguments.after;
    let mut done = journal::truncate_tail(&RealDisk, &directory, after, false)?;
    if !arguments.without_snapshot {
        check_snapshots(&directory, done.first, after)?;
    }
    if arguments.yes {
        done = journal::truncate_tail(&RealDisk, &directory, after, true)?;
    }
    let (path, offset) = &done.cut;
    let what = format!(
        "{} bytes of {} from byte {offset} on, and {} segments after it",
        done.bytes,
        path.display(),
        done.segments.len()
    );
    if !arguments.yes {
        bail!(
            "nothing was changed. To make batch {after} the last one, {what} would be cut off and kept in files of \
             their own; what they hold is lost to the gateway. If that is what you want, say so with --yes"
        );
    }
    let mut text = format!(
        "batch {after} is the last one now, with chain value {}; cut off: {what}\n",
        hex(&done.chain)
    );
    for path in &done.kept_in {
        let _ = writeln!(text, "kept in {}", path.display());
    }
    announce::text_out(&text)?;
    Ok(())
}

/// A log that has lost its beginning leads somewhere only from a snapshot, and no start uses one that goes beyond the log.
fn check_snapshots(directory: &Path, first: u64, after: u64) -> anyhow::Result<()> {
    let snapshots = runtime::snapshots_in(directory)?;
    let leads_on = |sequence: u64| (first.saturating_sub(1)..=after).contains(&sequence);
    if first <= 1 || snapshots.iter().any(|note| leads_on(note.sequence)) {
        return Ok(());
    }
    let found: Vec<String> = snapshots.iter().map(|note| note.sequence.to_string()).collect();
    let found = if found.is_empty() { "there are none".to_owned() } else { found.join(" and ") };
    bail!(
        "nothing was changed. The log begins with batch {first}; what came before is in snapshots only, and none of them \
         ends between batch {} and batch {after}: {found}. Cut after one of them or later; or, with a copy of an earlier \
         snapshot at hand, say --without-snapshot",
        first.saturating_sub(1)
    )
}

/// What a start that is refused because of the log says besides.
pub(crate) fn advise(error: &StartError, directory: &Path) -> anyhow::Error {
    let whole_through = match error {
        StartError::Journal(error) => error.whole_through(),
        StartError::Poisoned { sequence, .. } => Some(sequence.saturating_sub(1)),
        StartError::Batch { .. }
        | StartError::Snapshot(_)
        | StartError::Archive(_)
        | StartError::Uncovered { .. }
        | StartError::LogLost { .. }
        | StartError::Thread(_) => None,
    };
    let shows_batch = match error {
        StartError::Poisoned { sequence, .. } => Some(*sequence),
        StartError::Journal(_)
        | StartError::Batch { .. }
        | StartError::Snapshot(_)
        | StartError::Archive(_)
        | StartError::Uncovered { .. }
        | StartError::LogLost { .. }
        | StartError::Thread(_) => None,
    };
    let mut advised = with_advice(anyhow!("{error}"), whole_through, directory);
    if let Some(sequence) = shows_batch {
        let command = format!("dragoman journal dump --data-dir {}", directory.display());
        advised = anyhow!(
            "{advised}\n  {command} --from {sequence} --to {sequence}\n    shows the commands of the batch"
        );
    }
    advised
}

fn with_advice(error: anyhow::Error, whole_through: Option<u64>, directory: &Path) -> anyhow::Error {
    let Some(after) = whole_through else { return error };
    let directory = directory.display();
    anyhow!(
        "{error}\n  dragoman journal verify --data-dir {directory}\n    says what is whole\n  \
         dragoman journal truncate-tail --data-dir {directory} --after {after} --yes\n    goes on without what follows \
         batch {after}, and keeps that in files of its own"
    )
}

fn directory(arguments: &JournalArguments) -> anyhow::Result<PathBuf> {
    match &arguments.data_dir {
        Some(directory) => Ok(directory.clone()),
        None => Ok(config::load(&arguments.layers, toml::Table::new())?.config.journal.directory),
    }
}
