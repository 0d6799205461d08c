//! `ptctl logs`: the logs of a stack, and lines from elsewhere.

mod classify;
mod show;
mod stream;

pub(in crate::commands) use self::show::{chosen, exit, gaps, log_names};
use crate::{
    cli::{Global, LogsAction, LogsArguments},
    error::CommandError,
    exit::Exit,
    output::Output,
};

pub(super) async fn run(
    global: &Global,
    args: LogsArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    match args.action {
        Some(LogsAction::Classify(args)) => classify::run(args, output).await,
        None => show::run(global, args.show, output).await,
    }
}
