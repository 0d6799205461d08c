//! The project of the files: as Compose resolves it where there is one, else by our own reading alone.

use std::time::Duration;

use ptctl_diagnosis::{
    observed::{Gap, Probe},
    snapshot::ComposeProject,
    subject::Subject,
};

use super::{LintError, LintRequest};
use crate::{
    clients::{
        cause::on_one_line,
        compose::{ComposeProgram, ComposeProgramError},
        deadline::Deadline,
    },
    compose,
};

/// Compose needs a second where it is slow; nobody waits longer for an editor's underline.
const PATIENCE: Duration = Duration::from_secs(10);

/// The project, and why Compose does not decide on it where it was asked to.
pub(super) async fn project(
    request: &LintRequest<'_>,
) -> Result<(ComposeProject, Option<Gap>), LintError> {
    let written = compose::read(&request.sources)?;
    let deadline = Deadline::after(request.timeout).capped(PATIENCE);
    let environment = &request.environment;
    let found = ComposeProgram::find(request.binary, environment, deadline).await;
    let Some(program) = found else {
        return Ok((written, None));
    };
    Ok(match view(&program, request, deadline).await {
        Ok(view) => (compose::resolve(written, view, environment), None),
        Err(reason) => {
            let reason = format!("{reason}; the files were read without it");
            let gap = Gap::new(Probe::ComposeFiles, Subject::Stack, reason);
            (written, Some(gap))
        }
    })
}

async fn view(
    program: &ComposeProgram,
    request: &LintRequest<'_>,
    deadline: Deadline,
) -> Result<ComposeProject, String> {
    let text = program
        .config(
            &request.sources,
            request.project,
            &request.environment,
            deadline,
        )
        .await
        .map_err(|error: ComposeProgramError| on_one_line(&error))?;
    compose::read_view(program.shown(), &text, &request.sources).map_err(|error| {
        format!(
            "`{}` answered with what is no YAML: {error}",
            program.shown()
        )
    })
}
