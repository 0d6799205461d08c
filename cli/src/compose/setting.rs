//! Compose's own settings, `COMPOSE_FILE` and its like: a variable of the environment, else a line of `.env`.

use std::path::Path;

use super::{
    read::text_of,
    variables::{VariableValue, Variables},
};
use crate::context::Environment;

/// The value of a setting for the project in `folder`; an empty one counts as unset.
pub(crate) fn setting(name: &str, folder: &Path, environment: &Environment) -> Option<String> {
    if let Some(value) = environment.variable(name) {
        return Some(value.to_owned());
    }
    let path = environment.working_dir.join(folder).join(".env");
    // A file that cannot be read is complained of where its variables are needed.
    let (text, _) = text_of(&path).ok()?;
    match &Variables::read(".env", &text).get(name)?.value {
        VariableValue::Written(value) => Some(value.clone()).filter(|value| !value.is_empty()),
        VariableValue::FromShell | VariableValue::Computed => None,
    }
}
