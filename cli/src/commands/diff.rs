//! `ptctl diff`: what changed between two saved looks.

use ptctl_diagnosis::difference::compare;

use crate::{
    cli::{DiffArguments, Format},
    error::CommandError,
    exit::Exit,
    output::Output,
    render, saved,
};

pub(super) fn run(args: &DiffArguments, output: &mut Output) -> Result<Exit, CommandError> {
    let (before, after) = (saved::load(&args.before)?, saved::load(&args.after)?);
    let difference = compare(&before, &after);
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::difference(&mut page, &difference);
            page.into_text()
        }
        Format::Json => render::json(&difference).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(Exit::Ok)
}
