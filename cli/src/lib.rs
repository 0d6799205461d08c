//! Finds out why traces are missing in a Docker stack that sends OTLP to Tempo.
//!
//! One direction: [`gather`] looks at the stack and fills a snapshot, `ptctl_diagnosis` judges it, [`render`] writes it
//! down, [`commands`] put the steps in order.

mod baseline;
mod bundle;
mod canvas;
pub mod cli;
pub mod clients;
pub mod commands;
pub mod compose;
pub mod context;
pub mod error;
pub mod exit;
pub mod farewell;
mod feed;
pub mod fix;
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
mod serve;
pub mod settings;
pub mod smoke;
pub mod target;
mod thread;
pub mod up;

use std::{process::ExitCode, time::Duration};

use self::{
    cli::{Cli, Command},
    exit::Exit,
    farewell::Farewell,
    output::Output,
};

/// Runs the program: reads the command line, does what it says, and returns the exit code.
pub fn run() -> ExitCode {
    let mut cli = Cli::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
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
        Ok(runtime) => runtime.block_on(perform(cli, &mut output)),
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

/// Runs a command until it ends; a signal ends all but a server, which ends by itself when it gets one.
async fn perform(cli: Cli, output: &mut Output) -> Result<Exit, error::CommandError> {
    let farewell = Farewell::default();
    let is_server = matches!(cli.command, Command::Backend(_) | Command::Serve(_));
    let command = Box::pin(commands::run(cli, output, &farewell));
    if is_server {
        command.await
    } else {
        until_interrupted(command, &farewell).await
    }
}

/// Runs a command until it ends or a signal asks to end.
async fn until_interrupted(
    command: impl Future<Output = Result<Exit, error::CommandError>>,
    farewell: &Farewell,
) -> Result<Exit, error::CommandError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate()).map_err(error::CommandError::Runtime)?;
    let signalled = tokio::select! {
        exit = command => return exit,
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
        _ = terminated.recv() => Exit::Terminated,
    };
    // The command is gone; helper containers that it had made are being removed, and the engine ends what it was asked to
    // do.
    let tasks = tokio::runtime::Handle::current().metrics();
    let all_left = async {
        while tasks.num_alive_tasks() > 0 {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::select! {
        () = all_left => {}
        () = tokio::time::sleep(farewell.length()) => {}
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
    Ok(signalled)
}

/// How often an interrupted command is asked whether it has left.
const GLANCE: Duration = Duration::from_millis(30);
