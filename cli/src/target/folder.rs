//! The Compose project of a folder, by Compose's own rules.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::context::Environment;

/// The names that Compose looks for, strongest first.
const FILES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

#[derive(Deserialize)]
struct ComposeFile {
    name: Option<String>,
}

/// The folder that Compose would take as the project's, and the name that it would give the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderProject {
    pub(super) folder: PathBuf,
    pub(super) name: String,
}

impl FolderProject {
    /// The project of the working folder or of its nearest parent with a Compose file.
    pub(super) fn find(environment: &Environment) -> Option<Self> {
        let (folder, file) = compose_file(environment)?;
        let name = Self::of_file(&file, environment)?;
        Some(Self { folder, name })
    }

    /// The name of the project that a Compose file, given by its absolute path, makes.
    pub(crate) fn of_file(file: &Path, environment: &Environment) -> Option<String> {
        let folder = file.parent()?;
        let name = environment
            .variable("COMPOSE_PROJECT_NAME")
            .map(str::to_owned)
            .or_else(|| from_env_file(folder))
            .or_else(|| from_compose_file(file))
            .or_else(|| Some(folder.file_name()?.to_string_lossy().into_owned()))?;
        let name = normalised(&name);
        (!name.is_empty()).then_some(name)
    }

    /// The Compose file of a folder or of its nearest parent that has one.
    pub(crate) fn file_from(folder: &Path) -> Option<PathBuf> {
        folder.ancestors().find_map(|folder| {
            FILES
                .iter()
                .map(|name| folder.join(name))
                .find(|file| file.is_file())
        })
    }
}

fn compose_file(environment: &Environment) -> Option<(PathBuf, PathBuf)> {
    if let Some(files) = environment.variable("COMPOSE_FILE") {
        let separator = environment
            .variable("COMPOSE_PATH_SEPARATOR")
            .unwrap_or(":");
        let first = environment.working_dir.join(files.split(separator).next()?);
        let folder = first.parent()?.to_owned();
        return Some((folder, first));
    }
    let file = FolderProject::file_from(&environment.working_dir)?;
    Some((file.parent()?.to_owned(), file))
}

fn from_env_file(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join(".env")).ok()?;
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("COMPOSE_PROJECT_NAME="))
        .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
        .rfind(|value| !value.is_empty())
}

/// The top-level `name:`; one that Compose would compute from variables is left to the labels of the containers.
fn from_compose_file(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let parsed: ComposeFile = serde_saphyr::from_str(&text).ok()?;
    parsed.name.filter(|name| !name.contains('$'))
}

/// Lower case, nothing but letters, digits, dashes and underscores, beginning with a letter or digit.
fn normalised(name: &str) -> String {
    let kept: String = name
        .to_lowercase()
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        .collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn environment(folder: &Path, variables: &[(&str, &str)]) -> Environment {
        Environment {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            home: None,
            working_dir: folder.to_owned(),
        }
    }

    #[test]
    fn the_name_comes_from_variable_env_file_compose_file_or_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("My.Shop");
        let inside = folder.join("src/deep");
        fs::create_dir_all(&inside).unwrap();
        let name = |variables: &[(&str, &str)]| {
            FolderProject::find(&environment(&inside, variables)).map(|found| found.name)
        };
        assert_eq!(name(&[]), None);
        fs::write(folder.join("compose.yml"), "services: {}\n").unwrap();
        assert_eq!(name(&[]).as_deref(), Some("myshop"));
        fs::write(folder.join("compose.yml"), "name: web\nservices: {}\n").unwrap();
        assert_eq!(name(&[]).as_deref(), Some("web"));
        fs::write(
            folder.join(".env"),
            "A=1\nCOMPOSE_PROJECT_NAME='from-env'\n",
        )
        .unwrap();
        assert_eq!(name(&[]).as_deref(), Some("from-env"));
        assert_eq!(
            name(&[("COMPOSE_PROJECT_NAME", "loud")]).as_deref(),
            Some("loud")
        );
    }

    #[test]
    fn compose_file_names_another_folder() {
        let root = tempfile::tempdir().unwrap();
        let other = root.path().join("other");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join("stack.yml"), "services: {}\n").unwrap();
        let found = FolderProject::find(&environment(
            root.path(),
            &[("COMPOSE_FILE", "other/stack.yml:more.yml")],
        ));
        assert_eq!(found.map(|found| found.name).as_deref(), Some("other"));
    }
}
