//! The catalogue server: the shop's pages and pictures, read from the database that Django keeps.
//!
//! One call, [`run`], starts the async runtime, serves, and returns when it was told to stop. The database is asked on
//! threads of its own; only [`admin`] writes to it, where it is asked for.

mod access_log;
mod admin;
mod answers;
mod api;
mod app;
mod assets;
mod connections;
mod cors;
mod frame;
mod frontend;
mod headers;
mod listen;
mod log;
mod media;
mod metrics;
mod pages;
mod patience;
mod pool;
mod probes;
mod site;
mod stop;
mod store;
mod worker;

pub use app::App;
pub use listen::Address;
pub use site::Clock;
pub use stop::Stop;

use crate::config::Config;
use access_log::AccessLog;
use admin::Admin;
use anyhow::Context;
use anyhow::Result;
use connections::Limits;
use connections::Listener;
use log::Log;
use log::Target;
use metrics::Metrics;
use pool::Pool;
use rustix::process::Signal;
use sd_notify::NotifyState;
use site::Site;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;
use stop::Signals;

/// Threads that read pictures: more than a disk can use at once, few enough to bound the memory.
const FILE_THREADS: usize = 32;

/// Connections of monitoring systems at a time.
const MONITORS: usize = 8;

/// What a server is started with, besides the configuration.
pub struct Options {
    /// Address and port, or `unix:/PATH`; port 0 takes any free one. A socket that systemd passes goes before it.
    pub listen: String,
    /// End when the process that started this one ends.
    pub exit_with_parent: bool,
    /// Take over SIGTERM, SIGINT and SIGHUP; not in tests, where they are the whole process's.
    pub signals: bool,
    /// Stops the server from another thread.
    pub stop: Stop,
    /// Where errors are told, one a line; standard error of the command.
    pub errors: Box<dyn Write + Send>,
    pub clock: Clock,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// No request was cut off.
    pub drained: bool,
}

/// Serves until told to stop; `on_ready` is called with the address once visitors can come.
///
/// # Errors
/// When the address cannot be had, the access log cannot be written, or the configuration makes no sense. A database
/// that is down is no error: pages then say so, until it answers.
pub fn run(config: &Config, options: Options, on_ready: impl FnOnce(Address)) -> Result<Stopped> {
    let stop = options.stop.clone();
    if options.exit_with_parent {
        follow_parent(&stop)?;
    }
    let mode = config.serve.socket_mode().unwrap_or(0o660);
    let listener = listen::listener(&options.listen, mode)?;
    let address = listener.address()?;
    admin::require_protected(config, &address)?;
    let monitor =
        config.serve.metrics_listen.as_deref().map(|address| listen::bind(address, mode)).transpose()?;
    let (alive, ended) = std::sync::mpsc::channel();
    let errors = Log::start(Target::Writer(options.errors), None, &alive)?;
    let access_log = access_log(config, &errors, &alive)?;
    let metrics = Arc::new(Metrics::default());
    let (app, site) = assemble(config, &options.clock, errors, &metrics, access_log.clone(), &alive)?;
    drop(alive);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(FILE_THREADS)
        .enable_all()
        .build()
        .context("start the async runtime")?;
    let limits = Limits {
        connections: config.serve.max_connections.clamp(1, 1 << 20),
        header_timeout: config.serve.header_timeout,
        stall_timeout: config.serve.request_timeout,
    };
    let stopped = runtime.block_on(async {
        let listener = Listener::take(listener)?;
        if let Some(monitor) = monitor {
            let app = app::monitoring(&site, &metrics);
            let limits = Limits { connections: MONITORS, ..limits.clone() };
            tokio::spawn(connections::serve(Listener::take(monitor)?, app, limits, stop.subscribe()));
        }
        drop(site);
        let mut signals = options.signals.then(Signals::take).transpose()?;
        let serving = connections::serve(listener, app, limits, stop.subscribe());
        let mut serving = tokio::spawn(serving);
        on_ready(address);
        tell_systemd(&NotifyState::Ready);
        tokio::spawn(keep_watchdog_quiet());
        let mut asked = stop.subscribe();
        tokio::select! {
            _ = asked.wait_for(|stop| *stop) => {}
            () = wait(signals.as_mut(), access_log.as_ref()) => stop.stop(),
        }
        tell_systemd(&NotifyState::Stopping);
        // A second signal ends the waiting.
        let drained = tokio::select! {
            ended = tokio::time::timeout(config.serve.drain_timeout, &mut serving) => ended.is_ok(),
            () = wait(signals.as_mut(), access_log.as_ref()) => false,
        };
        anyhow::Ok(Stopped { drained })
    });
    drop(access_log);
    runtime.shutdown_timeout(Duration::from_secs(1));
    // The database and log threads end with the last request; one that hangs in a query is left behind.
    let _ = ended.recv_timeout(Duration::from_secs(2));
    stopped
}

/// Builds what answers alone, to be called without a port; the database's threads end when they are dropped.
///
/// # Errors
/// When the configuration makes no sense.
pub fn app(config: &Config, clock: &Clock, errors: Box<dyn Write + Send>) -> Result<App> {
    let (alive, _) = std::sync::mpsc::channel();
    let errors = Log::start(Target::Writer(errors), None, &alive)?;
    assemble(config, clock, errors, &Arc::default(), None, &alive).map(|(app, _)| app)
}

fn assemble(
    config: &Config,
    clock: &Clock,
    errors: Log,
    metrics: &Arc<Metrics>,
    access_log: Option<Log>,
    alive: &Sender<()>,
) -> Result<(App, Arc<Site>)> {
    let pool = Pool::start(config, errors.clone(), alive)?;
    let site = Arc::new(Site::new(config, pool, Arc::clone(clock))?);
    let admin = Admin::start(config, &site, errors)?;
    let access_log =
        access_log.map(|log| AccessLog { log, zone: site.zone.clone(), clock: Arc::clone(clock) });
    let max_body = usize::try_from(config.serve.max_body.0).unwrap_or(usize::MAX);
    Ok((app::visitors(&site, max_body, metrics, admin.as_ref(), access_log), site))
}

fn access_log(config: &Config, errors: &Log, alive: &Sender<()>) -> Result<Option<Log>> {
    let Some(path) = &config.serve.access_log else { return Ok(None) };
    let target = if path == Path::new("-") {
        Target::Writer(Box::new(std::io::stderr()))
    } else {
        Target::file(path)?
    };
    Log::start(target, Some(errors.clone()), alive).map(Some)
}

/// Asks the kernel for SIGTERM at the parent's end; a parent that has ended before is found by its absence.
fn follow_parent(stop: &Stop) -> Result<()> {
    let parent = rustix::process::getppid();
    rustix::process::set_parent_process_death_signal(Some(Signal::TERM))
        .context("follow the parent process")?;
    if rustix::process::getppid() != parent {
        stop.stop();
    }
    Ok(())
}

async fn wait(signals: Option<&mut Signals>, access_log: Option<&Log>) {
    match signals {
        Some(signals) => signals.stop(access_log).await,
        None => std::future::pending().await,
    }
}

/// Tells systemd's watchdog, as often as it wants twice over, that the runtime still turns.
async fn keep_watchdog_quiet() {
    let Some(every) = sd_notify::watchdog_enabled() else { return };
    loop {
        tell_systemd(&NotifyState::Watchdog);
        tokio::time::sleep(every / 2).await;
    }
}

/// Tells systemd, where it listens; that it does not is no failure of the server.
fn tell_systemd(state: &NotifyState<'_>) {
    let _ = sd_notify::notify(std::slice::from_ref(state));
}
