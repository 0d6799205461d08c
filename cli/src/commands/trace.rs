//! `ptctl trace`: traces found, and one of them shown.

mod logs;
mod search;
mod show;

use crate::{
    cli::{Global, TraceAction, TraceArguments},
    error::CommandError,
    exit::Exit,
    output::Output,
};

pub(super) async fn run(
    global: &Global,
    args: TraceArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    match args.action {
        TraceAction::Search(args) => search::run(global, args, output).await,
        TraceAction::Show(args) => show::run(global, args, output).await,
    }
}
