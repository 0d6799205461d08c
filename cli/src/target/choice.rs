//! Which stack of an engine is looked at.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use ptctl_diagnosis::{
    compose_label,
    export::tracing_signs,
    snapshot::{Container, Role},
};
use thiserror::Error;

use super::folder::FolderProject;
use crate::context::Environment;

/// What the command line says about the stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackChoice {
    /// `--project`.
    pub project: Option<String>,
    /// The services named on the command line; all when empty.
    pub services: Vec<String>,
}

/// The stack that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenStack {
    /// The Compose project; `None` for containers that were started without Compose.
    pub project: Option<String>,
    /// Why this one, as a fragment.
    pub chosen_by: String,
    /// The other traced projects.
    pub other_projects: Vec<String>,
}

/// Why no stack could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChoiceError {
    /// No container has the project's label.
    #[error("no container belongs to the project `{project}`")]
    NoSuchProject {
        /// The project asked for.
        project: String,
        /// The projects that there are.
        known: Vec<String>,
    },
    /// Nothing that is or looks traced.
    #[error("no traced service and no Tempo among the {containers} containers of the engine")]
    NoStack {
        /// How many containers there are.
        containers: usize,
        /// The projects that there are.
        known: Vec<String>,
        /// The project of the working folder, none of whose containers exists.
        of_this_folder: Option<String>,
    },
    /// More than one.
    #[error("{} traced projects run here: {}", projects.len(), projects.join(", "))]
    Ambiguous {
        /// The projects.
        projects: Vec<String>,
    },
}

/// Chooses: the one asked for, this folder's, that of the container around, the only traced one, the containers without a project.
pub fn choose(
    choice: &StackChoice,
    environment: &Environment,
    containers: &[Container],
) -> Result<ChosenStack, ChoiceError> {
    let known: BTreeSet<&str> = containers
        .iter()
        .filter_map(|container| container.project.as_deref())
        .collect();
    let traced = traced_projects(containers);
    let chosen = |project: &str, chosen_by: String| ChosenStack {
        project: Some(project.to_owned()),
        chosen_by,
        other_projects: traced
            .iter()
            .filter(|other| **other != project)
            .map(|other| (*other).to_owned())
            .collect(),
    };
    let owned = |projects: &BTreeSet<&str>| {
        projects
            .iter()
            .map(|project| (*project).to_owned())
            .collect::<Vec<_>>()
    };

    if let Some(project) = &choice.project {
        return if known.contains(project.as_str()) {
            Ok(chosen(project, "named by `--project`".to_owned()))
        } else {
            Err(ChoiceError::NoSuchProject {
                project: project.clone(),
                known: owned(&known),
            })
        };
    }
    if let Some(project) = by_working_dir(&environment.working_dir, containers) {
        return Ok(chosen(project, "the project of this folder".to_owned()));
    }
    let of_folder = FolderProject::find(environment);
    if let Some(found) = &of_folder
        && known.contains(found.name.as_str())
        && !belongs_to_another_folder(found, containers)
    {
        return Ok(chosen(&found.name, "the project of this folder".to_owned()));
    }
    if let Some(project) = of_own_container(environment, containers) {
        let why = "the project of the container that ptctl runs in";
        return Ok(chosen(project, why.to_owned()));
    }
    let of_this_folder = of_folder.map(|found| found.name);
    let note = of_this_folder
        .as_ref()
        .map(|name| format!("; the project `{name}` of this folder has no containers"))
        .unwrap_or_default();
    match traced.iter().collect::<Vec<_>>().as_slice() {
        [] if has_loose_stack(containers) => Ok(ChosenStack {
            project: None,
            chosen_by: format!("traced containers that were started without Compose{note}"),
            other_projects: Vec::new(),
        }),
        [] => Err(ChoiceError::NoStack {
            containers: containers.len(),
            known: owned(&known),
            of_this_folder,
        }),
        [only] => Ok(chosen(only, format!("the only traced project{note}"))),
        _ => Err(ChoiceError::Ambiguous {
            projects: owned(&traced),
        }),
    }
}

/// The project of the container that this process runs in. An engine names it after the beginning of its id.
fn of_own_container<'c>(environment: &Environment, containers: &'c [Container]) -> Option<&'c str> {
    const SHORT_ID: usize = 12;
    let name = environment.variable("HOSTNAME")?;
    let is_id = name.len() == SHORT_ID && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let own = containers
        .iter()
        .find(|container| is_id && container.id.0.starts_with(name))?;
    own.project.as_deref()
}

/// Whether a container is a service that looks traced.
pub(super) fn is_traced(container: &Container) -> bool {
    container.role == Role::Service && !tracing_signs(container).is_empty()
}

/// The projects with traced services; where there are none, those with a backend.
fn traced_projects(containers: &[Container]) -> BTreeSet<&str> {
    let projects = |counts: fn(&Container) -> bool| -> BTreeSet<&str> {
        containers
            .iter()
            .filter(|container| counts(container))
            .filter_map(|container| container.project.as_deref())
            .collect()
    };
    let with_services = projects(is_traced);
    if with_services.is_empty() {
        projects(|container| container.role == Role::Tempo)
    } else {
        with_services
    }
}

fn has_loose_stack(containers: &[Container]) -> bool {
    containers.iter().any(|container| {
        container.project.is_none() && (container.role == Role::Tempo || is_traced(container))
    })
}

/// The project whose folder, by its containers' labels, is this one or the nearest parent of it.
fn by_working_dir<'c>(working_dir: &Path, containers: &'c [Container]) -> Option<&'c str> {
    let here = real(working_dir);
    containers
        .iter()
        .filter_map(|container| {
            let folder = real(Path::new(container.label(compose_label::WORKING_DIR)?));
            // A project of the root folder would take every folder for its own.
            let depth = folder.components().count();
            (depth > 1 && here.starts_with(&folder))
                .then_some((depth, container.project.as_deref()?))
        })
        .max()
        .map(|(_, project)| project)
}

/// Another folder's project of the same name: two folders called `app` with the default name.
fn belongs_to_another_folder(found: &FolderProject, containers: &[Container]) -> bool {
    let folder = real(&found.folder);
    let mut folders = containers
        .iter()
        .filter(|container| container.project.as_deref() == Some(&found.name))
        .filter_map(|container| container.label(compose_label::WORKING_DIR))
        .map(|folder| real(Path::new(folder)))
        .peekable();
    // A folder that is not on this machine says nothing: the engine may be elsewhere.
    folders.peek().is_some_and(|other| other.is_dir()) && !folders.any(|other| other == folder)
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
