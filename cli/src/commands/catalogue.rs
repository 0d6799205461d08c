//! `ptctl checks` and `ptctl explain`: the catalogue, without looking at anything.

use ptctl_diagnosis::{catalogue, code::Code};

use crate::{
    cli::{ChecksArguments, Format},
    error::CommandError,
    exit::Exit,
    output::Output,
    render,
};

pub(super) fn checks(args: &ChecksArguments, output: &mut Output) -> Result<Exit, CommandError> {
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::checks(&mut page, args.area);
            page.into_text()
        }
        Format::Json => {
            render::json(&render::check_documents(args.area)).map_err(CommandError::Json)?
        }
    };
    output.answer(&text)?;
    Ok(Exit::Ok)
}

pub(super) fn explain(code: Code, output: &mut Output) -> Result<Exit, CommandError> {
    let Some(check) = catalogue::by_code(code) else {
        return Err(CommandError::NoSuchCheck(code));
    };
    let mut page = output.page();
    render::explain(&mut page, check);
    output.answer(&page.into_text())?;
    Ok(Exit::Ok)
}
