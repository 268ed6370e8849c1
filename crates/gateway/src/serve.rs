//! `dragoman serve`: from the configuration to the last answered request.

use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::ServerHandle;
use actix_web::rt;
use anyhow::{Context as _, anyhow};
use facade_kit::{IdSource, MountPoint};
use futures_util::future;
use order_engine::Command;
use runtime::{Durability, EngineHandle, JournalMode, Options, Runtime, SnapshotPolicy, SystemClock};
use tokio::signal::unix::{SignalKind, signal};

use crate::announce::{self, Event};
use crate::cli::ServeArguments;
use crate::config::{self, Config, DurabilityName};
use crate::control::{Access, Control};
use crate::listener::{self, Listener, Mounted};
use crate::plan::{self, Plan};
use crate::progress::ProgressLine;
use crate::{journal_files, logging, seeding};

/// SIGXFSZ: a file would grow over the limit of the process.
const FILE_SIZE_SIGNAL: i32 = 25;

/// Serves until told to stop.
pub(crate) fn run(arguments: &ServeArguments) -> anyhow::Result<()> {
    let started = Instant::now();
    let loaded = config::load(&arguments.layers, flags(arguments))?;
    let config = &loaded.config;
    logging::start(&config.log)?;
    let access = Access::new(config)?;
    let plan = plan::plan(&loaded)?;
    let seed = seeding::commands(&config.seed)?;
    let mut progress = ProgressLine::default();
    let started_runtime =
        Runtime::start_watched(options(config), Arc::new(SystemClock), &mut |so_far| progress.show(so_far));
    progress.end();
    let runtime =
        started_runtime.map_err(|error| journal_files::advise(&error, &config.journal.directory))?;
    let served = rt::System::new().block_on(serve(config, plan, access, &runtime, seed, started));
    let stopped = runtime.stop();
    served?;
    stopped?;
    announce::line(&Event::Stopped)?;
    Ok(())
}

/// What the flags of the command say, as a layer of the configuration.
fn flags(arguments: &ServeArguments) -> toml::Table {
    let mut journal = toml::Table::new();
    if arguments.ephemeral {
        journal.insert("durability".to_owned(), "memory".into());
    }
    if let Some(directory) = &arguments.data_dir {
        journal.insert("directory".to_owned(), directory.display().to_string().into());
    }
    let mut flags = toml::Table::new();
    if !journal.is_empty() {
        flags.insert("journal".to_owned(), journal.into());
    }
    flags
}

/// A segment has at least a header and some records.
const LEAST_SEGMENT_BYTES: u64 = 4096;

fn options(config: &Config) -> Options {
    let directory =
        |durability| JournalMode::Directory { path: config.journal.directory.clone(), durability };
    let journal = match config.journal.durability {
        DurabilityName::Sync => directory(Durability::Sync),
        DurabilityName::Async => directory(Durability::Async),
        DurabilityName::Memory => JournalMode::Memory,
    };
    let snapshots = SnapshotPolicy {
        every_commands: config.journal.snapshot_commands.max(1),
        every_bytes: config.journal.snapshot_bytes.max(1),
    };
    Options {
        journal,
        segment_bytes: config.journal.segment_bytes.max(LEAST_SEGMENT_BYTES),
        queue: config.journal.queue,
        snapshots,
        retention: Some(config.journal.closed_orders),
        ..Options::in_memory()
    }
}

async fn serve(
    config: &Config,
    plan: Plan,
    access: Access,
    runtime: &Runtime,
    seed: Vec<Command>,
    started: Instant,
) -> anyhow::Result<()> {
    let engine = runtime.handle();
    if runtime.is_empty() {
        tracing::info!(commands = seed.len(), "the state is empty: applying the seed");
        seeding::apply(&engine, seed.clone()).await?;
    }
    let control = Arc::new(Control::new(engine.clone(), seed, access));
    let listeners = bind_all(config, &plan, &engine, &control)?;
    control.open(listeners.iter().flat_map(|listener| listener.rows.clone()).collect());
    run_until_signal(listeners, &control, &engine, started).await
}

fn bind_all(
    config: &Config,
    plan: &Plan,
    engine: &EngineHandle,
    control: &Arc<Control>,
) -> anyhow::Result<Vec<Listener>> {
    let mut listeners = Vec::with_capacity(plan.listeners.len());
    for listener in &plan.listeners {
        let mut mounts = Vec::with_capacity(listener.mounts.len());
        for mount in &listener.mounts {
            let facade = plan.facades.get(mount.facade).context("every mounted facade is configured")?;
            let at = MountPoint { prefix: mount.prefix.clone() };
            let built = (facade.mount)(engine.clone(), IdSource::random(), at);
            mounts.push(Mounted { plan: mount.clone(), mount: built });
        }
        listeners.push(listener::bind(listener, mounts, control, &config.server)?);
    }
    Ok(listeners)
}

/// Polls all servers, tells where they are, and stops them when the process is told to.
async fn run_until_signal(
    listeners: Vec<Listener>,
    control: &Control,
    engine: &EngineHandle,
    started: Instant,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // A limit on the size of files is a full disk and no reason to die: with a handler a write over it just fails.
    let _file_size = signal(SignalKind::from_raw(FILE_SIZE_SIGNAL))?;
    let mut handles = Vec::with_capacity(listeners.len());
    let mut running = Vec::with_capacity(listeners.len());
    for Listener { address, rows, control, server } in listeners {
        let facades: Vec<&str> = rows.iter().map(|row| row.facade).collect();
        handles.push(server.handle());
        running.push(rt::spawn(server));
        let url = format!("http://{address}");
        announce::line(&Event::Listening { facades: &facades, control, address, url })?;
    }
    let elapsed_ms = started.elapsed().as_millis();
    announce::line(&Event::Ready { listeners: handles.len(), elapsed_ms })?;
    tracing::info!(listeners = handles.len(), elapsed_ms = %elapsed_ms, "ready");

    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
        _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
        // What is on the disk is not known any more, so nothing is answered from memory either.
        why = engine.journal_failed() => {
            stop_all(&handles, false).await;
            return Err(anyhow!("the journal failed, and the process stops: {why}"));
        }
    }
    control.close();
    // A stream would otherwise last as long as its server waits for it.
    engine.end_feed();
    tokio::select! {
        () = stop_all(&handles, true) => {}
        _ = terminate.recv() => stop_all(&handles, false).await,
        _ = interrupt.recv() => stop_all(&handles, false).await,
    }
    future::join_all(running).await;
    Ok(())
}

async fn stop_all(handles: &[ServerHandle], graceful: bool) {
    future::join_all(handles.iter().map(|handle| handle.stop(graceful))).await;
}
