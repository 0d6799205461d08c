//! The variables of a service: its env files, overridden by its `environment`.

use std::path::Path;

use ptctl_diagnosis::{
    finding::Location,
    snapshot::{Beyond, ComposeLayer, ComposeVariable},
};

use super::{
    forms,
    interpolate::Filled,
    read::Files,
    tree::{Tree, TreeValue},
    variables::{VariableValue, Variables},
};
use crate::clients::cause::innermost;

/// The variables of a service in the order of their names; what could not be read is added to `beyond`.
pub(super) fn environment(
    name: &str,
    service: &Tree,
    folder: &Path,
    variables: &Variables,
    files: &mut Files,
    beyond: &mut Vec<Beyond>,
) -> Vec<ComposeVariable> {
    let mut environment: Vec<ComposeVariable> = Vec::new();
    let mut set = |variable: ComposeVariable| {
        environment.retain(|known| known.name != variable.name);
        environment.push(variable);
    };
    for item in service.get("env_file").map_or(&[][..], Tree::one_or_more) {
        match env_file(item, folder, variables, files) {
            Ok(read) => read
                .last_of_each()
                .map(|line| {
                    let filled = match &line.value {
                        VariableValue::Written(value) => {
                            Filled::of(&value.replace('$', "$$"), variables)
                        }
                        VariableValue::FromShell => Filled::passed_on(&line.name, variables),
                        VariableValue::Computed => Filled::unknown(),
                    };
                    ComposeVariable {
                        name: line.name.clone(),
                        text: filled.redacted(&line.name, line.location.clone()),
                        layer: ComposeLayer::EnvFile,
                    }
                })
                .for_each(&mut set),
            Err(construct) => beyond.push(Beyond {
                construct,
                service: Some(name.to_owned()),
                location: item.location.clone(),
            }),
        }
    }
    if let Some(written) = service.get("environment") {
        for field in forms::pairs(written.clone()).fields() {
            let filled = match &field.tree.value {
                TreeValue::Text(text) => Filled::of(text, variables),
                TreeValue::Null => Filled::passed_on(&field.name, variables),
                TreeValue::List(_) | TreeValue::Map(_) => Filled::unknown(),
            };
            let place: Location = match &field.tree.value {
                TreeValue::Null => field.location.clone(),
                TreeValue::Text(_) | TreeValue::List(_) | TreeValue::Map(_) => {
                    field.tree.location.clone()
                }
            };
            set(ComposeVariable {
                name: field.name.clone(),
                text: filled.redacted(&field.name, place),
                layer: ComposeLayer::Environment,
            });
        }
    }
    environment.sort_by(|left, right| left.name.cmp(&right.name));
    environment
}

/// One file of `env_file`; `Err` with what it is where it cannot be read.
fn env_file(
    item: &Tree,
    folder: &Path,
    variables: &Variables,
    files: &mut Files,
) -> Result<Variables, String> {
    let path = item.text().or_else(|| item.get("path")?.text());
    let required = item.get("required").and_then(Tree::text) != Some("false");
    if item.get("format").is_some() {
        return Err("`format` of an env file".to_owned());
    }
    let filled = Filled::of(path.unwrap_or_default(), variables);
    let Some(path) = filled.value().filter(|path| !path.is_empty()) else {
        return Err("an env file whose name only a shell knows".to_owned());
    };
    match files.text(&folder.join(path)) {
        Ok(text) => Ok(Variables::read(
            &folder.join(path).display().to_string(),
            &text,
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {
            Ok(Variables::default())
        }
        Err(error) => Err(format!("env file `{path}` ({})", innermost(&error))),
    }
}
