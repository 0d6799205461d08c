//! The Compose files that the stack was started from, where they lie on this machine.

use std::path::{Path, PathBuf};

use ptctl_diagnosis::{
    compose_label::ENV_FILES,
    observed::{Gap, Observed, Probe},
    snapshot::{ComposeProject, Container, StackFacts},
    subject::Subject,
};

use super::{DiskReach, Look};
use crate::{
    clients::{cause::on_one_line, deadline::spoken},
    compose::{self, ComposeSources},
};

/// What the files of the stack say by now.
pub(crate) async fn of(
    look: &Look<'_>,
    stack: &StackFacts,
    containers: &[Container],
) -> Observed<ComposeProject> {
    let gap =
        |reason: String| Observed::Unknown(Gap::new(Probe::ComposeFiles, Subject::Stack, reason));
    let Some(project) = &stack.project else {
        return gap("the stack was not started by Compose".to_owned());
    };
    if look.disks == DiskReach::Away {
        return gap("the engine is on another machine".to_owned());
    }
    let Some(folder) = stack.working_dir.as_deref().map(Path::new) else {
        return gap("its labels do not name them".to_owned());
    };
    if stack.config_files.is_empty() {
        return gap("its labels do not name them".to_owned());
    }
    let sources = ComposeSources {
        config_files: stack
            .config_files
            .iter()
            .map(|file| compose::clean(&folder.join(file)).into())
            .collect(),
        folder: folder.to_owned(),
        project: project.clone(),
        env_files: env_files(project, folder, containers),
    };
    let deadline = look.engine_deadline();
    // A file on a disk that does not answer is not to hold up the look.
    let reading = tokio::task::spawn_blocking(move || compose::read(&sources));
    match deadline.cut(reading).await {
        Ok(Ok(Ok(project))) => Observed::Known(project),
        Ok(Ok(Err(error))) => gap(on_one_line(&error)),
        Ok(Err(error)) => gap(format!("reading them was broken off ({error})")),
        Err(passed) => gap(format!(
            "the disk gave no answer within {}",
            spoken(passed.after)
        )),
    }
}

fn env_files(project: &str, folder: &Path, containers: &[Container]) -> Vec<PathBuf> {
    containers
        .iter()
        .filter(|container| container.project.as_deref() == Some(project))
        .find_map(|container| container.label(ENV_FILES))
        .map(|files| {
            files
                .split(',')
                .filter(|file| !file.is_empty())
                .map(|file| folder.join(file))
                .collect()
        })
        .unwrap_or_default()
}
