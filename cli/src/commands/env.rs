//! `ptctl env`: the tracing variables that the running containers have.

use super::look;
use crate::{
    cli::{Format, Global, Selection},
    error::CommandError,
    exit::Exit,
    gather::Depth,
    output::Output,
    render, settings,
};

pub(super) async fn run(
    global: &Global,
    args: Selection,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = settings::request(
        global,
        &args.services,
        Depth::Description,
        settings::DEFAULT_SINCE,
    )?;
    let snapshot = look::look(&request).await?;
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::environment(&mut page, &snapshot);
            page.into_text()
        }
        Format::Json => render::environments(&snapshot)
            .and_then(|services| render::json(&services))
            .map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(look::described(&snapshot))
}
