//! `ptctl cleanup`: remove the helper's image and what helpers left behind.

use crate::{
    cli::Global,
    clients::{cause::on_one_line, deadline::Deadline},
    error::CommandError,
    exit::Exit,
    gather::{Depth, connect},
    helper,
    output::Output,
    settings,
};

pub(super) async fn run(global: &Global, output: &mut Output) -> Result<Exit, CommandError> {
    let request = settings::request(global, &[], Depth::Description, settings::DEFAULT_SINCE)?;
    let deadline = Deadline::after(request.timeout);
    let connected = connect(&request.engine, &request.environment, deadline)
        .await
        .map_err(CommandError::Gather)?;
    let cleaned = helper::cleanup(&connected.engine, deadline)
        .await
        .map_err(CommandError::Cleanup)?;
    let mut lines = Vec::new();
    match cleaned.containers {
        0 => {}
        1 => lines.push("removed 1 helper container that was left behind".to_owned()),
        count => lines.push(format!(
            "removed {count} helper containers that were left behind"
        )),
    }
    for name in &cleaned.images {
        lines.push(format!("removed the image {name}"));
    }
    if cleaned.still_running > 0 {
        lines.push(format!(
            "left {} helper containers of other runs, and the images: they end by themselves",
            cleaned.still_running
        ));
    }
    if lines.is_empty() && cleaned.failed.is_empty() {
        lines.push("nothing was left behind".to_owned());
    }
    let mut failed = cleaned.failed.into_iter();
    let first = failed.next();
    lines.extend(failed.map(|error| on_one_line(&error)));
    if !lines.is_empty() {
        output.answer(&format!("{}\n", lines.join("\n")))?;
    }
    match first {
        Some(error) => Err(CommandError::Cleanup(error)),
        None => Ok(Exit::Ok),
    }
}
