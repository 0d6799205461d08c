//! The life of a service's process: tracer, settings, serving, signal, drain, flush.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use thiserror::Error;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info};

use crate::serve::{FLUSH_TIME, start};
use crate::{Service, SettingError, Settings, health_probe};

/// Why a service did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// A setting has not the form expected.
    #[error("could not read the settings")]
    Setting(#[from] SettingError),
    /// The service's storage cannot be used.
    #[cfg(feature = "database")]
    #[error("could not open the database")]
    Database(#[from] crate::database::DatabaseError),
    /// The HTTP client could not be made.
    #[error("could not make the HTTP client")]
    Client(#[from] telemetry::ClientBuildError),
    /// The metrics could not be registered.
    #[error("could not register the metrics")]
    Metrics(#[source] prometheus::Error),
    /// The address cannot be listened on.
    #[error("could not listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The process cannot be set up.
    #[error("could not set up the process")]
    Process(#[source] io::Error),
}

/// Runs the service `name` that `build` makes from the settings, until SIGTERM or SIGINT.
///
/// With the argument `health` it asks the running service's `/health` instead, and exits 0 or 1.
pub fn run<Build, Built>(name: &'static str, build: Build) -> ExitCode
where
    Build: FnOnce(Settings) -> Built,
    Built: Future<Output = Result<Service, StartError>>,
{
    let settings = Settings::from_environment();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [] => serve_until_signal(name, settings, build),
        ["health"] => health(&settings),
        _ => finish(
            ExitCode::from(2),
            &format!("error: unknown arguments\n\nusage: {name} [health]"),
        ),
    }
}

fn serve_until_signal<Build, Built>(
    name: &'static str,
    settings: Settings,
    build: Build,
) -> ExitCode
where
    Build: FnOnce(Settings) -> Built,
    Built: Future<Output = Result<Service, StartError>>,
{
    let runtime = match runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            return finish(
                ExitCode::FAILURE,
                &format!("error: could not start the runtime: {cause}"),
            );
        }
    };
    let code = runtime.block_on(async {
        let tracer = telemetry::init_or_warn(name);
        let code = match serve(settings, build).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(cause) => {
                error!(error = telemetry::cause_chain(&cause), "could not start");
                ExitCode::FAILURE
            }
        };
        if let Some(tracer) = tracer {
            tracer.shutdown_within(FLUSH_TIME).await;
        }
        code
    });
    // A blocking task that is still busy must not keep the process alive past its stop grace.
    runtime.shutdown_background();
    code
}

async fn serve<Build, Built>(settings: Settings, build: Build) -> Result<(), StartError>
where
    Build: FnOnce(Settings) -> Built,
    Built: Future<Output = Result<Service, StartError>>,
{
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Process)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Process)?;
    let address = settings.listen_address()?;
    let running = start(build(settings).await?, address).await?;
    let name = tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    };
    info!(signal = name, "stopping");
    running.stop().await;
    info!("stopped");
    Ok(())
}

fn health(settings: &Settings) -> ExitCode {
    let address = match settings.listen_address() {
        Ok(address) => address,
        Err(cause) => return finish(ExitCode::FAILURE, &format!("error: {cause}")),
    };
    match health_probe::ask(address) {
        Ok(()) => finish(ExitCode::SUCCESS, "healthy"),
        Err(cause) => finish(
            ExitCode::FAILURE,
            &format!("unhealthy: {}", telemetry::cause_chain(&cause)),
        ),
    }
}

/// Ends with `code` after one line on stderr; a closed stderr changes nothing about the outcome.
fn finish(code: ExitCode, line: &str) -> ExitCode {
    match writeln!(io::stderr(), "{line}") {
        Ok(()) | Err(_) => code,
    }
}
