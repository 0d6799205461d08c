//! Which service needs which, from the labels that Compose 2 leaves or from the Compose files that 1.x leaves.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use ptctl_diagnosis::{dependency::Dependency, snapshot::Snapshot};
use serde::Deserialize;
use thiserror::Error;

/// Which service needs which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    needs: BTreeMap<String, BTreeSet<String>>,
}

/// Why a Compose file did not tell.
#[derive(Debug, Error)]
pub enum DependencyError {
    /// It could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// It is no Compose file.
    #[error("could not understand `{}`", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<serde_saphyr::Error>,
    },
}

#[derive(Deserialize)]
struct ComposeFile {
    #[serde(default)]
    services: BTreeMap<String, ComposeService>,
}

#[derive(Deserialize)]
struct ComposeService {
    #[serde(default)]
    depends_on: DependsOn,
}

/// Short form a list, long form a map.
#[derive(Deserialize)]
#[serde(untagged)]
enum DependsOn {
    List(BTreeSet<String>),
    Map(BTreeMap<String, serde_json::Value>),
}

impl Default for DependsOn {
    fn default() -> Self {
        Self::List(BTreeSet::new())
    }
}

impl Dependencies {
    /// From the labels of the containers; where no container has one, from the Compose files that the labels name.
    pub fn of_stack(snapshot: &Snapshot) -> Result<Self, DependencyError> {
        let labels = Self::of_labels(snapshot);
        if !labels.needs.is_empty() {
            return Ok(labels);
        }
        let mut dependencies = Self::default();
        for file in &snapshot.stack.config_files {
            let path = snapshot
                .stack
                .working_dir
                .as_ref()
                .map_or_else(|| PathBuf::from(file), |dir| Path::new(dir).join(file));
            let text = std::fs::read_to_string(&path).map_err(|source| DependencyError::Read {
                path: path.clone(),
                source,
            })?;
            dependencies
                .add_file(&text)
                .map_err(|source| DependencyError::Parse { path, source })?;
        }
        Ok(dependencies)
    }

    /// The services that `service` needs.
    pub fn of(&self, service: &str) -> impl Iterator<Item = &str> {
        self.needs
            .get(service)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    fn of_labels(snapshot: &Snapshot) -> Self {
        let mut dependencies = Self::default();
        for container in &snapshot.containers {
            let Some(service) = &container.service else {
                continue;
            };
            let needed = Dependency::of(container).map(|needed| needed.service.to_owned());
            dependencies
                .needs
                .entry(service.clone())
                .or_default()
                .extend(needed);
        }
        dependencies.needs.retain(|_, needed| !needed.is_empty());
        dependencies
    }

    fn add_file(&mut self, text: &str) -> Result<(), Box<serde_saphyr::Error>> {
        let file: ComposeFile = serde_saphyr::from_str(text).map_err(Box::new)?;
        for (service, definition) in file.services {
            let needed: Vec<String> = match definition.depends_on {
                DependsOn::List(names) => names.into_iter().collect(),
                DependsOn::Map(conditions) => conditions.into_keys().collect(),
            };
            self.needs.entry(service).or_default().extend(needed);
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn from_file(text: &str) -> Self {
        let mut dependencies = Self::default();
        dependencies.add_file(text).unwrap();
        dependencies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_compose_file_are_read() {
        let dependencies = Dependencies::from_file(
            "services:\n  a:\n    depends_on: [b]\n  b:\n    depends_on:\n      c: {condition: service_started}\n  c: {}\n",
        );
        assert_eq!(dependencies.of("a").collect::<Vec<_>>(), ["b"]);
        assert_eq!(dependencies.of("b").collect::<Vec<_>>(), ["c"]);
        assert_eq!(dependencies.of("c").count(), 0);
    }
}
