//! A text of a Compose file, and what a shell may have made of it.

use serde::{Deserialize, Serialize};

use crate::finding::Location;

/// A text of a Compose file with its variables replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeText {
    /// The text; `None` where only a shell could give one of its variables a value.
    pub value: Option<String>,
    /// What stands around its variables, in order; `None` where it has none. A shell may fill the holes otherwise than
    /// the files do.
    pub around: Option<Vec<String>>,
    /// The places in `.env` that gave its variables their values.
    pub filled_by: Vec<Location>,
    /// The variables that no file gives a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
    /// Where it stands.
    pub location: Location,
}

impl ComposeText {
    /// A text without variables.
    pub fn written(value: impl Into<String>, location: Location) -> Self {
        Self {
            value: Some(value.into()),
            around: None,
            filled_by: Vec::new(),
            open: Vec::new(),
            location,
        }
    }

    /// Whether a container that has `actual` may have been made from this text, whatever a shell said.
    pub fn may_be(&self, actual: &str) -> bool {
        if self.value.as_deref() == Some(actual) {
            return true;
        }
        self.around
            .as_ref()
            .is_some_and(|around| fills(around, actual))
    }
}

/// Whether a text consists of these parts in this order with anything between them.
fn fills(around: &[String], actual: &str) -> bool {
    let [first, middle @ .., last] = around else {
        return around.first().is_some_and(|only| only == actual);
    };
    let Some(rest) = actual.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
        return false;
    };
    for part in middle {
        let Some((_, after)) = rest.split_once(part.as_str()) else {
            return false;
        };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_holes(around: &[&str]) -> ComposeText {
        ComposeText {
            value: Some("tempo:4317".to_owned()),
            around: Some(around.iter().map(|part| (*part).to_owned()).collect()),
            filled_by: Vec::new(),
            open: Vec::new(),
            location: Location::new("compose.yml", 1, 1),
        }
    }

    #[test]
    fn a_shell_may_fill_the_holes_and_nothing_else() {
        let text = with_holes(&["", ":4317"]);
        assert!(text.may_be("tempo:4317") && text.may_be("collector:4317"));
        assert!(!text.may_be("collector:4318"));
        let two = with_holes(&["http://", ":", ""]);
        assert!(two.may_be("http://a:1") && !two.may_be("https://a:1") && !two.may_be("http://a"));
    }

    #[test]
    fn a_text_without_variables_is_what_it_is() {
        let text = ComposeText::written("grpc", Location::new("compose.yml", 1, 1));
        assert!(text.may_be("grpc") && !text.may_be("http/protobuf"));
    }
}
