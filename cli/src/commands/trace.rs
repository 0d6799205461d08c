//! `ptctl trace`: traces found, and one of them shown.

mod logs;
mod search;
mod show;

use crate::{
    cli::{Global, TempoWay, TraceAction, TraceArguments},
    clients::http::HttpFault,
    error::CommandError,
    exit::Exit,
    gather::{DeeperLooks, Depth, Door, Doors, GatherRequest},
    output::Output,
    settings,
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

/// The request of a command that asks backends alone.
fn request(global: &Global, way: TempoWay) -> Result<GatherRequest, CommandError> {
    let mut request = settings::request(global, &[], Depth::Description, settings::DEFAULT_SINCE)?;
    request.deeper = DeeperLooks {
        probe: settings::probe_wish(way.probe),
        helper_binary: way.helper_binary,
        ..DeeperLooks::default()
    };
    Ok(request)
}

/// Why no backend can be asked, where none can.
fn no_door(doors: &Doors) -> Option<CommandError> {
    doors.all_closed().map(CommandError::NoTempo)
}

/// A question that a backend did not answer.
fn unanswered(door: &Door, source: HttpFault) -> CommandError {
    CommandError::Asking {
        tempo: door.name.clone(),
        at: door.reached.to_string(),
        source,
    }
}
