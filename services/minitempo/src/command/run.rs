//! From the flags to the exit code.

use std::io;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;
use tracing::{error, info, warn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::flags::{self, FlagError, Flags, Task, Variables};
use super::health;
use crate::config::{self, ConfigError, Endpoint, LoadedConfig, LogLevel, Unusable};
use crate::logging::Logfmt;
use crate::server::{Listener, Server, StartError};
use crate::store::StoreError;
use crate::tenancy::Tenancy;
use crate::version;

/// Runs the program with the arguments after its name.
pub fn run(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let flags = match flags::parse(arguments) {
        Ok(flags) => flags,
        Err(FlagError::Help) => {
            say(io::stderr(), &flags::usage());
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            say(io::stderr(), &format!("{mistake}\n{}", flags::usage()));
            return ExitCode::from(2);
        }
    };
    match flags.task {
        Task::PrintVersion => {
            say(io::stdout(), &version::long_text());
            ExitCode::SUCCESS
        }
        Task::CheckHealth => check_health(&flags),
        Task::Verify | Task::Serve => load_and_serve(&flags),
    }
}

fn load_and_serve(flags: &Flags) -> ExitCode {
    let loaded = match load(flags) {
        Ok(loaded) => loaded,
        Err(ConfigError::Unusable(unusable)) => {
            start_logging(LogLevel::default());
            error!(err = %unusable, "error running Tempo");
            return ExitCode::FAILURE;
        }
        Err(refused) => {
            say(io::stderr(), &format!("{refused}\n"));
            return ExitCode::FAILURE;
        }
    };
    start_logging(loaded.config.log_level);
    warn_of_ignored(&loaded.ignored);
    if flags.task == Task::Verify {
        return ExitCode::SUCCESS;
    }
    serve(loaded)
}

/// Output that nobody reads any more is no reason to fail.
fn say(mut stream: impl io::Write, text: &str) {
    if let Err(failure) = stream.write_all(text.as_bytes()) {
        tracing::debug!(err = %failure, "nobody listens");
    }
}

fn check_health(flags: &Flags) -> ExitCode {
    let url = flags.health_url.as_deref().unwrap_or(health::DEFAULT_URL);
    match health::check(url) {
        Ok(()) => {
            say(io::stdout(), "Tempo is healthy\n");
            ExitCode::SUCCESS
        }
        Err(unhealthy) => {
            say(io::stderr(), &format!("{unhealthy}\n"));
            ExitCode::FAILURE
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

fn start_logging(level: LogLevel) {
    let level = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    tracing_subscriber::registry()
        .with(level)
        .with(
            tracing_subscriber::fmt::layer()
                .event_format(Logfmt)
                .with_writer(io::stderr),
        )
        .init();
}

fn warn_of_ignored(ignored: &[String]) {
    if !ignored.is_empty() {
        warn!(
            keys = %ignored.join(","),
            "configuration keys of Tempo that minitempo does not act on"
        );
    }
}

fn serve(loaded: LoadedConfig) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(failure) => {
            error!(err = %failure, "error running Tempo");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(run_until_stopped(loaded))
}

async fn run_until_stopped(loaded: LoadedConfig) -> ExitCode {
    info!(version = %version::short_text(), target = "all", "Starting Tempo");
    // Before anything can be asked to stop.
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        error!("error running Tempo: signals cannot be received");
        return ExitCode::FAILURE;
    };
    let running = match Server::start(loaded.config).await {
        Ok(running) => running,
        Err(failure) => {
            log_start_error(&failure);
            return ExitCode::FAILURE;
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
    ExitCode::SUCCESS
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
