//! The project as Compose itself resolves it: the answer of `docker compose config`.
//!
//! It is a Compose file without variables, `extends`, `include` and tags, and is read like one. Where its values stand
//! it does not tell: its own lines are no place that anybody could mend.

use ptctl_diagnosis::{
    document::{Document, NotYaml},
    snapshot::ComposeProject,
};

use super::{
    read::{Files, services},
    sources::ComposeSources,
    tree::Tree,
    variables::Variables,
};

/// Reads the answer of `command` on the files of `sources`.
pub(crate) fn read_view(
    command: &str,
    text: &str,
    sources: &ComposeSources,
) -> Result<ComposeProject, NotYaml> {
    let tree = Tree::of(&Document::read(command, text)?);
    // Compose 1 does not name the project.
    let name = tree.get("name").and_then(Tree::text);
    let name = name.unwrap_or(&sources.project).to_owned();
    let mut beyond = Vec::new();
    let services = services(
        &tree,
        &name,
        &sources.folder,
        &Variables::default(),
        &mut Files::default(),
        &mut beyond,
    );
    Ok(ComposeProject {
        name,
        folder: sources.folder.display().to_string(),
        config_files: Vec::new(),
        files: Vec::new(),
        services,
        resolved_by: Some(command.to_owned()),
        beyond,
    })
}
