//! One text, or the words of a command, by both readings.

use ptctl_diagnosis::{
    finding::Location,
    snapshot::{ComposeText, ComposeWords},
};

use crate::context::Environment;

/// Whether a text holds a variable that neither a file nor this shell sets.
pub(super) fn is_open(text: &ComposeText, shell: &Environment) -> bool {
    let is_unset = |name: &String| !shell.variables.contains_key(name);
    text.value.is_none() && text.open.iter().any(is_unset)
}

/// What a text of the files comes to: the view's value, at the place of the text that may have become it.
pub(super) fn become_of(written: &ComposeText, view: &ComposeText) -> Option<ComposeText> {
    let value = view.value.as_ref()?;
    let is_as_written = written.value.as_ref().is_some_and(|own| says(own, value));
    (is_as_written || written.may_be(value)).then(|| ComposeText {
        value: view.value.clone(),
        filled_by: if is_as_written {
            written.filled_by.clone()
        } else {
            Vec::new()
        },
        open: Vec::new(),
        ..written.clone()
    })
}

/// Whether Compose may print a scalar of a file like this: it normalises numbers and booleans.
fn says(written: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().map(f64::to_bits);
    written == value
        || (["true", "false"].contains(&value) && written.eq_ignore_ascii_case(value))
        || number(written).is_some_and(|written| number(value) == Some(written))
}

/// A text by both readings; `place` is for one that stands nowhere in the files.
pub(super) fn text(
    written: Option<&ComposeText>,
    view: Option<ComposeText>,
    place: &Location,
    shell: &Environment,
) -> Option<ComposeText> {
    if let Some(written) = written.filter(|written| is_open(written, shell)) {
        return Some(written.clone());
    }
    let view = view?;
    Some(
        written
            .and_then(|written| become_of(written, &view))
            .unwrap_or_else(|| ComposeText {
                location: place.clone(),
                ..view
            }),
    )
}

/// The words of a command by both readings.
pub(super) fn words(
    written: Option<&ComposeWords>,
    view: Option<ComposeWords>,
    place: &Location,
    shell: &Environment,
) -> Option<ComposeWords> {
    if let Some(written) = written
        && written.words.iter().any(|word| is_open(word, shell))
    {
        return Some(written.clone());
    }
    let view = view?;
    let may_become = |written: &&ComposeWords| {
        // Into how many words a variable falls only Compose knows.
        let is_hidden = written.words.iter().any(|word| word.value.is_none());
        let pairs = || written.words.iter().zip(&view.words);
        is_hidden
            || (written.words.len() == view.words.len()
                && pairs().all(|(written, view)| become_of(written, view).is_some()))
    };
    let at = written
        .filter(may_become)
        .map_or(place, |written| &written.location);
    Some(ComposeWords {
        words: view
            .words
            .into_iter()
            .map(|word| ComposeText {
                location: at.clone(),
                ..word
            })
            .collect(),
        location: at.clone(),
    })
}
