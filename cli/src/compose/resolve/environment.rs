//! The variables of a service by both readings.

use ptctl_diagnosis::{
    finding::Location,
    snapshot::{ComposeLayer, ComposeText, ComposeVariable},
};

use super::text::{become_of, is_open};
use crate::context::Environment;

/// Every variable that Compose would set, and those that the shell that starts the stack may.
pub(super) fn environment(
    written: &[ComposeVariable],
    view: Vec<ComposeVariable>,
    place: &Location,
    shell: &Environment,
) -> Vec<ComposeVariable> {
    let known = |name: &str| written.iter().find(|variable| variable.name == name);
    // Some versions leave out what nobody sets.
    let left_out = written
        .iter()
        .filter(|variable| is_open(&variable.text, shell))
        .filter(|variable| view.iter().all(|other| other.name != variable.name))
        .cloned();
    let mut environment: Vec<_> = left_out.collect();
    for variable in view {
        let written = known(&variable.name);
        environment.push(match written {
            Some(written) if is_open(&written.text, shell) => written.clone(),
            Some(written) => of_variable(written, variable, place),
            None => nowhere(variable, place),
        });
    }
    environment.sort_by(|left, right| left.name.cmp(&right.name));
    environment
}

fn of_variable(
    written: &ComposeVariable,
    view: ComposeVariable,
    place: &Location,
) -> ComposeVariable {
    match become_of(&written.text, &view.text) {
        Some(text) => ComposeVariable {
            text,
            ..written.clone()
        },
        None => nowhere(view, place),
    }
}

fn nowhere(view: ComposeVariable, place: &Location) -> ComposeVariable {
    ComposeVariable {
        text: ComposeText {
            location: place.clone(),
            ..view.text
        },
        layer: ComposeLayer::Resolved,
        ..view
    }
}
