//! `ptctl logs`: the logs of a stack, and lines from elsewhere.

mod classify;
mod stream;

use crate::{
    cli::{LogsAction, LogsArguments},
    error::CommandError,
    exit::Exit,
    output::Output,
};

pub(super) async fn run(args: LogsArguments, output: &Output) -> Result<Exit, CommandError> {
    match args.action {
        LogsAction::Classify(args) => classify::run(args, output).await,
    }
}
