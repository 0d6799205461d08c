//! Finds out why traces are missing in a Docker stack that sends OTLP to Tempo.
//!
//! One direction: [`gather`] looks at the stack and fills a snapshot, `ptctl_diagnosis` judges it, [`render`] writes it
//! down, [`commands`] put the steps in order.

mod baseline;
mod bundle;
pub mod cli;
pub mod clients;
pub mod commands;
pub mod compose;
pub mod context;
pub mod error;
pub mod exit;
mod feed;
pub mod gather;
mod helper;
mod inside;
pub mod lint;
mod logs;
pub mod output;
mod probe;
mod progress;
pub mod render;
pub mod restart;
mod saved;
mod secret;
pub mod settings;
pub mod smoke;
pub mod target;
mod thread;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

use self::{
    cli::{Cli, Command},
    exit::Exit,
    output::Output,
};

/// Runs the program: reads the command line, does what it says, and returns the exit code.
pub fn run() -> ExitCode {
    let mut cli = Cli::parse();
    let settings = fill_in(&mut cli);
    let mut output = Output::new(&cli.global);
    match settings {
        Ok(None) => {}
        Ok(Some(refused)) => output.note(&refused),
        Err(error) => {
            output.error(&error);
            return error.exit().into();
        }
    }
    let exit = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(until_interrupted(commands::run(cli, &mut output))),
        Err(error) => Err(error::CommandError::Runtime(error)),
    };
    match exit {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.error(&error);
            error.exit().into()
        }
    }
}

/// Completes the command line by the project's settings, and says what of them is not taken. What writes texts for the
/// shell asks no project.
fn fill_in(cli: &mut Cli) -> Result<Option<String>, error::CommandError> {
    if matches!(cli.command, Command::Completions { .. } | Command::Man) {
        return Ok(None);
    }
    let working_dir = std::env::current_dir().map_err(error::CommandError::Runtime)?;
    Ok(settings::SettingsFile::find(&working_dir)?.fill(cli))
}

/// Runs a command until it ends or a signal asks to end.
async fn until_interrupted(
    command: impl Future<Output = Result<Exit, error::CommandError>>,
) -> Result<Exit, error::CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate()).map_err(error::CommandError::Runtime)?;
    let signalled = tokio::select! {
        exit = command => return exit,
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
        _ = terminated.recv() => Exit::Terminated,
    };
    // The command is gone; helper containers that it had made are being removed.
    let tasks = tokio::runtime::Handle::current().metrics();
    let gone_by = tokio::time::Instant::now() + FAREWELL;
    while tasks.num_alive_tasks() > 0 && tokio::time::Instant::now() < gone_by {
        tokio::time::sleep(FAREWELL / 100).await;
    }
    Ok(signalled)
}

/// How long an interrupted command may take to remove what it made on the engine.
const FAREWELL: Duration = Duration::from_secs(3);
