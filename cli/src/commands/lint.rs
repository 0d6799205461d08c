//! `ptctl lint`: judge the files of a stack, with nothing running and no engine.

use super::{look, report};
use crate::{
    cli::{Global, Lint},
    compose::{self, ComposeSources},
    context::Environment,
    error::CommandError,
    exit::Exit,
    lint::{self, LintError, LintRequest, Profiles},
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
    let request = LintRequest {
        profiles: profiles(args.profile, &sources, &environment),
        sources,
        binary: &args.compose_binary,
        project: global.project.as_deref(),
        timeout: *global.timeout,
        environment,
    };
    let snapshot = lint::look(&request).await.map_err(CommandError::Lint)?;
    let completeness = look::completeness(&snapshot);
    report::answer(&args.report, &policy, &snapshot, completeness, output)
}

/// The profiles that are named, else those of `COMPOSE_PROFILES`, else all.
fn profiles(named: Vec<String>, sources: &ComposeSources, environment: &Environment) -> Profiles {
    if !named.is_empty() {
        return Profiles::These(named);
    }
    match compose::setting("COMPOSE_PROFILES", &sources.folder, environment) {
        Some(listed) => {
            let profiles = listed.split(',').map(|name| name.trim().to_owned());
            Profiles::These(profiles.collect())
        }
        None => Profiles::All,
    }
}
