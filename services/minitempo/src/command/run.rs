//! From the flags to the exit code.

use std::io;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

use super::flags::{self, FlagError, Flags, Task, Variables};
use super::health;
use crate::config::{self, ConfigError, Endpoint, LoadedConfig, LogLevel, Unusable};
use crate::logging;
use crate::server::{Listener, Server, StartError};
use crate::store::StoreError;
use crate::tenancy::Tenancy;
use crate::version;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It did what it was told to, and served until it was told to end.
    Well,
    /// Its flags mean nothing.
    Misused,
    /// It could not start, or is not healthy.
    Failed,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Well => Self::SUCCESS,
            Ended::Misused => Self::from(2),
            Ended::Failed => Self::FAILURE,
        }
    }
}

/// Runs the program with the arguments after its name, on all processors.
pub fn run(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(perform(arguments)).into(),
        Err(failure) => {
            say(io::stderr(), &format!("error running Tempo: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments after the program's name say, inside another program.
pub async fn perform(arguments: impl IntoIterator<Item = String>) -> Ended {
    let flags = match flags::parse(arguments) {
        Ok(flags) => flags,
        Err(FlagError::Help) => {
            say(io::stderr(), &flags::usage());
            return Ended::Well;
        }
        Err(mistake) => {
            say(io::stderr(), &format!("{mistake}\n{}", flags::usage()));
            return Ended::Misused;
        }
    };
    match flags.task {
        Task::PrintVersion => {
            say(io::stdout(), &version::long_text());
            Ended::Well
        }
        Task::CheckHealth => check_health(&flags),
        Task::Verify | Task::Serve => load_and_serve(&flags).await,
    }
}

async fn load_and_serve(flags: &Flags) -> Ended {
    let loaded = match load(flags) {
        Ok(loaded) => loaded,
        Err(ConfigError::Unusable(unusable)) => {
            logging::start(LogLevel::default());
            error!(err = %unusable, "error running Tempo");
            return Ended::Failed;
        }
        Err(refused) => {
            say(io::stderr(), &format!("{refused}\n"));
            return Ended::Failed;
        }
    };
    logging::start(loaded.config.log_level);
    warn_of_ignored(&loaded.ignored);
    warn_of_remote_write(&loaded);
    if flags.task == Task::Verify {
        return Ended::Well;
    }
    run_until_stopped(loaded).await
}

/// Output that nobody reads any more is no reason to fail.
fn say(mut stream: impl io::Write, text: &str) {
    if let Err(failure) = stream.write_all(text.as_bytes()) {
        tracing::debug!(err = %failure, "nobody listens");
    }
}

fn check_health(flags: &Flags) -> Ended {
    let url = flags.health_url.as_deref().unwrap_or(health::DEFAULT_URL);
    match health::check(url) {
        Ok(()) => {
            say(io::stdout(), "Tempo is healthy\n");
            Ended::Well
        }
        Err(unhealthy) => {
            say(io::stderr(), &format!("{unhealthy}\n"));
            Ended::Failed
        }
    }
}

fn load(flags: &Flags) -> Result<LoadedConfig, ConfigError> {
    let mut loaded = match &flags.config_file {
        Some(file) if flags.variables == Variables::Expanded => config::load_expanding_env(file)?,
        Some(file) => config::load(file)?,
        None => config::load_text("", "")?,
    };
    if flags.tenancy == Tenancy::Multi {
        loaded.config.tenancy = Tenancy::Multi;
    }
    if let Some(port) = flags.http_port {
        loaded.config.http = loaded.config.http.with_port(port);
    }
    if let Some(level) = flags.log_level.as_deref().and_then(LogLevel::parse) {
        loaded.config.log_level = level;
    }
    if let Some(target) = flags.target.as_ref().filter(|target| *target != "all") {
        return Err(ConfigError::Unusable(Unusable::Target(target.clone())));
    }
    Ok(loaded)
}

fn warn_of_ignored(ignored: &[String]) {
    if !ignored.is_empty() {
        warn!(
            keys = %ignored.join(","),
            "configuration keys of Tempo that minitempo does not act on"
        );
    }
}

/// Whoever looks for the metrics of spans in Prometheus must know why they are not written there.
fn warn_of_remote_write(loaded: &LoadedConfig) {
    if !loaded.remote_write.is_empty() && loaded.config.generator.is_some() {
        warn!(
            url = %loaded.remote_write.join(","),
            "minitempo does not perform metrics_generator remote_write: the metrics are on /metrics, for Prometheus to scrape"
        );
    }
}

async fn run_until_stopped(loaded: LoadedConfig) -> Ended {
    info!(version = %version::short_text(), target = "all", "Starting Tempo");
    // Before anything can be asked to stop.
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        error!("error running Tempo: signals cannot be received");
        return Ended::Failed;
    };
    let running = match Server::start(loaded.config).await {
        Ok(running) => running,
        Err(failure) => {
            log_start_error(&failure);
            return Ended::Failed;
        }
    };
    info!(http = %running.http_addr(), "server listening on addresses");
    info!("Tempo started");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("=== received SIGINT/SIGTERM ===\n*** exiting");
    running.shutdown().await;
    info!("Tempo stopped");
    Ended::Well
}

/// Tempo's line for what went wrong; a receiver's busy port ends the program at once and with an error, unlike Tempo.
fn log_start_error(failure: &StartError) {
    match failure {
        StartError::Listen {
            listener: Listener::Http,
            ..
        } => {
            let err = format!(
                "failed to init module services: error initialising module: server: failed to create server: {}",
                listen_text(failure)
            );
            error!(err = %err, "error running Tempo");
        }
        StartError::Listen { .. } => {
            let err = format!(
                "starting module distributor: invalid service state: Failed, expected: Running, failure: failed to start subservices: not healthy, 0 terminated, 1 failed: [error starting receiver: {}]",
                listen_text(failure)
            );
            error!(module = "distributor", err = %err, "module failed");
        }
        StartError::Store(store) => {
            let err = format!(
                "failed to init module services: error initialising module: store: failed to create store: {}",
                store_text(store)
            );
            error!(err = %err, "error running Tempo");
        }
    }
}

fn listen_text(failure: &StartError) -> String {
    let StartError::Listen {
        address, source, ..
    } = failure
    else {
        return failure.to_string();
    };
    format!("listen tcp {}: bind: {}", shown(address), os_text(source))
}

/// Go prints an empty host as the address it listens on.
fn shown(address: &Endpoint) -> String {
    let text = address.to_string();
    if text.starts_with(':') {
        format!("[::]{text}")
    } else {
        text
    }
}

fn store_text(failure: &StoreError) -> String {
    if let StoreError::Engine { path, source } = failure
        && let redb::Error::Io(error) = &**source
    {
        return format!("open {}: {}", path.display(), os_text(error));
    }
    let mut text = failure.to_string();
    let mut next = std::error::Error::source(failure);
    while let Some(source) = next {
        text.push_str(": ");
        match source.downcast_ref::<io::Error>() {
            Some(error) => text.push_str(&os_text(error)),
            None => text.push_str(&source.to_string()),
        }
        next = source.source();
    }
    text
}

/// What Go says of an error of the operating system.
fn os_text(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "address already in use".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        io::ErrorKind::StorageFull => "no space left on device".to_owned(),
        io::ErrorKind::AddrNotAvailable => "cannot assign requested address".to_owned(),
        _ => error.to_string(),
    }
}
