//! Patches for files that set a variable to a wrong value: shown, never applied.
//!
//! A patch holds the changed line alone: the lines around it are none of its business and may be secret.

use std::{fs, path::Path};

use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    export::{Layer, compose_service, declared},
    finding::{Deed, Finding, Location},
    redact,
    snapshot::{Container, Snapshot},
};
use serde::Serialize;

/// What is to be changed in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// What is wrong, as one sentence.
    pub why: String,
    /// The change.
    pub change: FileChange,
    /// The command that applies it once the file is written.
    pub then: Option<String>,
}

/// How a file is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FileChange {
    /// So.
    Diff {
        /// A unified diff without context, as `patch -p0` takes it.
        diff: String,
    },
    /// By a person: it cannot be said in one line.
    ByHand {
        /// Why, and what is to be done.
        reason: String,
    },
}

/// The changes of files that the causes of a diagnosis ask for. `here` is the folder that paths are shown from.
pub(crate) fn patches(snapshot: &Snapshot, diagnosis: &Diagnosis, here: &Path) -> Vec<Patch> {
    diagnosis
        .causes
        .iter()
        .filter_map(|cause| patch(&cause.finding, snapshot, here))
        .collect()
}

fn patch(finding: &Finding, snapshot: &Snapshot, here: &Path) -> Option<Patch> {
    let Some(Deed::SetVariable {
        container,
        variable,
        value,
    }) = finding.remedy.deed.as_deref()
    else {
        return None;
    };
    let container = snapshot.container(container)?;
    let change = match diff(container, variable, value, snapshot, here) {
        Ok(diff) => FileChange::Diff { diff },
        Err(why) => FileChange::ByHand {
            reason: format!("{why}; {}", finding.remedy.action),
        },
    };
    Some(Patch {
        why: format!("{}, {}", finding.code, finding.message),
        change,
        then: finding.remedy.command.clone(),
    })
}

fn diff(
    container: &Container,
    variable: &str,
    value: &str,
    snapshot: &Snapshot,
    here: &Path,
) -> Result<String, String> {
    let running = container
        .variable(variable)
        .filter(|running| !running.is_empty())
        .ok_or("it is not set anywhere yet")?;
    if redact::text(running) != running || value.contains("[redacted]") {
        return Err("its value is secret".to_owned());
    }
    let location = place(container, variable, snapshot).ok_or("no file says where it is set")?;
    let text = fs::read_to_string(&location.file)
        .map_err(|error| format!("`{}` cannot be read: {error}", location.file))?;
    let number = usize::try_from(location.line).unwrap_or(usize::MAX);
    let line = text
        .lines()
        .nth(number.saturating_sub(1))
        .ok_or_else(|| format!("`{}` has changed meanwhile", location.file))?;
    let changed = changed(line, running, value)?;
    let shown = Path::new(&location.file);
    let shown = shown.strip_prefix(here).unwrap_or(shown).display();
    Ok(format!(
        "--- {shown}\n+++ {shown}\n@@ -{number} +{number} @@\n-{line}\n+{changed}\n"
    ))
}

/// Where a variable's value stands: in the service's own lines, or in the `.env` that fills them.
fn place(container: &Container, variable: &str, snapshot: &Snapshot) -> Option<Location> {
    let declared = declared(container, variable, snapshot)?;
    match declared.layer {
        Layer::Environment | Layer::EnvFile => declared.location,
        Layer::DotEnv => {
            let service = compose_service(container, snapshot)?;
            let filled_by = &service.variable(variable)?.text.filled_by;
            match filled_by.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            }
        }
        Layer::Image | Layer::Unknown => None,
    }
}

/// A line with another value, where it holds the present one once and nothing secret.
fn changed(line: &str, running: &str, value: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,%=".contains(&byte);
    if value.is_empty() || !value.bytes().all(is_plain) {
        return Err("the value needs quotes that depend on the file".to_owned());
    }
    if redact::text(line) != line {
        return Err("the line holds a secret".to_owned());
    }
    match line.rsplit_once(running) {
        Some((before, after)) if !before.contains(running) => Ok(format!("{before}{value}{after}")),
        Some(_) => Err("the line holds the value more than once".to_owned()),
        None => Err("the line does not hold the value as it stands".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_everything_but_the_value() {
        for (line, expected) in [
            (
                "      TEMPO_ENDPOINT: \"localhost:4317\"  # from the laptop",
                "      TEMPO_ENDPOINT: \"tempo:4317\"  # from the laptop",
            ),
            (
                "      - TEMPO_ENDPOINT=localhost:4317",
                "      - TEMPO_ENDPOINT=tempo:4317",
            ),
        ] {
            assert_eq!(
                changed(line, "localhost:4317", "tempo:4317").as_deref(),
                Ok(expected)
            );
        }
    }

    #[test]
    fn what_cannot_be_said_in_one_line_is_left_to_a_person() {
        for (line, running, value) in [
            ("A: x, B: x", "x", "y"),
            (
                "TEMPO_ENDPOINT: ${HOST}:4317",
                "localhost:4317",
                "tempo:4317",
            ),
            ("A: x", "x", "a b # c"),
            ("environment: [DB_PASSWORD=hunter2hunter2, A=x1]", "x1", "y"),
        ] {
            assert!(changed(line, running, value).is_err(), "{line}");
        }
    }
}
