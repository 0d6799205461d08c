//! Which files make a project: named, or found as Compose finds them.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{context::Environment, target::FolderProject};

/// The files of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeSources {
    /// The Compose files; later ones override earlier ones.
    pub config_files: Vec<PathBuf>,
    /// The folder that relative paths start from.
    pub folder: PathBuf,
    /// The project's name.
    pub project: String,
    /// The files of variables to put into the Compose files; the folder's `.env` where none is named.
    pub env_files: Vec<PathBuf>,
}

/// Why there are no files to read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourcesError {
    /// Nothing in the folder or above it.
    #[error("no Compose file in `{}` or above it", folder.display())]
    NoFile {
        /// The folder that the search began in.
        folder: PathBuf,
    },
}

/// Files that override the one beside them without being named.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

impl ComposeSources {
    /// The files given by `-f`, else by `COMPOSE_FILE` (which `.env` may hold), else those of the working folder or its nearest parent that has
    /// any. `project` is the name given by `--project`.
    pub fn find(
        named: &[PathBuf],
        project: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, SourcesError> {
        let config_files = if named.is_empty() {
            Self::unnamed(environment)?
        } else {
            named.to_vec()
        };
        let folder = config_files
            .first()
            .and_then(|first| first.parent())
            .map_or_else(PathBuf::new, Path::to_owned);
        let project = match project {
            Some(project) => project.to_owned(),
            None => FolderProject::of_file(&absolute(&config_files, environment), environment)
                .unwrap_or_else(|| "default".to_owned()),
        };
        Ok(Self {
            config_files,
            folder,
            project,
            env_files: environment
                .variable("COMPOSE_ENV_FILES")
                .map_or_else(Vec::new, |files| {
                    files.split(',').map(PathBuf::from).collect()
                }),
        })
    }

    fn unnamed(environment: &Environment) -> Result<Vec<PathBuf>, SourcesError> {
        if let Some(files) = FolderProject::named_files(environment) {
            return Ok(files);
        }
        let here = &environment.working_dir;
        let Some(found) = FolderProject::file_from(here) else {
            return Err(SourcesError::NoFile {
                folder: here.clone(),
            });
        };
        // Shown as it would be named from here.
        let found = match found.strip_prefix(here) {
            Ok(relative) => relative.to_owned(),
            Err(_) => found,
        };
        let folder = found.parent().map_or_else(PathBuf::new, Path::to_owned);
        let overriding = OVERRIDES
            .iter()
            .map(|name| folder.join(name))
            .find(|path| here.join(path).is_file());
        Ok(std::iter::once(found).chain(overriding).collect())
    }
}

fn absolute(config_files: &[PathBuf], environment: &Environment) -> PathBuf {
    config_files.first().map_or_else(
        || environment.working_dir.clone(),
        |first| environment.working_dir.join(first),
    )
}
