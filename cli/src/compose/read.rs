//! Reading the files of a project from this machine's disk.

use std::{
    collections::BTreeMap,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use ptctl_diagnosis::{
    document::{Document, NotYaml},
    finding::Location,
    snapshot::{Beyond, ComposeProject, ComposeService, ReadFile},
};
use thiserror::Error;

use super::{
    merge::merge,
    service::{Shared, service},
    sources::ComposeSources,
    tree::{Tree, TreeValue},
    variables::Variables,
};

/// No file that configures a stack is longer.
const FILE_LIMIT: u64 = 1 << 20;

/// Why the files of a project cannot be read.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// A file is not there or not readable.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A file is not YAML.
    #[error("could not parse `{}:{}:{}`: {}", path.display(), problem.line, problem.column, problem.reason)]
    Yaml {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: NotYaml,
    },
    /// Something is not of the form that Compose wants.
    #[error("`{name}` at `{location}` is no mapping")]
    NoMapping {
        /// The key.
        name: String,
        /// Where it stands.
        location: Location,
    },
    /// The files have no services.
    #[error("`{}` has no `services`", path.display())]
    NoServices {
        /// The first of the files.
        path: PathBuf,
    },
}

/// Reads a project; the same files give the same facts.
pub fn read(sources: &ComposeSources) -> Result<ComposeProject, ComposeError> {
    let mut files = Files::default();
    let mut beyond = Vec::new();
    let mut merged: Option<Tree> = None;
    for path in &sources.config_files {
        let text = files.text(path).map_err(|source| ComposeError::Read {
            path: path.clone(),
            source,
        })?;
        let document = Document::read(path.display().to_string(), &text).map_err(|problem| {
            ComposeError::Yaml {
                path: path.clone(),
                problem,
            }
        })?;
        let tree = Tree::of(&document);
        not_followed(&tree, &mut beyond);
        merged = Some(match merged {
            Some(base) => merge(base, tree),
            None => tree,
        });
    }
    let no_services = || ComposeError::NoServices {
        path: sources.config_files.first().cloned().unwrap_or_default(),
    };
    let project = merged.ok_or_else(no_services)?;
    let includes = beyond.iter().any(|beyond| beyond.service.is_none());
    if project.get("services").is_none() && !includes {
        return Err(no_services());
    }
    well_formed(&project)?;
    let variables = dot_env(sources, &mut files)?;
    let services = services(
        &project,
        &sources.project,
        &sources.folder,
        &variables,
        &mut files,
        &mut beyond,
    );
    Ok(ComposeProject {
        name: sources.project.clone(),
        folder: sources.folder.display().to_string(),
        config_files: sources
            .config_files
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        files: files.read,
        services,
        resolved_by: None,
        beyond,
    })
}

/// Whether `services` names services and each of them is described.
fn well_formed(project: &Tree) -> Result<(), ComposeError> {
    let Some(services) = project.field("services") else {
        return Ok(());
    };
    let is_map = |tree: &Tree| match &tree.value {
        TreeValue::Map(_) => true,
        // What a tag takes away is none of our business.
        TreeValue::Null => tree.tag.is_some(),
        TreeValue::Text(_) | TreeValue::List(_) => false,
    };
    let all = std::iter::once(services).chain(services.tree.fields());
    match all.into_iter().find(|field| !is_map(&field.tree)) {
        Some(field) => Err(ComposeError::NoMapping {
            name: field.name.clone(),
            location: field.location.clone(),
        }),
        None => Ok(()),
    }
}

/// The services of merged files.
pub(super) fn services(
    project: &Tree,
    name: &str,
    folder: &Path,
    variables: &Variables,
    files: &mut Files,
    beyond: &mut Vec<Beyond>,
) -> Vec<ComposeService> {
    let shared = Shared {
        project,
        name,
        folder,
        variables,
    };
    project
        .get("services")
        .map_or(&[][..], Tree::fields)
        .iter()
        .map(|field| service(field, &shared, files, beyond))
        .collect()
}

/// `include` and the tags of a file.
fn not_followed(file: &Tree, beyond: &mut Vec<Beyond>) {
    if let Some(include) = file.field("include") {
        beyond.push(Beyond {
            construct: "include".to_owned(),
            service: None,
            location: include.location.clone(),
        });
    }
    let mut tagged = |tree: &Tree, service: Option<&str>| {
        tree.visit(&mut |tree| {
            if let Some(tag) = tree.tag.as_deref()
                && ["!reset", "!override"].contains(&tag)
            {
                beyond.push(Beyond {
                    construct: tag.to_owned(),
                    service: service.map(str::to_owned),
                    location: tree.location.clone(),
                });
            }
        });
    };
    for field in file.fields() {
        if field.name == "services" && field.tree.tag.is_none() {
            for service in field.tree.fields() {
                tagged(&service.tree, Some(&service.name));
            }
        } else {
            tagged(&field.tree, None);
        }
    }
}

/// The variables of the named files, else of the folder's `.env`, which need not be there.
fn dot_env(sources: &ComposeSources, files: &mut Files) -> Result<Variables, ComposeError> {
    let default = [sources.folder.join(".env")];
    let (paths, named) = if sources.env_files.is_empty() {
        (&default[..], false)
    } else {
        (&sources.env_files[..], true)
    };
    let mut variables = Variables::default();
    for path in paths {
        match files.text(path) {
            Ok(text) => {
                variables = variables.and(Variables::read(&path.display().to_string(), &text));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {}
            Err(source) => {
                return Err(ComposeError::Read {
                    path: path.clone(),
                    source,
                });
            }
        }
    }
    Ok(variables)
}

/// The files that were read, each once.
#[derive(Default)]
pub(super) struct Files {
    read: Vec<ReadFile>,
    texts: BTreeMap<PathBuf, String>,
}

impl Files {
    /// The text of a file of bounded length; a pipe or device, which might never end, is no file.
    pub(super) fn text(&mut self, path: &Path) -> io::Result<String> {
        if let Some(text) = self.texts.get(path) {
            return Ok(text.clone());
        }
        let (text, modified_at) = text_of(path)?;
        self.texts.insert(path.to_owned(), text.clone());
        self.read.push(ReadFile {
            path: path.display().to_string(),
            modified_at,
        });
        Ok(text)
    }
}

/// The text of a configuration file and when it was last written.
pub(crate) fn text_of(path: &Path) -> io::Result<(String, Option<Timestamp>)> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    if metadata.len() > FILE_LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is longer than {FILE_LIMIT} bytes"),
        ));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(FILE_LIMIT)
        .read_to_end(&mut bytes)?;
    let modified_at = metadata
        .modified()
        .ok()
        .and_then(|at| Timestamp::try_from(at).ok());
    Ok((String::from_utf8_lossy(&bytes).into_owned(), modified_at))
}
