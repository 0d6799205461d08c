//! Reading values of a file with their places, and collecting what is wrong with them.

use jiff::SignedDuration;

use super::{
    Problem,
    variables::{NotFilled, filled},
};
use crate::{
    document::{Document, Node, Value},
    duration::go_duration,
    finding::Location,
};

/// A text of a file.
#[derive(Debug)]
pub(super) struct Text {
    /// What it means, its variables filled in.
    pub(super) filled: String,
    /// What stands there: what is said of a problem shows no variable's value.
    pub(super) written: String,
    /// Where.
    pub(super) place: Location,
}

/// A file that is being read.
pub(super) struct Fields<'a> {
    document: &'a Document,
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        document: &'a Document,
        variable: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self {
            document,
            variable,
            problems: Vec::new(),
        }
    }

    /// What is wrong, in the order of the file.
    pub(super) fn problems(mut self) -> Vec<Problem> {
        self.problems
            .sort_by_key(|problem| (problem.place.line, problem.place.column));
        self.problems
    }

    pub(super) fn place(&self, node: &Node) -> Location {
        self.document.location(node)
    }

    /// Remembers that something is wrong at a value.
    pub(super) fn wrong(
        &mut self,
        node: &Node,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.wrong_at(self.place(node), problem, remedy);
    }

    /// Remembers that something is wrong at a place.
    pub(super) fn wrong_at(
        &mut self,
        place: Location,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.push(Problem {
            place,
            problem: problem.into(),
            remedy: remedy.into(),
        });
    }

    /// Whether a value is a mapping with no other keys than these; what is wrong is remembered.
    pub(super) fn mapping(&mut self, node: &Node, what: &str, keys: &[&str]) -> Option<()> {
        if !matches!(node.value, Value::Mapping(_)) {
            let keys = keys.join("`, `");
            self.wrong(
                node,
                format!("{what} is no mapping"),
                format!("write some of `{keys}`"),
            );
            return None;
        }
        for (key, _) in node.entries() {
            if !keys.contains(&key.name.as_str()) {
                let place = self.document.key_location(key);
                self.problems.push(Problem {
                    place,
                    problem: format!("{what} has no key `{}`", key.name),
                    remedy: format!("write one of `{}`", keys.join("`, `")),
                });
            }
        }
        Some(())
    }

    /// A single text with its variables filled in; an empty one is wrong.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let Some(text) = node.text().filter(|text| !text.is_empty()) else {
            self.wrong(node, format!("{what} is no text"), "write a single value");
            return None;
        };
        match filled(text, self.variable) {
            Ok(text) => Some(text),
            Err(NotFilled::Open) => {
                self.wrong(
                    node,
                    format!("{what} has a `${{` without `}}`"),
                    "close it, or write `$${` for the signs themselves",
                );
                None
            }
            Err(NotFilled::Unset(name)) => {
                self.wrong(
                    node,
                    format!("{what} needs the variable `{name}`, which is not set"),
                    format!("set it, or write `${{{name}:-default}}`"),
                );
                None
            }
        }
    }

    /// The text of a key, where it is there.
    pub(super) fn text_at(&mut self, node: &Node, key: &str) -> Option<String> {
        self.text(node.get(key)?, &format!("`{key}`"))
    }

    /// One text or a list of them; a list of none would expect nothing without a word.
    pub(super) fn texts_at(&mut self, node: &Node, key: &str) -> Vec<Text> {
        let Some(value) = node.get(key) else {
            return Vec::new();
        };
        self.not_empty(value, key);
        let items = match &value.value {
            Value::Sequence(items) => items.as_slice(),
            Value::Scalar(_) | Value::Null | Value::Mapping(_) => std::slice::from_ref(value),
        };
        let what = format!("`{key}`");
        items
            .iter()
            .filter_map(|item| {
                Some(Text {
                    filled: self.text(item, &what)?,
                    written: item.text()?.to_owned(),
                    place: self.place(item),
                })
            })
            .collect()
    }

    /// Remembers that a list or a mapping has nothing in it.
    pub(super) fn not_empty(&mut self, value: &Node, key: &str) {
        let is_empty = match &value.value {
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(entries) => entries.is_empty(),
            Value::Null | Value::Scalar(_) => false,
        };
        if is_empty {
            self.wrong(
                value,
                format!("`{key}` is empty, and so expects nothing"),
                "write what is expected, or leave it out",
            );
        }
    }

    /// A duration such as `500ms` or `1m30s`.
    pub(super) fn duration_at(&mut self, node: &Node, key: &str) -> Option<SignedDuration> {
        let value = node.get(key)?;
        let text = self.text(value, &format!("`{key}`"))?;
        let duration = go_duration(&text);
        if duration.is_none() {
            let text = written(value);
            self.wrong(
                value,
                format!("`{text}` is no duration"),
                "write one such as `500ms`, `30s` or `1m30s`",
            );
        }
        duration
    }

    /// A whole number from 0.
    pub(super) fn number_at<T: std::str::FromStr>(&mut self, node: &Node, key: &str) -> Option<T> {
        let value = node.get(key)?;
        let text = self.text(value, &format!("`{key}`"))?;
        let number = text.parse().ok();
        if number.is_none() {
            let text = written(value);
            self.wrong(
                value,
                format!("`{text}` is no number for `{key}`"),
                "write a whole number from 0",
            );
        }
        number
    }

    /// One of a few words.
    pub(super) fn word_at<T: Copy>(
        &mut self,
        node: &Node,
        key: &str,
        words: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Option<T> {
        let value = node.get(key)?;
        let text = self.text(value, &format!("`{key}`"))?;
        let words: Vec<_> = words.into_iter().collect();
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let text = written(value);
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(
                value,
                format!("`{text}` means nothing for `{key}`"),
                format!("write `{}`", words.join("` or `")),
            );
        }
        found.map(|(_, meant)| *meant)
    }
}

/// A value as it stands in the file.
pub(super) fn written(value: &Node) -> &str {
    value.text().unwrap_or_default()
}
