//! `ptctl completions` and `ptctl man`: made from the command line's own definition.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{cli::Cli, error::CommandError, exit::Exit, output::Output};

pub(super) fn completions(shell: Shell, output: &mut Output) -> Result<Exit, CommandError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ptctl", &mut text);
    output.answer(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Ok)
}

pub(super) fn manual(output: &mut Output) -> Result<Exit, CommandError> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut text)
        .map_err(CommandError::Stdout)?;
    output.answer(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Ok)
}
