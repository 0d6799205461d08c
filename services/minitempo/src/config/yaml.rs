//! A YAML document with the line of every key and value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Located>),
    Map(Vec<(LocatedKey, Located)>),
}

/// A value with its line, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Located {
    pub(crate) node: Node,
    pub(crate) line: u64,
}

/// A key with its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocatedKey {
    pub(crate) name: String,
    pub(crate) line: u64,
}

/// A document that is not YAML, in the form of Go's YAML package.
#[derive(Debug, thiserror::Error)]
#[error("yaml: line {line}: {problem}")]
pub(crate) struct SyntaxError {
    line: u64,
    problem: String,
}

/// Reads a document; an empty one is null.
pub(crate) fn parse(text: &str) -> Result<Located, SyntaxError> {
    let options = serde_saphyr::options! { strict_booleans: true };
    let document: Option<Spanned<Node>> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| SyntaxError {
            line: error.location().map_or(0, |location| location.line()),
            problem: error
                .without_snippet()
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        })?;
    Ok(document.map_or(
        Located {
            node: Node::Null,
            line: 1,
        },
        located,
    ))
}

fn located(spanned: Spanned<Node>) -> Located {
    Located {
        line: spanned.referenced.line(),
        node: spanned.value,
    }
}

impl Node {
    /// The entries of a map; none of anything else.
    pub(crate) fn entries(&self) -> &[(LocatedKey, Located)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Located> {
        self.entries()
            .iter()
            .find(|(name, _)| name.name == key)
            .map(|(_, value)| value)
    }

    /// The tag and text that Go's YAML package names a scalar with in its errors.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Null => "!!null".to_owned(),
            Self::Bool(value) => format!("!!bool `{value}`"),
            Self::Integer(value) => format!("!!int `{value}`"),
            Self::Float(value) => format!("!!float `{value}`"),
            Self::Text(value) => format!("!!str `{value}`"),
            Self::List(_) => "!!seq".to_owned(),
            Self::Map(_) => "!!map".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<Spanned<Node>>()? {
            list.push(located(element));
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Node>>()? {
            map.push((
                LocatedKey {
                    line: key.referenced.line(),
                    name: key.value,
                },
                located(value),
            ));
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_lines() {
        let document = parse("a: 1\nb:\n  c: [x, 7]\n  d:\n").expect("valid");
        let b = document.node.get("b").expect("b");
        let entries = b.node.entries();
        assert_eq!((entries[0].0.name.as_str(), entries[0].0.line), ("c", 3));
        assert_eq!(entries[1].1.node, Node::Null);
        assert_eq!(
            document.node.get("a").map(|a| &a.node),
            Some(&Node::Integer(1))
        );
    }

    #[test]
    fn a_broken_document_is_described_with_its_line() {
        let error = parse("a: 1\nb: [1, 2\nc: 3\n").expect_err("broken");
        assert!(error.to_string().starts_with("yaml: line "), "{error}");
    }

    #[test]
    fn an_empty_document_is_null() {
        assert_eq!(parse("").expect("valid").node, Node::Null);
        assert_eq!(parse("# nothing\n").expect("valid").node, Node::Null);
    }
}
