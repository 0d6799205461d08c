//! The Compose project of a folder, by Compose's own rules.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    compose::{setting, text_of},
    context::Environment,
};

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
        let name = setting("COMPOSE_PROJECT_NAME", folder, environment)
            .or_else(|| from_compose_file(file))
            .or_else(|| Some(folder.file_name()?.to_string_lossy().into_owned()))?;
        let name = normalised(&name);
        (!name.is_empty()).then_some(name)
    }

    /// The files that `COMPOSE_FILE` names, in the environment or in the `.env` of the working folder.
    pub(crate) fn named_files(environment: &Environment) -> Option<Vec<PathBuf>> {
        let here = &environment.working_dir;
        let files = setting("COMPOSE_FILE", here, environment)?;
        let separator = setting("COMPOSE_PATH_SEPARATOR", here, environment);
        let separator = separator.as_deref().unwrap_or(":");
        Some(files.split(separator).map(PathBuf::from).collect())
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
    if let Some(files) = FolderProject::named_files(environment) {
        let first = environment.working_dir.join(files.first()?);
        let folder = first.parent()?.to_owned();
        return Some((folder, first));
    }
    let file = FolderProject::file_from(&environment.working_dir)?;
    Some((file.parent()?.to_owned(), file))
}

/// The top-level `name:`; one that Compose would compute from variables is left to the labels of the containers.
fn from_compose_file(file: &Path) -> Option<String> {
    let (text, _) = text_of(file).ok()?;
    let parsed: ComposeFile = serde_saphyr::from_str(&text).ok()?;
    parsed.name.filter(|name| !name.contains('$'))
}

/// Lower case, nothing but letters, digits, dashes and underscores, beginning with a letter or digit.
pub(crate) fn normalised(name: &str) -> String {
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
            "A=1\nexport COMPOSE_PROJECT_NAME='from-env' # not the folder\n",
        )
        .unwrap();
        assert_eq!(name(&[]).as_deref(), Some("from-env"));
        assert_eq!(
            name(&[("COMPOSE_PROJECT_NAME", "loud")]).as_deref(),
            Some("loud")
        );
    }

    #[test]
    fn dot_env_may_name_the_files_and_what_parts_them() {
        let root = tempfile::tempdir().unwrap();
        fs::write(
            root.path().join(".env"),
            "COMPOSE_FILE=a.yml;b.yml\nCOMPOSE_PATH_SEPARATOR=;\n",
        )
        .unwrap();
        let files = |variables: &[(&str, &str)]| {
            FolderProject::named_files(&environment(root.path(), variables)).unwrap()
        };
        assert_eq!(files(&[]), [Path::new("a.yml"), Path::new("b.yml")]);
        assert_eq!(files(&[("COMPOSE_FILE", "c.yml")]), [Path::new("c.yml")]);
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
