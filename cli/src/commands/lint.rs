//! `ptctl lint`: judge the files of a stack, with nothing running and no engine.

use super::{look, report};
use crate::{
    cli::{Global, Lint},
    compose::ComposeSources,
    context::Environment,
    error::CommandError,
    exit::Exit,
    lint::{self, LintError, Profiles},
    output::Output,
    settings,
};

pub(super) async fn run(
    global: &Global,
    args: Lint,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let policy = settings::policy(&args.report)?;
    let environment = Environment::of_this_process().map_err(CommandError::Runtime)?;
    let sources = ComposeSources::find(&args.file, global.project.as_deref(), &environment)
        .map_err(|error| CommandError::Lint(LintError::from(error)))?;
    let snapshot = lint::look(&sources, &profiles(args.profile))
        .await
        .map_err(CommandError::Lint)?;
    let completeness = look::completeness(&snapshot);
    report::answer(&args.report, &policy, &snapshot, completeness, output)
}

fn profiles(named: Vec<String>) -> Profiles {
    if named.is_empty() {
        Profiles::All
    } else {
        Profiles::These(named)
    }
}
