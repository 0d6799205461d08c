//! Drift of entrypoint and command.

use super::{Comparison, Difference, Field};
use crate::{
    redact,
    snapshot::{ComposeText, ComposeWords},
};

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let service = comparison.service;
    let Some(location) = service
        .command
        .as_ref()
        .or(service.entrypoint.as_ref())
        .map(|words| &words.location)
    else {
        return;
    };
    let Some(changed_at) = comparison.written_since(location) else {
        return;
    };
    let Some(written) = expected(comparison) else {
        return;
    };
    let running = &comparison.container.command;
    if written != *running {
        differences.push(Difference {
            field: Field::Command,
            written: written.join(" "),
            running: running.join(" "),
            location: location.clone(),
            changed_at,
        });
    }
}

/// The words that the container would run; `None` where the image is unknown or a shell has a say.
fn expected(comparison: &Comparison<'_>) -> Option<Vec<String>> {
    let service = comparison.service;
    let of_image = |words: &[String]| words.to_vec();
    let entrypoint: Vec<String> = match &service.entrypoint {
        Some(words) => certain(words)?,
        None => of_image(&comparison.image?.entrypoint),
    };
    let command: Vec<String> = match (&service.command, &service.entrypoint) {
        (Some(words), _) => certain(words)?,
        // An entrypoint of the service's own takes the image's command away.
        (None, Some(_)) => Vec::new(),
        (None, None) => of_image(&comparison.image?.command),
    };
    // The engine does not list an empty first word.
    let words: Vec<String> = entrypoint
        .into_iter()
        .chain(command)
        .filter(|word| !word.is_empty())
        .collect();
    // As the container's own command is: the value of a secret flag is a word of its own.
    Some(redact::command(&words))
}

fn certain(words: &ComposeWords) -> Option<Vec<String>> {
    let certain = |word: &ComposeText| {
        word.value
            .clone()
            .filter(|_| word.around.is_none())
            .map(|word| redact::text(&word))
    };
    if words.words.is_empty() {
        return None;
    }
    words.words.iter().map(certain).collect()
}
