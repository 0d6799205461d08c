//! Commands: a list of words, or a line that is parted as a shell would part it.

use ptctl_diagnosis::{
    redact,
    snapshot::{ComposeText, ComposeWords},
};

use super::{interpolate::Filled, tree::Tree, variables::Variables};

/// The words of `command` or `entrypoint`; `None` where nothing is written.
pub(super) fn words(tree: &Tree, variables: &Variables) -> Option<ComposeWords> {
    let words = match tree.text() {
        Some(line) => {
            let filled = Filled::of(line, variables);
            match (filled.value().map(split), filled.has_holes()) {
                (Some(Some(words)), false) => words
                    .into_iter()
                    .map(|word| Filled::of(&word.replace('$', "$$"), variables))
                    .collect(),
                // How many words a variable becomes is known to the shell that sets it.
                (Some(_) | None, _) => vec![filled.hidden()],
            }
        }
        None if tree.items().is_empty() => return None,
        None => tree
            .items()
            .iter()
            .map(|item| {
                item.text()
                    .map_or_else(Filled::unknown, |text| Filled::of(text, variables))
            })
            .collect::<Vec<_>>(),
    };
    Some(ComposeWords {
        words: redacted(words, tree),
        location: tree.location.clone(),
    })
}

/// The words fit to be kept: also the word after a flag that names a credential goes.
fn redacted(words: Vec<Filled>, tree: &Tree) -> Vec<ComposeText> {
    let mut flag = String::new();
    words
        .into_iter()
        .map(|word| {
            let text = word.value().unwrap_or_default().to_owned();
            let name = if text.starts_with('-') { "" } else { &flag };
            let shown = word.redacted(name, tree.location.clone());
            flag = if redact::is_secret_flag(&text) {
                text
            } else {
                String::new()
            };
            shown
        })
        .collect()
}

/// Parts a line at blanks, by the quoting of a POSIX shell; `None` where a quote is not closed.
fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => match characters.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::document::Document;

    use super::*;

    #[test]
    fn a_line_is_parted_as_a_shell_parts_it() {
        for (line, expected) in [
            ("a b  c", Some(vec!["a", "b", "c"])),
            ("sh -c 'a b'", Some(vec!["sh", "-c", "a b"])),
            (
                "a\\ b \"c \\\"d\\\" \\n\"",
                Some(vec!["a b", "c \"d\" \\n"]),
            ),
            ("a '' b", Some(vec!["a", "", "b"])),
            ("--x='y z'", Some(vec!["--x=y z"])),
            ("a 'b", None),
            ("", Some(vec![])),
        ] {
            let words = expected.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(split(line), words, "{line}");
        }
    }

    #[test]
    fn the_word_after_a_flag_of_a_credential_is_not_kept() {
        for text in [
            "[app, --token, hunter2, --name, x]",
            "app --token hunter2 --name x",
        ] {
            let document = Document::read("compose.yml", text).unwrap();
            let words = words(&Tree::of(&document), &Variables::read(".env", "")).unwrap();
            let kept: Vec<_> = words
                .words
                .iter()
                .map(|word| word.value.as_deref())
                .collect();
            assert_eq!(
                kept,
                ["app", "--token", redact::REDACTED, "--name", "x"].map(Some)
            );
        }
    }
}
