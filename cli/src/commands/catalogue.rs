//! `ptctl checks` and `ptctl explain`: the catalogue, without looking at anything.

use ptctl_diagnosis::{catalogue, code::Code};

use crate::{error::CommandError, exit::Exit, output::Output, render};

pub(super) fn checks(output: &mut Output) -> Result<Exit, CommandError> {
    let mut page = output.page();
    render::checks(&mut page);
    output.answer(&page.into_text())?;
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
