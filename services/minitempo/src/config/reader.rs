//! Values of a document by their dotted paths.

use std::time::Duration;

use super::go_values::{Units, parse_go_duration};
use super::yaml::{Located, Node};

/// Reads values by their dotted paths and notes those of the wrong type.
pub(super) struct Reader<'document> {
    pub(super) document: &'document Node,
    /// Line and text of every value of the wrong type.
    pub(super) problems: Vec<(u64, String)>,
}

impl<'document> Reader<'document> {
    pub(super) fn find(&self, path: &str) -> Option<&'document Located> {
        let mut node = self.document;
        let mut found = None;
        for key in path.split('.') {
            let value = node.get(key)?;
            node = &value.node;
            found = Some(value);
        }
        found.filter(|value| value.node != Node::Null)
    }

    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        let found = self.find(path)?;
        match &found.node {
            Node::Text(text) => Some(text.clone()),
            Node::Bool(value) => Some(value.to_string()),
            Node::Integer(value) => Some(value.to_string()),
            Node::Float(value) => Some(value.to_string()),
            Node::Null | Node::List(_) | Node::Map(_) => {
                self.mistyped(found, "string");
                None
            }
        }
    }

    pub(super) fn number<N: TryFrom<i128>>(&mut self, path: &str, go_type: &str) -> Option<N> {
        let found = self.find(path)?;
        let number = match &found.node {
            Node::Integer(value) => N::try_from(*value).ok(),
            // Go's YAML package reads whole floating-point numbers as integers, such as 15e6.
            Node::Float(value) => whole(*value).and_then(|whole| N::try_from(whole).ok()),
            _ => None,
        };
        if number.is_none() {
            self.mistyped(found, go_type);
        }
        number
    }

    pub(super) fn flag(&mut self, path: &str) -> bool {
        let Some(found) = self.find(path) else {
            return false;
        };
        if let Node::Bool(value) = found.node {
            return value;
        }
        self.mistyped(found, "bool");
        false
    }

    /// The texts of a list; an item of another type is told.
    pub(super) fn texts(&mut self, path: &str) -> Option<Vec<String>> {
        let items = self.items(path)?;
        let mut texts = Vec::new();
        for item in items {
            match &item.node {
                Node::Text(text) => texts.push(text.clone()),
                _ => self.mistyped(item, "string"),
            }
        }
        Some(texts)
    }

    /// The items of a list; anything else is told.
    pub(super) fn items(&mut self, path: &str) -> Option<&'document [Located]> {
        let found = self.find(path)?;
        if let Node::List(items) = &found.node {
            return Some(items);
        }
        self.mistyped(found, "[]string");
        None
    }

    pub(super) fn duration(&mut self, path: &str, units: Units) -> Option<Duration> {
        let found = self.find(path)?;
        let duration = match &found.node {
            Node::Text(text) => parse_go_duration(text, units),
            Node::Integer(0) => Some(Duration::ZERO),
            _ => None,
        };
        if duration.is_none() {
            let go_type = match units {
                Units::Go => "time.Duration",
                Units::Prometheus => "model.Duration",
            };
            self.mistyped(found, go_type);
        }
        duration
    }

    pub(super) fn mistyped(&mut self, found: &Located, go_type: &str) {
        let problem = format!("cannot unmarshal {} into {go_type}", found.node.described());
        self.problems.push((found.line, problem));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "only whole numbers in the exact range get here"
)]
fn whole(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 9.0e15).then_some(value as i128)
}
