//! `ptctl storage`: how much is stored, for how long, and how much room is left.

use super::look;
use crate::{
    cli::{Format, Global, OutputChoice},
    error::CommandError,
    exit::Exit,
    gather::Depth,
    output::Output,
    render, settings,
};

pub(super) async fn run(
    global: &Global,
    args: OutputChoice,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = settings::request(global, &[], Depth::Everything, settings::DEFAULT_SINCE)?;
    let snapshot = look::look(&request).await?;
    let text = match args.output {
        Format::Table => {
            let mut page = output.page();
            render::storage(&mut page, &snapshot);
            page.into_text()
        }
        Format::Json => render::json(&snapshot.tempos).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(look::shown(&snapshot))
}
